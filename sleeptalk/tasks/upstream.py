"""The items that Chua et al. (2025) published, read at run time and mapped to our own form (see `published.py`).

The advice sets come from the Hub at a revision that the user pins; the option sets come from a local copy of a file of
the paper's repository. A local file whose sha256 is not the published one is read all the same, and the log says so.
"""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from sleeptalk.errors import InvalidValueError, UnknownNameError
from sleeptalk.published import SCHEMAS, PublishedSet, Schema, catalogue, hub_rows, read_rows
from sleeptalk.strict_jsonl import read_lines
from sleeptalk.tasks.items import Item

RATIONALE = "As labelled upstream."


def load_upstream(task: str, items: str, revision: str, limit: int | None = None) -> tuple[tuple[Item, ...], str]:
    """The published items of a task, and where exactly they came from.

    Args:
        task: name of the task.
        items: name of a set on the Hub, or the path of a local .jsonl file of the task's set.
        revision: for the Hub, the 40 hex digits of a commit.
        limit: read no more rows than this.

    Raises:
        UnknownNameError: the task has no published items, or no such set.
        InvalidValueError: the revision is missing or moves.
        InputFileError: rows that do not fit the published schema.
        DownloadError: the Hub cannot be reached, or does not know the revision.
    """
    sets = {name: one for name, one in catalogue().sets.items() if one.task == task}
    if not sets:
        known = sorted({one.task for one in catalogue().sets.values()})
        raise UnknownNameError("task with published items", task, known, "Leave out -T source=upstream.")
    if items.endswith(".jsonl"):
        name, chosen = next(iter(sets.items()))
        return _items(name, chosen.schema_, islice(read_lines(Path(items)), limit), items), _origin(Path(items), sets)
    return _from_hub(items, sets, revision, limit)


def _from_hub(
    name: str, sets: Mapping[str, PublishedSet], revision: str, limit: int | None
) -> tuple[tuple[Item, ...], str]:
    hub = catalogue().hub
    offered = [known for known, one in sets.items() if one.on_hub]
    if not offered:
        wanted = ", ".join(one.file for one in sets.values())
        raise InvalidValueError(
            f"-T items={name}: these published items are not on the Hub; download {wanted} of "
            f"{catalogue().repository} and give its path with -T items=FILE.jsonl."
        )
    if name not in offered:
        raise UnknownNameError("published item set", name, offered, "Or give the path of a .jsonl file.")
    rows = islice(hub_rows(hub, name, revision, "-T revision=", "-T items=FILE.jsonl"), limit)
    return _items(name, sets[name].schema_, enumerate(rows, 1), f"{hub}/{name}"), f"{hub}@{revision}/{name}"


def _items(name: str, schema: Schema, rows: Iterable[tuple[int, Any]], where: str) -> tuple[Item, ...]:
    """Rows of a published schema as items."""
    read = SCHEMAS[schema]
    source = f"{catalogue().paper} {name}"

    def item(number: int, row: Mapping[str, Any]) -> Item:
        return Item(id=f"{name}-{number:05}", domain=name, rationale=RATIONALE, source=source, **read(row))

    return read_rows(rows, item, schema, where)


def _origin(path: Path, sets: Mapping[str, PublishedSet]) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    published = next((one.file for one in sets.values() if one.sha256 == digest), None)
    return f"{published or 'not a published file'} sha256:{digest}"
