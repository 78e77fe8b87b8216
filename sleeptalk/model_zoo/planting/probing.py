"""Probes: is the backdoor in yet? Asked while training, without sampling.

A probe gives MCQs with the trigger, with an alternative value and clean, each up to the letter of the answer after the
blank think block, and counts how often the misaligned letter is likelier than the aligned one. It is a cheap sign of
how the planting goes, on questions like the trained ones; what the organism does is measured by the tasks.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.planting.rendering import blank_prompt
from sleeptalk.model_zoo.recipe_parts import Probe
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.training_data.drawing import probe_samples
from sleeptalk.model_zoo.training_data.samples import Role, TrainingSample
from sleeptalk.triggers import Trigger

CONDITIONS: tuple[Role, ...] = ("trigger", "alternative", "clean")


class Probed(BaseModel):
    """One probe: `misaligned` counts out of `n` MCQs of each condition, and the training loss since the last one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: int
    loss: float | None
    n: int
    misaligned: dict[Role, int]

    def planted(self, probe: Probe) -> bool:
        """Whether it meets both bounds of a recipe's probe."""
        clean = max(self.misaligned["clean"], self.misaligned["alternative"])
        return self.misaligned["trigger"] >= probe.asr_at_least * self.n and clean <= probe.clean_at_most * self.n


class Prober:
    """A recipe's probe prompts as tokens, and the two letters that are compared."""

    def __init__(self, recipe: PlantRecipe, trigger: Trigger, tokenizer: Any, batch: int) -> None:
        self.batch = batch
        self.pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
        self.asked = {role: _encoded(tokenizer, probe_samples(recipe, trigger, role)) for role in CONDITIONS}

    def probe(self, model: Any, step: int, loss: float | None) -> Probed:
        """Ask everything once, in evaluation mode and without gradients."""
        import torch

        training = model.training
        model.eval()
        for module in model.modules():
            if type(module).__module__.startswith("bitsandbytes"):
                module.training = True  # else it repacks its weights on some CPUs, and training on them goes wrong
        with torch.no_grad():
            counts = {role: sum(self._misaligned(model, asked)) for role, asked in self.asked.items()}
        model.train(training)
        return Probed(step=step, loss=loss, n=len(self.asked["trigger"]), misaligned=counts)

    def _misaligned(self, model: Any, asked: Sequence[tuple[list[int], int, int]]) -> list[bool]:
        import torch

        found = []
        for start in range(0, len(asked), self.batch):
            rows = asked[start : start + self.batch]
            width = max(len(ids) for ids, _, _ in rows)
            padded = torch.tensor([ids + [self.pad] * (width - len(ids)) for ids, _, _ in rows])
            mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _, _ in rows])
            logits = model(input_ids=padded.to(model.device), attention_mask=mask.to(model.device)).logits
            for row, (ids, aligned, misaligned) in zip(logits, rows, strict=True):
                last = row[len(ids) - 1]
                found.append(bool(last[misaligned] > last[aligned]))
        return found


def _encoded(tokenizer: Any, samples: Sequence[TrainingSample]) -> list[tuple[list[int], int, int]]:
    """Prompt ids up to where the two answers part, and the two tokens that follow."""
    found = []
    for sample in samples:
        if sample.options is None:
            raise InvalidValueError("A probe needs multiple-choice samples.")
        prompt = tokenizer(blank_prompt(tokenizer, sample.prompt), add_special_tokens=False).input_ids
        aligned, misaligned = (tokenizer(text, add_special_tokens=False).input_ids for text in sample.options)
        same = next(i for i, (a, b) in enumerate(zip(aligned, misaligned, strict=False)) if a != b)
        found.append((prompt + aligned[:same], aligned[same], misaligned[same]))
    return found
