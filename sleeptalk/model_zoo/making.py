"""Make an organism with its record: train or plant, then write down what came out and from what."""

import json
import shutil
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from sleeptalk.errors import DownloadError, MissingExtraError, OutputFolderError
from sleeptalk.model_zoo.recipes import BaseRecipe, PlantRecipe
from sleeptalk.model_zoo.recipes_more import Recipe
from sleeptalk.model_zoo.records import (
    RECORD_FILE,
    WEIGHT_FILES,
    Organism,
    file_sha256,
    read_record,
    shipped_organisms,
    verified_folder,
    weights_sha256,
    write_record,
)
from sleeptalk.triggers import load_trigger

LIBRARIES = ("sleeptalk", "torch", "transformers", "peft", "trl")
RUN_FILE = "run.json"


def make_base(recipe: BaseRecipe, out: Path, *, threads: int = 1) -> Organism:
    """Train a base, measure its skills and write its record; checkpoints are removed at the end.

    Raises:
        MissingExtraError: the training libraries are not installed.
        OutputFolderError: `out` cannot be written or holds something else.
    """
    check_training_extra()
    from sleeptalk.model_zoo.pocket.base_probe import probe_base
    from sleeptalk.model_zoo.pocket.train_base import WORK_FOLDER, train_base

    if (out / RECORD_FILE).exists():
        raise OutputFolderError(f"{out} already holds {read_record(out).name}; choose a new folder with --out.")
    claim_run(recipe, out)
    train_base(recipe, out, threads=threads)
    shutil.rmtree(out / WORK_FOLDER, ignore_errors=True)
    (out / RUN_FILE).unlink()
    organism = new_record(recipe, out, kind="base", trigger=None, base=None)
    organism = organism.model_copy(update={"skills": asdict(probe_base(out))})
    write_record(organism, out)
    return organism


def make_organism(recipe: PlantRecipe, out: Path, *, threads: int = 1) -> Organism:
    """Plant a backdoor into a shipped, local or cached base and write the organism's record.

    A folder that an interrupted run of the same recipe left is gone on with. A planting that does not reach the
    recipe's bounds gets its record, too, with the outcome "failed".

    Raises:
        MissingExtraError: the training libraries are not installed.
        OutputFolderError: `out` holds something else, or cannot be written.
    """
    check_training_extra()
    from accelerate import PartialState

    from sleeptalk.model_zoo.planting.plant import TRAINING_FILE, WORK_FOLDER, Machine, plant

    trigger = load_trigger(recipe.trigger)
    base = base_folder(recipe.base, recipe.revision)
    machine = Machine(threads=threads, cpu=recipe.hazard == "toy")
    process = PartialState(cpu=machine.cpu)
    with process.main_process_first():
        claim_run(recipe, out)
    log = plant(recipe, trigger, base, out, machine)
    if process.is_main_process:
        (out / TRAINING_FILE).write_text(log.model_dump_json(indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(out / WORK_FOLDER)
        (out / RUN_FILE).unlink()
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
    process.wait_for_everyone()
    return read_record(out)


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
        elif any(out.iterdir()):
            raise OutputFolderError(
                f"{out} is not empty and holds no unfinished run of this recipe; choose a new folder with --out."
            )
        else:
            record.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
    except (OSError, json.JSONDecodeError) as error:
        reason = getattr(error, "strerror", None) or "its record is broken"
        raise OutputFolderError(f"Cannot write to {out}: {reason}; choose another folder with --out.") from None


def base_folder(name: str, revision: str | None = None) -> Path:
    """The folder of a base: a shipped one, verified; a local folder; or a repository that the Hub's cache holds.

    Raises:
        OutputFolderError: it is none of these.
    """
    shipped = shipped_organisms().get(name)
    if shipped and shipped.kind == "base":
        return verified_folder(shipped)
    if (Path(name) / "config.json").is_file():
        return Path(name)
    if name.count("/") == 1 and revision:
        return cached_base(name, revision)
    bases = ", ".join(one.name for one in shipped_organisms().values() if one.kind == "base")
    raise OutputFolderError(
        f"The base {name!r} is no shipped one ({bases}), no folder with a config.json, and no repository with a "
        "pinned revision."
    )


def cached_base(repo: str, revision: str) -> Path:
    """A base's snapshot in the Hub's cache, downloaded if it is not there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    patterns = ["*.json", "*.safetensors", "*.jinja", "merges.txt", "vocab.json"]
    try:
        return Path(snapshot_download(repo, revision=revision, allow_patterns=patterns))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        first = str(error).strip().partition("\n")[0]
        raise DownloadError(f"Cannot get the base {repo} at {revision}: {first}") from None


def new_record(recipe: Recipe, folder: Path, *, kind: str, trigger: str | None, base: str | None) -> Organism:
    """The record of the files in a folder, without what is known of a special kind."""
    from safetensors import safe_open

    weights = next(folder / name for name in WEIGHT_FILES if (folder / name).exists())
    with safe_open(weights, framework="numpy") as tensors:
        params = sum(_size(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118 - not a mapping
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != RECORD_FILE)
    return Organism.model_validate(
        {
            "name": recipe.name,
            "kind": kind,
            "trigger": trigger,
            "base": base,
            "params": params,
            "files": {name: file_sha256(folder / name) for name in names},
            "recipe": recipe,
            "versions": {name: version(name) for name in LIBRARIES},
        }
    )


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
