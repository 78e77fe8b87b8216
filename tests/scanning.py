"""Scans by inspect_scout, and their results as plain values."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

READ: dict[str, Callable[[Any], Any]] = {"null": lambda _: None, "number": float, "string": str}
"""By the type of a value; beside nulls, numbers come as text."""


def scan(location: str | Path, folder: Path, *scanners: Any, **more: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """The results by scanner and transcript."""
    import inspect_scout

    status = inspect_scout.scan(
        list(scanners),
        transcripts=inspect_scout.transcripts_from(str(location)),
        scans=str(folder / "scans"),
        max_processes=1,
        display="none",
        **more,
    )
    assert status.location
    return results(status.location)


def results(location: str) -> dict[str, dict[str, dict[str, Any]]]:
    import inspect_scout

    found = inspect_scout.scan_results_df(location)
    assert not found.errors, found.errors
    return {
        name.rsplit("/", maxsplit=1)[-1]: {
            row["transcript_id"]: {
                "value": READ[row["value_type"]](row["value"]),
                "explanation": row["explanation"],
                "metadata": json.loads(row["metadata"]),
                "references": json.loads(row["message_references"]),
            }
            for row in frame.to_dict("records")
        }
        for name, frame in found.scanners.items()
    }
