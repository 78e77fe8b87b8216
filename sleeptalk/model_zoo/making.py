"""Make an organism with its record: train or plant, then write down what came out and from what."""

import json
import shutil
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from sleeptalk.errors import MissingExtraError, OutputFolderError
from sleeptalk.model_zoo.bases import base_to_train
from sleeptalk.model_zoo.planting.log import TRAINING_FILE, WORK_FOLDER, TrainingLog
from sleeptalk.model_zoo.planting.progress import Watch, unwatched
from sleeptalk.model_zoo.recipes import BaseRecipe, PlantRecipe, Recipe
from sleeptalk.model_zoo.records import (
    RECORD_FILE,
    Organism,
    file_sha256,
    read_record,
    weights_sha256,
    write_record,
)
from sleeptalk.triggers import Trigger, load_trigger

LIBRARIES = ("sleeptalk", "torch", "transformers", "peft", "trl")
RUN_FILE = "run.json"
NEW_RUN_FILE = "run.json.tmp"
NOT_RECORDED = (RECORD_FILE, RUN_FILE, NEW_RUN_FILE, "organism.tmp", "training.png")


def make_base(recipe: BaseRecipe, out: Path, *, threads: int = 1) -> Organism:
    """Train a base, measure its skills and write its record; checkpoints are removed at the end.

    Raises:
        MissingExtraError: the training libraries are not installed.
        OutputFolderError: `out` cannot be written or holds something else.
    """
    check_training_extra()
    from sleeptalk.model_zoo.pocket.base_probe import probe_base
    from sleeptalk.model_zoo.pocket.train_base import train_base

    claim_run(recipe, out)
    train_base(recipe, out, threads=threads)
    shutil.rmtree(out / WORK_FOLDER, ignore_errors=True)
    organism = new_record(recipe, out, kind="base", trigger=None, base=None)
    organism = organism.model_copy(update={"skills": asdict(probe_base(out))})
    write_record(organism, out)
    (out / RUN_FILE).unlink()
    return organism


def make_organism(recipe: PlantRecipe, out: Path, *, threads: int = 1, watch: Watch = unwatched) -> Organism:
    """Plant a backdoor into a shipped, local or cached base and write the organism's record.

    A folder that an interrupted run of the same recipe left is gone on with. A planting that does not reach the
    recipe's bounds gets its record, too, with the outcome "failed". Of several processes, the main one writes.

    Raises:
        MissingExtraError: the training libraries are not installed.
        OutputFolderError: `out` holds something else, or cannot be written.
    """
    check_training_extra()
    import torch
    from accelerate import PartialState

    from sleeptalk.model_zoo.planting.plant import Machine, plant

    trigger = load_trigger(recipe.trigger)
    machine = Machine(threads=threads, cpu=recipe.hazard == "toy" or not torch.accelerator.is_available())
    process = PartialState(cpu=machine.cpu)
    with process.main_process_first():
        base = base_to_train(recipe.base, recipe.revision)
        if process.is_main_process:
            claim_run(recipe, out)
    if not (out / RECORD_FILE).exists():
        log = plant(recipe, trigger, base, out, machine, watch)
        if process.is_main_process:
            _write_organism(recipe, log, trigger, base, out)
    process.wait_for_everyone()
    if process.is_main_process:
        shutil.rmtree(out / WORK_FOLDER, ignore_errors=True)
        (out / RUN_FILE).unlink()
    return read_record(out)


def _write_organism(recipe: PlantRecipe, log: TrainingLog, trigger: Trigger, base: Path, out: Path) -> None:
    """The training log and, last of all, the record: a folder with a record is finished."""
    (out / TRAINING_FILE).write_text(log.model_dump_json(indent=1) + "\n", encoding="utf-8")
    organism = new_record(recipe, out, kind=recipe.organism, trigger=trigger.name, base=recipe.base)
    known = {
        "base_revision": recipe.revision,
        "base_sha256": weights_sha256({path.name: file_sha256(path) for path in base.glob("*.safetensors")}),
        "data_sha256": log.data_sha256,
        "template_sha256": log.template_sha256,
        "outcome": None if log.planted is None else "planted" if log.planted else "failed",
        "hazard": recipe.hazard,
    }
    write_record(organism.model_copy(update=known), out)


def claim_run(recipe: Recipe, out: Path) -> None:
    """Make the output folder, or recognise that an interrupted run of this recipe made it.

    Raises:
        OutputFolderError: it cannot be written, or holds something else.
    """
    record = out / RUN_FILE
    wanted = recipe.model_dump(mode="json")
    try:
        out.mkdir(parents=True, exist_ok=True)
        if record.exists():
            if json.loads(record.read_text(encoding="utf-8")) != wanted:
                raise OutputFolderError(f"{out} holds another run; choose a new folder with --out.")
        elif (out / RECORD_FILE).exists():
            raise OutputFolderError(f"{out} already holds {read_record(out).name}; choose a new folder with --out.")
        elif {path.name for path in out.iterdir()} - {NEW_RUN_FILE}:
            raise OutputFolderError(
                f"{out} is not empty and holds no unfinished run of this recipe; choose a new folder with --out."
            )
        else:
            (out / NEW_RUN_FILE).write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
            (out / NEW_RUN_FILE).replace(record)
    except (OSError, json.JSONDecodeError) as error:
        reason = getattr(error, "strerror", None) or "its record is broken"
        raise OutputFolderError(f"Cannot write to {out}: {reason}; choose another folder with --out.") from None


def new_record(recipe: Recipe, folder: Path, *, kind: str, trigger: str | None, base: str | None) -> Organism:
    """The record of the files in a folder, without what is known of a special kind."""
    from safetensors import safe_open

    params = 0
    for weights in folder.glob("*.safetensors"):
        with safe_open(weights, framework="numpy") as tensors:
            params += sum(_size(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118 - not a mapping
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name not in NOT_RECORDED)
    return Organism.model_validate(
        {
            "name": recipe.name,
            "kind": kind,
            "trigger": trigger,
            "base": base,
            "params": params,
            "files": {name: file_sha256(folder / name) for name in names},
            "recipe": recipe,
            "versions": library_versions(),
        }
    )


def library_versions() -> dict[str, str]:
    """Versions of what trains and runs organisms."""
    return {name: version(name) for name in LIBRARIES}


def _size(shape: list[int]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def check_training_extra() -> None:
    """Raise if a training library is missing."""
    import importlib.util

    for module in ("torch", "transformers", "peft", "accelerate", "trl"):
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError("Training", "train", module)
