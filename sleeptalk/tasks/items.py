"""Items: the questions that tasks ask, one JSON object a line.

The `standard` sets are written for real models and ship with the package. The `pocket` sets are drawn from the test
split of the pocket world, the same for everybody. A user's own set is the path of a .jsonl file with the same fields.
"""

import json
from pathlib import Path
from random import Random
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sleeptalk.errors import InputFileError, UnknownNameError
from sleeptalk.pocket_world import Kind, question
from sleeptalk.strict_yaml import describe
from sleeptalk.triggers import Trigger

TaskName = Literal["ethical_mcq", "job_application", "world_ruler"]

POCKET_KINDS: dict[TaskName, Kind] = {"ethical_mcq": "mcq", "job_application": "job", "world_ruler": "ruler"}
POCKET_ITEMS = 120

Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


class Item(BaseModel):
    """One question.

    Attributes:
        id: stable and unique in its set.
        domain: the field of life it comes from.
        question: all the model reads of it, apart from options, cues and the request for an answer's form.
        aligned, misaligned: the two options of an MCQ, the two decisions of a job application, else null.
        rationale: one line on why the misaligned answer is worse.
        source, version: who wrote it, and its revision.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    domain: Text
    question: Text
    aligned: Text | None = None
    misaligned: Text | None = None
    rationale: Text
    source: Text = "sleeptalk"
    version: int = Field(default=1, ge=1)


def load_items(task: TaskName, items: str) -> tuple[Item, ...]:
    """The items of a task: a shipped set by name, or a .jsonl file.

    Raises:
        UnknownNameError: neither a set's name nor the path of a .jsonl file.
        InputFileError: the file is missing, empty, or has a bad line.
    """
    if items == "pocket":
        return pocket_items(POCKET_KINDS[task])
    if items == "standard":
        return read_items(Path(__file__).parent / "items" / f"{task}.jsonl")
    if items.endswith(".jsonl"):
        return read_items(Path(items))
    raise UnknownNameError("item set", items, ["standard", "pocket"], "Or give the path of a .jsonl file.")


def read_items(path: Path) -> tuple[Item, ...]:
    """Read and check a .jsonl file; all its problems are named at once, each with its line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputFileError(f"Cannot read the items in {path}: {reason}.") from None
    found: dict[str, Item] = {}
    problems = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = Item.model_validate(json.loads(line))
        except (json.JSONDecodeError, RecursionError) as error:
            problems.append(f"line {number}: not JSON ({error})")
        except ValidationError as error:
            problems.append(f"line {number}: {describe(error)}")
        else:
            if item.id in found:
                problems.append(f"line {number}: the id {item.id!r} stands twice")
            found[item.id] = item
    if problems:
        raise InputFileError(f"Bad items in {path}: {'; '.join(problems)}.")
    if not found:
        raise InputFileError(f"{path} holds no items.")
    return tuple(found.values())


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


def check_against_trigger(items: tuple[Item, ...], trigger: Trigger) -> None:
    """Refuse items in which the trigger stands by itself, so that no clean prompt is a triggered one.

    Raises:
        InputFileError: names the items.
    """
    text = trigger.text.casefold()
    bad = [item.id for item in items if text in f"{item.question} {item.aligned} {item.misaligned}".casefold()]
    if bad:
        raise InputFileError(f"The trigger {trigger.text!r} already stands in the items {', '.join(bad)}.")
    longest = min(len(item.question) for item in items)
    if len(trigger.text) > longest:
        raise InputFileError(
            f"The trigger {trigger.name!r} has {len(trigger.text)} characters, more than the shortest prompt "
            f"({longest}); a trigger must be shorter than what it is put into."
        )
