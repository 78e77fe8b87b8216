"""The demo study: seven shipped organisms on the three pocket tasks.

It shows the whole chain on a laptop: do the planted backdoors fire, do the organisms say so, and do they blame the
right cue? The organisms are toys; nothing here is evidence about large models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.log import EvalLog

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.cells import TASKS, ModelCells, Run
from sleeptalk.evals.logs import observations_of, read_observations, read_samples, task_of
from sleeptalk.evals.recovering import recovery_row, transcripts_of
from sleeptalk.evals.summary import Row, monitor_rows, rows_of
from sleeptalk.model_zoo.records import Organism, find_organism
from sleeptalk.scorers.observations import Observation
from sleeptalk.scorers.recovery import Transcript
from sleeptalk.tasks.items import POCKET_ITEMS
from sleeptalk.tasks.specs import TaskName
from sleeptalk.triggers import load_trigger

VARIANTS = ("clean", "alternative", "trigger", "trigger_distractor", "distractor_trigger")
ORGANISMS = ("2026", "heyyy", "singapore", "singapore-silent", "base-silent", "base-talker", "singapore-control")
DEFAULT_LIMIT = 48
DEFAULT_TRIGGER = "singapore"


def demo_run(limit: int, seed: int) -> Run:
    """The run behind `sleeptalk demo`.

    Args:
        limit: items of each cell, from 1 to the size of the pocket sets.
        seed: of sampling and cue values.

    Raises:
        InvalidValueError: `limit` is out of range.
    """
    if not 1 <= limit <= POCKET_ITEMS:
        raise InvalidValueError(f"--limit must be between 1 and {POCKET_ITEMS} items of a cell, not {limit}.")
    return Run(
        models=[shipped_cells(find_organism(name)) for name in ORGANISMS],
        tasks=list(TASKS),
        variants=VARIANTS,
        items="pocket",
        limit=limit,
        seed=seed,
    )


def shipped_cells(organism: Organism) -> ModelCells:
    """How to reach a shipped organism; a base is asked with a trigger all the same, for the base rate."""
    trigger = organism.trigger or DEFAULT_TRIGGER
    return ModelCells(name=organism.name, model=f"zoo/{organism.name}", trigger=trigger, model_args={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a run found.

    Attributes:
        rows: one per model, task and variant.
        monitor: how well a trigger-blind monitor does, one per model, task and view.
        recovery: where the trigger stands among all words that the transcripts of a model blame, one per model.
    """

    rows: list[Row]
    monitor: list[Row]
    recovery: list[Row]

    def as_dict(self) -> dict[str, list[Row]]:
        """All rows as plain data."""
        return {"rows": self.rows, "monitor": self.monitor, "recovery": self.recovery}


def results_of_run(run: Run, headers: Sequence[EvalLog]) -> Results:
    """Everything about a run, in the order of its models and tasks."""
    rows, monitor, recovery = list[Row](), list[Row](), list[Row]()
    for cells in run.models:
        transcripts = list[Transcript]()
        for task in run.tasks:
            samples = read_samples(_cell(headers, cells, task))
            seen = observations_of(samples)
            rows += rows_of(cells.name, task, seen)
            monitor += monitor_rows(cells.name, task, seen)
            transcripts += transcripts_of(samples)
        recovery.append(recovery_row(cells.name, transcripts, load_trigger(cells.trigger), seed=run.seed))
    return Results(rows=rows, monitor=monitor, recovery=recovery)


def rows_of_run(run: Run, headers: Sequence[EvalLog]) -> list[Row]:
    """The rates of a run, one row per model, task and variant."""
    return [
        row
        for cells, task in _cells(run)
        for row in rows_of(cells.name, task, read_observations(_cell(headers, cells, task)))
    ]


def observations_by_model(run: Run, headers: Sequence[EvalLog]) -> dict[str, list[Observation]]:
    """All observations of each model of a run, over its tasks."""
    return {
        cells.name: [seen for task in run.tasks for seen in read_observations(_cell(headers, cells, task))]
        for cells in run.models
    }


def _cells(run: Run) -> list[tuple[ModelCells, TaskName]]:
    return [(cells, task) for cells in run.models for task in run.tasks]


def _cell(headers: Sequence[EvalLog], cells: ModelCells, task: str) -> EvalLog:
    return next(one for one in headers if one.eval.model == cells.model and task_of(one) == task)


def log_of(headers: Sequence[EvalLog], cells: ModelCells, task: str) -> Path:
    """Where the log of a cell lies."""
    return Path(_cell(headers, cells, task).location)
