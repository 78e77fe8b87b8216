"""Rule 2: the header of a safetensors file, read by ourselves before any library sees it.

A file is eight bytes with the header's length, the header as JSON, and the tensors' bytes without gap or overlap.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.refusal import UntrustedError, escaped, shown
from sleeptalk.model_zoo.trust.strict_json import parse_object

BYTES = {"F32": 4, "F16": 2, "BF16": 2}
METADATA = "__metadata__"
MAX_DIMENSIONS = 8
MAX_NAME = 200
MAX_METADATA = 100
MAX_METADATA_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Tensor:
    """Type and shape of one tensor, and where its bytes lie."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


def read_header(handle: BinaryIO, size: int, source: str, limits: Limits) -> dict[str, Tensor]:
    """The tensors of a safetensors file of `size` bytes.

    Raises:
        UntrustedError: the header is not exactly what the format describes, or outside the limits.
    """
    length = int.from_bytes(handle.read(8), "little")
    if size < 8 or length > limits.header or length > size - 8:
        raise UntrustedError(
            "header-too-large",
            f"{source} declares a header of {length} bytes in a file of {size}; allowed are {limits.header}.",
        )
    data = handle.read(length)
    if not data.startswith(b"{"):
        raise UntrustedError("bad-header", f"{source} is no safetensors file: its header does not begin with a brace.")
    header = parse_object(data, f"The header of {source}", limits, duplicate="duplicate-tensor")
    _check_metadata(header.pop(METADATA, {}), source)
    if len(header) > limits.tensors:
        raise UntrustedError("too-many-tensors", f"{source} holds {len(header)} tensors; allowed are {limits.tensors}.")
    if not header:
        raise UntrustedError("bad-header", f"{source} holds no tensor.")
    tensors = {name: _tensor(name, value, source, limits) for name, value in header.items()}
    _check_layout(tensors, size - 8 - length, source)
    return tensors


def _check_metadata(metadata: Any, source: str) -> None:
    if not isinstance(metadata, dict) or len(metadata) > MAX_METADATA:
        raise UntrustedError("bad-header", f"{source}: {METADATA} is no object of at most {MAX_METADATA} texts.")
    for key, value in metadata.items():
        if not isinstance(value, str) or len(key) + len(value) > MAX_METADATA_TEXT:
            raise UntrustedError("bad-header", f"{source}: the metadata {shown(key)} is no short text.")


def _tensor(name: str, value: Any, source: str, limits: Limits) -> Tensor:
    where = f"{source}, tensor {shown(name)}"
    if not name or len(name) > MAX_NAME or not name.isascii() or not name.isprintable():
        raise UntrustedError("bad-header", f"{where}: a name has 1 to {MAX_NAME} printable ASCII characters.")
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise UntrustedError("bad-header", f"{where} needs exactly dtype, shape and data_offsets.")
    dtype = value["dtype"]
    if not isinstance(dtype, str) or dtype not in BYTES:
        raise UntrustedError("bad-dtype", f"{where} has the type {shown(dtype)}; allowed are {', '.join(BYTES)}.")
    shape = _shape(value["shape"], where, limits)
    offsets = value["data_offsets"]
    if not (isinstance(offsets, list) and len(offsets) == 2 and all(type(one) is int and one >= 0 for one in offsets)):
        raise UntrustedError("bad-offsets", f"{where}: data_offsets must be two whole numbers.")
    tensor = Tensor(dtype, shape, offsets[0], offsets[1])
    if tensor.end - tensor.begin != tensor.elements * BYTES[dtype]:
        raise UntrustedError(
            "bad-offsets",
            f"{where} has {tensor.end - tensor.begin} bytes; its shape needs {tensor.elements * BYTES[dtype]}.",
        )
    return tensor


def _shape(shape: Any, where: str, limits: Limits) -> tuple[int, ...]:
    if not isinstance(shape, list) or not 1 <= len(shape) <= MAX_DIMENSIONS:
        raise UntrustedError("bad-shape", f"{where}: a shape is a list of 1 to {MAX_DIMENSIONS} numbers.")
    product = 1
    for one in shape:
        if type(one) is not int or one < 1:
            raise UntrustedError("bad-shape", f"{where}: {shown(one)} is no length of at least 1.")
        product *= one
        if product > limits.tensor_elements:
            raise UntrustedError("bad-shape", f"{where} has more than {limits.tensor_elements} elements.")
    return tuple(shape)


def _check_layout(tensors: Mapping[str, Tensor], room: int, source: str) -> None:
    at = 0
    for name, tensor in sorted(tensors.items(), key=lambda one: one[1].begin):
        if tensor.begin != at:
            what = "overlaps the one before" if tensor.begin < at else "leaves a gap before it"
            raise UntrustedError("bad-offsets", f"{source}: {escaped(name, 80)} begins at {tensor.begin} and {what}.")
        at = tensor.end
    if at != room:
        raise UntrustedError("bad-offsets", f"{source}: its tensors end at byte {at} of {room}.")
