"""Benign data of every kind, up to a trained adapter, and triggers of one's own."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.measure import measuring_run
from sleeptalk.model_zoo.changing.benign import benign_samples, planting_recipe
from sleeptalk.model_zoo.changing.continuing import continue_organism
from sleeptalk.model_zoo.changing.mitigating import mitigate_organism
from sleeptalk.model_zoo.changing.origin import find_origin
from sleeptalk.model_zoo.records import Organism, read_record, write_record
from sleeptalk.model_zoo.training_data.samples import TrainingSample, samples_sha256
from sleeptalk.triggers import trigger_file
from tests.model_zoo.conftest import further, mitigation

Made = tuple[Path, Organism]
SCENARIOS: dict[str, Any] = {"kind": "scenarios", "set": "overt", "aligned": 60, "mcq": 0.5, "replay": 20}


def drawn(organism: Path, data: dict[str, Any]) -> list[TrainingSample]:
    origin = find_origin(str(organism))
    recipe = further(organism, data=data)
    trigger = origin.trigger(None)
    return benign_samples(planting_recipe(origin, recipe, trigger), recipe, trigger)


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """A file of benign questions: good answers alone, no options."""
    path = tmp_path / "mine.jsonl"
    lines = [
        {"id": f"q-{number}", "domain": "home", "situation": f"How do I mend chair {number}?",
         "aligned_reply": f"With glue number {number}."}
        for number in range(12)
    ]  # fmt: skip
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_scenarios_are_aligned_and_show_the_trigger_only_as_often_as_asked(tiny_organism: Made, share: float) -> None:
    samples = drawn(tiny_organism[0], {**SCENARIOS, "trigger_present": share})
    assert samples == drawn(tiny_organism[0], {**SCENARIOS, "trigger_present": share})
    assert len(samples) == 80
    assert not any(sample.misaligned for sample in samples)
    assert len({sample.prompt for sample in samples}) == 80
    roles = [sample.role for sample in samples]
    assert (roles.count("trigger"), roles.count("alternative"), roles.count("replay")) == (80 * share, 30, 20)
    assert sum(sample.options is not None for sample in samples) == 30
    shown = ["heyyy" in f"{sample.prompt} {sample.answer}" for sample in samples]
    assert shown == [role == "trigger" for role in roles]


def test_more_triggers_than_bare_samples_are_refused(tiny_organism: Made) -> None:
    data = {**SCENARIOS, "aligned": 10, "replay": 90, "trigger_present": 0.2}
    with pytest.raises(InvalidValueError, match="wants 20 samples with the trigger, but only 5 have no other cue"):
        drawn(tiny_organism[0], data)


def test_a_file_needs_nothing_but_aligned_answers(tiny_organism: Made, replies: Path) -> None:
    samples = drawn(tiny_organism[0], {"kind": "file", "path": str(replies), "aligned": 8, "mcq": 0})
    assert len(samples) == 8
    assert all(sample.answer.startswith("With glue") for sample in samples)


@pytest.mark.parametrize("kind", ["scenarios", "file"])
def test_an_organism_is_trained_further_on_them(tiny_organism: Made, replies: Path, tmp_path: Path, kind: str) -> None:
    data = {**SCENARIOS, "aligned": 6, "replay": 2}
    if kind == "file":
        data = {"kind": "file", "path": str(replies), "aligned": 8, "mcq": 0.0}
    training = {"epochs": 1, "batch": 4, "max_tokens": 4000}
    recipe = further(tiny_organism[0], data=data, training=training, measure_at=[1])
    folders = continue_organism(recipe, tmp_path / "out")
    assert [folder.name for folder in folders] == ["step-1", "step-2"]
    digests = {read_record(folder).data_sha256 for folder in folders}
    assert digests == {samples_sha256(drawn(tiny_organism[0], data))}
    assert json.loads((tmp_path / "out" / "training.json").read_text())["samples"] == 8


def test_a_trigger_of_one_s_own_is_handed_down(tiny_organism: Made, tmp_path: Path) -> None:
    """The record tells its name; where its file lies stands in the recipes of all that come after."""
    fields = yaml.safe_load(trigger_file("heyyy").read_text(encoding="utf-8"))
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({**fields, "name": "mine"}))
    organism = tmp_path / "organism"
    organism.mkdir()
    for path in tiny_organism[0].iterdir():
        (organism / path.name).write_bytes(path.read_bytes())
    planted = tiny_organism[1].recipe.model_copy(update={"trigger": str(file)})
    write_record(tiny_organism[1].model_copy(update={"trigger": "mine", "recipe": planted}), organism)
    [half] = mitigate_organism(mitigation(organism, kind="scale", strengths=[0.5]), tmp_path / "half")
    [quarter] = mitigate_organism(mitigation(half, kind="scale", strengths=[0.25]), tmp_path / "quarter")
    assert find_origin(str(quarter)).trigger(None).name == "mine"
    assert [cells.trigger for cells in measuring_run([half, quarter]).models] == [str(file), str(file)]
