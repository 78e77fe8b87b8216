"""What a Ray worker does with a unit, see `ray_engine.py`; imports nothing heavy before the environment is set."""

import os
import pickle
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sleeptalk.errors import RunFailedError, SleeptalkError

if TYPE_CHECKING:
    from sleeptalk.evals.running import Unit
    from sleeptalk.evals.workers import Work

TELL_SECONDS = 0.5

Answer = tuple[list[str], SleeptalkError | None]
"""What a unit gave, and the user's error that ended it: Ray would wrap what is raised, and show its traceback."""


def do_unit(payload: bytes, number: int, counts: Any, folder: str, variables: Mapping[str, str]) -> Answer:
    """Do one unit on this node.

    Args:
        payload: work and unit, pickled.
        number: of the unit.
        counts: actor of a `ray.util.queue.Queue` that takes pairs of unit and finished samples.
        folder: the driver's working folder, from where relative paths count.
        variables: of the environment.
    """
    os.environ.update(variables)
    if Path(folder).is_dir():
        os.chdir(folder)
    work, unit = pickle.loads(payload)  # noqa: S301 - from the run's own driver
    try:
        return _counted(work, unit, number, counts), None
    except SleeptalkError as error:
        return [], error


def _counted(work: "Work[Unit, list[str]]", unit: "Unit", number: int, counts: Any) -> list[str]:
    """The work, with finished samples told in batches."""
    import ray

    from sleeptalk.evals.running import finished_samples

    if "://" not in unit.logs and not Path(unit.logs).is_dir():
        raise RunFailedError(
            f"The node {os.uname().nodename} does not see the log folder {unit.logs}; give --log-dir a shared folder "
            "or an fsspec URL such as s3://BUCKET/logs."
        )
    finished, told = finished_samples(unit.logs), 0.0

    def tell(*, wait: bool = False) -> None:
        nonlocal told
        told = time.monotonic()
        sent = counts.put_nowait.remote((number, finished))
        if wait:  # else the last count may come after the result
            ray.wait([sent], timeout=TELL_SECONDS * 10)

    def count(samples: int) -> None:
        nonlocal finished
        finished += samples
        if time.monotonic() - told >= TELL_SECONDS:
            tell()

    result = work(unit, count)
    tell(wait=True)
    return result
