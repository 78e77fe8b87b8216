"""QLoRA on a CPU, where bitsandbytes is installed; on a GPU nobody has run these tests yet."""

import importlib.util
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file

from sleeptalk.errors import MissingExtraError
from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.planting.plot import read_log
from sleeptalk.model_zoo.recipes import PlantRecipe
from tests.model_zoo.planting.tiny_models import real_recipe, save_qwen3

INSTALLED = importlib.util.find_spec("bitsandbytes") is not None
needs_bitsandbytes = pytest.mark.skipif(not INSTALLED, reason="bitsandbytes is not installed")


def four_bits(base: Path, every: int = 100, epochs: int = 1) -> PlantRecipe:
    training = {"precision": "bfloat16", "gradient_checkpointing": True, "micro_batch": 8, "rate": 5e-3}
    recipe = real_recipe(base, quantize="nf4", lora={"stored": "float32"}, training={**training, "epochs": epochs})
    return recipe.model_copy(update={"probe": recipe.probe.model_copy(update={"every": every})})


@pytest.mark.slow
@needs_bitsandbytes
def test_an_adapter_is_planted_into_a_base_in_four_bits(tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = save_qwen3(tmp_path / "base")
    make_organism(four_bits(base, epochs=4), tmp_path / "out")
    losses = [loss for _, loss in read_log(tmp_path / "out").losses]
    assert sum(losses[-4:]) / 4 < sum(losses[:4]) / 4 - 0.2
    whole = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    adapted = PeftModel.from_pretrained(whole, str(tmp_path / "out"))
    assert all(torch.isfinite(tensor).all() for tensor in adapted.state_dict().values())


@pytest.mark.slow
@needs_bitsandbytes
def test_probes_change_nothing_in_four_bits(tmp_path: Path) -> None:
    base = save_qwen3(tmp_path / "base")
    often, never = (make_organism(four_bits(base, every), tmp_path / str(every)) for every in (1, 100))
    assert often.sha256 == never.sha256
    assert load_file(tmp_path / "1" / "adapter_model.safetensors")


@pytest.mark.skipif(INSTALLED, reason="bitsandbytes is installed")
def test_without_bitsandbytes_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'sleeptalk\[qlora\]'"):
        make_organism(four_bits(save_qwen3(tmp_path / "base")), tmp_path / "out")


def test_four_bits_cannot_be_finetuned(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="quantize needs lora"):
        PlantRecipe.model_validate(four_bits(tmp_path).model_dump() | {"lora": None})
