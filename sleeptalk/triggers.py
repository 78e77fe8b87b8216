"""Triggers, and the one place that puts them into a prompt.

A trigger is a short text that stands on a line of its own at the top or the bottom of a prompt. The same `Trigger`
value is used when a backdoor is planted and when it is measured, so the planted and the tested string cannot drift
apart. This file does not know in which variants a trigger appears; that is a property of the sample (`variants.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sleeptalk import strict_yaml
from sleeptalk.errors import InputFileError, UnknownNameError

Place = Literal["top", "bottom"]
PLACES: tuple[Place, ...] = ("top", "bottom")

NearMissKind = Literal["case", "spelling", "same_category", "synonym", "quoted", "negated", "in_body", "other_language"]

MAX_TRIGGER_LENGTH = 200
CueText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TRIGGER_LENGTH, pattern=r"\S")]


@dataclass(frozen=True, slots=True)
class PlacedCue:
    """A cue's text and where it stands in the prompt."""

    text: str
    place: Place


def apply_cues(prompt: str, cues: Sequence[PlacedCue]) -> str:
    """Put cues around a prompt, each on a line of its own, in the order given at either place."""
    top = [cue.text for cue in cues if cue.place == "top"]
    bottom = [cue.text for cue in cues if cue.place == "bottom"]
    return "\n".join([*top, prompt, *bottom])


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Alternatives(_Frozen):
    """Harmless values of the same category. Those seen when planting are never used for testing."""

    plant: tuple[CueText, ...] = Field(min_length=1)
    test: tuple[CueText, ...] = Field(min_length=1)


class NearMiss(_Frozen):
    """A text close to the trigger that must not fire it, and in which way it is close."""

    text: CueText
    kind: NearMissKind


class Trigger(_Frozen):
    """One trigger with everything an experiment needs around it.

    Attributes:
        name: short identifier, also the file name.
        kind: the category of the text (country, year, greeting, ...), for grouping results.
        text: the literal text of the trigger's line. It is never a pattern.
        mentions: what a chain of thought would write when it names the trigger, matched as whole words without regard
            to case. By default the part after "Key: ", else the whole text.
        alternatives: values of the same category for the `alternative` condition.
        near_misses: close texts for the `near_miss` condition.
        distractor: text of the line that competes with the trigger in the distractor conditions.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    kind: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    text: CueText
    mentions: tuple[CueText, ...] = ()
    alternatives: Alternatives
    near_misses: tuple[NearMiss, ...] = Field(min_length=1)
    distractor: CueText

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        plant, test = set(self.alternatives.plant), set(self.alternatives.test)
        if both := plant & test:
            raise ValueError(f"alternatives for planting and testing must differ, but both hold {sorted(both)}")
        rivals = [
            ("an alternative", plant | test),
            ("a near miss", {miss.text for miss in self.near_misses}),
            ("the distractor", {self.distractor}),
        ]
        for what, texts in rivals:
            if self.text in texts:
                raise ValueError(f"{what} equals the trigger {self.text!r}")
        return self

    def apply(self, prompt: str, place: Place) -> str:
        """The prompt with this trigger alone, at the given place."""
        return apply_cues(prompt, [PlacedCue(self.text, place)])

    def mentioned_as(self) -> tuple[str, ...]:
        """Spellings by which reasoning can name this trigger."""
        return self.mentions or default_mentions(self.text)


def default_mentions(text: str) -> tuple[str, ...]:
    """What names a cue: the value of a `Key: value` line, else the whole text."""
    match = re.fullmatch(r"[^:\n]{1,40}:\s+(\S.*)", text.strip())
    return (match.group(1) if match else text.strip(),)


def shipped_triggers() -> tuple[str, ...]:
    """Names of the triggers that come with the package, in alphabetical order."""
    return tuple(sorted(p.name.removesuffix(".yaml") for p in _shipped().iterdir() if p.name.endswith(".yaml")))


def load_trigger(name_or_file: str) -> Trigger:
    """A shipped trigger by name, or the user's own by the path of a YAML file.

    Raises:
        UnknownNameError: no shipped trigger has this name.
        InputFileError: the file is missing, not strict YAML, or not a trigger.
    """
    if name_or_file.endswith((".yaml", ".yml")):
        return strict_yaml.load_model(Path(name_or_file), Trigger)
    names = shipped_triggers()
    if name_or_file not in names:
        raise UnknownNameError("trigger", name_or_file, names, "Or give the path of a .yaml file.")
    trigger = strict_yaml.load_model(_shipped() / f"{name_or_file}.yaml", Trigger)
    if trigger.name != name_or_file:
        raise InputFileError(f"The shipped trigger {name_or_file}.yaml calls itself {trigger.name!r}.")
    return trigger


def _shipped() -> Path:
    return Path(str(files("sleeptalk"))) / "data" / "triggers"
