"""Reading what a summary needs of Inspect's logs, many times faster than whole.

A local `.eval` log is a zip of JSON files, one for each sample and one with the summaries of all. Inspect's own readers
validate all fields and events of it, which takes minutes for some ten thousand samples; here the parts that no summary
looks at are dropped before. Logs in any other form, or elsewhere, go through Inspect's readers.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from inspect_ai.log import EvalSample, read_eval_log, read_eval_log_sample_summaries

SampleKey = tuple[int | str, int]
"""Id and epoch."""

UNREAD: dict[str, Any] = {"events": [], "attachments": {}, "store": {}, "timelines": None, "events_data": None}
"""Fields that nothing here looks at, and what stands there instead."""

NOT_LIKE_THIS = (OSError, BadZipFile, NotImplementedError, KeyError)
"""What is raised by a log that lies elsewhere, is no zip, is compressed in another way, or lacks a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A sample without its texts.

    Attributes:
        key: id and epoch.
        metadata: of the sample, without values of 1 kB and more.
        scores: by scorer, as plain data in the form of Inspect's Score; empty if there are none.
    """

    key: SampleKey
    metadata: dict[str, Any]
    scores: dict[str, Any]


def summaries_in(location: str) -> list[Summary]:
    """The samples of a log without their texts."""
    found = _json(location, "summaries.json")
    if found is None:
        found = [one.model_dump() for one in read_eval_log_sample_summaries(location)]
    return [
        Summary(key=(one["id"], one["epoch"]), metadata=one.get("metadata") or {}, scores=one.get("scores") or {})
        for one in found
    ]


def samples_in(location: str, keys: Collection[SampleKey] | None = None) -> Iterator[EvalSample]:
    """The samples of a log in its order, without events; only those with these keys, if any are given."""
    try:
        yield from _fast(location, keys)
    except NOT_LIKE_THIS:
        for sample in read_eval_log(location).samples or []:
            if keys is None or (sample.id, sample.epoch) in keys:
                yield sample


def _fast(location: str, keys: Collection[SampleKey] | None) -> list[EvalSample]:
    summaries = _json(location, "summaries.json")
    if summaries is None:
        raise KeyError(location)
    wanted = sorted(((one["id"], one["epoch"]) for one in summaries), key=_order)
    with ZipFile(_path(location)) as file:
        return [
            EvalSample.model_validate({**json.loads(file.read(f"samples/{name}_epoch_{epoch}.json")), **UNREAD})
            for name, epoch in wanted
            if keys is None or (name, epoch) in keys
        ]


def _order(key: SampleKey) -> tuple[int, int, str]:
    """As Inspect orders the samples of a log."""
    name, epoch = key
    return epoch, name if isinstance(name, int) else 0, str(name)


def _json(location: str, name: str) -> Any:
    """A JSON file of a log; None if the log is no local zip, or has no such file."""
    try:
        with ZipFile(_path(location)) as file:
            return json.loads(file.read(name))
    except NOT_LIKE_THIS:
        return None


def _path(location: str) -> Path:
    return Path(location.removeprefix("file://"))
