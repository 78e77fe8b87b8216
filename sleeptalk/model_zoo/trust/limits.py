"""How large and how slow a checkpoint may be."""

from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30

# Raised whenever a rule changes: a verification counts for the checker that made it.
CHECKER_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of all checks; the defaults fit models up to 70 billion parameters.

    Attributes:
        files: most files in a folder.
        weights_file: bytes of one safetensors file.
        total: bytes of all files.
        index, tokenizer, small_json, record, text, template: bytes of files of these kinds.
        header: bytes of a safetensors header.
        tensors: most tensors of one checkpoint.
        tensor_elements: most elements of one tensor.
        json_depth: levels of nesting.
        json_values: values of one JSON file.
        memory: address space of the child beyond three times the weights, in bytes.
        tokenizer_memory: address space that tokenizer and template may add in the child.
        load_seconds: wall and CPU time of the child, beyond `seconds_per_gib` of the weights.
        tokenizer_seconds, template_seconds: wall time of these parts of the child.
    """

    files: int = 1100
    weights_file: int = 50 * GIB
    total: int = 300 * GIB
    index: int = 16 * MIB
    tokenizer: int = 40 * MIB
    small_json: int = MIB
    record: int = 4 * MIB
    text: int = MIB
    template: int = 20_000
    header: int = 10_000_000
    tensors: int = 100_000
    tensor_elements: int = 1 << 36
    json_depth: int = 20
    json_values: int = 4_000_000
    memory: int = 16 * GIB
    tokenizer_memory: int = GIB
    load_seconds: float = 300.0
    seconds_per_gib: float = 20.0
    tokenizer_seconds: float = 60.0
    template_seconds: float = 10.0
