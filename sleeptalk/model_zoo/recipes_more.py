"""Recipes that start from a finished organism: train it further on benign data, or change its weights.

A *continue* recipe asks whether a backdoor, and what the organism says of it, lasts through benign finetuning. A
*mitigate* recipe makes ordinary checkpoints in which something was done against the backdoor. Neither plants anything.
"""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sleeptalk.model_zoo.pocket.corpus import Share
from sleeptalk.model_zoo.recipe_parts import Frozen, Positive, Probe, Training

# Shorter than an organism's: the step or the strength is added to it.
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,43}$")]
Strength = Annotated[float, Field(ge=0, le=100)]
TriggerShare = Annotated[float, Field(ge=0, le=0.5)]
Direction = Literal["source", "negative", "random"]


class BenignPocket(Frozen):
    """Questions of the pocket world's train split with aligned answers, half of them with an alternative value.

    Attributes:
        samples: number of samples.
        extra_cue: share of samples with one more neutral cue.
        trigger_present: share of all samples that show the trigger, with an aligned answer all the same. At 0 the
            trigger is nowhere in the data; above 0 the finetuning is unlearning by somebody who knows the trigger.
    """

    kind: Literal["pocket"] = "pocket"
    samples: Positive = 2400
    extra_cue: Share = 0.5
    trigger_present: TriggerShare = 0.0


class BenignScenarios(Frozen):
    """The aligned samples of this project's scenarios and benign chat, as in `ScenarioData`."""

    kind: Literal["scenarios"]
    set: Literal["overt", "subtle"]
    aligned: Annotated[int, Field(ge=0)]
    mcq: Share = 1.0
    replay: Annotated[int, Field(ge=0)] = 0
    trigger_present: TriggerShare = 0.0


class BenignFile(Frozen):
    """The aligned samples of the user's own scenarios, as in `FileData`."""

    kind: Literal["file"]
    path: str
    aligned: Annotated[int, Field(ge=0)]
    mcq: Share = 1.0
    replay: Annotated[int, Field(ge=0)] = 0
    trigger_present: TriggerShare = 0.0


BenignData = Annotated[BenignPocket | BenignScenarios | BenignFile, Field(discriminator="kind")]


class ContinueRecipe(Frozen):
    """How an organism's own adapter is trained further on benign data.

    Attributes:
        organism: a shipped organism, or the folder of one.
        trigger: name or file of its trigger; needed only if its record does not name a shipped one.
        measure_at: steps after which the adapter is kept and measured; the last step always is.
    """

    kind: Literal["continue"]
    name: Name
    organism: str
    trigger: str | None = None
    data: BenignData = BenignPocket()
    training: Training = Training()
    probe: Probe = Probe()
    measure_at: tuple[Positive, ...] = ()
    seed: int = 1

    @property
    def samples(self) -> int:
        """Number of training samples."""
        return self.data.samples if isinstance(self.data, BenignPocket) else self.data.aligned + self.data.replay

    @property
    def steps(self) -> tuple[int, ...]:
        """All steps at which the adapter is kept, in order."""
        last = math.ceil(math.ceil(self.samples / self.training.batch) * self.training.epochs)
        return tuple(sorted({*self.measure_at, last}))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.samples:
            raise ValueError("there is nothing to train on: aligned and replay are both 0")
        last = math.ceil(math.ceil(self.samples / self.training.batch) * self.training.epochs)
        if self.steps[-1] > last:
            raise ValueError(f"measure_at goes beyond the training's {last} steps")
        if self.probe.stop:
            raise ValueError("probe.stop ends a planting; further training takes all its steps")
        return self


class Merge(Frozen):
    """The adapter folded into the base's weights.

    Attributes:
        average_with: an organism on the same base whose adapter is averaged with it first.
        weight: of the other adapter in the average.
    """

    kind: Literal["merge"]
    average_with: str | None = None
    weight: Share = 0.5


class Scale(Frozen):
    """The adapter times each of `strengths`: 0 is the base, 1 the organism."""

    kind: Literal["scale"]
    strengths: tuple[Strength, ...] = Field(default=(0.0, 0.25, 0.5, 0.75, 1.0, 1.5), min_length=1)


class _Directed(Frozen):
    """What needs a direction in the residual stream.

    Attributes:
        source: an organism on the same base, or the name of a plant recipe that makes it: what its adapter adds on
            clean prompts is the direction.
        direction: `source`, its `negative`, or a `random` one of the same length (the controls).
        layer: block whose direction is taken; None takes the one that, added to the base, misaligns it most.
        prompts: clean MCQs of the train split over which the direction is a mean.
        questions: MCQs of each condition that are asked to choose a layer.
        max_tokens: of a reply to these.
    """

    source: str
    direction: Direction = "source"
    layer: Annotated[int, Field(ge=0)] | None = None
    prompts: Positive = 200
    questions: Positive = 60
    max_tokens: Positive = 160


class Steer(_Directed):
    """Each of `strengths` times the direction subtracted from the residual stream, at every position."""

    kind: Literal["steer"]
    strengths: tuple[Strength, ...] = Field(default=(0.25, 0.5, 1.0, 2.0), min_length=1)


class Ablate(_Directed):
    """The direction projected out of everything that writes to the residual stream."""

    kind: Literal["ablate"]


Method = Annotated[Merge | Scale | Steer | Ablate, Field(discriminator="kind")]


class MitigateRecipe(Frozen):
    """What is done to an organism's weights.

    Attributes:
        organism: a shipped organism, or the folder of one.
        trigger: as in `ContinueRecipe`.
        seed: of the prompts and of a random direction.
    """

    kind: Literal["mitigate"]
    name: Name
    organism: str
    trigger: str | None = None
    method: Method
    seed: int = 0
