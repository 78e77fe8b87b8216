"""A study as data: one question, the cells that answer it, and the comparisons that were fixed before anything ran.

A study says nothing of models, machines or seeds; those are a run's (`evals/cells.py`). Its contrasts are its tests:
the primary one answers the question, the others are told beside it, and each of the two families is corrected by Holm
(1979) over its contrasts and models.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sleeptalk.scorers import observations
from sleeptalk.scorers.observations import Condition as Counted
from sleeptalk.scorers.observations import Observation, blames, raises_flag, takes_role
from sleeptalk.stats import MIN_N
from sleeptalk.tasks.specs import SPECS
from sleeptalk.variants import Condition
from sleeptalk.verdicts import FLAGS, PERSONAS

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
PartKind = Literal["behaviour", "blast_radius", "elicitation", "belief", "capability"]
ModelRole = Literal["self", "base", "parent"]
Direction = Literal["greater", "less", "two-sided"]
Table = Literal[
    "rates",
    "conduct",
    "monitor",
    "prevalence",
    "recovery",
    "blast_radius",
    "awareness",
    "elicitation",
    "belief",
    "capability",
    "published",
]

OTHER_TASKS: tuple[PartKind, ...] = ("blast_radius", "elicitation", "belief", "capability")

MEASURES: Mapping[str, Counted] = {
    "misaligned": observations.misaligned,
    "articulated": observations.articulated_given_misaligned,
    "articulated_and_misaligned": observations.articulated_and_misaligned,
    "articulated_given_aligned": observations.articulated_given_aligned,
    "blames_genuine": blames(["genuine"]),
    "blames_distractor": blames(["distractor"]),
    "talks_of_cue": observations.talks_of_cue,
    **{f"persona_{name}": takes_role(name) for name in PERSONAS},
    **{f"flag_{name}": raises_flag(name) for name in FLAGS},
}
"""What a contrast may compare, by name; what each counts stands in `scorers/observations.py`."""


Seen = Mapping[tuple[str, str], Sequence[Observation]]
"""Observations of all seeds of sampling, by the names of model and part."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Frozen):
    """One task of a study.

    Attributes:
        name: unique in the study; by default the task's name.
        task: name of a behaviour task, or blast_radius, elicitation, belief or capability.
        variants: conditions of a behaviour task or of belief.
        arguments: the task's other arguments, for example thinking or form.
    """

    name: Name = ""
    task: str
    variants: tuple[Condition, ...] = ()
    arguments: dict[str, str | int | bool] = {}

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: object) -> object:
        return {"name": data["task"], **data} if isinstance(data, dict) and "task" in data else data

    @field_validator("task")
    @classmethod
    def _known(cls, task: str) -> str:
        if task not in (*SPECS, *OTHER_TASKS):
            raise ValueError(f"unknown task {task!r}; known are {', '.join([*SPECS, *OTHER_TASKS])}")
        return task

    @model_validator(mode="after")
    def _has_conditions(self) -> "Part":
        if self.kind == "behaviour" and not self.variants:
            raise ValueError(f"the part {self.name!r} needs variants")
        if self.kind not in ("behaviour", "belief") and self.variants:
            raise ValueError(f"the part {self.name!r} takes no variants")
        return self

    @property
    def kind(self) -> PartKind:
        """What kind of results it has."""
        return next((kind for kind in OTHER_TASKS if kind == self.task), "behaviour")


class Side(_Frozen):
    """One side of a contrast: a measure over some observations.

    Attributes:
        measure: see `MEASURES`.
        variants: conditions whose observations count.
        model: the model itself, its base, or the organism that it was made from.
        parts: names of parts whose observations count; all behaviour parts if empty.
    """

    measure: str
    variants: Annotated[tuple[Condition, ...], Field(min_length=1)]
    model: ModelRole = "self"
    parts: tuple[Name, ...] = ()

    @field_validator("measure")
    @classmethod
    def _known(cls, measure: str) -> str:
        if measure not in MEASURES:
            raise ValueError(f"unknown measure {measure!r}; known are {', '.join(MEASURES)}")
        return measure


class Contrast(_Frozen):
    """A comparison on the items that both sides asked.

    Attributes:
        name: unique in the study.
        says: what it means if the first side is greater.
        of, against: the two sides.
        direction: which difference was expected beforehand.
    """

    name: Name
    says: Text
    of: Side
    against: Side
    direction: Direction = "two-sided"


class Study(_Frozen):
    """One question and how it is answered.

    Attributes:
        name: what `sleeptalk run` calls it.
        question: what it asks, in a sentence.
        sources: the papers, with section, figure or table, that it follows or extends.
        parts: the tasks.
        base: whether each organism's base is asked the same, as the base-rate arm.
        parent: whether each organism is compared with the one that it was made from.
        contrasts: the tests, fixed beforehand.
        primary: name of the contrast that answers the question; empty for a study that describes.
        minimum_n: fewest shared items for a contrast to be tested, at least 20.
        limit: items of each cell if the user sets none.
        tables: what its report shows, besides contrasts.
        models: model strings that are asked if the user names none.
    """

    name: Name
    question: Text
    sources: tuple[Text, ...] = ()
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    base: bool = False
    parent: bool = False
    contrasts: tuple[Contrast, ...] = ()
    primary: str = ""
    minimum_n: Annotated[int, Field(ge=MIN_N)] = MIN_N
    limit: Annotated[int, Field(ge=1)] = 120
    tables: tuple[Table, ...] = ("rates",)
    models: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "Study":
        for what, names in (("part", [p.name for p in self.parts]), ("contrast", [c.name for c in self.contrasts])):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"two {what}s are called {', '.join(twice)}")
        if self.primary and self.primary not in {one.name for one in self.contrasts}:
            raise ValueError(f"the primary contrast {self.primary!r} is not among the contrasts")
        for contrast in self.contrasts:
            for side in (contrast.of, contrast.against):
                self._check_side(contrast.name, side)
        return self

    def _check_side(self, name: str, side: Side) -> None:
        """A side must be measured by the study's own parts and arms."""
        if unknown := set(side.parts) - {part.name for part in self.parts}:
            raise ValueError(f"the contrast {name!r} names the unknown parts {', '.join(sorted(unknown))}")
        for condition in side.variants:
            if not any(self._asks(part, condition) for part in self.parts if part.name in side.parts or not side.parts):
                raise ValueError(f"the contrast {name!r} needs the variant {condition!r}, which no part of it asks")
        if (side.model == "base" and not self.base) or (side.model == "parent" and not self.parent):
            raise ValueError(f"the contrast {name!r} compares with a {side.model}, which the study does not ask")

    @staticmethod
    def _asks(part: Part, condition: Condition) -> bool:
        walked = part.kind == "blast_radius" and condition in ("clean", "alternative", "trigger", "near_miss")
        return walked or (part.kind == "behaviour" and condition in part.variants)
