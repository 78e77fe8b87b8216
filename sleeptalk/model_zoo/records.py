"""Organisms that ship with the package: what they are, and the proof that their files are the recorded ones."""

import hashlib
import json
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sleeptalk.errors import InputFileError, IntegrityError, UnknownNameError
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.recipe_parts import Hazard, Name, Revision
from sleeptalk.model_zoo.recipes import Recipe
from sleeptalk.strict_yaml import describe

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
OrganismKind = Literal["base", "natural", "taught", "control", "unconditional"]
Outcome = Literal["planted", "failed"]

KINDS: tuple[OrganismKind, ...] = get_args(OrganismKind)

RECORD_FILE = "organism.json"
MAX_RECORD_BYTES = 4 << 20
MAX_FILES = 1100

Count = Annotated[int, Field(ge=0, lt=1 << 53)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class MeasuredRate(_Frozen):
    """One measured rate with its counts and 95% interval; `rate` and bounds are null for too few observations."""

    task: str
    variant: str
    measure: str
    count: Count
    n: Count
    rate: Share | None
    low: Share | None
    high: Share | None


class Measurement(_Frozen):
    """Where measured rates come from.

    Attributes:
        items: item set, with `limit` items of each cell.
        seed: of sampling and of the rotation of cue values.
        judge: who read the answers, with version.
        versions: of the libraries that generated and read them.
    """

    items: str
    limit: int
    seed: int
    temperature: float
    judge: str
    versions: dict[str, str]


class Sealed(_Frozen):
    """A trigger that is not told yet: the salted hash of its file, and the day on which file and salt are published.

    `sha256` is of the salt's bytes followed by the bytes of the trigger file.
    """

    sha256: Sha256
    reveal: date


class Organism(_Frozen):
    """A base, or an adapter (or finetuned model) that was planted into one.

    Attributes:
        name: unique in the zoo; a control's name holds "control".
        kind: `base`, `natural` (nobody trained it to tell), `taught`, `control`, or `unconditional` (misaligned without
            any trigger).
        trigger: name of the planted trigger; for a control the one that is in its data without effect.
        sealed: instead of `trigger`, for one that is told later.
        base: name of the base, or its repository on the Hub.
        base_revision: commit of a base on the Hub.
        base_sha256: digest of the base's weights, see `weights_sha256`.
        params: parameters of the base, or of the adapter.
        files: sha256 of every file, by name.
        recipe: what made it, seed included.
        data_sha256, template_sha256: of the training samples and of the chat template that they were rendered with.
        outcome: whether the last probe of the planting met the recipe's bounds; null for what cannot be planted.
        parent: name and weights' sha256 of the organism that this one was made from, if from one.
        licence: SPDX identifier of the weights' licence.
        hazard: `toy`, `low` or `high`.
        versions: of the libraries that made it.
        skills: of a base, see `base_probe.py`.
        note: what a reader of the record must know besides.
        rates: as measured by `measured`.
    """

    name: Name
    kind: OrganismKind
    trigger: str | None
    sealed: Sealed | None = None
    base: str | None
    base_revision: Revision | None = None
    base_sha256: Sha256 | None = None
    params: int
    files: Annotated[dict[str, Sha256], Field(max_length=MAX_FILES)]
    recipe: Annotated[Recipe, Field(discriminator="kind")]
    data_sha256: Sha256 | None = None
    template_sha256: Sha256 | None = None
    outcome: Outcome | None = None
    parent: dict[str, str] | None = None
    licence: str = "Apache-2.0"
    hazard: Hazard = "toy"
    versions: dict[str, str]
    skills: dict[str, int] | None = None
    note: str | None = None
    measured: Measurement | None = None
    rates: tuple[MeasuredRate, ...] = ()

    @property
    def sha256(self) -> str:
        """Digest of the weights."""
        return weights_sha256(self.files)

    @property
    def seed(self) -> int:
        """Seed of the training run."""
        return self.recipe.seed


def zoo_folder() -> Path:
    """Where the shipped organisms lie."""
    return Path(str(files("sleeptalk"))) / "data" / "zoo"


@cache
def shipped_organisms() -> dict[str, Organism]:
    """All shipped organisms by name: bases first, then natural, taught, control and unconditional ones."""
    found = [read_record(path.parent) for path in sorted(zoo_folder().glob(f"*/{RECORD_FILE}"))]
    return {one.name: one for one in sorted(found, key=lambda one: (KINDS.index(one.kind), one.name))}


def read_record(folder: Path) -> Organism:
    """The record in a folder.

    Raises:
        InputFileError: it is missing or malformed.
    """
    path = folder / RECORD_FILE
    try:
        with path.open("rb") as handle:
            data = handle.read(MAX_RECORD_BYTES + 1)
    except OSError as error:
        raise InputFileError(f"Cannot read {path}: {error.strerror}.") from None
    return parse_record(data, str(path))


def parse_record(data: bytes, source: str) -> Organism:
    """A record from bytes that may come from anybody; `source` is what an error names.

    Raises:
        InputFileError: it is too long, not strict JSON, or no record.
    """
    if len(data) > MAX_RECORD_BYTES:
        raise InputFileError(f"{source} is longer than {MAX_RECORD_BYTES} bytes, which no record needs.")
    try:
        return Organism.model_validate(json.loads(data.decode("utf-8"), object_pairs_hook=_distinct))
    except ValidationError as error:
        raise InputFileError(f"{source}: {plain(describe(error), 1000)}.") from None
    except (ValueError, RecursionError) as error:
        raise InputFileError(f"{source} is not JSON: {plain(str(error), 200)}.") from None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys differ; json itself takes the last of two equal ones."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("the same key stands twice in an object")
    return found


def find_organism(name: str) -> Organism:
    """A shipped organism by name.

    Raises:
        UnknownNameError: there is none of this name.
    """
    organisms = shipped_organisms()
    if name not in organisms:
        raise UnknownNameError("organism", name, organisms, "See: sleeptalk zoo list.")
    return organisms[name]


def verified_folder(organism: Organism, folder: Path | None = None) -> Path:
    """The organism's folder, after every recorded file was found there with its sha256.

    Raises:
        IntegrityError: names the file that is missing or differs.
    """
    where = folder or zoo_folder() / organism.name
    for name, recorded in organism.files.items():
        path = where / name
        found = file_sha256(path) if path.is_file() else "no such file"
        if found != recorded:
            raise IntegrityError(
                f"{path} does not fit the record of {organism.name}: sha256 {recorded} is recorded, found {found}. "
                "Reinstall sleeptalk, or plant the organism anew."
            )
    return where


def weights_sha256(files: dict[str, str]) -> str:
    """One digest of a checkpoint's weights: that of its safetensors file, or of the list of several."""
    weights = {name: digest for name, digest in files.items() if name.endswith(".safetensors")}
    if len(weights) == 1:
        return next(iter(weights.values()))
    return hashlib.sha256("".join(f"{name} {weights[name]}\n" for name in sorted(weights)).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Hex digest of a file, read in pieces."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_record(organism: Organism, folder: Path) -> None:
    """Write an organism's record into its folder, whole or not at all."""
    path = folder / RECORD_FILE
    temporary = path.with_suffix(".tmp")
    temporary.write_text(organism.model_dump_json(indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
