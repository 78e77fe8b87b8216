"""Measure organisms on the pocket tasks and put the rates into their records.

Shipped tables are made from these records, so this is the study behind them: every organism is asked the same pocket
items under the same conditions, as many of them side by side as there are cores.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.calibration import RULES
from sleeptalk.evals.cells import TASKS, TEMPERATURE, ModelCells, Run, run_cells
from sleeptalk.evals.demo import DEFAULT_TRIGGER, rows_of_run
from sleeptalk.evals.summary import Row
from sleeptalk.model_zoo.bases import POCKET_MAX_TOKENS, is_adapter
from sleeptalk.model_zoo.making import library_versions
from sleeptalk.model_zoo.records import MeasuredRate, Measurement, Organism, read_record, write_record
from sleeptalk.tasks.items import POCKET_ITEMS
from sleeptalk.tasks.specs import TaskName

VARIANTS = ("clean", "alternative", "trigger", "trigger_distractor", "distractor_trigger", "near_miss")
MEASURES = ("misaligned", "articulated")


def measuring_run(
    folders: Sequence[Path],
    *,
    seed: int = 0,
    limit: int = POCKET_ITEMS,
    tasks: Sequence[TaskName] = tuple(TASKS),
    variants: Sequence[str] = VARIANTS,
) -> Run:
    """The cells of organisms that lie in folders of their own.

    Args:
        folders: of organisms that `sleeptalk zoo plant`, `train-base`, `continue` or `mitigate` made.
        seed: of sampling and cue values.
        limit: items of each cell.
        tasks: which of the pocket tasks.
        variants: under which conditions.

    Raises:
        InvalidValueError: two organisms have the same name.
    """
    organisms = {folder: read_record(folder) for folder in folders}
    names = [one.name for one in organisms.values()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidValueError(f"Two folders hold organisms of the name {', '.join(twice)}; measure them one by one.")
    models = [_cells(organism, folder) for folder, organism in organisms.items()]
    return Run(models=models, tasks=tuple(tasks), variants=tuple(variants), items="pocket", limit=limit, seed=seed)


def _cells(organism: Organism, folder: Path) -> ModelCells:
    """How to reach one; a toy gets what the provider gives shipped toys, wherever it lies."""
    toy = organism.hazard == "toy"
    place: dict[str, Any] = {"threads": 1} if toy else {}
    place |= {"base": organism.base, "adapter": str(folder)} if is_adapter(organism) else {"base": str(folder)}
    return ModelCells(
        name=organism.name,
        model=f"zoo/{organism.name}",
        trigger=getattr(organism.recipe, "trigger", None) or organism.trigger or DEFAULT_TRIGGER,
        model_args=place,
        max_tokens=POCKET_MAX_TOKENS if toy else None,
    )


def measure_organisms(
    folders: Sequence[Path], run: Run, logs: Path, progress: Callable[[int], None]
) -> dict[Path, Organism]:
    """Run what is not yet in `logs` and write the rates into the organisms' records.

    Args:
        folders: as in `measuring_run`.
        run: made by `measuring_run` for these folders.
        logs: log folder, empty or of an earlier, interrupted call with the same run.
        progress: called with the number of samples that have just finished.

    Returns:
        the new records, by folder.
    """
    rows = rows_of_run(run, run_cells(run, logs, progress))
    how = Measurement(
        items=run.items,
        limit=run.limit,
        seed=run.seed,
        temperature=TEMPERATURE,
        judge=RULES,
        versions=library_versions(),
    )
    measured = {}
    for folder in folders:
        organism = read_record(folder)
        rates = tuple(rate for row in rows if row["model"] == organism.name for rate in _rates(row))
        measured[folder] = organism.model_copy(update={"measured": how, "rates": rates})
        write_record(measured[folder], folder)
    return measured


def _rates(row: Row) -> list[MeasuredRate]:
    """A row's rates as the record holds them."""
    named: dict[str, Mapping[str, float | int | None]] = {name: row[name] for name in MEASURES}
    named |= {f"blames_{cue}": row["attribution"][cue] for cue in ("genuine", "distractor")}
    told = ("count", "n", "rate", "low", "high")
    return [
        MeasuredRate.model_validate(
            {"task": row["task"], "variant": row["variant"], "measure": name, **{key: rate[key] for key in told}}
        )
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
