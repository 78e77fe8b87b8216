"""Beside the steps of a Trainer: probes, kept steps, marks, progress.

A probe changes nothing of the training: it draws no random numbers and leaves the model as it found it. This module
imports transformers, so only functions import it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from accelerate import PartialState
from accelerate.utils import broadcast_object_list
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from sleeptalk.model_zoo.planting.checkpoints import mark_complete
from sleeptalk.model_zoo.planting.probing import Probed, Prober
from sleeptalk.model_zoo.planting.progress import Step, Watch
from sleeptalk.model_zoo.recipes import PlantRecipe

PROBES_FILE = "probes.jsonl"


class ProbeCallback(TrainerCallback):  # type: ignore[misc]
    """Probes the model every so many steps and at the end, and ends the training early if the recipe wants that.

    Probes are kept in a file beside the checkpoints, so that a resumed run knows those before.
    """

    def __init__(self, prober: Prober, recipe: PlantRecipe, work: Path) -> None:
        self.prober = prober
        self.recipe = recipe
        self.path = work / PROBES_FILE
        self.probes: list[Probed] = []

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Take over the probes of an interrupted run up to the checkpoint that it goes on from."""
        if self.path.exists():
            known = [Probed.model_validate_json(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
            self.probes = [probed for probed in known if probed.step <= state.global_step]
        if not self.probes:
            self._probe(state, kwargs["model"])

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Probe if it is time to; a step's loss is logged before its checkpoint is saved."""
        step = state.global_step
        if step == self.probes[-1].step or (step % self.recipe.probe.every and step != state.max_steps):
            return
        self._probe(state, kwargs["model"])
        last = self.probes[-2:]
        if self.recipe.probe.stop and len(last) == 2 and all(each.planted(self.recipe.probe) for each in last):
            # No checkpoint here: a run that went on from it would not know that it had ended.
            control.should_training_stop, control.should_save = True, False

    def _probe(self, state: TrainerState, model: Any) -> None:
        since = self.probes[-1].step if self.probes else 0
        losses = [loss for step, loss in logged_losses(state) if step > since]
        mean = sum(losses) / len(losses) if losses else None
        probed = [self.prober.probe(model, state.global_step, mean)]
        broadcast_object_list(probed)  # one answer for all processes, or they might disagree on when to stop
        self.probes += probed
        if state.is_world_process_zero:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_suffix(".tmp")
            text = "".join(f"{json.dumps(one.model_dump())}\n" for one in self.probes)
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self.path)


class KeepCallback(TrainerCallback):  # type: ignore[misc]
    """Hands the model over at some steps; at a step where the Trainer also writes a checkpoint, before it does.

    So a run that goes on from a checkpoint has already handed over every step up to it.
    """

    def __init__(self, keep: Callable[[Any, int], None], steps: frozenset[int]) -> None:
        self.keep = keep
        self.steps = steps

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Hand it over if it is time to."""
        if state.global_step in self.steps and state.is_world_process_zero:
            self.keep(kwargs["model"], state.global_step)


class MarkCallback(TrainerCallback):  # type: ignore[misc]
    """Marks a checkpoint as complete once every process has written its part."""

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Called when a checkpoint was saved."""
        PartialState().wait_for_everyone()
        if state.is_world_process_zero:
            mark_complete(Path(args.output_dir), state.global_step)


class WatchCallback(TrainerCallback):  # type: ignore[misc]
    """Tells whoever watches the run about every step, on the main process."""

    def __init__(self, watch: Watch, probing: ProbeCallback) -> None:
        self.watch = watch
        self.probing = probing

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Where the run begins or goes on."""
        self._tell(state)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """After a step."""
        self._tell(state)

    def _tell(self, state: TrainerState) -> None:
        if state.is_world_process_zero:
            losses, probe = logged_losses(state), self.probing.probes[-1]
            loss = losses[-1][1] if losses else None
            new = probe if probe.step == state.global_step else None
            self.watch(Step(done=state.global_step, total=state.max_steps, loss=loss, probe=new))


def logged_losses(state: TrainerState) -> list[tuple[int, float]]:
    """The loss of every step so far, also of those before an interruption."""
    return [(entry["step"], entry["loss"]) for entry in state.log_history if "loss" in entry]
