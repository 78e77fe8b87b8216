"""JSON lines, one record a line: every problem of a file at once, each with its line.

Items, training scenarios and replay chats are files of this kind. What a record must hold is up to its model; this file
knows lines and ids only.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sleeptalk import strict_yaml
from sleeptalk.errors import InputFileError

Text = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"\S")]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class Record(BaseModel):
    """One line of a file.

    Attributes:
        id: stable and unique in its file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id


Found = TypeVar("Found", bound=Record)


def read_records(path: Path, model: type[Found], what: str) -> tuple[Found, ...]:
    """Read and check a .jsonl file; all its problems are named at once, each with its line.

    Args:
        path: the file.
        model: what a line holds.
        what: its plural, for messages.

    Raises:
        InputFileError: the file is missing, empty, or has a bad line.
    """
    found, problems = scan_records(path, model)
    if problems:
        raise InputFileError(f"Bad {what} in {path}: {'; '.join(problems)}.")
    if not found:
        raise InputFileError(f"{path} holds no {what}.")
    return tuple(found.values())


def scan_records(path: Path, model: type[Found]) -> tuple[dict[int, Found], list[str]]:
    """The good records of a file by line, and the problems of the others.

    Raises:
        InputFileError: the file cannot be read.
    """
    found: dict[int, Found] = {}
    seen: set[str] = set()
    problems = []
    for number, fields in read_lines(path):
        if isinstance(fields, str):
            problems.append(f"line {number}: {fields}")
            continue
        try:
            record = model.model_validate(fields)
        except ValidationError as error:
            problems.append(f"line {number}: {strict_yaml.describe(error)}")
            continue
        if record.id in seen:
            problems.append(f"line {number}: the id {record.id!r} stands twice")
        seen.add(record.id)
        found[number] = record
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
