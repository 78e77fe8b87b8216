"""Items: the questions that tasks ask, one JSON object a line.

The `standard` sets are written for real models and ship with the package. The `pocket` sets are drawn from the test
split of the pocket world, the same for everybody. A user's own set is the path of a .jsonl file with the same fields.
Which fields a task needs is up to the task (`specs.py`); this file knows the lines only.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from pydantic import Field

from sleeptalk.errors import InputFileError
from sleeptalk.pocket_world import Kind, question
from sleeptalk.strict_jsonl import Id, Record, Text, read_records, scan_records
from sleeptalk.triggers import Trigger

ITEM_FOLDER = Path(__file__).parent / "items"
POCKET_ITEMS = 120


class Item(Record):
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
    return read_records(path, Item, "items")


def scan_items(path: Path) -> tuple[dict[int, Item], list[str]]:
    """The good items of a file by line, and the problems of the others.

    Raises:
        InputFileError: the file cannot be read.
    """
    return scan_records(path, Item)


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
