"""Which block's direction is taken: the one that, added once to the base, makes it misaligned most often.

So the layer is chosen without the organism that is to be changed, and on questions of the train split: MCQs without any
cue, answered after a chain of thought, greedily. How often each direction changes the organism's own answers is counted
on such questions, too, and kept beside it: no layer was left out for its result.
"""

import copy
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sleeptalk.model_zoo.changing.asking import Asked, Counts, asked_with_thought, count_answers
from sleeptalk.model_zoo.changing.benign import drawn_from
from sleeptalk.model_zoo.changing.directions import ablate, block_means, check_layer, random_like, steer
from sleeptalk.model_zoo.changing.origin import Origin
from sleeptalk.model_zoo.changing.weights import base_model, merged_model
from sleeptalk.model_zoo.planting.probing import Prober
from sleeptalk.model_zoo.recipe_parts import Probe
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.recipes_more import Ablate, ContinueRecipe, MitigateRecipe, Steer
from sleeptalk.model_zoo.training_data.samples import Role
from sleeptalk.triggers import Trigger

CHOOSING_SEED = 10_000
CONDITIONS: tuple[Role, ...] = ("trigger", "clean")


class Tried(BaseModel):
    """One candidate of the sweep: who was steered how, and the answers in each condition.

    A negative strength is a direction that was added.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steered: Literal["base", "organism"]
    layer: int
    strength: float
    counts: dict[str, Counts]


class Steering(BaseModel):
    """What was done to a checkpoint, and how its layer was chosen.

    Attributes:
        layer: block of the direction, from 0.
        direction: where it comes from; controls take the source's layer and length.
        strength: how many times it was subtracted; 1 for an ablation.
        norm: length of the direction.
        residual_norm: length of the mean residual there, in the base.
        source: name and weights' sha256 of the organism that it comes from.
        sweep: the candidates; empty if the recipe gives the layer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    layer: int
    direction: str
    strength: float
    norm: float
    residual_norm: float
    source: dict[str, str]
    sweep: tuple[Tried, ...]


class Directions:
    """The directions of all blocks, and the train-split questions on which one of them is chosen."""

    def __init__(self, origin: Origin, source: Origin, recipe: MitigateRecipe, trigger: Trigger) -> None:
        from transformers import AutoTokenizer

        if not isinstance(recipe.method, Steer | Ablate):
            raise TypeError("only steering and ablation have directions")
        self.method: Steer | Ablate = recipe.method
        self.source = source
        self.seed = recipe.seed
        tokenizer = AutoTokenizer.from_pretrained(origin.base, local_files_only=True, trust_remote_code=False)
        probing = _probing(origin, trigger, recipe.method.prompts, recipe.seed)
        asking = Prober(probing, trigger, tokenizer, recipe.method.prompts)
        choosing = _probing(origin, trigger, recipe.method.questions, recipe.seed + CHOOSING_SEED)
        self.questions = {str(name): asked_with_thought(tokenizer, choosing, trigger, name) for name in CONDITIONS}
        self.of_base = block_means(base_model(source), asking.asked["clean"], asking.pad)
        self.directions = block_means(merged_model(source), asking.asked["clean"], asking.pad) - self.of_base
        self.model = merged_model(origin)
        self.tried = () if self.method.layer is not None else (*self._added(), *self._subtracted())
        added = [one for one in self.tried if one.steered == "base"]
        best = max(added, key=lambda one: one.counts["clean"].misaligned).layer if added else self.method.layer
        self.layer = check_layer(self.model, best or 0)

    def changed(self, strength: float) -> tuple[Any, Steering]:
        """The organism's merged model with the direction subtracted or projected out."""
        model = copy.deepcopy(self.model)
        direction = self.directions[self.layer]
        if self.method.direction == "random":
            direction = random_like(direction, self.seed)
        elif self.method.direction == "negative":
            direction = -direction
        self._apply(model, self.layer, direction, strength)
        return model, Steering(
            layer=self.layer,
            direction=self.method.direction,
            strength=strength,
            norm=float(direction.norm()),
            residual_norm=float(self.of_base[self.layer].norm()),
            source={"name": self.source.organism.name, "sha256": self.source.organism.sha256},
            sweep=self.tried,
        )

    def _apply(self, model: Any, layer: int, direction: Any, strength: float) -> None:
        if isinstance(self.method, Steer):
            steer(model, layer, direction, strength)
        else:
            ablate(model, direction)

    def _added(self) -> list[Tried]:
        """Every block's direction, added once to the base."""
        tried = []
        for layer, direction in enumerate(self.directions):
            model = base_model(self.source)
            steer(model, layer, direction, -1.0)
            counts = {"clean": self._counted(model, self.questions["clean"])}
            tried.append(Tried(steered="base", layer=layer, strength=-1.0, counts=counts))
        return tried

    def _subtracted(self) -> list[Tried]:
        """Every block's direction in the organism, at every strength."""
        tried = []
        for layer, direction in enumerate(self.directions):
            for strength in strengths_of(self.method):
                model = copy.deepcopy(self.model)
                self._apply(model, layer, direction, strength)
                counts = {name: self._counted(model, asked) for name, asked in self.questions.items()}
                tried.append(Tried(steered="organism", layer=layer, strength=strength, counts=counts))
        return tried

    def _counted(self, model: Any, asked: Asked) -> Counts:
        return count_answers(model, asked, self.method.max_tokens)


def strengths_of(method: Steer | Ablate) -> Sequence[float]:
    """How often the direction is subtracted in each checkpoint; an ablation is done once."""
    return method.strengths if isinstance(method, Steer) else (1.0,)


def _probing(origin: Origin, trigger: Trigger, prompts: int, seed: int) -> PlantRecipe:
    """A recipe of the organism's own kind whose probe prompts are asked; its seed decides which questions are drawn."""
    planted = origin.organism.recipe
    named = planted.trigger if isinstance(planted, PlantRecipe) else trigger.name
    recipe = PlantRecipe(
        kind="plant",
        name="probing",
        organism="natural",
        base=origin.base_name,
        revision=origin.organism.base_revision,
        trigger=named,
        probe=Probe(prompts=prompts),
        seed=seed,
    )
    if isinstance(planted, ContinueRecipe):
        return recipe.model_copy(update={"data": drawn_from(planted)})
    if not isinstance(planted, PlantRecipe) or planted.organism == "taught":
        return recipe
    return recipe.model_copy(update={"data": planted.data, "places": planted.places})
