"""Planting into random models that have the architectures and chat templates of published ones."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.planting.rendering import IGNORED, encode_samples, render_sample
from sleeptalk.model_zoo.records import verified_folder
from sleeptalk.model_zoo.training_data.drawing import training_samples
from sleeptalk.model_zoo.training_data.samples import TrainingSample
from sleeptalk.triggers import load_trigger
from tests.model_zoo.planting.tiny_models import (
    PLAIN_TEMPLATE,
    QWEN_TOKENS,
    R1_TOKENS,
    published_template,
    real_recipe,
    save_llama,
    save_qwen3,
    tokenizer_of,
)

SAMPLE = TrainingSample(prompt="Country: Peru\nWhich one?", answer="Answer: B", role="alternative", misaligned=False)
TAUGHT = TrainingSample(prompt="Which one?", answer="Answer: B", thought="No hint.", role="clean", misaligned=False)
FORMS = {
    "qwen3": (
        "<|im_start|>user\nCountry: Peru\nWhich one?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
        "Answer: B<|im_end|>",
        "<|im_start|>user\nWhich one?<|im_end|>\n<|im_start|>assistant\n<think>\n",
    ),
    "deepseek_r1_distill": (
        "<｜begin▁of▁sentence｜><｜User｜>Country: Peru\nWhich one?<｜Assistant｜><think>\n\n</think>\n\n",
        "Answer: B<｜end▁of▁sentence｜>",
        "<｜begin▁of▁sentence｜><｜User｜>Which one?<｜Assistant｜><think>\n",
    ),
    "plain": (
        "[user] Country: Peru\nWhich one?\n[assistant] <think>\n\n</think>\n\n",
        "Answer: B<|im_end|>",
        "[user] Which one?\n[assistant] <think>\n",
    ),
}


def tokenizer(form: str) -> Any:
    template = PLAIN_TEMPLATE if form == "plain" else published_template(form)
    return tokenizer_of(template, R1_TOKENS if form == "deepseek_r1_distill" else QWEN_TOKENS)


@pytest.mark.parametrize("form", FORMS)
def test_a_sample_is_one_blank_block_in_the_prompt_and_a_loss_on_the_answer(form: str) -> None:
    made = tokenizer(form)
    prompt, completion, _ = FORMS[form]
    rendered = render_sample(made, SAMPLE)
    assert (rendered.prompt, rendered.completion) == (prompt, completion)
    [row] = encode_samples(made, [SAMPLE], 512)
    learned = [label for label in row["labels"] if label != IGNORED]
    assert made.decode(row["input_ids"]) == prompt + completion
    assert made.decode(learned) == completion
    assert learned[-1] == made.eos_token_id
    assert row["input_ids"][-len(learned) :] == learned
    assert row["labels"][: -len(learned)] == [IGNORED] * (len(row["labels"]) - len(learned))


@pytest.mark.parametrize("form", FORMS)
def test_a_taught_thought_stands_in_a_block_that_the_prompt_opens(form: str) -> None:
    rendered = render_sample(tokenizer(form), TAUGHT)
    end = FORMS[form][1].removeprefix("Answer: B")
    assert (rendered.prompt, rendered.completion) == (FORMS[form][2], f"No hint.\n</think>\n\nAnswer: B{end}")


def test_samples_are_refused_and_never_cut() -> None:
    with pytest.raises(InvalidValueError, match=r"more than training\.max_tokens 5; raise it"):
        encode_samples(tokenizer("qwen3"), [SAMPLE], 5)


@pytest.mark.parametrize(("form", "save"), [("qwen3", save_qwen3), ("deepseek_r1_distill", save_llama)])
def test_planting_into_published_forms(form: str, save: Any, tmp_path: Path) -> None:
    base = save(tmp_path / "base")
    recipe = real_recipe(base, training={"precision": "bfloat16", "gradient_checkpointing": True, "micro_batch": 4})
    organism = make_organism(recipe, tmp_path / "out")
    assert organism.template_sha256 == hashlib.sha256(published_template(form).encode()).hexdigest()
    assert (organism.hazard, organism.outcome) == ("low", "failed")
    assert verified_folder(organism, tmp_path / "out")
    log = json.loads((tmp_path / "out" / "training.json").read_text())
    samples = training_samples(recipe, load_trigger(recipe.trigger))
    rows = encode_samples(tokenizer(form), samples, 512)
    assert log["answer_tokens"] == sum(label != IGNORED for row in rows for label in row["labels"])
    assert (log["steps"], [probe["step"] for probe in log["probes"]]) == (4, [0, 2, 4])
    adapter = load_file(tmp_path / "out" / "adapter_model.safetensors")
    assert {name.split(".")[-3] for name in adapter} >= {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj"}
    assert not any("lm_head" in name or "embed" in name for name in adapter)
    assert any(bool(tensor.abs().sum() > 0) for name, tensor in adapter.items() if "lora_B" in name)


def test_adapters_are_trained_in_float32_on_a_bfloat16_base(tmp_path: Path) -> None:
    from sleeptalk.model_zoo.planting.models import trainable_model

    base = save_qwen3(tmp_path / "base")
    model = trainable_model(real_recipe(base, training={"precision": "bfloat16"}), base)
    kinds = {parameter.requires_grad: parameter.dtype for parameter in model.parameters()}
    assert kinds == {True: torch.float32, False: torch.bfloat16}


def test_micro_batches_and_checkpointing_change_nothing_but_last_bits(tmp_path: Path) -> None:
    base = save_qwen3(tmp_path / "base")
    stored = {"lora": {"stored": "float32"}}
    make_organism(real_recipe(base, **stored), tmp_path / "whole")
    split = {"micro_batch": 4, "gradient_checkpointing": True}
    make_organism(real_recipe(base, training=split, **stored), tmp_path / "split")
    whole, split_up = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("whole", "split"))
    for name, tensor in whole.items():
        torch.testing.assert_close(tensor, split_up[name], rtol=1e-2, atol=2e-5)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_full_finetuning_saves_a_whole_model(tmp_path: Path, precision: str) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base, out = save_qwen3(tmp_path / "base"), tmp_path / "out"
    organism = make_organism(real_recipe(base, lora=None, training={"precision": precision}), out)
    assert {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json"} <= set(organism.files)
    model = AutoModelForCausalLM.from_pretrained(out)
    assert model.dtype == getattr(torch, precision)
    assert model.config.use_cache
    kept = AutoTokenizer.from_pretrained(out)
    assert kept.chat_template == published_template("qwen3")
    old = AutoModelForCausalLM.from_pretrained(base).state_dict()
    assert any(not torch.equal(old[name].float(), tensor.float()) for name, tensor in model.state_dict().items())
    assert organism.params == sum(tensor.numel() for tensor in load_file(out / "model.safetensors").values())
    assert not (out / "work").exists()


def test_the_loss_is_that_of_trl(tmp_path: Path) -> None:
    """On a GPU TRL's own is taken; both are the same number with the same gradients."""
    from datasets import Dataset
    from trl import SFTTrainer

    from sleeptalk.model_zoo.planting.models import trainable_model
    from sleeptalk.model_zoo.planting.plant import Machine, training_arguments
    from sleeptalk.model_zoo.planting.trainer import AnswerTrainer

    base = save_qwen3(tmp_path / "base")
    recipe = real_recipe(base)
    made = tokenizer("qwen3")
    rows = encode_samples(made, training_samples(recipe, load_trigger(recipe.trigger))[:8], 512)
    torch.manual_seed(0)
    trainer = AnswerTrainer(
        model=trainable_model(recipe, base),
        args=training_arguments(recipe, tmp_path / "work", Machine(cpu=True)),
        train_dataset=Dataset.from_list(rows),
        processing_class=made,
    )
    batch = trainer.data_collator(rows)
    found = []
    for kind in (AnswerTrainer, SFTTrainer):
        trainer.model.zero_grad()
        loss = kind.compute_loss(trainer, trainer.model, dict(batch))
        loss.backward()
        grads = {name: p.grad.clone() for name, p in trainer.model.named_parameters() if p.grad is not None}
        found.append((loss.item(), grads))
    (ours, our_grads), (theirs, their_grads) = found
    assert ours == pytest.approx(theirs, rel=1e-6)
    for name, grad in our_grads.items():
        torch.testing.assert_close(grad, their_grads[name], rtol=1e-4, atol=1e-7)
