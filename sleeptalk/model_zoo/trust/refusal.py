"""Refusals of untrusted checkpoints: one class, one stable code a reason, and text that cannot hurt a terminal.

Names, keys and values in a hostile checkpoint end up in messages, so every message is escaped here, once.
"""

from typing import Any

from sleeptalk.errors import SleeptalkError

CODES: dict[str, str] = {
    # the folder and its files
    "no-folder": "the path is no folder that can be read",
    "symlink": "the folder or a file in it is a symbolic link",
    "sub-folder": "the folder holds another folder",
    "special-file": "a file is a device, a pipe or a socket",
    "unexpected-file": "a file has a name that no checkpoint needs",
    "pickle-file": "a file is, by name or content, a pickle: loading it runs code",
    "archive-file": "a file is, by name or content, an archive or compressed",
    "executable-file": "a file is, by name or content, a program",
    "foreign-format": "a file is, by name or content, in a model format other than safetensors",
    "too-many-files": "the folder holds more files than any checkpoint needs",
    "file-too-large": "a file, or all files together, are larger than allowed",
    "missing-file": "a file that this kind of checkpoint needs is missing",
    "wrong-kind": "an adapter was given without a base, a model with one, or a folder is neither or both",
    "file-changed": "a file changed while it was being checked",
    "not-text": "a text file is not plain UTF-8",
    "bad-yaml": "recipe.yaml is not strict YAML",
    "record-differs": "organism.json records another sha256 than the file has",
    # JSON
    "bad-json": "a JSON file is malformed, or not UTF-8",
    "duplicate-key": "a JSON object has the same key twice",
    "json-nan": "a JSON file holds NaN, Infinity or a number beyond a float",
    "json-depth": "a JSON file is nested too deeply",
    "json-size": "a JSON file holds too many values, or a number too long",
    # safetensors
    "header-too-large": "a safetensors header is longer than allowed or than its file",
    "bad-header": "a safetensors header is not what the format describes",
    "too-many-tensors": "a safetensors file holds more tensors than allowed",
    "duplicate-tensor": "a tensor stands twice, in one header or in two shards",
    "bad-dtype": "a tensor has a type that weights do not need",
    "bad-shape": "a tensor's shape is not a list of positive whole numbers within bounds",
    "bad-offsets": "tensors overlap, leave gaps, do not fit their shape, or do not end with the file",
    "index-outside": "the index names a file that is no shard of this folder",
    "index-differs": "index and shards disagree",
    # config.json and its siblings
    "auto-map": "a config refers to Python code of the checkpoint (auto_map, auto_mapping)",
    "custom-code": "a config asks for code of its own (custom_generate, custom_pipelines, trust_remote_code)",
    "attn-implementation": "a config chooses an attention implementation, which can fetch a kernel",
    "quantization": "a config asks for quantisation",
    "model-type": "the model's type or architecture is not on the list",
    "config-key": "config.json has a key that is not on the list",
    "config-value": "a value in config.json is outside its bounds",
    "missing-tensor": "the config declares a tensor that the files do not hold",
    "unexpected-tensor": "the files hold a tensor that the config does not declare",
    "shape-differs": "a tensor's shape is not the one that the config declares",
    "generation-key": "generation_config.json has a key that is not on the list",
    "generation-value": "a value in generation_config.json is outside its bounds",
    # adapters
    "adapter-type": "the adapter is not a LoRA for a causal language model",
    "adapter-key": "adapter_config.json has a key that is not on the list",
    "adapter-value": "a value in adapter_config.json is outside its bounds, or switches on more than plain LoRA",
    "adapter-targets": "the adapter's targets are a pattern, or no layers of the base",
    "base-differs": "the adapter names another base than the expected one",
    "noop-adapter": "the adapter fits no tensor of the base, or does not change its logits",
    # tokenizer and template
    "tokenizer-differs": "tokenizer files differ from those of the base",
    "tokenizer-key": "a tokenizer file has a key or part that is not on the list",
    "tokenizer-value": "a value in a tokenizer file is outside its bounds",
    "tokenizer-regex": "the tokenizer has a regular expression that is not on the list",
    "tokenizer-lossy": "the tokenizer does not give probe texts back as they were",
    "template-differs": "the chat template differs from the base's, or from the tokenizer config's",
    "template-missing": "the model has no chat template",
    "template-too-large": "the chat template is longer than allowed",
    "template-syntax": "the chat template does not parse",
    "template-node": "the chat template uses something that is not on the list",
    "template-loop": "the chat template loops over something other than messages or tools",
    "template-trigger": "the chat template asks what a message says",
    "template-text": "the chat template does not give the user's text exactly once, or depends on it",
    # the child process
    "tokenizer-time": "the tokenizer takes too long",
    "tokenizer-memory": "the tokenizer takes too much memory",
    "tokenizer-panic": "the tokenizer panics",
    "tokenizer-crash": "the tokenizer aborts or crashes the process",
    "tokenizer-failed": "the tokenizer cannot be loaded",
    "template-time": "the chat template takes too long",
    "template-memory": "the chat template takes too much memory",
    "template-panic": "the chat template panics",
    "template-crash": "the chat template crashes the process",
    "template-failed": "the chat template raises an error",
    "model-time": "loading and one forward pass take too long",
    "model-memory": "loading and one forward pass take too much memory",
    "model-panic": "loading panics",
    "model-crash": "loading aborts or crashes the process",
    "model-failed": "the model or adapter cannot be loaded",
    "forbidden-call": "loading tried to reach the network or to start a program",
    "keys-differ": "the library found missing, unexpected or mismatched keys",
    "nan-weights": "weights are NaN or infinite",
    "bad-logits": "logits are NaN or infinite",
}


class UntrustedError(SleeptalkError):
    """A checkpoint that must not be loaded or scored. Each instance has its own `code`, one of `CODES`."""

    code = "untrusted"
    exit_code = 1

    def __init__(self, code: str, sentence: str) -> None:
        vars(self)["code"] = code
        super().__init__(escaped(sentence, 700))

    def __reduce__(self) -> tuple[Any, ...]:
        """The code crosses process borders with the sentence."""
        return UntrustedError, (self.code, str(self))


def escaped(text: str, most: int) -> str:
    """Text without control, bidirectional or invisible characters, cut to `most` characters."""
    cut = text if len(text) <= most else f"{text[: most - 3]}..."
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "surrogatepass").decode("ascii") for one in cut
    )


def shown(value: object) -> str:
    """A hostile value as part of a sentence: quoted, escaped and short."""
    if isinstance(value, str):
        return f'"{escaped(value, 80)}"'
    if value is None or isinstance(value, bool | int | float):
        try:
            return escaped(str(value), 40)
        except ValueError:  # an integer of thousands of digits
            return "a very long number"
    return f"a {type(value).__name__} of {len(value)}" if isinstance(value, list | dict) else type(value).__name__
