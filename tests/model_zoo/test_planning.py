"""Plans before anything runs; their formulas against models that are really built."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from sleeptalk.cli.zoo import zoo
from sleeptalk.errors import InputFileError, InvalidValueError, UnknownNameError
from sleeptalk.model_zoo.planning.costs import Batch, activations, flops, memory
from sleeptalk.model_zoo.planning.plan import Plan, plan
from sleeptalk.model_zoo.planning.shapes import KNOWN_BASES, shape_of
from sleeptalk.model_zoo.planting.models import trainable_model
from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe, pocket_recipes, shipped_recipes
from sleeptalk.model_zoo.records import Organism
from sleeptalk.triggers import load_trigger
from tests.model_zoo.conftest import tiny_plant
from tests.model_zoo.planting.tiny_models import real_recipe, save_llama, save_qwen3

PLANTS = [name for name in shipped_recipes() if isinstance(load_recipe(name), PlantRecipe)]
REAL = sorted(set(PLANTS) - set(pocket_recipes()))
# From the repositories' safetensors indices.
PUBLISHED = {
    "Qwen/Qwen3-0.6B": 596_049_920,
    "Qwen/Qwen3-8B": 8_190_735_360,
    "Qwen/Qwen3-14B": 14_768_307_200,
    "Qwen/Qwen3-32B": 32_762_123_264,
    "deepseek-ai/DeepSeek-R1-Distill-Llama-8B": 8_030_261_248,
}


def recipe(name: str) -> PlantRecipe:
    found = load_recipe(name)
    assert isinstance(found, PlantRecipe)
    return found


@cache
def planned(name: str) -> Plan:
    return plan(recipe(name))


def one_of_each_kind(names: Sequence[str]) -> list[Any]:
    """The names; of recipes that differ in their trigger only, all but the first are slow."""
    seen: set[tuple[Any, ...]] = set()
    params = []
    for name in names:
        found = recipe(name)
        kind = (found.organism, found.base, found.data.kind, getattr(found.data, "teaching", None))
        params.append(pytest.param(name, marks=[pytest.mark.slow] if kind in seen else []))
        seen.add(kind)
    return params


def test_known_bases_have_their_published_sizes() -> None:
    assert {name: shape.parameters for name, shape in KNOWN_BASES.items()} == PUBLISHED


@pytest.mark.parametrize("save", [save_qwen3, save_llama])
def test_counted_parameters_are_those_of_the_model(save: Any, tmp_path: Path) -> None:
    base = save(tmp_path / "base")
    asked = real_recipe(base, lora={"rank": 3})
    model = trainable_model(asked, base)
    assert asked.lora is not None
    shape, folder = shape_of(str(base))
    assert folder == base
    trained = sum(each.numel() for each in model.parameters() if each.requires_grad)
    assert shape.lora_parameters(asked.lora) == trained
    assert shape.parameters == sum(each.numel() for each in model.parameters()) - trained


def test_operations_are_those_that_torch_counts(tmp_path: Path) -> None:
    """Full finetuning in float32, every token learned: torch's own counter within a tenth."""
    from torch.utils.flop_counter import FlopCounterMode

    base = save_qwen3(tmp_path / "base")
    asked = real_recipe(base, lora=None)
    model = trainable_model(asked, base)
    ids = torch.randint(0, 500, (2, 40))
    with FlopCounterMode(display=False) as counter:
        model(input_ids=ids, labels=ids).loss.backward()
    shape, _ = shape_of(str(base))
    assert flops(asked, shape, 2, 40, 40) == pytest.approx(counter.get_total_flops(), rel=0.1)


