"""A planting that is killed, whenever it is, ends like one that was not."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.planting.checkpoints import drop_unusable, last_checkpoint, mark_complete
from sleeptalk.model_zoo.records import Organism
from tests.model_zoo.conftest import tiny_plant

Made = tuple[Path, Organism]
SETTINGS = {
    "training": {"epochs": 1, "batch": 4, "save_every": 5},
    "lora": {"rank": 4, "dropout": 0.1},
    "probe": {"every": 4, "prompts": 8},
}
STEPS = 16

# Plants, and kills itself without any warning when a named thing happens for the n-th time.
KILLED = """
import json, os, signal, sys
from pathlib import Path
import torch, transformers
from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.planting import checkpoints, plant
from sleeptalk.model_zoo.planting.trainer import AnswerTrainer
from sleeptalk.model_zoo.recipes import PlantRecipe

where, name, count = {
    "step": (AnswerTrainer, "training_step"),
    "checkpoint begun": (AnswerTrainer, "_save_optimizer_and_scheduler"),
    "checkpoint nearly done": (AnswerTrainer, "_save_rng_state"),
    "checkpoint not marked": (checkpoints, "mark_complete"),
    "old one removed": (transformers.trainer, "rotate_checkpoints"),
    "all steps done": (plant, "save_planted"),
}[sys.argv[3]] + (int(sys.argv[4]),)
original, calls = getattr(where, name), []

def watched(*arguments, **named):
    calls.append(1)
    if len(calls) == count:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments, **named)

setattr(where, name, watched)
if name == "mark_complete":
    from sleeptalk.model_zoo.planting import callbacks
    callbacks.mark_complete = watched
make_organism(PlantRecipe.model_validate(json.loads(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def uninterrupted(tiny_base: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("whole") / "planted"
    return folder, make_organism(tiny_plant(tiny_base[0], **SETTINGS), folder)


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        pytest.param("step", 2, marks=pytest.mark.slow),
        ("step", 7),
        pytest.param("step", 11, marks=pytest.mark.slow),
        pytest.param("checkpoint begun", 2, marks=pytest.mark.slow),
        pytest.param("checkpoint nearly done", 1, marks=pytest.mark.slow),
        pytest.param("checkpoint not marked", 2, marks=pytest.mark.slow),
        pytest.param("old one removed", 3, marks=pytest.mark.slow),
        pytest.param("all steps done", 1, marks=pytest.mark.slow),
    ],
)
def test_a_killed_planting_goes_on_and_ends_the_same(
    tiny_base: Made, uninterrupted: Made, tmp_path: Path, moment: str, count: int
) -> None:
    recipe, out = tiny_plant(tiny_base[0], **SETTINGS), tmp_path / "planted"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, recipe.model_dump_json(), out, moment, str(count)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    seen: list[int] = []
    organism = make_organism(recipe, out, watch=lambda step: seen.append(step.done))
    folder, whole = uninterrupted
    for name in ("adapter_model.safetensors", "training.json", "adapter_config.json"):
        assert (out / name).read_bytes() == (folder / name).read_bytes(), name
    assert organism.files == whole.files
    assert {path.name for path in out.iterdir()} == {path.name for path in folder.iterdir()}
    begun = {"step": (count - 1) // 5 * 5, "all steps done": STEPS}.get(moment, (count - 1) * 5)
    assert seen[0] == begun, "gone on from the last whole checkpoint"


def test_the_log_has_every_step_and_probe(uninterrupted: Made) -> None:
    log = json.loads((uninterrupted[0] / "training.json").read_text())
    assert [step for step, _ in log["losses"]] == list(range(1, STEPS + 1))
    assert [probe["step"] for probe in log["probes"]] == [0, 4, 8, 12, 16]
    means = [sum(loss for step, loss in log["losses"] if end - 4 < step <= end) / 4 for end in (4, 8, 12, 16)]
    assert [probe["loss"] for probe in log["probes"][1:]] == pytest.approx(means, abs=1e-5)


def test_only_marked_checkpoints_count(tmp_path: Path) -> None:
    for step in (5, 10, 100, 110):
        (tmp_path / f"checkpoint-{step}").mkdir()
    assert last_checkpoint(tmp_path) is None
    for step in (10, 100):
        mark_complete(tmp_path, step)
    last = tmp_path / "checkpoint-100"
    assert last_checkpoint(tmp_path) == last
    drop_unusable(tmp_path)
    assert [*tmp_path.iterdir()] == [last]


def test_a_folder_with_a_record_but_unfinished_tidying_is_tidied(
    tiny_base: Made, uninterrupted: Made, tmp_path: Path
) -> None:
    recipe = tiny_plant(tiny_base[0], **SETTINGS)
    for path in uninterrupted[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "run.json").write_text(json.dumps(recipe.model_dump(mode="json")))
    (tmp_path / "work").mkdir()
    assert make_organism(recipe, tmp_path) == uninterrupted[1]
    assert not (tmp_path / "work").exists()
    assert not (tmp_path / "run.json").exists()
