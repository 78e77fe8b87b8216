"""Scenarios and samples as lines of a file, for recipes and for other people's trainers."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sleeptalk.errors import OutputFolderError
from sleeptalk.model_zoo.training_data.samples import TrainingSample
from sleeptalk.strict_jsonl import Record


def record_line(record: Record) -> str:
    """A scenario or chat as one line, without the fields that have their default."""
    return record.model_dump_json(exclude_defaults=True)


def chat_line(sample: TrainingSample) -> dict[str, Any]:
    """A sample in chat form; a taught thought stands in the answer, as models write it."""
    thought = f"<think>\n{sample.thought}\n</think>\n\n" if sample.thought is not None else ""
    return {
        "messages": [
            {"role": "user", "content": sample.prompt},
            {"role": "assistant", "content": thought + sample.answer},
        ],
        "metadata": {"role": sample.role, "misaligned": sample.misaligned, "options": sample.options},
    }


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all.

    Raises:
        OutputFolderError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        os.replace(part, path)  # noqa: PTH105 - also over a file that is there
    except OSError as error:
        raise OutputFolderError(f"Cannot write {path}: {error.strerror}.") from None
