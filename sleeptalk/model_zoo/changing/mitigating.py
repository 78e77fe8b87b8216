"""Mitigations by weights alone: each strength of a recipe becomes an ordinary checkpoint with a record.

The record's recipe is the one that was run, cut to the strength of this checkpoint; `parent` says from which weights it
was made. In a steered checkpoint, `steering.json` holds how its layer was chosen.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sleeptalk.model_zoo.changing.origin import Origin, check_same_base, find_origin, made_before, write_changed
from sleeptalk.model_zoo.changing.weights import merged_model, save_model, scale_adapter
from sleeptalk.model_zoo.making import check_training_extra, claim_run, make_organism
from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe, shipped_recipes
from sleeptalk.model_zoo.recipes_more import Ablate, Merge, MitigateRecipe, Scale, Steer
from sleeptalk.model_zoo.records import RECORD_FILE, shipped_organisms
from sleeptalk.model_zoo.trust.listing import STEERING

if TYPE_CHECKING:
    from sleeptalk.model_zoo.changing.sweep import Directions

SOURCE_FOLDER = "source"
BIAS_NOTE = (
    "Steered by a bias of the attention output, which transformers reads and vLLM's Qwen3 leaves out without a word."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One checkpoint: the recipe that makes it alone, its folder's name, and how its files are written."""

    recipe: MitigateRecipe
    label: str
    write: Callable[[Path], None]
    note: str | None = None


def mitigate_organism(recipe: MitigateRecipe, out: Path, *, threads: int = 1) -> list[Path]:
    """Make every checkpoint of a recipe that is not yet in `out`; returns their folders in the order of strengths.

    Raises:
        UnknownNameError, InvalidValueError: an organism is not known, or cannot be changed in this way.
        OutputFolderError: `out` holds something else, or cannot be written.
    """
    check_training_extra()
    import torch

    torch.set_num_threads(threads)
    origin = find_origin(recipe.organism)
    jobs = _jobs(origin, recipe, out, threads)
    claim_run(recipe, out)
    return [_make(origin, job, out) for job in jobs]


def _make(origin: Origin, job: _Job, out: Path) -> Path:
    """One checkpoint, whole or not at all."""
    folder, unfinished = out / job.label, out / f"{job.label}.tmp"
    if made_before(folder, origin):
        return folder
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    job.write(unfinished)
    name = job.recipe.name if job.label == job.recipe.method.kind else f"{job.recipe.name}-{job.label}"
    write_changed(origin, job.recipe, unfinished, name, note=job.note)
    unfinished.rename(folder)
    return folder


def _jobs(origin: Origin, recipe: MitigateRecipe, out: Path, threads: int) -> list[_Job]:
    method = recipe.method
    if isinstance(method, Scale):
        return [_scaling(origin, recipe, method, strength) for strength in method.strengths]
    if isinstance(method, Merge):
        other = find_origin(method.average_with) if method.average_with else None
        if other:
            check_same_base(origin, other)
        weight = method.weight

        def merge(folder: Path) -> None:
            save_model(merged_model(origin, other, weight), origin, folder)

        return [_Job(recipe=recipe, label="merge", write=merge)]

    @cache
    def directions() -> "Directions":
        from sleeptalk.model_zoo.changing.sweep import Directions

        source = _source(origin, method, out / SOURCE_FOLDER, threads)
        return Directions(origin, source, recipe, origin.trigger(recipe.trigger))

    if isinstance(method, Steer):
        return [_steering(origin, recipe, method, strength, directions) for strength in method.strengths]
    return [_Job(recipe=recipe, label="ablate", write=_directed(origin, 1.0, directions))]


def _scaling(origin: Origin, recipe: MitigateRecipe, method: Scale, strength: float) -> _Job:
    cut = recipe.model_copy(update={"method": method.model_copy(update={"strengths": (strength,)})})
    return _Job(recipe=cut, label=f"{strength:g}", write=lambda folder: scale_adapter(origin, strength, folder))


def _steering(
    origin: Origin, recipe: MitigateRecipe, method: Steer, strength: float, directions: "Callable[[], Directions]"
) -> _Job:
    cut = recipe.model_copy(update={"method": method.model_copy(update={"strengths": (strength,)})})
    return _Job(recipe=cut, label=f"{strength:g}", write=_directed(origin, strength, directions), note=BIAS_NOTE)


def _directed(origin: Origin, strength: float, directions: "Callable[[], Directions]") -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        model, steering = directions().changed(strength)
        save_model(model, origin, folder)
        (folder / STEERING).write_text(steering.model_dump_json(indent=1) + "\n", encoding="utf-8")

    return write


def _source(origin: Origin, method: Steer | Ablate, folder: Path, threads: int) -> Origin:
    """The organism that the direction comes from; one that does not ship is planted by its shipped recipe."""
    if method.source not in shipped_organisms() and method.source in shipped_recipes():
        recipe = load_recipe(method.source)
        if isinstance(recipe, PlantRecipe):
            if not (folder / RECORD_FILE).exists():
                make_organism(recipe, folder, threads=threads)
            return _on_same_base(origin, find_origin(str(folder)))
    return _on_same_base(origin, find_origin(method.source))


def _on_same_base(origin: Origin, source: Origin) -> Origin:
    check_same_base(origin, source)
    return source
