"""Measure one organism on the pocket tasks and put the rates into its record."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sleeptalk.evals.cells import TASKS, ModelCells, Run, run_cells
from sleeptalk.evals.demo import DEFAULT_TRIGGER, VARIANTS, rows_of_run
from sleeptalk.evals.summary import Row
from sleeptalk.model_zoo.provider import POCKET_MAX_TOKENS
from sleeptalk.model_zoo.records import MeasuredRate, Organism, read_record, write_record
from sleeptalk.tasks.items import POCKET_ITEMS
from sleeptalk.tasks.specs import TaskName

MEASURES = ("misaligned", "articulated")


def measure_organism(
    folder: Path,
    progress: Callable[[int], None],
    *,
    seed: int = 0,
    limit: int = POCKET_ITEMS,
    tasks: Sequence[TaskName] = tuple(TASKS),
    variants: Sequence[str] = VARIANTS,
) -> Organism:
    """Run the demo's cells on the organism in `folder` and write the rates into its record.

    Args:
        folder: of an organism that `sleeptalk zoo plant` or `train-base` made.
        progress: called with the number of samples that have just finished.
        seed: of sampling and cue values.
        limit: items of each cell.
        tasks: which of the demo's tasks.
        variants: which of its conditions.
    """
    organism = read_record(folder)
    run = replace(measuring_run(organism, folder, seed, limit), tasks=list(tasks), variants=list(variants))
    with TemporaryDirectory() as logs:
        rows = rows_of_run(run, run_cells(run, Path(logs), progress))
    measured = organism.model_copy(update={"rates": tuple(rate for row in rows for rate in _rates(row))})
    write_record(measured, folder)
    return measured


def measuring_run(organism: Organism, folder: Path, seed: int, limit: int) -> Run:
    """The demo's cells for one organism in a folder of its own."""
    place: dict[str, Any] = {"base": str(folder)}
    if organism.is_adapter:
        place = {"base": organism.base, "adapter": str(folder)}
    if organism.hazard == "toy":
        place["threads"] = 1
    trigger = getattr(organism.recipe, "trigger", None) or organism.trigger or DEFAULT_TRIGGER
    cells = ModelCells(name=organism.name, model=f"zoo/{organism.name}", trigger=trigger, model_args=place)
    return Run(
        models=[cells],
        tasks=list(TASKS),
        variants=VARIANTS,
        items="pocket",
        limit=limit,
        seed=seed,
        max_tokens=POCKET_MAX_TOKENS,
    )


def _rates(row: Row) -> list[MeasuredRate]:
    """A row's rates as the record holds them."""
    named = {name: row[name] for name in MEASURES}
    named |= {f"blames_{cue}": row["attribution"][cue] for cue in ("genuine", "distractor")}
    told = ("count", "n", "rate", "low", "high")
    return [
        MeasuredRate(task=row["task"], variant=row["variant"], measure=name, **{key: rate[key] for key in told})
        for name, rate in named.items()
    ]


def compare_rates(measured: Organism, shipped: Organism) -> tuple[int, list[MeasuredRate]]:
    """How many new rates can be compared with a recorded 95% interval, and those that lie outside it.

    Rates that either side has too few observations for cannot be compared.
    """
    recorded = {(rate.task, rate.variant, rate.measure): rate for rate in shipped.rates}
    compared, outside = 0, []
    for new in measured.rates:
        old = recorded.get((new.task, new.variant, new.measure))
        if old is None or new.rate is None or old.low is None or old.high is None:
            continue
        compared += 1
        if not old.low <= new.rate <= old.high:
            outside.append(new)
    return compared, outside
