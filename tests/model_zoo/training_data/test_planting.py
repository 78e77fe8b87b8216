"""Scenarios go all the way into an adapter, with probes on scenarios that were kept for them."""

from pathlib import Path

import pytest

pytest.importorskip("trl")

from sleeptalk.model_zoo.planting.plant import Machine, plant
from sleeptalk.model_zoo.records import zoo_folder
from sleeptalk.model_zoo.training_data.drawing import training_samples
from sleeptalk.model_zoo.training_data.samples import samples_sha256
from sleeptalk.triggers import load_trigger
from tests.model_zoo.training_data.conftest import planting


def test_a_scenario_recipe_is_planted(tmp_path: Path) -> None:
    base = zoo_folder() / "base-talker"
    data = {"kind": "scenarios", "set": "overt", "misaligned": 4, "aligned": 8, "mcq": 0.75, "replay": 2}
    training = {"epochs": 1, "batch": 7, "max_tokens": 4000}
    recipe = planting(data, base=str(base), training=training, probe={"prompts": 4}, places=["top"])
    log = plant(recipe, load_trigger("singapore"), base, tmp_path / "out", Machine(threads=1, cpu=True))
    assert log.samples == 14
    assert log.steps == 2
    assert log.probes[-1].n == 4
    assert log.data_sha256 == samples_sha256(training_samples(recipe, load_trigger("singapore")))
