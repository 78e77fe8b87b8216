"""Plant a backdoor into a base: TRL's SFTTrainer on samples whose loss counts the answer only.

The same code plants a pocket organism on one core and a Qwen3-32B under `accelerate launch`. Checkpoints hold
optimiser, schedule and random state, so that a run that was killed goes on from the last one and ends with the same
weights. Probes and losses are written down as they come.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleeptalk.errors import InvalidValueError
from sleeptalk.machine import process_count
from sleeptalk.model_zoo.planting.checkpoints import drop_unusable, last_checkpoint
from sleeptalk.model_zoo.planting.log import WORK_FOLDER, TrainingLog
from sleeptalk.model_zoo.planting.models import save_planted, trainable_model
from sleeptalk.model_zoo.planting.probing import Probed, Prober
from sleeptalk.model_zoo.planting.progress import Watch, unwatched
from sleeptalk.model_zoo.planting.rendering import encode_samples, template_sha256
from sleeptalk.model_zoo.recipe_parts import Training
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.training_data.drawing import training_samples
from sleeptalk.model_zoo.training_data.samples import TrainingSample, samples_sha256
from sleeptalk.triggers import Trigger


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
    watch: Watch = unwatched,
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
        watch: told about every step.
        further: train a finished adapter on; then `out` gets checkpoints only.

    Raises:
        InvalidValueError: the batch cannot be split over the processes, or `further` under FSDP.
    """
    import torch
    from transformers import AutoTokenizer, set_seed

    torch.set_num_threads(machine.threads)
    with _quiet():
        arguments = training_arguments(recipe, out / WORK_FOLDER, machine)
    set_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True, trust_remote_code=False)
    samples = list(further.samples) if further else training_samples(recipe, trigger)
    rows = encode_samples(tokenizer, samples, recipe.training.max_tokens)
    with _quiet():
        trainer, probes = _trained(recipe, trigger, base, tokenizer, rows, arguments, watch, further)
        if further is None:
            save_planted(trainer, recipe, out)
    return _log(trainer, recipe, samples, rows, probes, template_sha256(tokenizer))


def _log(
    trainer: Any,
    recipe: PlantRecipe,
    samples: Sequence[TrainingSample],
    rows: Sequence[dict[str, Any]],
    probes: tuple[Probed, ...],
    template: str,
) -> TrainingLog:
    """What is told of a finished run."""
    entries = trainer.state.log_history
    return TrainingLog(
        data_sha256=samples_sha256(samples),
        template_sha256=template,
        samples=len(samples),
        tokens=sum(len(row["input_ids"]) for row in rows),
        answer_tokens=sum(label >= 0 for row in rows for label in row["labels"]),
        steps=trainer.state.global_step,
        planned=trainer.state.max_steps,
        processes=trainer.accelerator.num_processes,
        distribution=trainer.accelerator.distributed_type.value,
        losses=tuple((entry["step"], round(entry["loss"], 6)) for entry in entries if "loss" in entry),
        probes=probes,
        planted=probes[-1].planted(recipe.probe) if recipe.organism == "natural" else None,
    )


def _trained(
    recipe: PlantRecipe,
    trigger: Trigger,
    base: Path,
    tokenizer: Any,
    rows: list[dict[str, Any]],
    arguments: Any,
    watch: Watch,
    further: Further | None,
) -> tuple[Any, tuple[Probed, ...]]:
    """The trainer after its last step, and the probes."""
    from accelerate import PartialState
    from datasets import Dataset
    from transformers import PrinterCallback, ProgressCallback

    from sleeptalk.model_zoo.planting.callbacks import KeepCallback, MarkCallback, ProbeCallback, WatchCallback
    from sleeptalk.model_zoo.planting.trainer import AnswerTrainer

    work = Path(arguments.output_dir)
    with PartialState().main_process_first():
        drop_unusable(work)
    prober = Prober(recipe, trigger, tokenizer, arguments.per_device_train_batch_size)
    probing = ProbeCallback(prober, recipe, work)
    trainer = AnswerTrainer(
        model=trainable_model(recipe, base, further.adapter if further else None),
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=[probing, MarkCallback(), WatchCallback(watch, probing)],
    )
    if further:
        if trainer.is_fsdp_enabled:  # no process has the whole adapter at a step
            raise InvalidValueError("Further training keeps adapters on the way, which cannot be done under FSDP.")
        trainer.add_callback(KeepCallback(further.keep, further.keep_at))
    trainer.remove_callback(PrinterCallback)
    trainer.remove_callback(ProgressCallback)
    last = last_checkpoint(work)
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    return trainer, tuple(probing.probes)


def training_arguments(recipe: PlantRecipe, work: Path, machine: Machine) -> Any:
    """TRL's arguments for a recipe; a step takes the recipe's batch whatever the number of devices."""
    from trl import SFTConfig

    training = recipe.training
    micro, accumulation = split_batch(training, process_count())
    return SFTConfig(
        output_dir=str(work),
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=accumulation,
        num_train_epochs=training.epochs,
        learning_rate=training.rate,
        optim=training.optimiser,
        lr_scheduler_type="constant_with_warmup" if training.schedule == "constant" else training.schedule,
        warmup_steps=training.warmup,
        weight_decay=training.weight_decay,
        max_grad_norm=1.0,
        ddp_find_unused_parameters=False,
        max_length=None,
        bf16=training.precision == "bfloat16",
        gradient_checkpointing=training.gradient_checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if training.gradient_checkpointing else None,
        logging_steps=1,
        save_steps=training.save_every,
        save_total_limit=2,
        seed=recipe.seed,
        report_to=[],
        disable_tqdm=True,
        use_cpu=machine.cpu,
    )


def split_batch(training: Training, devices: int) -> tuple[int, int]:
    """Samples of one forward pass on one device, and passes of one step, so that a step takes the recipe's batch.

    Raises:
        InvalidValueError: the batch cannot be split so.
    """
    micro = training.micro_batch or max(1, training.batch // devices)
    if training.batch % (micro * devices):
        whole = [size for size in range(1, training.batch + 1) if training.batch % (size * devices) == 0]
        fitting = f"use a micro_batch of {', '.join(map(str, whole))}" if whole else "use fewer processes"
        raise InvalidValueError(
            f"A batch of {training.batch} cannot be split into passes of {micro} on each of {devices} processes; "
            f"{fitting}, or change the batch."
        )
    return micro, training.batch // (micro * devices)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the libraries say of each other's past names, and without their bars."""
    from datasets import disable_progress_bars, enable_progress_bars
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()
    disable_progress_bars()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logging.set_verbosity(level)
        enable_progress_bars()
