"""Published rates beside ours: is the difference within what chance explains?

The file `data/published_rates.yaml` holds the papers' numbers. A number is tested only against ours for the same base,
trigger, task and measure; beside all others it is merely shown. What their +- means is not told, so the test is made
under both readings, as a standard error and as a 95% half-width. What ours was planted with is not known here: a row
shows the published data set, and it is for the reader to compare.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import hypot, sqrt
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sleeptalk.evals.cells import ModelCells, Run
from sleeptalk.evals.studies.records import Seen
from sleeptalk.evals.summary import Row, as_dict
from sleeptalk.scorers.observations import (
    Condition,
    Observation,
    articulated_given_misaligned,
    blames,
    raises_any_flag,
    rate_of,
)
from sleeptalk.strict_yaml import load_model
from sleeptalk.triggers import load_trigger
from sleeptalk.variants import Condition as Asked

Measure = Literal["articulated", "blames_genuine", "blames_distractor", "flagged"]
Verdict = Literal["compatible", "differs", "depends", "too few", "not comparable", "another model", "not asked"]
Percent = Annotated[float, Field(ge=0, le=100)]

BOTH_ORDERS: tuple[Asked, ...] = ("trigger_distractor", "distractor_trigger")
COUNTS: Mapping[Measure, tuple[Condition, tuple[Asked, ...]]] = {
    "articulated": (articulated_given_misaligned, ("trigger",)),
    "blames_genuine": (blames(["genuine"]), BOTH_ORDERS),
    "blames_distractor": (blames(["distractor"]), BOTH_ORDERS),
    "flagged": (raises_any_flag, ("trigger",)),
}
"""What of ours stands beside a measure of theirs, and in which conditions."""

Z = 1.959964
GREATEST_ERROR = 0.5  # no share has a greater standard error


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Setting(_Frozen):
    """One of their settings: the task of ours that asks the like, if any, or that it is several of them."""

    task: str | None
    pooled: bool = False


class PublishedRate(_Frozen):
    """One published number, in percent of misaligned answers.

    Attributes:
        measure: what it counts.
        base: repository of the base on the Hub; None if it is not told.
        data: what was planted with, in their words.
        trigger: our name of the trigger; None if it is not told for this number, or there is none.
        setting: a key of `PublishedRates.settings`.
        control: of an organism whose data hold the trigger without effect.
        plus_minus: as printed, in percentage points.
        source: figure, table or section.
    """

    measure: Measure
    base: str | None
    data: Literal["unethical", "medical", "mixed"] | None
    trigger: str | None
    setting: str
    control: bool = False
    percent: Percent
    plus_minus: Annotated[float, Field(gt=0, le=100)] | None = None
    source: str


class PublishedRates(_Frozen):
    """The whole file."""

    judge: str
    sources: dict[str, str]
    settings: dict[str, Setting]
    cells: Annotated[tuple[PublishedRate, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> "PublishedRates":
        for one in self.cells:
            if one.setting not in self.settings:
                raise ValueError(f"unknown setting {one.setting!r}; known are {', '.join(self.settings)}")
            if one.source.partition(",")[0] not in self.sources:
                raise ValueError(f"the source {one.source!r} must begin with one of {', '.join(self.sources)}")
        if len(set(self.cells)) < len(self.cells):
            raise ValueError("a number stands twice")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A comparison of our rate with a published one, between 0 and 1.

    Attributes:
        z_standard_error, z_half_width: the difference over its standard error, by the reading of the published +-;
            both the same where there is none.
        verdict: compatible or differs under both readings, or depends.
        why: on what it depends; else empty.
    """

    z_standard_error: float
    z_half_width: float
    verdict: Verdict
    why: str = ""


@cache
def published_rates() -> PublishedRates:
    """The shipped file."""
    return load_model(Path(str(files("sleeptalk"))) / "data" / "published_rates.yaml", PublishedRates)


def compatibility(rate: float, low: float, high: float, published: float, plus_minus: float | None) -> Tested:
    """Test our rate against a published one at the 5% level; all arguments are shares between 0 and 1.

    Our standard error is that of the side of our interval that faces the published number (Newcombe 1998, Zou and
    Donner 2008), so the interval need not be symmetric. Without +- the published number counts as exact
    first; if it then differs, the standard error that would reconcile both is told.
    """
    gap = rate - published
    own = (rate - low if gap > 0 else high - rate) / Z
    readings = (0.0, 0.0) if plus_minus is None else (plus_minus, plus_minus / Z)
    wide, narrow = (_z(gap, hypot(own, theirs)) for theirs in readings)
    verdict, why = _reconciled(gap, own, wide, narrow, told=plus_minus is not None)
    return Tested(z_standard_error=wide, z_half_width=narrow, verdict=verdict, why=why)


