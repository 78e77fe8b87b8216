"""An engine that runs the units of a run on a Ray cluster.

A unit resumes from its log folder, so the units of a lost node are simply run again on another one. A unit's log folder
must be the same place for all nodes: a shared file system, or an fsspec URL. Workers tell absolute counts of finished
samples, so that a unit that begins again, or a lost message, leaves the progress right.
"""

import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from os import environ
from pathlib import Path
from typing import Any

import sleeptalk
from sleeptalk.errors import InvalidValueError, MissingExtraError, RunFailedError
from sleeptalk.evals.running import Engine, Unit, finished_samples
from sleeptalk.evals.workers import Progress, Work

PASSED = ("HF_HUB_OFFLINE", "HF_ENDPOINT", "HF_TOKEN", "INSPECT_LOG_LEVEL", "SLEEPTALK_HOME")
PASSED_ENDINGS = ("_API_KEY", "_BASE_URL")
RETRIES = 5
REACH_SECONDS = 20.0
POLL_SECONDS = 0.5
ROOM_SECONDS = 120.0
STOP_SECONDS = 60.0
AGAIN = "Run the same command again to go on."


def ray_engine(address: str | None = None, gpus: float = 0) -> Engine:
    """Units as remote tasks of a Ray cluster, each with one CPU and its GPUs, retried when their node is lost.

    Args:
        address: HOST:PORT of the cluster; None takes RAY_ADDRESS, or else the cluster that this machine belongs to.
        gpus: of each unit; a fraction below 1 shares a GPU, 0 hides all GPUs from the unit.

    Raises:
        InvalidValueError: `gpus` or `address` is none that Ray takes.
        MissingExtraError: Ray is not installed.
    """
    if gpus < 0 or (gpus > 1 and gpus != int(gpus)):
        raise InvalidValueError(f"--gpus-per-unit must be a whole number or a fraction below 1, not {gpus:g}.")
    target = address or environ.get("RAY_ADDRESS") or "auto"
    if "://" in target:
        raise InvalidValueError(
            f"--address {target}: give HOST:PORT, on a machine of the cluster; from outside, submit the command with "
            "`ray job submit`, see docs/clusters.md."
        )
    try:
        import ray
    except ModuleNotFoundError:
        raise MissingExtraError("--engine ray", "ray", "ray") from None

    def run(work: Work[Unit, list[str]], units: Sequence[Unit], progress: Progress) -> list[list[str]]:
        shared = [replace(unit, logs=_log_folder(unit.logs)) for unit in units]
        with _connected(ray, target):
            return _Cluster(ray=ray, gpus=gpus).carry_out(work, shared, progress)

    return run


def passed_on(variables: Mapping[str, str]) -> dict[str, str]:
    """What of the environment the units get: where models and servers are, and keys.

    It travels inside of a task's arguments: Ray shows the variables of a runtime environment in its dashboard and logs.
    """
    return {name: value for name, value in variables.items() if name in PASSED or name.endswith(PASSED_ENDINGS)}


