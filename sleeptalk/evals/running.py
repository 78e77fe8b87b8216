"""Running: the cells of a run through Inspect's eval_set, with progress, resume, and a check of what came out.

The unit of work is one base with its adapters and all that they are asked under one seed: it has a log folder of its
own and is idempotent, so an engine may run it anywhere and again. What is finished is never asked twice.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval_set, task_with
from inspect_ai.hooks import Hooks, SampleEnd, hooks
from inspect_ai.log import EvalError, EvalLog, list_eval_logs, read_eval_log, read_eval_log_sample_summaries
from inspect_ai.model import GenerateConfig, Model, get_model

from sleeptalk.errors import RunFailedError
from sleeptalk.evals.cells import CELL_KEY, ModelCells, Run, build_task, planned_samples
from sleeptalk.evals.comparable import check_same_template
from sleeptalk.evals.judging import judge_models
from sleeptalk.evals.stopped_logs import stopped_samples
from sleeptalk.evals.workers import Progress, Work, run_parts

MOST_RETRIES = 8
"""Of a request that a server does not answer, over about a quarter of an hour; Inspect alone would try for ever."""

STOPPABLE = 24
"""Samples of a task under way at a time, where those that have not begun can be saved."""

CellKey = tuple[str, str, int]
"""Names of model and part, and the seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What one process does at a time.

    Attributes:
        run: the run that it belongs to.
        models: models of one base, or a single one.
        seed: of sampling.
        logs: its log folder, a path or an fsspec URL.
    """

    run: Run
    models: tuple[ModelCells, ...]
    seed: int
    logs: str


Engine = Callable[[Work[Unit, list[str]], Sequence[Unit], Progress], list[list[str]]]
"""Runs the work on every unit, somewhere, and returns what each gave, in their order."""


def units_of(run: Run, logs: str) -> list[Unit]:
    """The units of a run; models that share a server share a unit."""
    groups: dict[str, list[ModelCells]] = {}
    for cells in run.models:
        groups.setdefault(cells.server or cells.name, []).append(cells)
    return [
        Unit(run=run, models=tuple(models), seed=seed, logs="/".join([logs, _folder(group), *_of_seed(run, seed)]))
        for seed in run.seeds
        for group, models in groups.items()
    ]


def _folder(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9@._-]+", "_", name)


def _of_seed(run: Run, seed: int) -> list[str]:
    return [f"seed{seed}"] if len(run.seeds) > 1 else []


def run_cells(run: Run, logs: str, progress: Progress, engine: Engine = run_parts) -> list[EvalLog]:
    """Run what is not yet in `logs`, and return the headers of all its logs, in the order of seeds, models and parts.

    Args:
        run: what to run.
        logs: log folder, empty or of an earlier, interrupted call with the same run.
        progress: called with the number of samples that have just finished.
        engine: where the units run.

    Raises:
        RunFailedError: a log ended without "success", or without all its samples, or the chat templates differ.
    """
    units = units_of(run, logs)
    headers = [
        read_eval_log(location, header_only=True)
        for locations in engine(run_unit, units, progress)
        for location in locations
    ]
    check_headers(run, headers)
    return headers


def check_headers(run: Run, headers: Sequence[EvalLog]) -> None:
    """Refuse logs that did not finish, lack samples, or were asked through different templates.

    Raises:
        RunFailedError: names the log and what is wrong with it.
    """
    for header in headers:
        model, part, seed = cell_of(header)
        chosen = next(one for one in run.parts if one.name == part)
        planned = planned_samples(run, run.model_named(model), chosen, seed)
        check_log(header, planned)
    check_same_template([one for one in headers if "form" not in (one.eval.task_args or {})])


def run_unit(unit: Unit, progress: Progress) -> list[str]:
    """Run all cells of one unit; returns where their logs lie, models first."""
    run = unit.run
    wanted = [(cells.name, part.name, unit.seed) for cells in unit.models for part in run.parts]
    graders = {"grader": judge_models(",".join(run.graders))} if run.graders else None
    with _reporting(progress), redirect_stdout(io.StringIO()):  # Inspect greets its hooks on standard output
        _, headers = eval_set(
            [task for cells in unit.models for task in _tasks(unit, cells)],
            log_dir=unit.logs,
            max_tasks=len(wanted),
            max_samples=None if run.stop_early is None else STOPPABLE,
            model_roles=graders,
            seed=unit.seed,
            temperature=run.temperature,
            retry_attempts=0,
            retry_immediate=False,
            display="log",  # of a level that is not shown; "none" lays a table out all the same, at a second a unit
            log_buffer=10,  # so that a kill loses few finished samples
            log_realtime=False,
            log_level="error",
            score_display=False,
            ctl_server=False,  # it catches Ctrl-C, and in a Ray worker does not pass it on
        )
    # Of a log that was there before, eval_set gives a file: URL that Inspect itself cannot read.
    found = {cell_of(header): header.location.removeprefix("file:") for header in headers}
    if set(wanted) - set(found):
        raise KeyboardInterrupt  # eval_set leaves out a task that was cancelled
    return [found[key] for key in wanted]


def _tasks(unit: Unit, cells: ModelCells) -> Iterator[Task]:
    """A model's tasks; they share the model, so that its weights are loaded once."""
    config = GenerateConfig(max_tokens=cells.max_tokens, max_retries=MOST_RETRIES)  # a judge has bounds of its own
    model: Model = get_model(cells.model, config=config, memoize=False, **dict[str, Any](cells.model_args))
    for part in unit.run.parts:
        changes: dict[str, Any] = {"model": model}
        yield task_with(build_task(unit.run, cells, part, unit.seed), **changes)


