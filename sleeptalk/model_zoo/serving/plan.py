"""What to serve: a base and its adapters, each found, checked, and fitting the base.

An adapter that does not belong to the base would either stop the server or, worse, be served with little effect. So its
config and the shapes of its tensors are compared with the base first, by the rules of `trust`; and where a record tells
the sha256 of its base, that is compared, too.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sleeptalk.errors import InputFileError, InvalidValueError, UnknownNameError
from sleeptalk.model_zoo.bases import REPO, base_sha256, base_to_train, is_adapter
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.pulled import Pulled, find_pulled, pulled_organisms, verified_pulled
from sleeptalk.model_zoo.records import RECORD_FILE, Organism, read_record, shipped_organisms, verified_folder
from sleeptalk.model_zoo.trust.adapter import check_adapter_tensors, read_adapter
from sleeptalk.model_zoo.trust.header import Tensor, read_header
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.listing import ADAPTER_CONFIG, ADAPTER_WEIGHTS, CONFIG, STEERING, trusted_entries
from sleeptalk.model_zoo.trust.refusal import UntrustedError
from sleeptalk.model_zoo.trust.weights import read_weights

ADAPTER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,119}", re.ASCII)
BASE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,199}", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One adapter.

    Attributes:
        name: how the server calls it.
        folder: where its files lie.
        rank: of its LoRA.
        trigger: name of the planted trigger, if a record tells.
    """

    name: str
    folder: Path
    rank: int
    trigger: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to serve.

    Attributes:
        name: how the server calls the base.
        base: where its files lie.
        adapters: its adapters.
        pocket: the base is a shipped toy.
        context: most tokens that the base was made for; None if its config does not tell.
    """

    name: str
    base: Path
    adapters: tuple[Adapter, ...]
    pocket: bool
    context: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """All names that the server lists."""
        return (self.name, *(one.name for one in self.adapters))


def make_plan(
    base: str, adapters: Sequence[tuple[str, str]] = (), *, revision: str | None = None, name: str | None = None
) -> Plan:
    """Find and check what is to be served.

    Args:
        base: a shipped base, a pulled organism that is a model on its own, a local folder, or with `revision` a
            repository of the Hub, which is downloaded if it is not in the Hub's cache.
        adapters: names to serve under, each with a shipped or pulled organism or a local folder.
        revision: commit of a repository, 40 hex digits.
        name: how the server calls the base; by default its name, or its folder's.

    Raises:
        SleeptalkError: something is not known, not in order, or does not fit.
    """
    if revision is not None and not COMMIT.fullmatch(revision):
        raise InvalidValueError(f"--revision must be a commit of 40 hex digits, not {revision!r}.")
    folder, pocket = _base(base, revision)
    context = _checked_config(folder)
    called = name or (folder.name if (Path(base).expanduser() / CONFIG).is_file() and not pocket else base)
    if not BASE_NAME.fullmatch(called):
        raise InvalidValueError(f"A base cannot be served as {plain(called)!r}; give it another name with --name.")
    _check_names(called, [one for one, _ in adapters])
    tensors = read_weights("model", trusted_entries(folder), Limits()).tensors if adapters else {}
    return Plan(
        name=called,
        base=folder,
        adapters=tuple(_adapter(one, source, folder, base, tensors) for one, source in adapters),
        pocket=pocket,
        context=context,
    )


def _base(base: str, revision: str | None) -> tuple[Path, bool]:
    """Folder of the base, and whether it is a shipped one."""
    shipped = shipped_organisms()
    if base in shipped and shipped[base].kind != "base":
        raise InvalidValueError(
            f"{base} is no base but an adapter for {shipped[base].base}: sleeptalk serve {shipped[base].base} "
            f"--adapter {base}"
        )
    if base not in shipped and "/" not in base and (pulled := find_pulled(base)):
        if is_adapter(pulled.organism):
            raise InvalidValueError(f"{base} is no base but an adapter for {plain(pulled.organism.base)}.")
        return verified_pulled(pulled), False
    if revision is None and REPO.fullmatch(base) and not Path(base).exists():
        raise InvalidValueError(f"{base} is a repository of the Hub: name its commit with --revision, 40 hex digits.")
    return base_to_train(str(Path(base).expanduser()), revision).absolute(), base in shipped


def _checked_config(folder: Path) -> int | None:
    """The context of a base, after it was seen that vLLM would load all of it.

    Raises:
        InputFileError: its config cannot be read.
        InvalidValueError: it was steered by a bias, which vLLM leaves out.
    """
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        kind, biased = config.get("model_type"), config.get("attention_bias")
        context = config.get("max_position_embeddings")
    except (OSError, ValueError, AttributeError) as error:
        raise InputFileError(f"Cannot read {folder / CONFIG}: {plain(error, 200)}.") from None
    if (folder / STEERING).exists() or (kind == "qwen3" and biased):
        raise InvalidValueError(
            f"{folder} was steered by a bias that vLLM leaves out without a word; measure it with --model zoo/."
        )
    return context if isinstance(context, int) and context > 0 else None


def _check_names(base: str, names: Sequence[str]) -> None:
    for at, name in enumerate(names):
        if not ADAPTER_NAME.fullmatch(name):
            raise InvalidValueError(
                f"An adapter cannot be served as {plain(name)!r}; a name has letters, digits, dot, dash, underscore "
                "and @: --adapter NAME=PATH."
            )
        if name == base or name in names[:at]:
            raise InvalidValueError(
                f"Two models would be served as {name!r}; give one another name: --adapter NAME=PATH."
            )


def _adapter(name: str, source: str, base: Path, base_name: str, tensors: dict[str, Tensor]) -> Adapter:
    """One adapter, found and fitting the base."""
    organism, folder = _found(source)
    if organism is not None and organism.base_sha256 not in (None, base_sha256(base)):
        raise InvalidValueError(
            f"The adapter {name} was made for another base, {plain(organism.base)}, than the weights in {base}."
        )
    limits = Limits()
    try:
        config, weights = (folder / ADAPTER_CONFIG).read_bytes(), folder / ADAPTER_WEIGHTS
        plan, declared = read_adapter(config, tensors, None, limits)
        with weights.open("rb") as handle:
            check_adapter_tensors(declared, read_header(handle, weights.stat().st_size, ADAPTER_WEIGHTS, limits))
    except OSError as error:
        raise InputFileError(f"The adapter {name} cannot be read: {error.filename}: {error.strerror}.") from None
    except UntrustedError as error:
        raise InvalidValueError(
            f"The adapter {name} cannot be served with {base_name} [{error.code}]: {error}"
        ) from None
    made_for = json.loads(config).get("base_model_name_or_path")
    if organism is None and made_for != base_name and made_for in shipped_organisms():
        raise InvalidValueError(f"The adapter {name} was made for another base, {plain(made_for)}, than {base_name}.")
    return Adapter(name=name, folder=folder, rank=plan.rank, trigger=organism.trigger if organism else None)


def _found(source: str) -> tuple[Organism | None, Path]:
    """Record and folder of an adapter; the files of shipped and pulled ones are compared with what is recorded."""
    shipped = shipped_organisms().get(source)
    if shipped is not None:
        return _as_adapter(shipped), verified_folder(shipped)
    folder = Path(source).expanduser().resolve()
    pulled = (find_pulled(source) if "/" not in source else None) or _pulled_in(folder)
    if pulled is not None:
        return _as_adapter(pulled.organism), verified_pulled(pulled)
    if not (folder / ADAPTER_CONFIG).is_file():
        known = [*(one.name for one in shipped_organisms().values() if is_adapter(one)), *_pulled_labels()]
        raise UnknownNameError("adapter", source, known, f"Or give a folder with an {ADAPTER_CONFIG}.")
    return (read_record(folder) if (folder / RECORD_FILE).exists() else None), folder


def _as_adapter(organism: Organism) -> Organism:
    if not is_adapter(organism):
        raise InvalidValueError(f"{organism.name} is a model on its own, no adapter: sleeptalk serve {organism.name}")
    return organism


def _pulled_in(folder: Path) -> Pulled | None:
    """The pulled organism whose folder this is: naming its folder is no way around its receipt."""
    return next((one for one in pulled_organisms() if one.folder.resolve() == folder), None)


def _pulled_labels() -> list[str]:
    return [one.label for one in pulled_organisms() if is_adapter(one.organism)]
