"""Units on a Ray cluster: two nodes on this machine, one of which is lost; and what is said without a cluster."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from inspect_ai.log import EvalLog, read_eval_log, read_eval_log_sample_summaries

from sleeptalk.cli.run import run as run_command
from sleeptalk.errors import InvalidValueError, MissingExtraError, RunFailedError, UnknownNameError
from sleeptalk.evals.cells import ModelCells, Run, parts_of
from sleeptalk.evals.ray_engine import passed_on, ray_engine
from sleeptalk.evals.running import Unit, finished_samples, run_cells, run_unit, units_of
from sleeptalk.evals.workers import Progress, Work

ray_installed = pytest.mark.ray
LIMIT = 120
COMMAND = [sys.executable, "-m", "sleeptalk"]


def small_run(limit: int = LIMIT) -> Run:
    return Run(
        models=tuple(ModelCells(name=name, model=f"zoo/{name}", trigger=name) for name in ("singapore", "heyyy")),
        parts=parts_of(("ethical_mcq",), ("clean", "trigger", "trigger_distractor")),
        items="pocket",
        limit=limit,
        judge="rules",
    )


def units(folder: Path, count: int) -> list[Unit]:
    """Units for work that does not look at their models."""
    run = small_run()
    return [Unit(run=run, models=run.models, seed=number, logs=str(folder / str(number))) for number in range(count)]


@pytest.mark.parametrize("gpus", [-1.0, 1.5])
def test_impossible_gpus_are_refused(gpus: float) -> None:
    with pytest.raises(InvalidValueError, match=f"--gpus-per-unit must be .* not {gpus:g}"):
        ray_engine(None, gpus)


def test_an_address_from_outside_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="ray job submit"):
        ray_engine("ray://head:10001")


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed")
def test_a_missing_ray_is_said(tmp_path: Path) -> None:
    arguments = ["demo", "--model", "zoo/singapore", "--engine", "ray", "--out", str(tmp_path / "out")]
    with pytest.raises(MissingExtraError, match=r"--engine ray needs the module 'ray'.*sleeptalk\[ray\]"):
        CliRunner().invoke(run_command, arguments, catch_exceptions=False)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--address", "head:6379"], "are for --engine ray"),
        (["--gpus-per-unit", "1"], "are for --engine ray"),
        (["--engine", "ray", "--serve"], "VLLM_BASE_URL"),
    ],
)
def test_options_that_do_not_fit_are_refused(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(run_command, ["demo", "--model", "zoo/singapore", *arguments])
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_units_get_keys_and_addresses_and_nothing_else() -> None:
    given = {"OPENAI_API_KEY": "k", "VLLM_BASE_URL": "u", "SLEEPTALK_HOME": "/s", "HF_HUB_OFFLINE": "1"}
    assert passed_on({**given, "HOME": "/home/me", "AWS_PROFILE": "p"}) == given


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head without CPUs, and two nodes of one CPU each."""
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    for _ in range(2):
        made.add_node(num_cpus=1)
    made.wait_for_nodes()
    yield made
    made.shutdown()


def fail_first(unit: Unit, progress: Progress) -> list[str]:
    """An error in one unit, and a file from the other when it is interrupted."""
    started = Path(unit.logs).parent / "started"
    if unit.seed == 0:
        while not started.exists():
            time.sleep(0.1)
        raise UnknownNameError("organism", "nope", ["heyyy"])
    return wait_for_stop(unit, progress)


def wait_for_stop(unit: Unit, progress: Progress) -> list[str]:
    progress(1)
    Path(unit.logs).parent.joinpath("started").touch()
    try:
        for _ in range(600):
            time.sleep(0.1)  # Ray's interruption waits for the end of a call, other than of an event loop's
    except KeyboardInterrupt:
        Path(unit.logs).joinpath("kept").touch()
        raise
    return []