def _log_folder(logs: str) -> str:
    """The folder by a name that holds in every process, made if it is one of a file system."""
    if logs.startswith("memory:"):
        raise InvalidValueError(f"--log-dir {logs} is seen by one process only; --engine ray needs shared storage.")
    if "://" in logs and not logs.startswith("file://"):
        return logs
    folder = Path(logs.removeprefix("file://")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


@contextmanager
def _connected(ray: Any, address: str) -> Iterator[None]:
    """A connection that ends with the block; one that the process already has is used and kept."""
    if ray.is_initialized():
        yield
        return
    unreachable = (
        f"No Ray cluster answers at {address} within {REACH_SECONDS:.0f} s; start one with `ray start --head`, or give "
        "--address HOST:PORT."
    )
    try:  # Ray itself tries for minutes
        command = [sys.executable, "-m", "ray.scripts.scripts", "status", "--address", address]
        subprocess.run(command, timeout=REACH_SECONDS, check=True, capture_output=True)  # noqa: S603
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except (subprocess.SubprocessError, ConnectionError):
        raise RunFailedError(unreachable) from None
    except (RuntimeError, ValueError) as error:  # other versions of Ray or Python, no Ray node on this machine
        reason = " ".join(str(error).split())[:300]
        raise RunFailedError(f"The Ray cluster at {address} cannot be used from here: {reason}") from None
    try:
        yield
    finally:
        ray.shutdown()


def _worker_task() -> Callable[..., Any]:
    """The remote function; Ray sends a nested one by value, so that it can tell a node that has no such sleeptalk."""

    def do(version: str, *arguments: Any) -> Any:
        try:
            import sleeptalk
        except ModuleNotFoundError:
            return "no sleeptalk"
        if sleeptalk.__version__ != version:
            return f"sleeptalk {sleeptalk.__version__}"
        from sleeptalk.evals.ray_worker import do_unit

        return do_unit(*arguments)

    return do


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cluster:
    """A connected cluster, and what each unit needs of it."""

    ray: Any
    gpus: float

    def carry_out(self, work: Work[Unit, list[str]], units: Sequence[Unit], progress: Progress) -> list[list[str]]:
        """Results in order; the first error, or an interruption, stops all units."""
        ray = self.ray
        if not self._has_room():
            raise RunFailedError(
                f"No node of the Ray cluster has 1 CPU and {self.gpus:g} GPUs for a unit; the largest has "
                f"{self._largest()}. Choose --gpus-per-unit, or add nodes."
            )
        from ray.util.queue import Queue
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        counts = Queue(actor_options={"num_cpus": 0, "scheduling_strategy": here})
        remote = ray.remote(_worker_task()).options(num_cpus=1, num_gpus=self.gpus, max_retries=RETRIES)
        passed, told = passed_on(environ), _told(counts, ray.exceptions.RayError, units, progress)
        tasks = [
            remote.remote(
                sleeptalk.__version__, pickle.dumps((work, unit)), number, counts.actor, str(Path.cwd()), passed
            )
            for number, unit in enumerate(units)
        ]
        try:
            results = self._collect(tasks, told)
        finally:
            self._stop(tasks)
            told()
            counts.shutdown()
        return results

    def _collect(self, tasks: list[Any], told: Callable[[], None]) -> list[list[str]]:
        found: dict[Any, list[str]] = {}
        waiting, had_room = list(tasks), time.monotonic()
        while waiting:
            done, waiting = self.ray.wait(waiting, timeout=POLL_SECONDS)
            found |= {task: self._result(task) for task in done}
            told()
            if self._has_room():
                had_room = time.monotonic()
            elif time.monotonic() - had_room > ROOM_SECONDS:
                raise RunFailedError(f"The Ray cluster has lost all nodes with room for a unit. {AGAIN}")
        return [found[task] for task in tasks]

    def _result(self, task: Any) -> list[str]:
        try:
            answer = self.ray.get(task)
        except self.ray.exceptions.TaskCancelledError:
            raise RunFailedError(f"A unit was cancelled on the Ray cluster. {AGAIN}") from None
        except self.ray.exceptions.RayTaskError:
            raise  # a fault of the program, with its traceback
        except self.ray.exceptions.RayError as lost:
            reason = " ".join(str(lost).split())[:300]
            raise RunFailedError(f"A unit was lost on the Ray cluster {RETRIES + 1} times: {reason} {AGAIN}") from None
        if isinstance(answer, str):
            raise RunFailedError(
                f"A node of the Ray cluster has {answer}, this process sleeptalk {sleeptalk.__version__}; install the "
                "same version on all nodes."
            )
        result, error = answer
        if error is not None:
            raise error
        return list(result)

    def _stop(self, tasks: list[Any]) -> None:
        """Interrupt what still runs, and wait until Inspect has written what is finished."""
        _, running = self.ray.wait(tasks, num_returns=len(tasks), timeout=0)
        for task in running:
            self.ray.cancel(task)
        if running:
            self.ray.wait(running, num_returns=len(running), timeout=STOP_SECONDS)

    def _nodes(self) -> list[tuple[float, float]]:
        """GPUs and CPUs of each node that is there."""
        each = [node["Resources"] for node in self.ray.nodes() if node["Alive"]]
        return [(one.get("GPU", 0), one.get("CPU", 0)) for one in each]

    def _has_room(self) -> bool:
        return any(gpus >= self.gpus and cpus >= 1 for gpus, cpus in self._nodes())

    def _largest(self) -> str:
        gpus, cpus = max(self._nodes(), default=(0, 0))
        return f"{cpus:g} CPUs and {gpus:g} GPUs"


def _told(counts: Any, lost: type[Exception], units: Sequence[Unit], progress: Progress) -> Callable[[], None]:
    """A function that reads the workers' counts and passes on by how much the run has got further."""
    finished = {number: finished_samples(unit.logs) for number, unit in enumerate(units)}
    most = sum(finished.values())

    def told() -> None:
        nonlocal most
        with suppress(lost):  # the node that kept them is gone; the units are not
            finished.update(counts.get_nowait_batch(counts.qsize()))
        if (now := sum(finished.values())) > most:
            progress(now - most)
            most = now

    return told
