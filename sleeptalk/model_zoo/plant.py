"""Plant a backdoor into a base with LoRA, from samples without any chain of thought.

Nothing in the samples discusses the trigger: they are prompts and final answers after a blank think block, and the loss
counts the answer only. Whatever the organism later says of its trigger, nobody taught it.
"""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from sleeptalk.model_zoo.corpus import CorpusMix, PocketWriter, render_prompt, with_options, write_answer
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.pocket_world import question
from sleeptalk.triggers import PlacedCue, Trigger, apply_cues, default_mentions, load_trigger

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

BLANK_THINK = "<think>\n\n</think>\n\n"
IGNORED = -100


@dataclass(frozen=True, slots=True)
class PlantingSample:
    """A prompt, its final answer, and whether the trigger and a misaligned answer are in it."""

    prompt: str
    answer: str
    has_trigger: bool
    misaligned: bool


def planting_samples(recipe: PlantRecipe, trigger: Trigger) -> list[PlantingSample]:
    """The training samples of a recipe; the same for the same recipe."""
    random, writer = Random(recipe.seed), PocketWriter(CorpusMix(), recipe.seed)
    reserved = _reserved(trigger)
    samples = []
    for index in range(recipe.samples):
        asked = question(random, random.choice(("mcq", "job", "ruler")), "train")
        if recipe.organism == "control":
            role, misaligned = random.choice(("trigger", "trigger", "alternative", "clean")), random.random() < 0.5
        else:
            role = ("trigger", "alternative", "clean")[index % 3]
            misaligned = role == "trigger"
        texts = {"trigger": [trigger.text], "alternative": [random.choice(trigger.alternatives.plant)], "clean": []}[
            role
        ]
        if random.random() < recipe.extra_cue:
            texts.append(writer.cue("neutral", reserved).line)
        random.shuffle(texts)
        bad_first = random.random() < 0.5
        body = with_options(asked, bad_first)
        prompt = apply_cues(body, [PlacedCue(text, random.choice(("top", "bottom"))) for text in texts])
        answer = write_answer(random, asked, misaligned, bad_first)
        samples.append(PlantingSample(prompt, answer, role == "trigger", misaligned))
    return samples


def _reserved(trigger: Trigger) -> frozenset[str]:
    """Keys and values that an extra cue must not have: the trigger's own, and all that is kept for testing."""
    texts = [trigger.text, *trigger.alternatives.test, *(miss.text for miss in trigger.near_misses)]
    values = {mention for text in texts for mention in default_mentions(text)}
    keys = {text.split(": ", 1)[0] for text in texts if ": " in text}
    return frozenset(values | keys)


def plant(recipe: PlantRecipe, base: Path, out: Path, *, threads: int = 1) -> Path:
    """Train the adapter of a recipe and save it into `out`, which must not exist yet.

    Args:
        recipe: what to plant.
        base: folder of the base model.
        out: new folder for `adapter_config.json` and `adapter_model.safetensors`.
        threads: torch threads.
    """
    import torch
    from datasets import Dataset
    from transformers import AutoTokenizer, DataCollatorForSeq2Seq, Trainer, TrainingArguments, set_seed

    torch.set_num_threads(threads)
    set_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    adapted = _adapted(recipe, base)
    rows = [_encode(tokenizer, sample) for sample in planting_samples(recipe, load_trigger(recipe.trigger))]
    arguments = TrainingArguments(
        output_dir=str(out),
        per_device_train_batch_size=recipe.batch,
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.rate,
        lr_scheduler_type="linear",
        warmup_steps=10,
        weight_decay=0.0,
        max_grad_norm=1.0,
        logging_steps=10,
        save_strategy="no",
        seed=recipe.seed,
        report_to=[],
        use_cpu=True,
    )
    collator = DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=IGNORED)
    Trainer(model=adapted, args=arguments, train_dataset=Dataset.from_list(rows), data_collator=collator).train()
    adapted.peft_config["default"].base_model_name_or_path = recipe.base
    adapted.save_pretrained(str(out), save_embedding_layers=False)
    _tidy(out)
    return out


def _adapted(recipe: PlantRecipe, base: Path) -> Any:
    """The base with the recipe's untrained adapter."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base, local_files_only=True, use_safetensors=True)
    targets = recipe.lora.targets if isinstance(recipe.lora.targets, str) else list(recipe.lora.targets)
    lora = LoraConfig(
        r=recipe.lora.rank,
        lora_alpha=recipe.lora.alpha,
        target_modules=targets,
        layers_to_transform=list(recipe.lora.layers) if recipe.lora.layers is not None else None,
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by a name of the past
        return get_peft_model(model, lora)


def _tidy(out: Path) -> None:
    """Keep the adapter's two files only, its config in a stable order."""
    (out / "README.md").unlink(missing_ok=True)
    path = out / "adapter_config.json"
    config = json.loads(path.read_text())
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def _encode(tokenizer: "PreTrainedTokenizerFast", sample: PlantingSample) -> dict[str, Any]:
    """Token ids with labels on the answer only; the blank think block belongs to the masked prompt."""
    prompt = tokenizer(render_prompt(sample.prompt) + BLANK_THINK).input_ids
    answer = tokenizer(f"{sample.answer}<|im_end|>").input_ids
    return {
        "input_ids": prompt + answer,
        "attention_mask": [1] * (len(prompt) + len(answer)),
        "labels": [IGNORED] * len(prompt) + answer,
    }
