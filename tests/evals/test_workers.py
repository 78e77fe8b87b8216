"""Worker processes: results in order, progress, errors and interruptions."""

import os
import signal
import time
from pathlib import Path

import pytest

from sleeptalk.errors import RunFailedError, UnknownNameError
from sleeptalk.evals import workers
from sleeptalk.evals.workers import Progress, run_parts


def double(part: int, progress: Progress) -> tuple[int, int]:
    progress(part)
    return 2 * part, os.getpid()


def fail_on_two(part: int, progress: Progress) -> int:
    if part == 2:
        raise UnknownNameError("organism", "nope", ["heyyy"])
    time.sleep(30)
    return part


def die(part: int, progress: Progress) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return part


def wait_for_stop(part: str, progress: Progress) -> str:
    """Leaves a file when it is interrupted."""
    progress(1)
    try:
        time.sleep(30)
    except KeyboardInterrupt:
        Path(part).write_text("kept")
        raise
    return part


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "available_cores", lambda: 2)


def test_results_come_in_order_and_progress_adds_up() -> None:
    seen: list[int] = []
    results = run_parts(double, [1, 2, 3, 4], seen.append)
    assert [result for result, _ in results] == [2, 4, 6, 8]
    assert os.getpid() not in {process for _, process in results}
    assert sorted(seen) == [1, 2, 3, 4]


def test_one_part_stays_in_this_process() -> None:
    assert run_parts(double, [3], lambda _: None) == [(6, os.getpid())]


def test_an_error_crosses_whole_and_stops_the_others() -> None:
    started = time.monotonic()
    with pytest.raises(UnknownNameError, match="Unknown organism 'nope'; known are: heyyy"):
        run_parts(fail_on_two, [1, 2, 3], lambda _: None)
    assert time.monotonic() - started < 20


def test_a_dead_worker_is_said() -> None:
    with pytest.raises(RunFailedError, match="A worker process died"):
        run_parts(die, [1, 2], lambda _: None)


def test_an_interruption_reaches_busy_workers_and_no_other_part_begins(tmp_path: Path) -> None:
    parts = [str(tmp_path / name) for name in "abc"]
    started: list[int] = []

    def interrupt_when_both_work(count: int) -> None:
        started.append(count)
        if len(started) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_parts(wait_for_stop, parts, interrupt_when_both_work)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
