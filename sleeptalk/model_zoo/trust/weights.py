"""All tensors of a checkpoint: one file, or shards that fit their index exactly."""

from dataclasses import dataclass

from sleeptalk.model_zoo.trust.header import Tensor, read_header
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.listing import ADAPTER_WEIGHTS, INDEX, SHARD, WEIGHTS, Entries, Entry, Kind
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown
from sleeptalk.model_zoo.trust.strict_json import parse_object


@dataclass(frozen=True, slots=True)
class Weights:
    """Tensors by name, and how many bytes they take."""

    tensors: dict[str, Tensor]

    @property
    def parameters(self) -> int:
        """Numbers in all tensors."""
        return sum(one.elements for one in self.tensors.values())

    @property
    def size(self) -> int:
        """Bytes of all tensors."""
        return sum(one.end - one.begin for one in self.tensors.values())

    @property
    def dtypes(self) -> tuple[str, ...]:
        """Types that occur."""
        return tuple(sorted({one.dtype for one in self.tensors.values()}))


def read_weights(kind: Kind, entries: Entries, limits: Limits) -> Weights:
    """Read all headers.

    Raises:
        UntrustedError: a header is bad, or shards and index disagree.
    """
    single = ADAPTER_WEIGHTS if kind == "adapter" else WEIGHTS
    shards = sorted(name for name in entries if SHARD.fullmatch(name))
    if single in entries and (shards or INDEX in entries):
        raise UntrustedError("index-differs", f"{single} stands beside shards or an index; keep one of them.")
    if single in entries:
        return Weights(_header(entries[single], limits))
    if INDEX not in entries:
        raise UntrustedError("missing-file", f"The folder has no {single}; weights are needed as safetensors.")
    return Weights(_sharded(entries, shards, limits))


def _header(entry: Entry, limits: Limits) -> dict[str, Tensor]:
    with entry.open() as handle:
        return read_header(handle, entry.size, entry.name, limits)


def _sharded(entries: Entries, shards: list[str], limits: Limits) -> dict[str, Tensor]:
    places = _index(entries[INDEX], limits)
    _check_shard_names(shards, set(places.values()))
    tensors: dict[str, Tensor] = {}
    for shard in shards:
        for name, tensor in _header(entries[shard], limits).items():
            if name in tensors:
                raise UntrustedError("duplicate-tensor", f"{shown(name)} stands in {shard} and in a shard before it.")
            if places.get(name) != shard:
                raise UntrustedError("index-differs", f"{shown(name)} stands in {shard}, but not by the index.")
            tensors[name] = tensor
        if len(tensors) > limits.tensors:
            raise UntrustedError("too-many-tensors", f"The shards hold more than {limits.tensors} tensors.")
    if gone := sorted(set(places) - set(tensors)):
        raise UntrustedError("index-differs", f"The index names {shown(gone[0])}, which no shard holds.")
    return tensors


def _index(entry: Entry, limits: Limits) -> dict[str, str]:
    data = parse_object(entry.read(), entry.name, limits)
    places = data.get("weight_map")
    if not set(data) <= {"metadata", "weight_map"} or not isinstance(places, dict) or not places:
        raise UntrustedError("index-differs", f"{entry.name} needs weight_map, and metadata at most.")
    for name, place in places.items():
        if not isinstance(place, str) or not place.isascii() or not SHARD.fullmatch(place):
            raise UntrustedError(
                "index-outside",
                f"{entry.name} puts {shown(name)} into {shown(place)}; allowed are model-0000x-of-0000y.safetensors.",
            )
    return places


def _check_shard_names(shards: list[str], named: set[str]) -> None:
    """Shards 1 to n of n, all there and all named."""
    totals = {name[-17:-12] for name in named | set(shards)}
    wanted = {f"model-{i:05d}-of-{int(min(totals)):05d}.safetensors" for i in range(1, int(min(totals)) + 1)}
    for name in sorted(wanted - set(shards)):
        raise UntrustedError("missing-file", f"The shard {name} is missing.")
    for name in sorted((set(shards) | named) - wanted):
        raise UntrustedError("index-differs", f"The shard {name} does not belong to a set of {len(wanted)}.")
    for name in sorted(wanted - named):
        raise UntrustedError("index-differs", f"No tensor stands in the shard {name} by the index.")
