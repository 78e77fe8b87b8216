"""The demo study: every shipped organism on the three pocket tasks.

It shows the whole chain on a laptop: do the planted backdoors fire, do the organisms say so, and do they blame the
right cue? The organisms are toys; nothing here is evidence about large models.
"""

from collections.abc import Sequence
from pathlib import Path

from inspect_ai.log import EvalLog

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.cells import TASKS, ModelCells, Run
from sleeptalk.evals.summary import Row, read_observations, rows_of
from sleeptalk.model_zoo.records import Organism, shipped_organisms
from sleeptalk.tasks.items import POCKET_ITEMS

VARIANTS = ("clean", "alternative", "trigger", "trigger_distractor", "distractor_trigger")
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
    organisms = sorted(shipped_organisms().values(), key=lambda one: (one.kind != "natural", one.kind))
    return Run(
        models=[shipped_cells(one) for one in organisms],
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


def rows_of_run(run: Run, headers: Sequence[EvalLog]) -> list[Row]:
    """All rows of a run, in the order of its models and tasks."""
    by_cell = {(header.eval.model, header.eval.task.split("/")[-1]): header for header in headers}
    return [
        row
        for cells in run.models
        for task in run.tasks
        for row in rows_of(cells.name, task, read_observations(by_cell[cells.model, task]))
    ]


def log_of(headers: Sequence[EvalLog], model: str, task: str) -> Path:
    """Where the log of a cell lies."""
    return next(
        Path(header.location)
        for header in headers
        if header.eval.model == model and header.eval.task.split("/")[-1] == task
    )
