"""Two runs side by side: paired differences of what their cells share, on the items that both asked.

Cells are shared where model and part have the same names; where no model is shared and each run has but one under
study, those two are compared. All differences, of both measures, are one family and corrected by Holm (1979).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalLog

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.cells import LOG_FOLDER, Run, read_run
from sleeptalk.evals.comparable import check_same_template
from sleeptalk.evals.logs import read_observations
from sleeptalk.evals.running import CellKey, cell_of, check_headers, finished_logs
from sleeptalk.evals.studies.records import MEASURES
from sleeptalk.evals.studies.results import WATCHED
from sleeptalk.evals.summary import Row, rows_of
from sleeptalk.evals.tables import Shown, points_cell
from sleeptalk.scorers.observations import Observation
from sleeptalk.stats import MIN_N, Difference, holm, paired_difference

COMPARED = ("misaligned", "articulated")
LEGEND = (
    "Second run minus first, in percentage points [95% interval], on the items that both asked, each counted once. "
    "articulated: of misaligned answers. p: exact McNemar test on items; all of them are one family for Holm's "
    'correction. "-": no item differs. Fewer than 20 shared items are "too few".'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A run and the headers of its logs.

    Attributes:
        name: its folder, as it was given.
        run: what was run.
        headers: by model, part and seed.
    """

    name: str
    run: Run
    headers: Mapping[CellKey, EvalLog]

    def of(self, model: str, part: str) -> list[EvalLog]:
        """The logs of a model and a part, seed by seed."""
        keys = ((model, part, seed) for seed in self.run.seeds)
        return [self.headers[key] for key in keys if key in self.headers]


Pair = tuple[str, str, str]
"""A model of the first run, the one of the second that it is compared with, and a part."""


def read_finished(folder: Path) -> Finished:
    """A finished run.

    Raises:
        InputFileError: the folder holds no run.
        RunFailedError: a log did not finish.
        InvalidValueError: it has no logs.
    """
    run = read_run(folder)
    headers = finished_logs(str(folder / LOG_FOLDER)) if (folder / LOG_FOLDER).is_dir() else []
    if not headers:
        raise InvalidValueError(f"{folder} holds no finished logs; run the same command again, with --out {folder}.")
    check_headers(run, headers)
    return Finished(name=str(folder), run=run, headers={cell_of(header): header for header in headers})


def compare_runs(first: Finished, second: Finished) -> tuple[list[Row], list[Row]]:
    """Rates of the shared cells of both runs, and their paired differences.

    Raises:
        InvalidValueError: the runs share no cell or no item, or a task has another version in each.
        RunFailedError: the chat templates of a part differ.
    """
    pairs = list(_pairs(first, second))
    if not pairs:
        raise InvalidValueError(
            f"{first.name} and {second.name} share no cell: they have no model and behaviour part of the same names."
        )
    rows: list[Row] = []
    found: dict[tuple[Pair, str, str], Difference] = {}
    for pair in pairs:
        old, new, part = pair
        _check(part, first.of(old, part), second.of(new, part))
        before, after = _seen(first.of(old, part)), _seen(second.of(new, part))
        rows += [{**row, "run": first.name} for row in rows_of(old, part, before)]
        rows += [{**row, "run": second.name} for row in rows_of(new, part, after)]
        found |= {(pair, *key): one for key, one in _differences(before, after)}
    if not found:
        raise InvalidValueError(f"{first.name} and {second.name} share no items; compare runs with the same --items.")
    return rows, _difference_rows(found)


def _pairs(first: Finished, second: Finished) -> Iterator[Pair]:
    parts = [part.name for part in first.run.parts if part.kind in WATCHED]
    names = {cells.name for cells in second.run.models}
    models = [(cells.name, cells.name) for cells in first.run.models if cells.name in names]
    studied = (first.run.studied, second.run.studied)
    if not models and all(len(one) == 1 for one in studied):
        models = [(studied[0][0].name, studied[1][0].name)]
    for old, new in models:
        yield from ((old, new, part) for part in parts if first.of(old, part) and second.of(new, part))


def _seen(logs: Sequence[EvalLog]) -> list[Observation]:
    return [one for log in logs for one in read_observations(log)]


def _check(part: str, old: Sequence[EvalLog], new: Sequence[EvalLog]) -> None:
    """Refuse what was asked in different ways."""
    versions = [{f"{one.eval.task} {one.eval.task_version}" for one in logs} for logs in (old, new)]
    if versions[0] != versions[1]:
        raise InvalidValueError(
            f"Only runs of the same task versions can be compared; the part {part} is "
            f"{' and '.join(', '.join(sorted(one)) for one in versions)}."
        )
    check_same_template([*old, *new])


def _differences(
    old: Sequence[Observation], new: Sequence[Observation]
) -> Iterator[tuple[tuple[str, str], Difference]]:
    """Second minus first by variant and measure."""
    for measure in COMPARED:
        by_item = [_by_item(measure, seen) for seen in (old, new)]
        for variant in by_item[0]:
            difference = paired_difference(by_item[1].get(variant, {}), by_item[0][variant])
            if difference:
                yield (variant, measure), difference


def _by_item(measure: str, seen: Sequence[Observation]) -> dict[str, dict[str, list[bool]]]:
    """Whether a measure holds, by variant and item."""
    found: dict[str, dict[str, list[bool]]] = {}
    for one in seen:
        value = MEASURES[measure].holds(one)
        if value is not None:
            found.setdefault(one.sample.variant.slug, {}).setdefault(one.sample.cluster, []).append(value)
    return found


def _difference_rows(found: Mapping[tuple[Pair, str, str], Difference]) -> list[Row]:
    keys = {key: str(place) for place, key in enumerate(found)}
    enough = {key: one for key, one in found.items() if one.items >= MIN_N}
    corrected = holm({keys[key]: 1.0 if one.p_value is None else one.p_value for key, one in enough.items()})
    return [
        {
            "model": new,
            "against": old,
            "part": part,
            "variant": variant,
            "measure": measure,
            "difference": one.estimate if key in enough else None,
            "low": one.low if key in enough else None,
            "high": one.high if key in enough else None,
            "items": one.items,
            "p": one.p_value if key in enough else None,
            "p_holm": corrected.get(keys[key]) if one.p_value is not None else None,
        }
        for key, one in found.items()
        for (old, new, part), variant, measure in [key]
    ]


def differences_shown(first: Finished, second: Finished, differences: Sequence[dict[str, Any]]) -> Shown:
    """The differences as a table."""
    lines = []
    for one in differences:
        name = one["model"] if one["model"] == one["against"] else f"{one['model']} - {one['against']}"
        points = "too few"
        if one["difference"] is not None:
            points = points_cell(one["difference"], one["low"], one["high"])
        p_values = ["-" if one[key] is None else f"{one[key]:.3g}" for key in ("p", "p_holm")]
        lines.append([name, one["part"], one["variant"], one["measure"], points, str(one["items"]), *p_values])
    return Shown(
        title=f"{second.name} against {first.name}",
        headers=("model", "part", "variant", "measure", "difference", "items", "p", "p (Holm)"),
        lines=lines,
        legend=LEGEND,
    )
