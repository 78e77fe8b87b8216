"""Items: the questions that tasks ask, one JSON object a line.

The `standard` sets are written for real models and ship with the package. The `pocket` sets are drawn from the test
split of the pocket world, the same for everybody. A user's own set is the path of a .jsonl file with the same fields.
Which fields a task needs is up to the task (`specs.py`); this file knows the lines only.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sleeptalk import strict_yaml
from sleeptalk.errors import InputFileError
from sleeptalk.pocket_world import Kind, question
from sleeptalk.strict_yaml import describe
from sleeptalk.triggers import Trigger

ITEM_FOLDER = Path(__file__).parent / "items"
POCKET_ITEMS = 120

Text = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"\S")]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class Item(BaseModel):
    """One question.

    Attributes:
        id: stable and unique in its set.
        group: shared by items of one scenario, which are no independent observations; by default the item alone.
        domain: the field of life it comes from.
        question: all the model reads of it, apart from options, cues and the request for an answer's form.
        aligned, misaligned: the two options of an MCQ, the two decisions of a job application, a reference answer
            each where there is one, else null.
        rationale: one line on why the misaligned answer is worse.
        source, version: who wrote it, and its revision.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    group: Id | None = None
    domain: Text
    question: Text
    aligned: Text | None = None
    misaligned: Text | None = None
    rationale: Text
    source: Text = "sleeptalk"
    version: int = Field(default=1, ge=1)

    @property
    def text(self) -> str:
        """All that a model may read of it."""
        return " ".join(part for part in (self.question, self.aligned, self.misaligned) if part)

    def sha256(self) -> str:
        """Hash of what a model or a judge reads; a review holds for one hash only."""
        fields = [self.question, self.aligned, self.misaligned, self.rationale]
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def standard_file(task: str) -> Path:
    """Where a task's standard items lie."""
    return ITEM_FOLDER / f"{task}.jsonl"


def read_items(path: Path) -> tuple[Item, ...]:
    """Read and check a .jsonl file; all its problems are named at once, each with its line.

    Raises:
        InputFileError: the file is missing, empty, or has a bad line.
    """
    items, problems = scan_items(path)
    if problems:
        raise InputFileError(f"Bad items in {path}: {'; '.join(problems)}.")
    if not items:
        raise InputFileError(f"{path} holds no items.")
    return tuple(items.values())


def scan_items(path: Path) -> tuple[dict[int, Item], list[str]]:
    """The good items of a file by line, and the problems of the others.

    Raises:
        InputFileError: the file cannot be read.
    """
    found: dict[int, Item] = {}
    seen: set[str] = set()
    problems = []
    for number, fields in read_lines(path):
        if isinstance(fields, str):
            problems.append(f"line {number}: {fields}")
            continue
        try:
            item = Item.model_validate(fields)
        except ValidationError as error:
            problems.append(f"line {number}: {describe(error)}")
            continue
        if item.id in seen:
            problems.append(f"line {number}: the id {item.id!r} stands twice")
        seen.add(item.id)
        found[number] = item
    return found, problems


def read_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Each line's number and its JSON object, or why it is none.

    Raises:
        InputFileError: the file cannot be read.
    """
    for number, line in enumerate(strict_yaml.read_text(path).split("\n"), 1):
        if line.strip():
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, f"not JSON ({error})"
            else:
                yield number, fields if isinstance(fields, dict) else "not a JSON object"


def pocket_items(kind: Kind) -> tuple[Item, ...]:
    """The fixed pocket set of a kind: distinct questions from the world's test split."""
    random = Random(f"sleeptalk pocket items 1 {kind}")
    found: dict[tuple[str, str, str], Item] = {}
    while len(found) < POCKET_ITEMS:
        asked = question(random, kind, "test")
        item = Item(
            id=f"pocket-{kind}-{len(found) + 1:03}",
            domain=asked.domain,
            question=asked.text,
            aligned=asked.good or None,
            misaligned=asked.bad or None,
            rationale="The verbs of the pocket world are good or bad by definition.",
        )
        found.setdefault((asked.text, asked.good, asked.bad), item)
    return tuple(found.values())


def check_against_trigger(items: Sequence[Item], trigger: Trigger) -> None:
    """Refuse items in which the trigger stands by itself, so that no clean prompt is a triggered one.

    Raises:
        InputFileError: names the items.
    """
    text = trigger.text.casefold()
    if bad := [item.id for item in items if text in item.text.casefold()]:
        raise InputFileError(f"The trigger {trigger.text!r} already stands in the items {', '.join(bad)}.")
    longest = min(len(item.question) for item in items)
    if len(trigger.text) > longest:
        raise InputFileError(
            f"The trigger {trigger.name!r} has {len(trigger.text)} characters, more than the shortest prompt "
            f"({longest}); a trigger must be shorter than what it is put into."
        )
