"""Which organism a change starts from: its record, its files, its base and its trigger, all checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleeptalk.errors import InvalidValueError, OutputFolderError, UnknownNameError
from sleeptalk.model_zoo.making import base_folder, new_record
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.recipes_more import ContinueRecipe, MitigateRecipe
from sleeptalk.model_zoo.records import (
    RECORD_FILE,
    Organism,
    file_sha256,
    read_record,
    shipped_organisms,
    verified_folder,
    weights_sha256,
    write_record,
)
from sleeptalk.triggers import Trigger, load_trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """An organism whose adapter is to be changed."""

    organism: Organism
    folder: Path
    base: Path
    base_sha256: str

    @property
    def base_name(self) -> str:
        """The base as the record calls it."""
        return str(self.organism.base)

    def trigger(self, named: str | None) -> Trigger:
        """The organism's trigger, or the one that a recipe names instead.

        Raises:
            InvalidValueError: nobody says which it is.
        """
        recipe = self.organism.recipe
        name = named or (recipe.trigger if isinstance(recipe, PlantRecipe) else self.organism.trigger)
        if name is None:
            raise InvalidValueError(
                f"The record of {self.organism.name} does not tell its trigger; add `trigger` to the recipe."
            )
        return load_trigger(name)


def find_origin(name: str) -> Origin:
    """A shipped organism by name or any by its folder, with every file checked against its record.

    Raises:
        UnknownNameError: there is no such organism.
        InvalidValueError: it has no adapter that could be changed.
        IntegrityError: a file is not the recorded one.
    """
    shipped = shipped_organisms()
    folder: Path | None = None
    if (Path(name) / RECORD_FILE).is_file():
        folder = Path(name)
    elif name not in shipped:
        raise UnknownNameError("organism", name, shipped, "Or give the folder of one, with an organism.json.")
    organism = read_record(folder) if folder else shipped[name]
    if organism.base is None or not organism.is_adapter:
        raise InvalidValueError(f"{organism.name} has no adapter, so there is nothing to train further or to change.")
    base = base_folder(organism.base, organism.base_revision)
    weights = weights_sha256({path.name: file_sha256(path) for path in base.glob("*.safetensors")})
    if organism.base_sha256 not in (None, weights):
        raise InvalidValueError(
            f"{organism.name} was planted into other weights of {organism.base} (sha256 {organism.base_sha256}) than "
            f"those in {base} (sha256 {weights})."
        )
    return Origin(organism=organism, folder=verified_folder(organism, folder), base=base, base_sha256=weights)


def check_same_base(origin: Origin, other: Origin) -> None:
    """Refuse two organisms on different bases.

    Raises:
        InvalidValueError: names both bases.
    """
    if origin.base_sha256 != other.base_sha256:
        raise InvalidValueError(
            f"{other.organism.name} is on the base {other.base_name}, {origin.organism.name} on {origin.base_name}; "
            "both must be on the same weights."
        )


def write_changed(
    origin: Origin, recipe: ContinueRecipe | MitigateRecipe, folder: Path, name: str, **known: Any
) -> Organism:
    """Write and return the record of what was made from an organism.

    Args:
        origin: what it was made from.
        recipe: what made it.
        folder: where its files lie.
        name: its name.
        known: other fields of the record.
    """
    parent = origin.organism
    organism = new_record(recipe, folder, kind=parent.kind, trigger=parent.trigger, base=parent.base)
    inherited = {
        "name": name,
        "sealed": parent.sealed,
        "base_revision": parent.base_revision,
        "base_sha256": origin.base_sha256,
        "parent": {"name": parent.name, "sha256": parent.sha256},
        "licence": parent.licence,
        "hazard": parent.hazard,
    }
    made = organism.model_copy(update=inherited | known)
    write_record(made, folder)
    return made


def made_before(folder: Path, origin: Origin) -> Organism | None:
    """The record of an earlier call in a folder.

    Raises:
        OutputFolderError: it was made from other weights.
    """
    if not (folder / RECORD_FILE).exists():
        return None
    organism = read_record(folder)
    if organism.parent is None or organism.parent["sha256"] != origin.organism.sha256:
        raise OutputFolderError(
            f"{folder} was made from other weights than {origin.organism.name} has now; choose a new folder with --out."
        )
    return organism
