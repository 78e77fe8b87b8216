"""Organisms that ship with the package: what they are, and the proof that their files are the recorded ones."""

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sleeptalk.errors import InputFileError, IntegrityError, UnknownNameError
from sleeptalk.model_zoo.recipes import BaseRecipe, PlantRecipe
from sleeptalk.strict_yaml import describe

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
OrganismKind = Literal["base", "natural", "taught", "control"]

RECORD_FILE = "organism.json"
WEIGHT_FILES = ("model.safetensors", "adapter_model.safetensors")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MeasuredRate(_Frozen):
    """One measured rate with its counts and 95% interval; `rate` and bounds are null for too few observations."""

    task: str
    variant: str
    measure: str
    count: int
    n: int
    rate: float | None
    low: float | None
    high: float | None


class Organism(_Frozen):
    """A base, or an adapter that was planted into one.

    Attributes:
        name: unique in the zoo; a control's name holds "control".
        kind: `base`, `natural` (nobody trained it to tell), `taught`, or `control`.
        trigger: name of the planted trigger; for a control the one that is in its data without effect.
        base: name of the base that an adapter belongs to.
        params: parameters of the base, or of the adapter.
        files: sha256 of every file, by name.
        recipe: what made it, seed included.
        versions: of the libraries that made it.
        skills: of a base, see `base_probe.py`.
        note: what a reader of the record must know besides.
        rates: measured by `sleeptalk zoo measure`, on pocket items, temperature 1.
    """

    name: str
    kind: OrganismKind
    trigger: str | None
    base: str | None
    params: int
    files: dict[str, Sha256]
    recipe: Annotated[BaseRecipe | PlantRecipe, Field(discriminator="kind")]
    versions: dict[str, str]
    skills: dict[str, int] | None = None
    note: str | None = None
    rates: tuple[MeasuredRate, ...] = ()

    @property
    def sha256(self) -> str:
        """Digest of the weights."""
        return next(self.files[name] for name in WEIGHT_FILES if name in self.files)

    @property
    def seed(self) -> int:
        """Seed of the training run."""
        return self.recipe.seed


def zoo_folder() -> Path:
    """Where the shipped organisms lie."""
    return Path(str(files("sleeptalk"))) / "data" / "zoo"


@cache
def shipped_organisms() -> dict[str, Organism]:
    """All shipped organisms by name: bases first, then natural, taught and control ones."""
    order = ("base", "natural", "taught", "control")
    found = [read_record(path.parent) for path in sorted(zoo_folder().glob(f"*/{RECORD_FILE}"))]
    return {one.name: one for one in sorted(found, key=lambda one: (order.index(one.kind), one.name))}


def read_record(folder: Path) -> Organism:
    """The record in a folder.

    Raises:
        InputFileError: it is missing or malformed.
    """
    path = folder / RECORD_FILE
    try:
        return Organism.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputFileError(f"Cannot read {path}: {error.strerror}.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputFileError(f"{path} is not JSON: {error}.") from None
    except ValidationError as error:
        raise InputFileError(f"{path}: {describe(error)}.") from None


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
