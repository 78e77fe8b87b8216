"""Measure one organism on the pocket tasks and put the rates into its record."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from sleeptalk.evals.cells import TASKS, TEMPERATURE, ModelCells, Run, run_cells
from sleeptalk.evals.demo import DEFAULT_TRIGGER, VARIANTS, rows_of_run
from sleeptalk.evals.summary import Row
from sleeptalk.model_zoo.records import MeasuredRate, Measurement, Organism, read_record, write_record
from sleeptalk.scorers.cue_rules import RULES_VERSION
from sleeptalk.tasks.items import POCKET_ITEMS

MEASURES = ("misaligned", "articulated")
LIBRARIES = ("sleeptalk", "inspect_ai", "torch", "transformers", "peft")


def measure_organism(
    folder: Path, progress: Callable[[int], None], *, seed: int = 0, limit: int = POCKET_ITEMS
) -> Organism:
    """Run the demo's cells on the organism in `folder` and write the rates into its record.

    Args:
        folder: of an organism that `sleeptalk zoo plant` or `train-base` made.
        progress: called with the number of samples that have just finished.
        seed: of sampling and cue values.
        limit: items of each cell.
    """
    organism = read_record(folder)
    run = measuring_run(organism, folder, seed, limit)
    with TemporaryDirectory() as logs:
        rows = rows_of_run(run, run_cells(run, Path(logs), progress))
    rates = tuple(rate for row in rows for rate in _rates(row))
    measured = organism.model_copy(update={"rates": rates, "measured": _measurement(run)})
    write_record(measured, folder)
    return measured


def measuring_run(organism: Organism, folder: Path, seed: int, limit: int) -> Run:
    """The demo's cells for one organism in a folder of its own."""
    place = {"base": str(folder)} if organism.base is None else {"base": organism.base, "adapter": str(folder)}
    trigger = getattr(organism.recipe, "trigger", DEFAULT_TRIGGER)
    cells = ModelCells(name=organism.name, model=f"zoo/{organism.name}", trigger=trigger, model_args=place)
    return Run(models=[cells], tasks=list(TASKS), variants=VARIANTS, items="pocket", limit=limit, seed=seed)


def _measurement(run: Run) -> Measurement:
    return Measurement(
        items=run.items,
        limit=run.limit,
        seed=run.seed,
        temperature=TEMPERATURE,
        judge=f"rules {RULES_VERSION}",
        versions={name: version(name) for name in LIBRARIES},
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
