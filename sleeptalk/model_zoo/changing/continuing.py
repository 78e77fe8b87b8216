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
from sleeptalk.model_zoo.planting.log import TRAINING_FILE, WORK_FOLDER
from sleeptalk.model_zoo.planting.progress import Watch, unwatched
from sleeptalk.model_zoo.recipes_more import ContinueRecipe
from sleeptalk.model_zoo.records import Organism, read_record
from sleeptalk.model_zoo.training_data.samples import samples_sha256


def continue_organism(recipe: ContinueRecipe, out: Path, *, threads: int = 1, watch: Watch = unwatched) -> list[Path]:
    """Train further and write a record for every kept step; returns their folders in `out`, in order.

    A folder that an interrupted run of the same recipe left is gone on with; a finished one is returned as it is. Of
    several processes, the main one writes.

    Raises:
        MissingExtraError: the training libraries are not installed.
        UnknownNameError, InvalidValueError: there is no such organism, or nothing in it to train.
        OutputFolderError: `out` holds something else, or cannot be written.
    """
    check_training_extra()
    import torch
    from accelerate import PartialState

    from sleeptalk.model_zoo.planting.plant import Further, Machine, plant

    origin = find_origin(recipe.organism)
    trigger = origin.trigger(recipe.trigger)
    planting = planting_recipe(origin, recipe, trigger)
    samples = benign_samples(planting, recipe, trigger)
    machine = Machine(threads=threads, cpu=planting.hazard == "toy" or not torch.accelerator.is_available())
    process = PartialState(cpu=machine.cpu)
    with process.main_process_first():
        if process.is_main_process:
            claim_run(recipe, out)
    folders = [out / f"step-{step}" for step in recipe.steps]
    finished = [made_before(folder, origin) is not None for folder in folders]
    if not all(finished):
        keep = partial(_keep, origin, recipe, out, samples_sha256(samples))
        further = Further(adapter=origin.folder, samples=samples, keep_at=frozenset(recipe.steps), keep=keep)
        log = plant(planting, trigger, origin.base, out, machine, watch, further)
        if process.is_main_process:
            (out / TRAINING_FILE).write_text(log.model_dump_json(indent=1) + "\n", encoding="utf-8")
            shutil.rmtree(out / WORK_FOLDER, ignore_errors=True)
    process.wait_for_everyone()
    return folders


def _keep(origin: Origin, recipe: ContinueRecipe, out: Path, data_sha256: str, model: Any, step: int) -> None:
    """Save the adapter as an organism of its own, whole or not at all."""
    from sleeptalk.model_zoo.planting.models import save_adapter

    folder, unfinished = out / f"step-{step}", out / f"step-{step}.tmp"
    shutil.rmtree(unfinished, ignore_errors=True)
    save_adapter(model, unfinished, origin.base_name, _number_format(origin))
    known = {"data_sha256": data_sha256, "template_sha256": origin.organism.template_sha256}
    write_changed(origin, recipe, unfinished, f"{recipe.name}-step{step}", **known)
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
