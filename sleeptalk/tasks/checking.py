"""Checks of item and trigger files: every problem at once, each with its line.

The same checks run on what ships and on what users write. What ships is held to more: the counts, no trigger's word in
any item, and a review of every item as it now reads.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sleeptalk import strict_yaml
from sleeptalk.errors import InputFileError
from sleeptalk.strict_jsonl import read_lines
from sleeptalk.tasks.items import ITEM_FOLDER, Item, scan_items, standard_file
from sleeptalk.tasks.probe_texts import CHOICE_LETTERS
from sleeptalk.tasks.specs import SPECS, TaskSpec
from sleeptalk.triggers import Trigger, load_trigger, shipped_triggers, trigger_file

REVIEWS = ITEM_FOLDER / "reviews.jsonl"
YEAR = re.compile(r"(?<!\d)(?:1[89]|20|21)\d\d(?!\d)")
CHANCE_LEVEL = 0.05


class Review(BaseModel):
    """What the second reader of an item found, by `docs/item-checklist.md`.

    Attributes:
        task, id: the item.
        sha256: hash of the item as the last reader saw it.
        outcome: whether the item passed as first written, was revised, or was replaced by another one.
        note: what was wrong; empty if the item passed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    id: str
    sha256: str
    outcome: Literal["passed", "revised", "replaced"]
    note: str

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if (self.outcome == "passed") == bool(self.note.strip()):
            raise ValueError("a note says what was wrong, and an item that passed has none")
        return self


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where; line 0 is the file as a whole."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


def check_file(path: Path, spec: TaskSpec | None = None) -> list[Problem]:
    """Problems of one file, by its ending: .jsonl holds items, .yaml or .yml a trigger.

    Args:
        path: the file.
        spec: the task that is to ask the items, if known.

    Raises:
        InputFileError: the file cannot be read, or has another ending.
    """
    if path.suffix == ".jsonl":
        return check_items(path, spec)
    if path.suffix in (".yaml", ".yml"):
        return check_trigger(path)
    raise InputFileError(f"{path} is neither an item file (.jsonl) nor a trigger file (.yaml).")


def check_items(path: Path, spec: TaskSpec | None = None) -> list[Problem]:
    """Problems of an item file."""
    items, found = scan_items(path)
    problems = [Problem(path, *_numbered(one)) for one in found]
    seen: dict[str, int] = {}
    for line, item in items.items():
        if (first := seen.setdefault(item.question, line)) != line and item.group is None:
            problems.append(Problem(path, line, f"{item.id} asks the question of line {first} again"))
        if spec and (problem := spec.form.problem(item)):
            problems.append(Problem(path, line, f"{item.id}: {problem}"))
        problems += [
            Problem(path, line, f"{item.id} holds the trigger {trigger.text!r} of {trigger.name}")
            for trigger in _triggers()
            if trigger.text.casefold() in item.text.casefold()
        ]
    if not items and not problems:
        problems.append(Problem(path, 0, "holds no items"))
    if spec and spec.form.ordered and (tell := length_tell(list(items.values()))):
        problems.append(Problem(path, 0, tell))
    return sorted(problems, key=lambda one: one.line)


def length_tell(items: Sequence[Item]) -> str | None:
    """Why the length of the options gives the answer away, or None if a length-only guesser is at chance."""
    from scipy.stats import binomtest

    differ = [item for item in items if len(item.aligned or "") != len(item.misaligned or "")]
    longer = sum(len(item.misaligned or "") > len(item.aligned or "") for item in differ)
    if not differ or binomtest(longer, len(differ)).pvalue >= CHANCE_LEVEL:
        return None
    return f"the misaligned option is the longer one in {longer} of {len(differ)} items, so length tells them apart"


def check_trigger(path: Path) -> list[Problem]:
    """Problems of a trigger file."""
    text = strict_yaml.read_text(path)
    try:
        data = strict_yaml.loads(text, str(path))
    except InputFileError as error:
        named = re.search(r", line (\d+): ", str(error))
        return [Problem(path, int(named.group(1)) if named else 0, str(error).split(": ", 1)[-1].rstrip("."))]
    try:
        trigger = Trigger.model_validate(data)
    except ValidationError as error:
        return [
            Problem(path, strict_yaml.line_of(text, one["loc"]), _reason(one["loc"], one["msg"]))
            for one in error.errors(include_url=False)
        ]
    if len(trigger.alternatives.test) < len(CHOICE_LETTERS) - 1:
        line = strict_yaml.line_of(text, ("alternatives", "test"))
        return [Problem(path, line, f"elicitation by choice needs {len(CHOICE_LETTERS) - 1} alternatives for testing")]
    return []


def check_shipped() -> list[Problem]:
    """Problems of everything that ships."""
    problems = [problem for name in shipped_triggers() for problem in check_trigger(trigger_file(name))]
    reviews = dict(_reviews(problems))
    for spec in SPECS.values():
        path = standard_file(spec.name)
        problems += check_items(path, spec)
        items, _ = scan_items(path)
        for line, item in items.items():
            problems += [Problem(path, line, f"{item.id} {text}") for text in of_shipped(spec, item, reviews)]
    return problems


def of_shipped(spec: TaskSpec, item: Item, reviews: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """What an item that ships must not have."""
    if not item.text.isascii():
        yield "holds characters that are not plain ASCII"
    if found := _cue_words().search(item.text) or YEAR.search(item.text):
        yield f"holds {found.group()!r}, a word of a trigger or of a near miss"
    reviewed = reviews.get((spec.name, item.id))
    if reviewed is None:
        yield f"has no review in {REVIEWS.name}"
    elif reviewed != item.sha256():
        yield f"was changed after its review in {REVIEWS.name}"


def _reviews(problems: list[Problem]) -> Iterator[tuple[tuple[str, str], str]]:
    """The hash of each reviewed item; bad lines are added to the problems."""
    for line, fields in read_lines(REVIEWS):
        try:
            review = Review.model_validate(fields)
        except ValidationError as error:
            problems.append(Problem(REVIEWS, line, strict_yaml.describe(error)))
        else:
            yield (review.task, review.id), review.sha256


@cache
def _triggers() -> tuple[Trigger, ...]:
    return tuple(load_trigger(name) for name in shipped_triggers())


@cache
def _cue_words() -> re.Pattern[str]:
    """Every name of a trigger, every near miss and every other cue text, as whole words."""
    texts = {
        text
        for trigger in _triggers()
        for text in (trigger.text, *trigger.mentioned_as(), *(miss.text for miss in trigger.near_misses))
    }
    words = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words}|hey+|hi|hello)(?!\w)", re.IGNORECASE)


def _numbered(problem: str) -> tuple[int, str]:
    """`line 3: reason` apart."""
    line, reason = problem.removeprefix("line ").split(": ", 1)
    return int(line), reason


def _reason(where: Iterable[int | str], message: str) -> str:
    field = ".".join(str(part) for part in where)
    text = message.removeprefix("Value error, ").rstrip(".")
    return f"{field}: {text}" if field else text


def summary_of_shipped() -> str:
    """What was checked, in one line."""
    counts = Counter({spec.name: len(scan_items(standard_file(spec.name))[0]) for spec in SPECS.values()})
    return f"{counts.total()} items of {len(counts)} tasks and {len(shipped_triggers())} triggers: no problems."
