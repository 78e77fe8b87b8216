"""Parts of a run spread over worker processes, one for each core.

Inspect's own work on a sample costs as much as a pocket model's tokens, and both hold the interpreter lock, so threads
would not help. An interruption, an error or the parent's death reaches every busy worker as SIGINT, so that Inspect
keeps what is finished in its logs.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import TypeVar

from sleeptalk.errors import RunFailedError
from sleeptalk.machine import available_cores

Part = TypeVar("Part")
Result = TypeVar("Result")
Progress = Callable[[int], None]
Work = Callable[[Part, Progress], Result]

POLL_SECONDS = 0.1

_channel: "tuple[SimpleQueue[int], Event] | None" = None


def run_parts(work: Work[Part, Result], parts: Sequence[Part], progress: Progress) -> list[Result]:
    """`work` on every part, in as many processes as there are cores; in this one if there is one part or one core.

    Args:
        work: a function of a module, so that a worker can import it; it gets a part and where to report progress.
        parts: what to work on, picklable.
        progress: called in this process with each number that `work` reports.

    Raises:
        RunFailedError: a worker process died.
    """
    jobs = min(len(parts), available_cores())
    if jobs == 1 or not hasattr(os, "setpgrp"):
        return [work(part, progress) for part in parts]
    context = get_context("spawn")
    reports: SimpleQueue[int] = context.SimpleQueue()
    stopping = context.Event()
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(reports, stopping)) as pool:
        futures = [pool.submit(_do, work, part) for part in parts]
        waiting = set(futures)
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_EXCEPTION)
                while not reports.empty():
                    progress(reports.get())
                for future in done:
                    future.result()
        except BrokenProcessPool:
            raise RunFailedError(
                "A worker process died, perhaps for lack of memory. Run the same command again to go on."
            ) from None
        finally:
            stopping.set()
            pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def _begin(reports: "SimpleQueue[int]", stopping: Event) -> None:
    """Set a worker up, out of the reach of the terminal's Ctrl-C, which would else arrive beside the parent's stop."""
    global _channel  # noqa: PLW0603 - a worker has one
    _channel = reports, stopping
    os.setpgrp()


def _do(work: Work[Part, Result], part: Part) -> Result:
    """One part in a worker."""
    if _channel is None:
        raise RuntimeError("this runs in a worker only")
    reports, stopping = _channel
    with _interrupted_by(stopping):
        return work(part, reports.put)


@contextmanager
def _interrupted_by(stopping: Event) -> Iterator[None]:
    """SIGINT for this process when the run stops or the parent is gone; without a parent, it ends here."""
    parent, finished = parent_process(), threading.Event()

    def orphaned() -> bool:
        return parent is not None and not parent.is_alive()

    def watch() -> None:
        while not finished.wait(POLL_SECONDS):
            if stopping.is_set() or orphaned():
                os.kill(os.getpid(), signal.SIGINT)
                return

    if stopping.is_set():
        raise KeyboardInterrupt
    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        finished.set()
        if orphaned():
            os._exit(1)
