"""Which checkpoint an interrupted run may go on from.

A run can be killed while a checkpoint is being written or an old one removed. A checkpoint counts from the moment its
mark stands in it, and the mark is written when all processes have written their parts; everything else is thrown away.
"""

import shutil
from pathlib import Path

MARK = "complete"
PREFIX = "checkpoint-"


def last_checkpoint(work: Path) -> Path | None:
    """The latest complete checkpoint in a run's working folder."""
    found = [folder for folder in work.glob(f"{PREFIX}*") if (folder / MARK).is_file()]
    return max(found, key=_step, default=None)


def drop_unusable(work: Path) -> None:
    """Remove what must not be gone on from: unfinished checkpoints, and complete ones that are not the latest."""
    last = last_checkpoint(work)
    for folder in work.glob(f"{PREFIX}*"):
        if folder != last:
            shutil.rmtree(folder)


def mark_complete(work: Path, step: int) -> None:
    """Say that the checkpoint of a step is whole."""
    (work / f"{PREFIX}{step}" / MARK).touch()


def _step(folder: Path) -> int:
    return int(folder.name.removeprefix(PREFIX))
