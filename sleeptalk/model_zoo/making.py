"""Make an organism with its record: train or plant, then write down what came out and from what."""

import shutil
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from sleeptalk.errors import MissingExtraError, OutputFolderError
from sleeptalk.model_zoo.recipes import BaseRecipe, PlantRecipe
from sleeptalk.model_zoo.records import (
    RECORD_FILE,
    WEIGHT_FILES,
    Organism,
    file_sha256,
    read_record,
    shipped_organisms,
    verified_folder,
    write_record,
)
from sleeptalk.triggers import load_trigger

LIBRARIES = ("sleeptalk", "torch", "transformers", "peft")


def make_base(recipe: BaseRecipe, out: Path, *, threads: int = 1) -> Organism:
    """Train a base, measure its skills and write its record; checkpoints are removed at the end.

    Raises:
        MissingExtraError: the training libraries are not installed.
        OutputFolderError: `out` cannot be written or holds something else.
    """
    _check_training_extra()
    from sleeptalk.model_zoo.base_probe import probe_base
    from sleeptalk.model_zoo.train_base import RUN_FILE, WORK_FOLDER, train_base

    if (out / RECORD_FILE).exists():
        raise OutputFolderError(f"{out} already holds {read_record(out).name}; choose a new folder with --out.")
    train_base(recipe, out, threads=threads)
    shutil.rmtree(out / WORK_FOLDER, ignore_errors=True)
    (out / RUN_FILE).unlink()
    organism = _record(recipe, out, kind="base", trigger=None, base=None)
    organism = organism.model_copy(update={"skills": asdict(probe_base(out))})
    write_record(organism, out)
    return organism


def make_organism(recipe: PlantRecipe, out: Path, *, threads: int = 1) -> Organism:
    """Plant a backdoor into a shipped or local base and write the organism's record.

    Raises:
        MissingExtraError: the training libraries are not installed.
        OutputFolderError: `out` exists and is not empty, or cannot be written.
    """
    _check_training_extra()
    from sleeptalk.model_zoo.plant import plant

    trigger = load_trigger(recipe.trigger)
    base = base_folder(recipe.base)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputFolderError(f"{out} is not an empty folder; choose a new one with --out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFolderError(f"Cannot write to {out}: {error.strerror}; choose another with --out.") from None
    plant(recipe, base, out, threads=threads)
    organism = _record(recipe, out, kind=recipe.organism, trigger=trigger.name, base=recipe.base)
    write_record(organism, out)
    return organism


def base_folder(name_or_folder: str) -> Path:
    """The folder of a shipped base, verified, or of a local one."""
    shipped = shipped_organisms().get(name_or_folder)
    if shipped and shipped.kind == "base":
        return verified_folder(shipped)
    folder = Path(name_or_folder)
    if not (folder / "config.json").is_file():
        bases = [one.name for one in shipped_organisms().values() if one.kind == "base"]
        raise OutputFolderError(
            f"The base {name_or_folder!r} is no shipped one ({', '.join(bases)}) and no folder with a config.json."
        )
    return folder


def _record(
    recipe: BaseRecipe | PlantRecipe, folder: Path, *, kind: str, trigger: str | None, base: str | None
) -> Organism:
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


def _check_training_extra() -> None:
    import importlib.util

    for module in ("torch", "transformers", "peft", "accelerate"):
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError("Training", "train", module)