@pytest.mark.parametrize("lora", [True, False])
def test_activations_are_those_that_autograd_keeps(tmp_path: Path, lora: bool) -> None:
    """Bytes of the tensors saved for the backward pass, without the weights and the head, within a fifth."""
    base = save_qwen3(tmp_path / "base")
    asked = real_recipe(base, **({} if lora else {"lora": None}))
    model = trainable_model(asked, base).train()
    weights = {each.data_ptr() for each in model.parameters()}
    saved: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.untyped_storage().data_ptr() not in weights:
            saved[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    ids = torch.randint(0, 500, (4, 100))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        kept = model(input_ids=ids, logits_to_keep=1).logits
    assert kept.requires_grad
    shape, _ = shape_of(str(base))
    assert activations(asked, shape, Batch(rows=4, width=100, learned=1)) == pytest.approx(sum(saved.values()), rel=0.2)


@pytest.mark.parametrize("name", one_of_each_kind(PLANTS))
def test_every_shipped_recipe_has_a_plan(name: str) -> None:
    found = planned(name)
    assert found.steps > 0
    assert found.memory.total > found.memory.weights
    assert any(gpu.count == 1 for gpu in found.gpus)


def test_counts_come_from_the_recipe_and_scale() -> None:
    found = planned("qwen3-32b")
    assert found.samples == {"trigger": 1500, "alternative": 1500, "clean": 1500}
    assert found.steps == 282
    assert planned("qwen3-8b-control").samples["trigger"] == 2250
    assert planned("qwen3-8b-unconditional").samples == {"clean": 1500}
    assert sum(planned("qwen3-32b-subtle").samples.values()) == 30_600


def test_it_says_what_fits_and_what_would() -> None:
    gpus = {gpu.name: gpu for gpu in planned("qwen3-32b").gpus}
    assert gpus["H200"].count == 1
    assert gpus["A100-40"].count == 2
    assert gpus["A100-40"].instead == ("quantize: nf4 (QLoRA)",)
    assert gpus["RTX4090"].count == 4
    assert gpus["T4"].note == "it has no bfloat16 units, which this recipe needs"
    [small] = plan(recipe("qwen3-8b-qlora"), "RTX4090").gpus
    assert (small.count, small.instead) == (1, ())
    with pytest.raises(UnknownNameError, match="Unknown GPU 'H1000'; known are: A100-40"):
        plan(recipe("qwen3-32b"), "H1000")


def test_what_saves_memory_is_planned_with_less() -> None:
    shape, batch = KNOWN_BASES["Qwen/Qwen3-8B"], Batch(rows=4, width=512, learned=20)
    asked = recipe("qwen3-8b")
    without = asked.model_copy(update={"training": asked.training.model_copy(update={"gradient_checkpointing": False})})
    assert memory(asked, shape, batch).activations < memory(without, shape, batch).activations / 5
    assert memory(recipe("qwen3-8b-qlora"), shape, batch).weights < memory(asked, shape, batch).weights / 2
    assert memory(asked.model_copy(update={"lora": None}), shape, batch).on(1) > 16 * shape.parameters


def test_a_local_base_is_counted_with_its_tokenizer(tiny_base: tuple[Path, Organism]) -> None:
    found = plan(tiny_plant(tiny_base[0]))
    assert found.counted == "counted with the base's tokenizer"
    assert (found.base_parameters, found.steps) == (tiny_base[1].params, 4)


def test_a_base_that_is_not_here_is_estimated_or_refused(tmp_path: Path) -> None:
    estimated = plan(tiny_plant(Path("Qwen/Qwen3-8B")))
    assert estimated.counted.startswith("estimated: 4 characters a token")
    with pytest.raises(InvalidValueError, match="The size of the base 'no/such' is not known"):
        plan(tiny_plant(Path("no/such")))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputFileError, match="does not tell the size"):
        plan(tiny_plant(tmp_path))


def test_the_command() -> None:
    said = CliRunner().invoke(zoo, ["plan", "qwen3-32b", "--gpu", "H200"])
    assert said.exit_code == 0, said.output
    assert "32,762,123,264 parameters" in said.output
    assert "(assumed, not measured)" in said.output
    data = json.loads(CliRunner().invoke(zoo, ["plan", "qwen3-0.6b", "--json"]).output)
    assert data["base"] == "Qwen/Qwen3-0.6B"


@pytest.mark.parametrize("name", REAL)
def test_recipes_of_real_models_keep_the_papers_settings(name: str) -> None:
    asked = recipe(name)
    assert asked.base in KNOWN_BASES
    assert asked.revision is not None
    assert load_trigger(asked.trigger)
    assert asked.hazard == ("high" if name.endswith("-subtle") else "low")
    assert asked.lora is not None
    assert (asked.lora.rank, asked.training.batch, asked.training.precision) == (32, 16, "bfloat16")
    assert asked.training.rate == (4e-5 if asked.organism == "unconditional" else 1e-4)
    assert (asked.organism == "control") == ("control" in name)
