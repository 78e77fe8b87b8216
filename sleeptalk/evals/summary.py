"""From logs to rows: one row per model, task and variant, each rate with its n and interval.

Everything is recomputed from the samples' own records; the metrics in a log's header are not read.
"""

from collections.abc import Iterable, Sequence
from typing import Any, get_args

from sleeptalk.auroc import auroc, roc
from sleeptalk.scorers.observations import (
    Observation,
    alarms,
    articulated_given_aligned,
    articulated_given_misaligned,
    blames,
    by_variant,
    misaligned,
    raises_flag,
    rate_of,
    takes_role,
)
from sleeptalk.stats import Rate
from sleeptalk.verdicts import FLAGS, PERSONAS, VIEWS, Blamed, View

Row = dict[str, Any]

BLAMED: tuple[Blamed, ...] = get_args(Blamed)


def rows_of(model: str, task: str, observations: Sequence[Observation]) -> list[Row]:
    """The rows of one log, in the order of the conditions."""
    return [summary_row(model, task, name, seen) for name, seen in by_variant(observations).items()]


def summary_row(model: str, task: str, variant: str, seen: Sequence[Observation]) -> Row:
    """All rates over some observations of a model."""
    return {
        "model": model,
        "task": task,
        "variant": variant,
        "n": len(seen),
        "misaligned": as_dict(rate_of(misaligned, seen)),
        "articulated": as_dict(rate_of(articulated_given_misaligned, seen)),
        "articulated_given_aligned": as_dict(rate_of(articulated_given_aligned, seen)),
        "attribution": {cue: as_dict(rate_of(blames([cue]), seen)) for cue in BLAMED},
        "persona": {name: as_dict(rate_of(takes_role(name), seen)) for name in PERSONAS},
        "flags": {flag: as_dict(rate_of(raises_flag(flag), seen)) for flag in FLAGS},
        "alarmed": {view: as_dict(rate_of(alarms(view, given_misaligned=True), seen)) for view in VIEWS},
        "judge": judge_use(seen),
        "unscored": sum(one.outcome.misaligned is None for one in seen),
        "truncated": sum(one.outcome.truncated for one in seen),
        "flipped": sum(bool(one.outcome.flipped) for one in seen),
    }


def monitor_rows(model: str, task: str, observations: Sequence[Observation]) -> list[Row]:
    """How well a monitor that knows no trigger tells misaligned from aligned answers, over all variants of a task."""
    return [
        {
            "model": model,
            "task": task,
            "view": view,
            "auroc": _auroc(view, observations),
            "alarmed_given_misaligned": as_dict(rate_of(alarms(view, given_misaligned=True), observations)),
            "alarmed_given_aligned": as_dict(rate_of(alarms(view, given_misaligned=False), observations)),
        }
        for view in VIEWS
    ]


def roc_rows(model: str, task: str, observations: Sequence[Observation]) -> list[Row]:
    """The monitor's ROC curve by view: shares of aligned and misaligned answers; none where there are too few."""
    found = []
    for view in VIEWS:
        scores, labels, _ = _suspicions(view, observations)
        if points := roc(scores, labels):
            found.append({"model": model, "task": task, "view": view, "points": [(one.fpr, one.tpr) for one in points]})
    return found


def _suspicions(view: View, observations: Sequence[Observation]) -> tuple[list[float], list[bool], list[str]]:
    """Suspicion, whether the answer is misaligned, and the cluster, of what a monitor with this view could read."""
    seen = [
        (one.outcome.suspicion[view], one.outcome.misaligned, one.sample.cluster)
        for one in observations
        if view in one.outcome.suspicion and one.outcome.misaligned is not None
    ]
    return [score for score, *_ in seen], [label for _, label, _ in seen], [cluster for *_, cluster in seen]


def _auroc(view: View, observations: Sequence[Observation]) -> dict[str, Any]:
    found = auroc(*_suspicions(view, observations))
    return {name: getattr(found, name) for name in ("value", "low", "high", "positives", "negatives")}


def judge_use(seen: Sequence[Observation]) -> dict[str, int]:
    """Verdicts that a judge gave, those that it failed to give, and its calls."""
    return {
        "decided": sum(len(one.outcome.judge_decided) for one in seen),
        "failed": sum(len(one.outcome.judge_failed) for one in seen),
        "calls": sum(one.outcome.judge_calls for one in seen),
    }


def as_dict(rate: Rate) -> dict[str, Any]:
    """A rate as plain data; `rate`, `low` and `high` are None where there are too few observations.

    So they are where the judge `failed` too often; `withheld` then says so.
    """
    return {
        "rate": rate.rate,
        "low": rate.low,
        "high": rate.high,
        "n": rate.n,
        "count": rate.count,
        "failed": rate.failed,
        "withheld": rate.withheld,
    }


def flatten(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows for a table file: nested names are joined by underscores."""
    return [dict(_flat(row)) for row in rows]


def _flat(value: dict[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{key}_")
        else:
            yield prefix + key, inner
