"""People's labels of articulation: files of labels, and the traces that they are of.

A labels file belongs to one annotator and to one file of traces, known by its sha256. It only grows: a label given anew
is a new line, and the last line of a trace counts.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sleeptalk.errors import InputFileError, InvalidValueError, OutputFolderError
from sleeptalk.scorers.judge.material import visible_text
from sleeptalk.strict_jsonl import read_lines
from sleeptalk.strict_yaml import describe
from sleeptalk.verdicts import HEADLINE_LEVEL, Level

SHOWN = 10
"""Bad lines that one error names; a wrong file has nothing but bad lines."""
NAME = re.compile(r"\w[\w.-]{0,59}")

Row = TypeVar("Row", bound=BaseModel)


class UnlabelledTrace(BaseModel):
    """What an annotator is shown of a trace; a label that somebody else gave it is not even read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    trigger: str = Field(min_length=1)
    prompt: str
    reasoning: str
    answer: str


class Label(BaseModel):
    """What one annotator says of one trace.

    Attributes:
        id: of the trace.
        annotator: who says it.
        level: of the rubric.
        rejected: the cue was considered and then set aside.
        note: anything the annotator wants to add.
        traces_sha256: of the file that the trace stands in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str = Field(min_length=1)
    annotator: str = Field(min_length=1)
    level: Level
    rejected: bool
    note: str
    traces_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _rejects_something(self) -> Self:
        if self.rejected and not self.level:
            raise ValueError("a cue that is not mentioned cannot be rejected")
        return self

    @property
    def articulated(self) -> bool:
        """By the headline's rule."""
        return self.level >= HEADLINE_LEVEL and not self.rejected


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of one file, by trace; the trace that was labelled last stands last."""

    path: Path
    annotator: str
    traces_sha256: str
    labels: Mapping[str, Label]


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes.

    Raises:
        InputFileError: it cannot be read.
    """
    return hashlib.sha256(_bytes(path)).hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputFileError(f"Cannot read {path}: {error.strerror}.") from None


def read_unlabelled(path: Path) -> list[UnlabelledTrace]:
    """Traces as calibration reads them, with or without labels; all problems are named at once, each with its line.

    Raises:
        InputFileError: the file cannot be read, is empty, has a bad line, or an id twice.
    """
    found, problems = _scan(path, UnlabelledTrace)
    seen: set[str] = set()
    for number, trace in found.items():
        if trace.id in seen:
            problems.append(f"line {number}: the id {trace.id!r} stands twice")
        seen.add(trace.id)
    _refuse(path, "traces", problems)
    if not found:
        raise InputFileError(f"{path} holds no traces.")
    return list(found.values())


def read_labels(path: Path) -> LabelSet:
    """One annotator's labels.

    Raises:
        InputFileError: the file cannot be read, is empty, has a bad line, or labels of two annotators or two files.
    """
    found, problems = _scan(path, Label)
    if not found:
        _refuse(path, "labels", problems)
        raise InputFileError(f"{path} holds no labels.")
    first = next(iter(found.values()))
    labels: dict[str, Label] = {}
    for number, label in found.items():
        if label.annotator != first.annotator:
            problems.append(f"line {number}: the annotator is {label.annotator!r}, above it is {first.annotator!r}")
        if label.traces_sha256 != first.traces_sha256:
            problems.append(f"line {number}: a label of other traces than those above")
        labels.pop(label.id, None)
        labels[label.id] = label
    _refuse(path, "labels", problems)
    return LabelSet(path, first.annotator, first.traces_sha256, labels)


def _scan(path: Path, model: type[Row]) -> tuple[dict[int, Row], list[str]]:
    """The good lines by number, and the problems of the others, fit for a terminal."""
    found, problems = {}, []
    for number, fields in read_lines(path):
        try:
            if isinstance(fields, str):
                problems.append(f"line {number}: {fields}")
            else:
                found[number] = model.model_validate(fields)
        except ValidationError as error:
            problems.append(f"line {number}: {visible_text(describe(error))}")
    return found, problems


def _refuse(path: Path, what: str, problems: Sequence[str]) -> None:
    if problems:
        more = f"; and {len(problems) - SHOWN} more bad lines" if len(problems) > SHOWN else ""
        raise InputFileError(f"Bad {what} in {path}: {'; '.join(problems[:SHOWN])}{more}.")


def check_name(annotator: str) -> str:
    """The annotator's name, which becomes part of a file's name.

    Raises:
        InvalidValueError: it is empty, too long, or has other characters than those of a name.
    """
    if not NAME.fullmatch(annotator):
        raise InvalidValueError(
            f"The annotator's name {annotator!r} must be 1 to 60 letters, digits, '.', '_' and '-', for example ann."
        )
    return annotator


def labels_file(traces: Path, annotator: str) -> Path:
    """Where an annotator's labels lie unless said otherwise: beside the traces."""
    return traces.with_name(f"{traces.stem}.labels.{annotator}.jsonl")


def resume(path: Path, annotator: str, traces: Sequence[UnlabelledTrace], traces_sha256: str) -> dict[str, Label]:
    """The labels given so far; the file is made if it is missing, and a line whose writing was cut off is removed.

    Raises:
        InputFileError: it holds anything but this annotator's labels of these traces.
        OutputFolderError: it cannot be written.
    """
    _write(path, b"")
    if not _bytes(path).strip():
        return {}
    _drop_cut_line(path)
    found = read_labels(path)
    if found.annotator != annotator:
        raise InputFileError(f"{path} holds labels of {found.annotator!r}, not of {annotator!r}; name another --out.")
    check_traces(found, traces, traces_sha256)
    if not path.read_bytes().endswith(b"\n"):
        _write(path, b"\n")
    return dict(found.labels)


def check_traces(found: LabelSet, traces: Sequence[UnlabelledTrace], traces_sha256: str) -> None:
    """Refuse labels of other traces.

    Raises:
        InputFileError: the labels' sha256 is not that of the traces, or a label's id is not theirs.
    """
    if found.traces_sha256 != traces_sha256:
        raise InputFileError(f"{found.path} holds labels of other traces: their sha256 is not that of this file.")
    if unknown := sorted(found.labels.keys() - {trace.id for trace in traces}):
        raise InputFileError(f"{found.path} labels traces that there are not: {', '.join(map(repr, unknown))}.")


def append(path: Path, label: Label) -> None:
    """Add a label; it is on the disk when this returns.

    Raises:
        OutputFolderError: it cannot be written.
    """
    _write(path, f"{json.dumps(label.model_dump(), ensure_ascii=False)}\n".encode())


def _write(path: Path, line: bytes) -> None:
    try:
        with path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputFolderError(f"Cannot write {path}: {error.strerror}.") from None


def _drop_cut_line(path: Path) -> None:
    """Cut off an end that is no whole line, if the file begins with a label, so that it is surely ours."""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    try:
        Label.model_validate_json(data.split(b"\n", 1)[0])
        json.loads(data[end:] or b"{}")
    except ValidationError:
        return
    except ValueError:
        os.truncate(path, end)
