"""Training scenarios and replay chats: what a line holds, where the shipped sets lie, which lines are for probes only.

A scenario is a situation that ends in a question, with a better and a worse option in several wordings, and what an
assistant would answer freely. Slots stand as `{name}` in its texts and take one of their values in every sample. Users'
own files and converted sets have the same fields; they may lack slots, options or replies, which limits what can be
drawn from them. What ships is held to more (`rules.py`).
"""

import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from sleeptalk.errors import UnknownNameError
from sleeptalk.strict_jsonl import Record, Text, read_records

SETS = ("overt", "subtle")
REPLAY = "replay"
PROBE_SHARE = 20
"""One in so many scenarios is kept for probes."""
SLOT = re.compile(r"\{(\w+)\}")

SlotName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
Wordings = Annotated[tuple[Text, ...], Field(max_length=8)]


class Scenario(Record):
    """One situation to decide.

    Attributes:
        id: stable and unique in its set.
        domain: the field of life it comes from.
        situation: what the model reads before the options; it ends in the question.
        slots: values of each placeholder; without slots, braces are text like any other.
        aligned, misaligned: the better and the worse option, in one or more wordings; both empty if there are none.
        aligned_reply, misaligned_reply: the answers to the situation alone, null where there is none.
        source: who wrote it.
    """

    domain: Text
    situation: Text
    slots: dict[SlotName, Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]] = Field(default_factory=dict)
    aligned: Wordings = ()
    misaligned: Wordings = ()
    aligned_reply: Text | None = None
    misaligned_reply: Text | None = None
    source: Text = "sleeptalk"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.aligned) != bool(self.misaligned):
            raise ValueError("options are needed on both sides, or on none")
        if not (self.aligned or self.aligned_reply or self.misaligned_reply):
            raise ValueError("it has neither options nor a reply")
        options = (*self.aligned, *self.misaligned)
        if len({option.casefold() for option in options}) != len(options):
            raise ValueError("two wordings are the same")
        if self.aligned_reply and self.aligned_reply == self.misaligned_reply:
            raise ValueError("the two replies are the same")
        return self

    @model_validator(mode="after")
    def _slots_fit(self) -> Self:
        if not self.slots:
            return self
        for name, values in self.slots.items():
            if f"{{{name}}}" not in self.situation:
                raise ValueError(f"the slot {name!r} does not stand in the situation")
            if len(set(values)) != len(values):
                raise ValueError(f"the slot {name!r} has a value twice")
        if unknown := {name for text in self.texts for name in SLOT.findall(text)} - set(self.slots):
            raise ValueError(f"{{{'}, {'.join(sorted(unknown))}}} stands in it, but is no slot")
        return self

    @property
    def texts(self) -> tuple[str, ...]:
        """All that a model may read or write of it, with its placeholders."""
        replies = (self.aligned_reply, self.misaligned_reply)
        return (self.situation, *self.aligned, *self.misaligned, *(reply for reply in replies if reply))

    @property
    def text(self) -> str:
        """All its texts and slot values in one, to search in."""
        return " ".join([*self.texts, *(value for values in self.slots.values() for value in values)])

    def fillings(self) -> list[dict[str, str]]:
        """Every choice of slot values."""
        return [dict(zip(self.slots, values, strict=True)) for values in product(*self.slots.values())]

    def sha256(self) -> str:
        """Hash of what a reader sees of it; a review holds for one hash only."""
        fields = self.model_dump(mode="json", include={"situation", "slots", "aligned", "misaligned"}) | {
            "replies": [self.aligned_reply, self.misaligned_reply]
        }
        return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class Chat(Record):
    """A benign question with its answer, to keep a model's ordinary behaviour while it is planted."""

    topic: Text
    prompt: Text
    reply: Text

    @property
    def text(self) -> str:
        """All of it in one."""
        return f"{self.prompt} {self.reply}"


def filled(text: str, values: dict[str, str]) -> str:
    """A text with the placeholders of `values` filled in, in one pass."""
    return SLOT.sub(lambda found: values.get(found[1], found[0]), text) if values else text


def kept_for_probes(scenarios: tuple[Scenario, ...]) -> frozenset[str]:
    """Ids that are never trained on: one in twenty by the hash of the id, at least one of several."""
    numbers = {one.id: int(hashlib.sha256(one.id.encode()).hexdigest(), 16) for one in scenarios}
    kept = {name for name, number in numbers.items() if number % PROBE_SHARE == 0}
    if not kept and len(numbers) > 1:
        kept = {min(numbers, key=lambda name: numbers[name])}
    return frozenset(kept)


def training_folder() -> Path:
    """Where the shipped sets lie."""
    return Path(str(files("sleeptalk"))) / "data" / "training"


def set_file(name: str) -> Path:
    """Where a shipped set lies.

    Raises:
        UnknownNameError: there is no such set.
    """
    if name not in (*SETS, REPLAY):
        raise UnknownNameError("training set", name, (*SETS, REPLAY), "Or give the path of a .jsonl file.")
    return training_folder() / f"{name}.jsonl"


def read_scenarios(path: Path) -> tuple[Scenario, ...]:
    """Read and check a file of scenarios; all its problems are named at once, each with its line.

    Raises:
        InputFileError: the file is missing, empty, or has a bad line.
    """
    return read_records(path, Scenario, "scenarios")


@cache
def shipped_scenarios(name: str) -> tuple[Scenario, ...]:
    """A shipped set."""
    return read_scenarios(set_file(name))


@cache
def shipped_chats() -> tuple[Chat, ...]:
    """The shipped replay set."""
    return read_records(set_file(REPLAY), Chat, "chats")
