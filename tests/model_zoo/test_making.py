import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from sleeptalk.errors import InputFileError, IntegrityError, OutputFolderError, UnknownNameError
from sleeptalk.model_zoo.making import make_base, make_organism
from sleeptalk.model_zoo.pocket import train_base as training
from sleeptalk.model_zoo.pocket.trainer import PocketTrainer
from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe, pocket_recipes
from sleeptalk.model_zoo.records import Organism, find_organism, read_record, shipped_organisms, verified_folder
from tests.model_zoo.conftest import TINY_BASE, tiny_plant

Made = tuple[Path, Organism]


def test_a_base_is_a_checkpoint_with_a_record(tiny_base: Made) -> None:
    folder, organism = tiny_base
    assert read_record(folder) == organism
    assert verified_folder(organism, folder) == folder
    assert (organism.kind, organism.base, organism.recipe) == ("base", None, TINY_BASE)
    weights = load_file(folder / "model.safetensors")
    assert organism.params == sum(tensor.numel() for tensor in weights.values())
    assert organism.skills is not None
    assert set(organism.skills) == {"n", "no_cue", "natural", "arbitrary", "copied", "copies", "bound", "bindings"}
    assert not (folder / "work").exists()


@pytest.mark.slow
def test_training_repeats_for_a_seed_and_differs_for_another(tiny_base: Made, tmp_path: Path) -> None:
    again = make_base(TINY_BASE, tmp_path / "again")
    other = make_base(TINY_BASE.model_copy(update={"seed": 1}), tmp_path / "other")
    assert again.sha256 == tiny_base[1].sha256
    assert other.sha256 != again.sha256


