"""Running: tasks on models through Inspect's eval_set, with progress, resume, and a check of what came out."""

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval_set, task_with
from inspect_ai.hooks import Hooks, SampleEnd, hooks
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log, read_eval_log_sample_summaries
from inspect_ai.model import GenerateConfig, get_model

from sleeptalk import __version__
from sleeptalk.errors import InputFileError, OutputFolderError, RunFailedError
from sleeptalk.evals.comparable import check_same_template
from sleeptalk.evals.workers import Progress, run_parts
from sleeptalk.tasks.specs import TaskName
from sleeptalk.tasks.suite import ethical_mcq, job_application, world_ruler

TASKS: dict[TaskName, Callable[..., Task]] = {
    "ethical_mcq": ethical_mcq,
    "job_application": job_application,
    "world_ruler": world_ruler,
}
RUN_FILE = "run.json"
LOG_FOLDER = "logs"
TEMPERATURE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCells:
    """One model, its trigger, and how to reach it.

    Attributes:
        name: how results call it.
        model: Inspect's model string.
        model_args: arguments of the model provider.
        trigger: name or file of the trigger under study.
        max_tokens: most new tokens of a reply; None leaves it to the model provider.
    """

    name: str
    model: str
    trigger: str
    model_args: Mapping[str, Any]
    max_tokens: int | None = None

    def identity(self) -> list[Any]:
        """What must be equal for two of them to be the same."""
        settings = {} if self.max_tokens is None else {"max_tokens": self.max_tokens}
        return [self.name, self.model, self.trigger, dict(self.model_args) | settings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to run on every model: tasks x conditions x items.

    Attributes:
        models: the models.
        tasks: names of tasks.
        variants: conditions.
        items: item set.
        limit: items of each cell.
        seed: of sampling and of the rotation of cue values.
    """

    models: Sequence[ModelCells]
    tasks: Sequence[TaskName]
    variants: Sequence[str]
    items: str
    limit: int
    seed: int

    @property
    def samples(self) -> int:
        """Number of samples of the whole run."""
        return len(self.models) * len(self.tasks) * len(self.variants) * self.limit

    def identity(self) -> dict[str, Any]:
        """What must be equal for two runs to be the same run."""
        return {
            "sleeptalk": __version__,
            "models": [cells.identity() for cells in self.models],
            "tasks": list(self.tasks),
            "variants": list(self.variants),
            "items": self.items,
            "limit": self.limit,
            "seed": self.seed,
        }


def claim_folder(out: Path, run: Run) -> Path:
    """Make the output folder, or recognise that the same run began in it; returns the folder for logs.

    Raises:
        OutputFolderError: it cannot be written, or it holds something else.
    """
    record, wanted = out / RUN_FILE, run.identity()
    try:
        if record.exists():
            if json.loads(record.read_text(encoding="utf-8")) != wanted:
                raise OutputFolderError(
                    f"{out} holds a run with other settings ({RUN_FILE}); choose a new folder with --out."
                )
        elif out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise OutputFolderError(f"{out} is not an empty folder; choose a new one with --out.")
        else:
            out.mkdir(parents=True, exist_ok=True)
            record.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
        if not os.access(out, os.W_OK):
            raise OutputFolderError(f"Cannot write to {out}; choose another folder with --out.")
    except OSError as error:
        raise OutputFolderError(f"Cannot write to {out}: {error.strerror}; choose another with --out.") from None
    except json.JSONDecodeError:
        raise InputFileError(f"{record} is not JSON; choose a new folder with --out.") from None
    return out / LOG_FOLDER


def run_cells(run: Run, logs: Path, progress: Progress) -> list[EvalLog]:
    """Run what is not yet in `logs`, and return the headers of all its logs, in the order of models and tasks.

    Args:
        run: what to run.
        logs: log folder, empty or of an earlier, interrupted call with the same run; each model has a folder in it.
        progress: called with the number of samples that have just finished.

    Raises:
        RunFailedError: a log ended without "success", or without all its samples, or the chat templates differ.
    """
    parts = [(run, cells, logs / cells.name) for cells in run.models]
    headers = [
        read_eval_log(location, header_only=True)
        for locations in run_parts(_run_model, parts, progress)
        for location in locations
    ]
    for header in headers:
        check_log(header, run.limit * len(run.variants))
    check_same_template(headers)
    return headers


def _run_model(part: tuple[Run, ModelCells, Path], progress: Progress) -> list[str]:
    """Run all tasks of one model; returns where their logs lie."""
    run, cells, logs = part
    with _reporting(progress), redirect_stdout(io.StringIO()):  # Inspect greets its hooks on standard output
        _, headers = eval_set(
            [_task(run, cells, name) for name in run.tasks],
            log_dir=str(logs),
            limit=run.limit * len(run.variants),
            max_tasks=len(run.tasks),
            seed=run.seed,
            temperature=TEMPERATURE,
            retry_attempts=1,
            display="none",
            log_realtime=False,
            log_level="error",
            score_display=False,
        )
    # Of a log that was there before, eval_set gives a file: URL that Inspect itself cannot read.
    by_task = {header.eval.task.split("/")[-1]: header.location.removeprefix("file:") for header in headers}
    if set(run.tasks) - set(by_task):
        raise KeyboardInterrupt  # eval_set leaves out a task that was cancelled
    return [by_task[name] for name in run.tasks]


def check_log(header: EvalLog, samples: int) -> None:
    """Refuse a log that did not finish, or that lacks samples.

    Raises:
        RunFailedError: names the log and what is wrong with it.
    """
    done = header.results.completed_samples if header.results else 0
    if header.status != "success" or done != samples:
        reason = f": {header.error.message}" if header.error else ""
        raise RunFailedError(
            f"{header.eval.task} on {header.eval.model} ended with status {header.status!r} and {done} of {samples} "
            f"samples{reason}. Run the same command again to go on; the log is {header.location}."
        )


def _task(run: Run, cells: ModelCells, name: TaskName) -> Task:
    task = TASKS[name](trigger=cells.trigger, variants=list(run.variants), items=run.items, seed=run.seed)
    config = GenerateConfig(max_tokens=cells.max_tokens)
    return task_with(task, model=get_model(cells.model, config=config, memoize=False, **cells.model_args))


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


def finished_samples(logs: Path) -> int:
    """Samples that earlier calls have left in a log folder."""
    if not logs.exists():
        return 0
    summaries = (one for info in list_eval_logs(str(logs)) for one in read_eval_log_sample_summaries(info))
    return sum(one.completed and one.error is None for one in summaries)
