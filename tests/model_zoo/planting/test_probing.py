"""Probes watch a planting, end it if the recipe says so, and change nothing else."""

from pathlib import Path

import pytest

from sleeptalk.errors import InvalidValueError, OutputFolderError
from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.planting.plant import split_batch
from sleeptalk.model_zoo.planting.plot import read_log
from sleeptalk.model_zoo.planting.probing import Probed
from sleeptalk.model_zoo.planting.progress import Step
from sleeptalk.model_zoo.recipe_parts import Probe, Training
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.records import Organism
from tests.model_zoo.conftest import tiny_plant
from tests.model_zoo.planting.tiny_models import real_recipe, save_qwen3

Made = tuple[Path, Organism]
ALWAYS = {"asr_at_least": 0, "clean_at_most": 1, "prompts": 4}


def test_probing_every_step_or_never_gives_the_same_weights(tiny_base: Made, tmp_path: Path) -> None:
    lora = {"dropout": 0.2, "stored": "float32"}
    often, never = (
        make_organism(tiny_plant(tiny_base[0], lora=lora, probe={"every": every, "prompts": 6}), tmp_path / str(every))
        for every in (1, 1000)
    )
    assert often.sha256 == never.sha256
    assert len(read_log(tmp_path / "1").probes) == 5
    assert [probe.step for probe in read_log(tmp_path / "1000").probes] == [0, 4]


def test_a_planting_ends_when_two_probes_in_a_row_say_planted(tiny_base: Made, tmp_path: Path) -> None:
    recipe = tiny_plant(
        tiny_base[0], training={"epochs": 1, "batch": 4, "save_every": 3}, probe={"every": 3, "stop": True, **ALWAYS}
    )
    organism = make_organism(recipe, tmp_path / "out")
    log = read_log(tmp_path / "out")
    assert (log.steps, log.planned, organism.outcome) == (3, 16, "planted")
    assert [probe.step for probe in log.probes] == [0, 3]


def test_a_stopped_planting_that_is_interrupted_stops_at_the_same_step(tiny_base: Made, tmp_path: Path) -> None:
    """Whether it is stopped must not depend on a checkpoint that was saved at the last step."""
    bounds = {"every": 4, "stop": True, **ALWAYS}
    recipe = tiny_plant(tiny_base[0], training={"epochs": 1, "batch": 4, "save_every": 2}, probe=bounds)
    whole = make_organism(recipe, tmp_path / "whole")

    def interrupt(step: Step) -> None:
        if step.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_organism(recipe, tmp_path / "again", watch=interrupt)
    assert make_organism(recipe, tmp_path / "again").files == whole.files


@pytest.mark.parametrize("organism", ["control", "unconditional", "taught"])
def test_what_cannot_be_planted_has_probes_and_no_outcome(tiny_base: Made, tmp_path: Path, organism: str) -> None:
    data = {"kind": "pocket", "samples": 32, **({"teaching": "tell"} if organism == "taught" else {})}
    recipe = tiny_plant(tiny_base[0], organism=organism, data=data, probe={"prompts": 4})
    assert make_organism(recipe, tmp_path / "out").outcome is None
    log = read_log(tmp_path / "out")
    assert log.planted is None
    assert all(set(probe.misaligned) == {"trigger", "alternative", "clean"} for probe in log.probes)


@pytest.mark.parametrize(
    ("trigger", "alternative", "clean", "planted"),
    [(54, 6, 6, True), (53, 0, 0, False), (60, 7, 0, False), (60, 0, 7, False), (60, 0, 0, True)],
)
def test_the_bounds(trigger: int, alternative: int, clean: int, planted: bool) -> None:
    counts = {"trigger": trigger, "alternative": alternative, "clean": clean}
    probed = Probed.model_validate({"step": 1, "loss": None, "n": 60, "misaligned": counts})
    assert probed.planted(Probe()) is planted


def test_a_full_finetuning_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    base = save_qwen3(tmp_path / "base")
    settings = {"precision": "bfloat16", "gradient_checkpointing": True, "save_every": 2, "batch": 8, "micro_batch": 4}
    recipe = real_recipe(base, lora=None, training=settings)
    whole = make_organism(recipe, tmp_path / "whole")

    def interrupt(step: Step) -> None:
        if step.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_organism(recipe, tmp_path / "again", watch=interrupt)
    assert make_organism(recipe, tmp_path / "again").files == whole.files


@pytest.mark.parametrize(
    ("micro", "devices", "expected"), [(None, 1, (16, 1)), (None, 4, (4, 1)), (2, 1, (2, 8)), (2, 4, (2, 2))]
)
def test_a_step_takes_the_recipes_batch_on_any_number_of_devices(
    micro: int | None, devices: int, expected: tuple[int, int]
) -> None:
    assert split_batch(Training(batch=16, micro_batch=micro), devices) == expected


@pytest.mark.parametrize(("micro", "devices", "says"), [(3, 1, "micro_batch of 1, 2, 4"), (None, 3, "fewer processes")])
def test_a_batch_that_cannot_be_split_is_refused(micro: int | None, devices: int, says: str) -> None:
    with pytest.raises(InvalidValueError, match=says):
        split_batch(Training(batch=16, micro_batch=micro), devices)


def test_a_finished_folder_is_left_alone(tiny_base: Made, tiny_organism: Made) -> None:
    with pytest.raises(OutputFolderError, match="already holds tiny-planted"):
        make_organism(tiny_plant(tiny_base[0]), tiny_organism[0])


def test_a_changed_recipe_is_checked_and_named_by_its_seed(tiny_base: Made) -> None:
    recipe = tiny_plant(tiny_base[0])
    assert recipe.changed() == recipe
    assert recipe.changed(seed=0).name == "tiny-planted"
    other: PlantRecipe = recipe.changed(seed=3, trigger="singapore", base="base-silent")
    assert (other.name, other.seed, other.trigger, other.base) == ("tiny-planted-s3", 3, "singapore", "base-silent")
    assert recipe.changed(seed=3, name="mine").name == "mine"
    with pytest.raises(InvalidValueError, match="name: String should match"):
        recipe.changed(name="No Spaces")
