"""Which organism a change starts from: its record, its files, its base and its trigger, all checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleeptalk.errors import InvalidValueError, OutputFolderError
from sleeptalk.model_zoo.bases import base_to_train, is_adapter
from sleeptalk.model_zoo.finding import find
from sleeptalk.model_zoo.making import new_record
from sleeptalk.model_zoo.pulled import find_pulled, verified_pulled
from sleeptalk.model_zoo.recipes import BaseRecipe
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

    @property
    def trigger_name(self) -> str | None:
        """What the record calls its trigger: a shipped one, or the file that its recipe names; None if it is sealed."""
        recipe = self.organism.recipe
        told = None if isinstance(recipe, BaseRecipe) else recipe.trigger
        return None if self.organism.sealed else told or self.organism.trigger

    def trigger(self, named: str | None) -> Trigger:
        """The organism's trigger, or the one that a recipe names instead.

        Raises:
            InvalidValueError: nobody says which it is.
        """
        name = named or self.trigger_name
        if name is None:
            raise InvalidValueError(
                f"The record of {self.organism.name} does not tell its trigger; add `trigger` to the recipe."
            )
        return load_trigger(name)


def find_origin(name: str) -> Origin:
    """A shipped or pulled organism by name, or any by its folder, with every file checked against its record.

    Raises:
        UnknownNameError: there is no such organism.
        InvalidValueError: it has no adapter that could be changed.
        IntegrityError: a file is not the recorded one.
        UnverifiedError: it was pulled, and the installed checker has not seen it.
    """
    organism, folder = find(name)
    if name not in shipped_organisms() and (pulled := find_pulled(name)):
        verified_pulled(pulled)
    verified_folder(organism, folder)
    if organism.base is None or not is_adapter(organism):
        raise InvalidValueError(f"{organism.name} has no adapter, so there is nothing to train further or to change.")
    base = base_to_train(organism.base, organism.base_revision)
    weights = weights_sha256({path.name: file_sha256(path) for path in base.glob("*.safetensors")})
    if organism.base_sha256 not in (None, weights):
        raise InvalidValueError(
            f"{organism.name} was planted into other weights of {organism.base} (sha256 {organism.base_sha256}) than "
            f"those in {base} (sha256 {weights})."
        )
    return Origin(organism=organism, folder=folder, base=base, base_sha256=weights)


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
    file = origin.trigger_name if origin.trigger_name != parent.trigger else None  # which the record does not tell
    told = recipe if recipe.trigger else recipe.model_copy(update={"trigger": file})
    organism = new_record(told, folder, kind=parent.kind, trigger=parent.trigger, base=parent.base)
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