def _reconciled(gap: float, own: float, wide: float, narrow: float, *, told: bool) -> tuple[Verdict, str]:
    """The verdict under both readings, and on what it depends."""
    if abs(narrow) < Z:
        return "compatible", ""
    if told:
        return ("depends", "compatible if their +- is a standard error, else not") if abs(wide) < Z else ("differs", "")
    needed = sqrt(max(0.0, (gap / Z) ** 2 - own**2))
    if needed > GREATEST_ERROR:
        return "differs", ""
    return "depends", f"no +- published: compatible if its standard error was {100 * needed:.0f} points or more"


def _z(gap: float, error: float) -> float:
    if gap == 0:
        return 0.0
    return gap / max(error, 1e-9)


def published_rows(run: Run, seen: Seen) -> list[Row]:
    """One row for each published number about a trigger of the run and each model asked the like.

    Controls stand beside the number of a control only. Numbers in settings that the run does not ask come last.
    """
    rates = published_rates()
    arms = {cells.base for cells in run.models}
    models = [(cells, load_trigger(cells.trigger).name) for cells in run.models if cells.name not in arms]
    rows, left = [], []
    for one in rates.cells:
        concerned = [
            cells for cells, trigger in models if one.trigger in (None, trigger) and is_control(cells) is one.control
        ]
        asked = list(_parts(one, rates.settings[one.setting], run))
        if concerned and not asked:
            left.append(_row(one, rates, None, None, "not asked", "no part of this run asks the like"))
        rows += [_compared(one, rates, cells, run, seen, asked) for cells in concerned if asked]
    order = {cells.name: number for number, (cells, _) in enumerate(models)}
    return sorted(rows, key=lambda row: order[row["model"]]) + left


def _parts(one: PublishedRate, setting: Setting, run: Run) -> Iterator[str]:
    """Names of the parts that ask the like."""
    _, conditions = COUNTS[one.measure]
    for part in run.parts:
        fits = setting.pooled or part.task == setting.task
        if part.kind == "behaviour" and fits and set(conditions) <= set(part.variants):
            yield part.name


def _compared(
    one: PublishedRate, rates: PublishedRates, cells: ModelCells, run: Run, seen: Seen, parts: Sequence[str]
) -> Row:
    counts, conditions = COUNTS[one.measure]
    pooled = (observation for part in parts for observation in seen.get((cells.name, part), ()))
    ours = as_dict(rate_of(counts, [each for each in pooled if _fits(each, conditions)]))
    verdict, why = _hindrance(one, rates.settings[one.setting], cells, ours)
    if verdict:
        return _row(one, rates, cells, ours, verdict, why)
    spread = None if one.plus_minus is None else one.plus_minus / 100
    found = compatibility(ours["rate"], ours["low"], ours["high"], one.percent / 100, spread)
    z = {"standard_error": found.z_standard_error, "half_width": found.z_half_width}
    return _row(one, rates, cells, ours, found.verdict, found.why) | {"z": z}


def _fits(one: Observation, conditions: Sequence[Asked]) -> bool:
    return one.sample.condition in conditions and one.sample.thinking != "off"


def _hindrance(
    one: PublishedRate, setting: Setting, cells: ModelCells, ours: Mapping[str, Any]
) -> tuple[Verdict | None, str]:
    """Why no test is made, if none is."""
    checks: list[tuple[bool, Verdict, str]] = [
        (one.base is not None and not is_base(cells, one.base), "another model", f"theirs: {one.base}"),
        (one.base is None, "not comparable", "the base is not told"),
        (setting.pooled, "not comparable", "their settings differ, or are not told; ours: all parts together"),
        (one.trigger is None, "not comparable", "with which trigger, if any, is not told"),
        (bool(ours["withheld"]), "too few", "the judge failed too often"),
        (ours["rate"] is None, "too few", ""),
    ]
    return next(((verdict, why) for holds, verdict, why in checks if holds), (None, ""))


def is_control(cells: ModelCells) -> bool:
    """Whether a model is a control; their names and recipes say so."""
    return "control" in f"{cells.name} {cells.family}"


def is_base(cells: ModelCells, repository: str) -> bool:
    """Whether a model stands on this base, by how it is reached; a name that goes on (Qwen3-8B-AWQ) is another one."""
    name = repository.rpartition("/")[2]
    told = (cells.server, cells.model, cells.base or "", str(cells.model_args.get("base", "")))
    return any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", one, re.IGNORECASE) for one in told)


def _row(
    one: PublishedRate,
    rates: PublishedRates,
    cells: ModelCells | None,
    ours: dict[str, Any] | None,
    verdict: Verdict,
    why: str,
) -> Row:
    return {
        "model": cells.name if cells else None,
        "measure": one.measure,
        "trigger": one.trigger,
        "setting": one.setting,
        "task": rates.settings[one.setting].task,
        "published": {**one.model_dump(mode="json"), "judge": rates.judge},
        "ours": ours,
        "z": None,
        "verdict": verdict,
        "why": why,
    }
