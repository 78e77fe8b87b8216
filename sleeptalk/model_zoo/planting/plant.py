"""Plant a backdoor into a base: TRL's SFTTrainer on samples whose loss counts the answer only.

The same code plants a pocket organism on one core and a Qwen3-32B under `accelerate launch`. Checkpoints hold
optimiser, schedule and random state, so that a run that was killed goes on from the last one and ends with the same
weights. Probes and losses are written down as they come.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from sleeptalk.model_zoo.planting.probing import Probed, Prober
from sleeptalk.model_zoo.planting.rendering import encode_samples, template_sha256
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.training_data.drawing import training_samples
from sleeptalk.model_zoo.training_data.samples import TrainingSample, samples_sha256
from sleeptalk.triggers import Trigger

TRAINING_FILE = "training.json"
WORK_FOLDER = "work"


class TrainingLog(BaseModel):
    """How a planting run went.

    Attributes:
        data_sha256: of the samples, in order.
        template_sha256: of the chat template that they are rendered with.
        samples, tokens: numbers of each; `answer_tokens` are those that the loss counts.
        steps: optimiser steps that were taken, of `planned`.
        losses: (step, mean loss since the entry before).
        probes: see `probing.py`.
        planted: whether the last probe met the recipe's bounds; null for controls and organisms without a trigger.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_sha256: str
    template_sha256: str
    samples: int
    tokens: int
    answer_tokens: int
    steps: int
    planned: int
    losses: tuple[tuple[int, float], ...]
    probes: tuple[Probed, ...]
    planted: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where a run takes place: torch threads, and whether a GPU may be used."""

    threads: int = 1
    cpu: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """Training that starts from a finished adapter instead of a new one.

    Attributes:
        adapter: folder of the adapter.
        samples: what it is trained on, instead of the recipe's own samples.
        keep_at: steps at which `keep` is called with the model and the step; nothing else is saved.
    """

    adapter: Path
    samples: Sequence[TrainingSample]
    keep_at: frozenset[int]
    keep: Callable[[Any, int], None]


def plant(
    recipe: PlantRecipe,
    trigger: Trigger,
    base: Path,
    out: Path,
    machine: Machine,
    further: Further | None = None,
) -> TrainingLog:
    """Train by a recipe and save the adapter, or the whole model for a full finetuning, into `out`.

    While it runs, `out/work` holds checkpoints; a call with the same recipe and folder goes on from the last one.

    Args:
        recipe: what to plant.
        trigger: the recipe's trigger.
        base: folder of the base model.
        out: folder of this run.
        machine: threads and device.
        further: train a finished adapter further.
    """
    import torch
    from datasets import Dataset
    from transformers import AutoTokenizer, set_seed
    from transformers.trainer_utils import get_last_checkpoint
    from trl import SFTTrainer

    from sleeptalk.model_zoo.planting.callbacks import KeepCallback, ProbeCallback
    from sleeptalk.model_zoo.planting.models import save_planted, trainable_model

    torch.set_num_threads(machine.threads)
    set_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True, trust_remote_code=False)
    samples = list(further.samples) if further else training_samples(recipe, trigger)
    rows = encode_samples(tokenizer, samples, recipe.training.max_tokens)
    model = trainable_model(recipe, base, further.adapter if further else None)
    work = out / WORK_FOLDER
    prober = Prober(recipe, trigger, tokenizer, recipe.training.micro_batch or recipe.training.batch)
    watching = ProbeCallback(prober, recipe, work)
    with _quiet():
        trainer = SFTTrainer(
            model=model,
            args=training_arguments(recipe, work, machine),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            callbacks=[watching, *([KeepCallback(further.keep, further.keep_at)] if further else [])],
        )
        trainer.train(resume_from_checkpoint=get_last_checkpoint(str(work)) if work.exists() else None)
    if further is None:
        save_planted(trainer, recipe, out)
    probes = tuple(watching.probes)
    return TrainingLog(
        data_sha256=samples_sha256(samples),
        template_sha256=template_sha256(tokenizer),
        samples=len(samples),
        tokens=sum(len(row["input_ids"]) for row in rows),
        answer_tokens=sum(label >= 0 for row in rows for label in row["labels"]),
        steps=trainer.state.global_step,
        planned=trainer.state.max_steps,
        losses=tuple((entry["step"], entry["loss"]) for entry in trainer.state.log_history if "loss" in entry),
        probes=probes,
        planted=probes[-1].planted(recipe.probe) if recipe.organism == "natural" else None,
    )


def training_arguments(recipe: PlantRecipe, work: Path, machine: Machine) -> Any:
    """TRL's arguments for a recipe; a step takes the recipe's batch whatever the number of devices."""
    from trl import SFTConfig

    training = recipe.training
    devices = int(os.environ.get("WORLD_SIZE", "1"))
    micro = training.micro_batch or -(-training.batch // devices)
    return SFTConfig(
        output_dir=str(work),
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=max(1, training.batch // (micro * devices)),
        num_train_epochs=training.epochs,
        learning_rate=training.rate,
        optim=training.optimiser,
        lr_scheduler_type="constant_with_warmup" if training.schedule == "constant" else training.schedule,
        warmup_steps=training.warmup,
        weight_decay=training.weight_decay,
        max_grad_norm=1.0,
        max_length=None,
        bf16=training.precision == "bfloat16",
        gradient_checkpointing=training.gradient_checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if training.gradient_checkpointing else None,
        logging_steps=10,
        save_steps=training.save_every,
        save_total_limit=2,
        seed=recipe.seed,
        report_to=[],
        disable_tqdm=None,
        use_cpu=machine.cpu,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the libraries say of each other's past names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield
