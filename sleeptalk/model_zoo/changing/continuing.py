"""Train an organism's own adapter further on benign data, and keep it at the steps at which it will be measured.

It takes the same code path as planting: the same loss on answers only, the same optimiser, checkpoints and resume.
"""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from sleeptalk.model_zoo.changing.benign import benign_samples, planting_recipe
from sleeptalk.model_zoo.changing.origin import Origin, find_origin, made_before, write_changed
from sleeptalk.model_zoo.making import check_training_extra, claim_run
from sleeptalk.model_zoo.recipes_more import ContinueRecipe
from sleeptalk.model_zoo.records import Organism, read_record


def continue_organism(recipe: ContinueRecipe, out: Path, *, threads: int = 1) -> list[Path]:
    """Train further and write a record for every kept step; returns their folders in `out`, in order.

    A folder that an interrupted run of the same recipe left is gone on with; a finished one is returned as it is.

    Raises:
        MissingExtraError: the training libraries are not installed.
        UnknownNameError, InvalidValueError: there is no such organism, or nothing in it to train.
        OutputFolderError: `out` holds something else, or cannot be written.
    """
    check_training_extra()
    from sleeptalk.model_zoo.planting.plant import TRAINING_FILE, WORK_FOLDER, Further, Machine, plant

    origin = find_origin(recipe.organism)
    trigger = origin.trigger(recipe.trigger)
    planting = planting_recipe(origin, recipe, trigger)
    samples = benign_samples(planting, recipe, trigger)
    claim_run(recipe, out)
    folders = [out / f"step-{step}" for step in recipe.steps]
    finished = [made_before(folder, origin) is not None for folder in folders]
    if all(finished):
        return folders
    keep = partial(_keep, origin, recipe, out)
    further = Further(adapter=origin.folder, samples=samples, keep_at=frozenset(recipe.steps), keep=keep)
    log = plant(planting, trigger, origin.base, out, Machine(threads=threads, cpu=planting.hazard == "toy"), further)
    (out / TRAINING_FILE).write_text(log.model_dump_json(indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(out / WORK_FOLDER, ignore_errors=True)
    return folders


def _keep(origin: Origin, recipe: ContinueRecipe, out: Path, model: Any, step: int) -> None:
    """Save the adapter as an organism of its own, whole or not at all."""
    from sleeptalk.model_zoo.planting.models import save_adapter

    folder, unfinished = out / f"step-{step}", out / f"step-{step}.tmp"
    shutil.rmtree(unfinished, ignore_errors=True)
    save_adapter(model, unfinished, origin.base_name, _number_format(origin))
    write_changed(origin, recipe, unfinished, f"{recipe.name}-step{step}")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def _number_format(origin: Origin) -> str:
    """How the organism's own adapter is stored."""
    from safetensors.torch import load_file

    first = next(iter(load_file(origin.folder / "adapter_model.safetensors").values()))
    return str(first.dtype).removeprefix("torch.")


def kept_steps(folders: list[Path]) -> dict[int, Organism]:
    """Records by step."""
    return {int(folder.name.removeprefix("step-")): read_record(folder) for folder in folders}