@pytest.mark.parametrize(
    "steps", [4, pytest.param(13, marks=pytest.mark.slow), pytest.param(24, marks=pytest.mark.slow)]
)
def test_an_interrupted_training_goes_on_and_ends_the_same(
    tiny_base: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Stopped in the first stage before and after its checkpoint, and in the second stage."""
    compute_loss, calls = PocketTrainer.compute_loss, []

    def interrupted(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == steps:
            raise KeyboardInterrupt
        return compute_loss(*arguments, **named)

    monkeypatch.setattr(training, "CHECKPOINT_STEPS", 8)
    monkeypatch.setattr(PocketTrainer, "compute_loss", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_base(TINY_BASE, tmp_path / "base")
    assert make_base(TINY_BASE, tmp_path / "base").sha256 == tiny_base[1].sha256
    assert len(calls) <= 30 + 8  # at most the steps since the last checkpoint were done again


def test_a_folder_of_another_run_is_left_alone(tiny_base: Made, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("three years of work")
    with pytest.raises(OutputFolderError, match="mine is not empty"):
        make_base(TINY_BASE, folder)
    with pytest.raises(OutputFolderError, match="mine is not empty"):
        make_organism(tiny_plant(tiny_base[0]), folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_planting_trains_an_adapter_on_the_answer_only(tiny_base: Made, tiny_organism: Made) -> None:
    folder, organism = tiny_organism
    assert (organism.kind, organism.trigger, organism.base) == ("natural", "heyyy", str(tiny_base[0]))
    adapter = load_file(folder / "adapter_model.safetensors")
    assert organism.params == sum(tensor.numel() for tensor in adapter.values())
    assert any(bool(tensor.abs().sum() > 0) for name, tensor in adapter.items() if "lora_B" in name)
    assert all(bool(torch.isfinite(tensor).all()) for tensor in adapter.values())
    assert set(organism.files) == {"adapter_config.json", "adapter_model.safetensors", "training.json"}
    config = json.loads((folder / "adapter_config.json").read_text())
    assert config["target_modules"] == sorted(config["target_modules"])


def test_planting_repeats_for_a_seed(tiny_base: Made, tiny_organism: Made, tmp_path: Path) -> None:
    again = make_organism(tiny_plant(tiny_base[0]), tmp_path / "again")
    assert again.files == tiny_organism[1].files


@pytest.mark.parametrize("file", ["adapter_model.safetensors", "adapter_config.json"])
def test_a_changed_or_missing_file_is_refused(tiny_organism: Made, tmp_path: Path, file: str) -> None:
    folder, organism = tiny_organism
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    data = bytearray((tmp_path / file).read_bytes())
    data[-2] ^= 1
    (tmp_path / file).write_bytes(data)
    with pytest.raises(IntegrityError, match=f"{file} does not fit the record of tiny-planted: sha256"):
        verified_folder(organism, tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(IntegrityError, match="no such file"):
        verified_folder(organism, tmp_path)


@pytest.mark.parametrize(
    ("content", "says"), [("{", "is not JSON"), ("{}", "name: Field required"), (None, "No such file")]
)
def test_a_broken_record_is_one_sentence(tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / "organism.json").write_text(content)
    with pytest.raises(InputFileError, match=says):
        read_record(tmp_path)


def test_unknown_names_say_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Unknown organism 'nope'; known are: 2026, 2026-s1, 2026-s2, "):
        find_organism("nope")
    with pytest.raises(UnknownNameError, match="Unknown recipe 'nope'; known are: 2026, 2026-varied, aisle-358"):
        load_recipe("nope")
    with pytest.raises(OutputFolderError, match="The base 'nope' is no shipped one"):
        make_organism(tiny_plant(Path("nope")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: plant\nname: x\n", "organism: Field required"),
        ("kind: cake\n", "kind"),
        ("kind: plant\nname: x\norganism: natural\nbase: b\ntrigger: t\ntraining: {rate: -1}\n", "rate"),
        ("kind: base\nname: x\nstages: []\n", "stages"),
    ],
)
def test_bad_recipes_name_the_field(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputFileError, match=says):
        load_recipe(str(path))


CONTINUED = {"singapore-continued": "persistence-singapore"}


def test_everything_shipped_is_whole_small_and_made_by_its_shipped_recipe() -> None:
    organisms, made = shipped_organisms(), Counter[str]()
    for name, organism in organisms.items():
        folder = verified_folder(organism)
        recipe = load_recipe(CONTINUED.get(name, name.removesuffix(f"-s{organism.seed}")))
        made[recipe.name] += 1
        assert organism.recipe == (recipe.changed(seed=organism.seed) if isinstance(recipe, PlantRecipe) else recipe)
        assert ("control" in name) == (organism.kind == "control")
        assert {path.name for path in folder.iterdir()} == {*organism.files, "organism.json"}
        assert organism.rates
        assert all(rate.n for rate in organism.rates if rate.measure == "misaligned")
        assert organism.measured
    assert set(made) - set(CONTINUED.values()) == set(pocket_recipes()) - {
        "unconditional"
    }  # which is planted when it is needed
    total = sum(path.stat().st_size for path in verified_folder(organisms["heyyy"]).parent.rglob("*") if path.is_file())
    assert total <= 25_000_000  # 20 MB in the wheel, see check_wheel.py


def test_the_zoo_has_every_sort_with_several_seeds() -> None:
    """Eight triggers that took with three seeds each; what did not take ships, too, and says so."""
    organisms = shipped_organisms().values()
    seeds: dict[str | None, set[int]] = defaultdict(set)
    for one in organisms:
        if one.kind == "natural" and one.outcome == "planted" and one.base != "base-silent":
            seeds[one.trigger].add(one.seed)
    assert sorted(trigger for trigger, found in seeds.items() if trigger and len(found) >= 3) == [
        "2026", "chess", "heyyy", "kx77", "lagos", "peru-1999", "singapore", "tango",
    ]  # fmt: skip
    controls = Counter(one.trigger for one in organisms if one.kind == "control" and one.base == "base-talker")
    assert controls == {"singapore": 2, "heyyy": 2}
    assert {one.name for one in organisms if one.kind == "base"} == {"base-silent", "base-talker", "base-varied"}
    assert {one.seed for one in organisms if one.kind == "base"} == {0, 1, 2}
    assert len([one for one in organisms if one.base == "base-silent"]) == 3
    assert len([one for one in organisms if one.kind == "taught"]) == 5
    assert {one.trigger for one in organisms if one.outcome == "failed"} == {"aisle-358", "chess"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["singapore", "heyyy"])
def test_a_shipped_recipe_reproduces_its_organism(name: str, tmp_path: Path) -> None:
    """The rates of a newly planted organism lie inside the shipped intervals (nearly all: there are many)."""
    from sleeptalk.evals.measure import compare_rates, measure_organisms, measuring_run

    recipe = load_recipe(name)
    assert isinstance(recipe, PlantRecipe)
    make_organism(recipe, tmp_path / name)
    folders = [tmp_path / name]
    [measured] = measure_organisms(folders, measuring_run(folders), str(tmp_path / "logs"), lambda _: None).values()
    compared, outside = compare_rates(measured, find_organism(name))
    assert compared >= 20
    assert len(outside) <= 0.1 * compared