def cell_of(header: EvalLog) -> CellKey:
    """Which cell a log holds.

    Raises:
        RunFailedError: it is no log of a run.
    """
    try:
        cell = (header.eval.metadata or {})[CELL_KEY]
        return str(cell["model"]), str(cell["part"]), int(cell["seed"])
    except (KeyError, TypeError, ValueError):
        raise RunFailedError(f"{header.location} was not made by `sleeptalk run`; give the folder of a run.") from None


def check_log(header: EvalLog, samples: int) -> None:
    """Refuse a log that did not finish, or that lacks samples; those that early stopping left out are no lack.

    Raises:
        RunFailedError: names the log and what is wrong with it.
    """
    done = header.results.completed_samples if header.results else 0
    again = f"Run the same command again to go on; the log is {header.location}."
    ended = f"{header.eval.task} on {header.eval.model} ended with status {header.status!r}"
    if header.status != "success":
        raise RunFailedError(f"{ended}{_reason(header.error)}. {again}")
    if done + stopped_samples(header) != samples:
        raise RunFailedError(f"{ended} and {done} of {samples} samples. {again}")


def _reason(error: EvalError | None) -> str:
    """What ended a log; of a request that was tried many times, what happened to it the last time."""
    if error is None:
        return ""
    said = error.message.rstrip(".")
    tried = re.search(r"RetryError\(.* raised (\w+)>", said)
    return f": a request was not answered in {MOST_RETRIES + 1} tries ({tried[1]})" if tried else f": {said}"


_listeners: list[Progress] = []


@hooks(name="sleeptalk_progress", description="Counts finished samples of a sleeptalk run.")
class ProgressHooks(Hooks):
    """Passes finished samples on to whoever shows the progress."""

    def enabled(self) -> bool:
        """Only while a run of this module is on."""
        return bool(_listeners)

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Count one sample."""
        for listener in _listeners:
            listener(1)


@contextmanager
def _reporting(progress: Progress) -> Iterator[None]:
    _listeners.append(progress)
    try:
        yield
    finally:
        _listeners.remove(progress)


def finished_logs(logs: str) -> list[EvalLog]:
    """Headers of all logs below a folder, the last of each cell.

    Raises:
        RunFailedError: a file is no log.
    """
    last: dict[CellKey, EvalLog] = {}
    for info in sorted(list_eval_logs(logs, recursive=True), key=lambda one: one.mtime or 0):
        header = _header(info)
        last[cell_of(header)] = header
    return list(last.values())


def _header(info: Any) -> EvalLog:
    try:
        return read_eval_log(info, header_only=True)
    except Exception as error:  # noqa: BLE001 - Inspect's reader fails in many ways on what is no log
        first = str(error).partition("\n")[0][:200]
        raise RunFailedError(
            f"{info.name} cannot be read ({first}). Delete it and run the same command again; only its cell is asked "
            "anew."
        ) from None


def finished_samples(logs: str) -> int:
    """Samples that earlier calls have left in a log folder, each once; a log that cannot be read counts as none."""
    if "://" not in logs and not Path(logs).exists():
        return 0
    found: set[tuple[CellKey, str, int]] = set()
    for info in list_eval_logs(logs, recursive=True):
        try:
            cell = cell_of(read_eval_log(info, header_only=True))
            summaries = read_eval_log_sample_summaries(info)
        except Exception:  # noqa: BLE001, S112 - what a kill or a full disk left; eval_set asks for it again
            continue
        found |= {(cell, str(one.id), one.epoch) for one in summaries if one.completed and one.error is None}
    return len(found)
