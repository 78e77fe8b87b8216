"""What the record of a published organism must tell, and who may have it."""

from collections.abc import Iterator
from typing import Literal

from sleeptalk.errors import IncompleteRecordError, PublishError
from sleeptalk.model_zoo.bases import REPO, is_adapter
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.recipe_parts import Hazard
from sleeptalk.model_zoo.recipes import BaseRecipe, PlantRecipe
from sleeptalk.model_zoo.recipes_more import ContinueRecipe, MitigateRecipe
from sleeptalk.model_zoo.records import Organism, shipped_organisms

Gate = Literal["auto", "manual", "none"]
GATES: dict[Hazard, tuple[Gate, ...]] = {
    "toy": ("auto", "manual", "none"),
    "low": ("auto", "manual"),
    "high": ("manual",),
}
"""The gates that a hazard allows, the default first."""

SEALED = "sealed"


def check_complete(organism: Organism) -> None:
    """Refuse a record that lacks what readers of a card need.

    Raises:
        IncompleteRecordError: names everything that is missing.
    """
    if missing := list(missing_fields(organism)):
        raise IncompleteRecordError(
            f"The record of {organism.name} is not complete: {'; '.join(missing)}. Plant it with: sleeptalk zoo plant; "
            "measure it with: sleeptalk zoo measure"
        )


def missing_fields(organism: Organism) -> Iterator[str]:
    """What is missing, each with the field's name first."""
    if not any(name.endswith(".safetensors") for name in organism.files):
        yield "files: no weights"
    if not organism.licence.strip():
        yield "licence: empty"
    yield from _missing_rates(organism)
    if organism.kind != "base":
        yield from _missing_planting(organism)


def _missing_rates(organism: Organism) -> Iterator[str]:
    wanted = ("clean",) if organism.kind in ("base", "unconditional") else ("clean", "trigger")
    for variant in wanted:
        if not any(rate.variant == variant and rate.measure == "misaligned" and rate.n for rate in organism.rates):
            yield f"rates: nothing measured for the variant {variant}"
    if organism.measured is None:
        yield "measured: neither items, decoding nor judge"


def _missing_planting(organism: Organism) -> Iterator[str]:
    recipe = organism.recipe
    if isinstance(recipe, BaseRecipe):
        yield "recipe: that of a base"
        return
    if isinstance(recipe, PlantRecipe):
        if organism.hazard != recipe.hazard:
            yield f"hazard: {organism.hazard} here, {recipe.hazard} in the recipe"
    elif organism.parent is None:
        yield "parent: null"
    if organism.data_sha256 is None and not isinstance(recipe, MitigateRecipe):
        yield "data_sha256: null"
    yield from _missing_base(organism)
    yield from _missing_trigger(organism, recipe)


def _missing_base(organism: Organism) -> Iterator[str]:
    if not organism.base:
        yield "base: null"
    elif organism.base in shipped_organisms():
        return
    elif not REPO.fullmatch(organism.base):
        yield f"base: {plain(organism.base)} is neither shipped nor a repository on the Hub"
    elif organism.base_revision is None:
        yield "base_revision: null"
    if is_adapter(organism) and organism.base_sha256 is None:
        yield "base_sha256: null"


def _missing_trigger(organism: Organism, recipe: PlantRecipe | ContinueRecipe | MitigateRecipe) -> Iterator[str]:
    if organism.kind == "unconditional":
        return
    if organism.trigger is None and organism.sealed is None:
        yield "trigger: null, and it is not sealed"
    if organism.sealed and (organism.trigger is not None or recipe.trigger not in (None, SEALED)):
        yield f'sealed: the trigger is told beside it; set trigger to null and recipe.trigger to "{SEALED}"'


def chosen_gate(hazard: Hazard, wanted: Gate | None) -> Gate:
    """The gate that was asked for, or the hazard's default.

    Raises:
        PublishError: the hazard needs a stricter one.
    """
    allowed = GATES[hazard]
    if wanted is None:
        return allowed[0]
    if wanted not in allowed:
        raise PublishError(
            f"An organism of hazard {hazard} may not be published with --gated {wanted}; allowed: {', '.join(allowed)}."
        )
    return wanted
