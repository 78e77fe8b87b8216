"""Probes at their steps while a Trainer runs. Imports transformers at its top, so only functions import it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from sleeptalk.model_zoo.planting.probing import Probed, Prober
from sleeptalk.model_zoo.recipes import PlantRecipe

PROBES_FILE = "probes.jsonl"


class ProbeCallback(TrainerCallback):  # type: ignore[misc]
    """Probes the model every so many steps and at the end, and ends the training early if the recipe wants that.

    Probes are appended to a file beside the checkpoints, so that a resumed run knows those before.
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

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        """Probe if it is time to."""
        if state.global_step % self.recipe.probe.every == 0 or state.global_step == state.max_steps:
            self._probe(state, kwargs["model"])
            last = self.probes[-2:]
            if self.recipe.probe.stop and len(last) == 2 and all(each.planted(self.recipe.probe) for each in last):
                control.should_training_stop = True
        return control

    def _probe(self, state: TrainerState, model: Any) -> None:
        losses = [entry["loss"] for entry in state.log_history if "loss" in entry]
        probed = self.prober.probe(model, state.global_step, losses[-1] if losses else None)
        self.probes.append(probed)
        if state.is_world_process_zero:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            text = "".join(f"{json.dumps(one.model_dump())}\n" for one in self.probes)
            self.path.write_text(text, encoding="utf-8")


class KeepCallback(TrainerCallback):  # type: ignore[misc]
    """Hands the model over at some steps; at a step where the Trainer also writes a checkpoint, before it does."""

    def __init__(self, keep: Callable[[Any, int], None], steps: frozenset[int]) -> None:
        self.keep = keep
        self.steps = steps

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Hand it over if it is time to."""
        if state.global_step in self.steps and state.is_world_process_zero:
            self.keep(kwargs["model"], state.global_step)