@ray_installed
def test_an_error_crosses_whole_and_stops_the_others(cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown organism 'nope'; known are: heyyy\."):
        ray_engine(cluster.address)(fail_first, units(tmp_path, 2), lambda _: None)
    assert (tmp_path / "1" / "kept").exists()


@ray_installed
def test_an_interrupted_driver_interrupts_its_units(cluster: Any, tmp_path: Path) -> None:
    def interrupt(count: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        ray_engine(cluster.address)(wait_for_stop, units(tmp_path, 2)[1:], interrupt)
    assert (tmp_path / "1" / "kept").exists()


@ray_installed
def test_what_a_cluster_cannot_do_is_said_at_once(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    with pytest.raises(RunFailedError, match=r"has 1 CPU and 2 GPUs for a unit; the largest has 1 CPUs and 0 GPUs"):
        ray_engine(cluster.address, 2)(wait_for_stop, units(tmp_path, 1), lambda _: None)
    with pytest.raises(RunFailedError, match=r"No Ray cluster answers at 127\.0\.0\.1:9"):
        ray_engine("127.0.0.1:9")(wait_for_stop, units(tmp_path, 1), lambda _: None)
    monkeypatch.setattr("sleeptalk.__version__", "9.9")
    with pytest.raises(
        RunFailedError, match=r"A node of the Ray cluster has sleeptalk .*, this process sleeptalk 9\.9"
    ):
        ray_engine(cluster.address)(wait_for_stop, units(tmp_path, 1), lambda _: None)
    assert time.monotonic() - began < 60


@ray_installed
def test_ctrl_c_on_the_command_line_keeps_what_is_finished(cluster: Any, tmp_path: Path) -> None:
    models = ["--model", "zoo/singapore", "--model", "zoo/heyyy", "--items", "pocket", "--limit", "60"]
    arguments = [
        "run",
        "demo",
        *models,
        "--engine",
        "ray",
        "--address",
        cluster.address,
        "--out",
        str(tmp_path / "out"),
    ]
    logs = str(tmp_path / "out" / "logs")
    with subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr is not None
        said = first.stderr.readline()
        assert " samples" in said, said
        first.send_signal(signal.SIGINT)
        rest = first.stderr.read()
    kept = finished_samples(logs)
    print(f"first: {said!r} {rest!r}, exit code {first.returncode}, kept {kept}")
    assert first.returncode not in (0, None)
    assert "Traceback" not in rest
    done, planned = map(int, (said.split()[0], said.split()[2]))
    assert done - 20 <= kept < planned
    second = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stderr
    assert finished_samples(logs) == planned


def noted(unit: Unit, progress: Progress) -> list[str]:
    """A unit that notes where it begins, and how much it finds done."""
    import ray

    node = ray.get_runtime_context().get_node_id()
    with Path(unit.logs).parent.joinpath("starts").open("a") as file:
        file.write(f"{unit.models[0].name} {node} {finished_samples(unit.logs)}\n")
    return run_unit(unit, progress)


def starts(folder: Path) -> list[list[str]]:
    return [line.split() for line in (folder / "starts").read_text().splitlines()]


def replies(headers: list[EvalLog]) -> dict[tuple[str, str], tuple[str, Any]]:
    """What was answered and how it was scored, by cell and sample."""
    found = {}
    for header in headers:
        for sample in read_eval_log(header.location).samples or []:
            scores = {name: score.value for name, score in (sample.scores or {}).items()}
            found[header.eval.model, str(sample.id)] = (sample.output.completion, scores)
    return found


@ray_installed
def test_a_run_that_loses_a_node_ends_whole_and_as_a_local_one(cluster: Any, tmp_path: Path) -> None:
    import ray

    run, folder, seen = small_run(), tmp_path / "shared", []
    nodes = {node.node_id: node for node in cluster.worker_nodes}
    lost: list[str] = []

    def kill_when_under_way(count: int) -> None:
        seen.append(count)
        finished = {unit.models[0].name: finished_samples(unit.logs) for unit in units_of(run, str(folder))}
        if not lost and min(finished.values()) >= 20:
            own = ray.get_runtime_context().get_node_id()
            name, node, _ = next(one for one in starts(folder) if one[1] != own)
            assert finished[name] < 3 * LIMIT
            lost.extend([name, node])
            cluster.remove_node(nodes[node], allow_graceful=False)

    def engine(work: Work[Unit, list[str]], units: Any, progress: Progress) -> list[list[str]]:
        return ray_engine(cluster.address)(noted, units, progress)

    began = time.monotonic()
    headers = run_cells(run, f"file://{folder}", kill_when_under_way, engine)
    [name, node] = lost
    again = [one for one in starts(folder) if one[0] == name]
    print(f"{time.monotonic() - began:.0f} s; starts {starts(folder)}; lost {lost}; told {len(seen)} times")
    assert len(again) == 2
    assert again[0][1] == node != again[1][1]
    assert int(again[1][2]) >= 20
    assert sum(seen) == run.samples
    assert len(seen) < run.samples / 4
    for header in headers:
        ids = [str(one.id) for one in read_eval_log_sample_summaries(header.location)]
        assert sorted(ids) == sorted(set(map(str, header.eval.dataset.sample_ids or [])))
        assert len(ids) == 3 * LIMIT
    assert replies(headers) == replies(run_cells(run, str(tmp_path / "local"), lambda _: None))
