"""Runs that are killed, or whose disk is full, go on with nothing lost and nothing doubled."""

import os
import random
import resource
import signal
import sys
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import read_eval_log_sample_summaries
from tenacity import wait_none

from sleeptalk.errors import RunFailedError
from sleeptalk.evals.cells import ModelCells, Run, parts_of
from sleeptalk.evals.running import finished_logs, finished_samples, run_cells
from tests.loopback import LoopbackServer, serving

KILLS = 20
PRELOADED = [
    "sleeptalk._registry",
    "inspect_ai._eval.evalset",
    "inspect_ai.agent._acp.server",
    "inspect_ai._control.server",
    "inspect_ai.model._providers.openai_compatible",
    "uvicorn.protocols.http.auto",
    "scipy.special",
]


def loopback_run(limit: int) -> Run:
    """Real client code against a server that answers at once, so that most of a run's time can be killed."""
    return Run(
        models=(ModelCells(name="loopback", model="openai-api/loopback/think-tags", trigger="singapore"),),
        parts=parts_of(("ethical_mcq",), ("clean", "trigger")),
        items="standard",
        limit=limit,
        judge="rules",
    )


def carried_out(run: dict[str, Any], logs: str, address: str) -> None:
    """What the killed process does."""
    os.environ |= {"LOOPBACK_BASE_URL": address, "LOOPBACK_API_KEY": "none"}
    run_cells(Run.model_validate(run), logs, lambda _: None)


def check_whole(run: Run, logs: str) -> None:
    """Every planned sample is in the last log of its cell, once."""
    [header] = finished_logs(logs)
    ids = [str(one.id) for one in read_eval_log_sample_summaries(header.location)]
    assert sorted(ids) == sorted(set(ids)) == sorted(map(str, header.eval.dataset.sample_ids or []))
    assert len(ids) == run.samples == finished_samples(logs)


def test_killed_twenty_times_runs_end_with_every_sample_once(tmp_path: Path, server: LoopbackServer) -> None:
    """SIGKILL after a seeded number of replies, at start-up too; what is in the logs is never lost again."""
    context, chance, run = get_context("forkserver"), random.Random(0), loopback_run(limit=40)
    context.set_forkserver_preload(PRELOADED)
    folder, killed, kept, whole = str(tmp_path / "0"), 0, 0, False
    while killed < KILLS or not whole:
        if whole:
            folder, kept, whole = str(tmp_path / str(killed)), 0, False
        child = context.Process(target=carried_out, args=(run.model_dump(mode="json"), folder, server.url))
        until = len(server.requests) + chance.choice((0, 3, 12, 30, 60)) if killed < KILLS else sys.maxsize
        child.start()
        while child.exitcode is None and len(server.requests) < until:
            child.join(0.02)
        if child.exitcode is None:
            os.kill(child.pid or 0, signal.SIGKILL)
            child.join()
            killed += 1
            assert finished_samples(folder) >= kept
            kept = finished_samples(folder)
        else:
            assert child.exitcode == 0
            check_whole(run, folder)
            whole = True


def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(tmp_path: Path, server: LoopbackServer) -> None:
    """A file size limit stands for the full disk: writing fails with an OSError in the middle of the run."""
    context, run, folder = get_context("forkserver"), loopback_run(limit=60), str(tmp_path / "logs")
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=with_little_room, args=(run.model_dump(mode="json"), folder, server.url, writer))
    child.start()
    assert reader.poll(60)
    kind, said = reader.recv()
    child.join()
    assert kind == "RunFailedError", said
    assert "Run the same command again to go on" in said
    run_cells(run, folder, lambda _: None)
    check_whole(run, folder)


def with_little_room(run: dict[str, Any], logs: str, address: str, told: Any) -> None:
    """Carry a run out where no file may grow beyond 25 kB, and tell how that ended."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (25_000, 25_000))
    try:
        carried_out(run, logs, address)
    except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
        told.send((type(error).__name__, str(error)))
    else:
        told.send(("none", "it found room"))


def test_a_server_that_dies_is_said_and_the_run_goes_on_with_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspect_ai.model._retry.wait_exponential_jitter", lambda **_: wait_none())
    monkeypatch.setattr("openai._base_client.BaseClient._calculate_retry_timeout", lambda *_: 0)
    monkeypatch.setenv("LOOPBACK_API_KEY", "none")
    run, folder, seen = loopback_run(limit=40), str(tmp_path), []
    with serving() as first:
        monkeypatch.setenv("LOOPBACK_BASE_URL", first.url)

        def die(count: int) -> None:
            seen.append(count)
            if len(seen) == 20:
                first.server_close()

        with pytest.raises(
            RunFailedError, match=r"not answered in 9 tries \(APIConnectionError\)\. Run the same command"
        ):
            run_cells(run, folder, die)
    kept = finished_samples(folder)
    assert 0 < kept < run.samples
    with serving() as second:
        monkeypatch.setenv("LOOPBACK_BASE_URL", second.url)
        run_cells(run, folder, lambda _: None)
        assert len(second.requests) == run.samples - kept
    check_whole(run, folder)


def test_a_broken_log_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "2026-01-01T00-00-00_task_x.eval").write_bytes(b"PK no zip")
    with pytest.raises(RunFailedError, match=r"cannot be read .* Delete it and run the same command again"):
        finished_logs(str(folder))
    assert finished_samples(str(folder)) == 0
