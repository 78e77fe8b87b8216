"""The log of a planting run, as it lies beside the adapter."""

from pydantic import BaseModel, ConfigDict

from sleeptalk.model_zoo.planting.probing import Probed

TRAINING_FILE = "training.json"
WORK_FOLDER = "work"


class TrainingLog(BaseModel):
    """How a planting run went.

    Attributes:
        data_sha256: of the samples, in order.
        template_sha256: of the chat template that they are rendered with.
        samples, tokens: numbers of each; `answer_tokens` are those that the loss counts.
        steps: optimiser steps that were taken, of `planned`.
        processes: how many worked on it, and `distribution` how: NO, MULTI_GPU, FSDP, ... as accelerate calls it.
        losses: (step, loss) of every step.
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
    processes: int
    distribution: str
    losses: tuple[tuple[int, float], ...]
    probes: tuple[Probed, ...]
    planted: bool | None
