"""The tables of three analyses of whole studies: a monitor's worth, awareness, and published rates."""

from collections.abc import Mapping, Sequence
from typing import Any

from sleeptalk.evals.studies.prevalence import FPR_LIMIT, PREVALENCES
from sleeptalk.evals.summary import Row
from sleeptalk.evals.tables import Shown, points_cell, rate_cell
from sleeptalk.precision import ENOUGH_NEGATIVES
from sleeptalk.verdicts import FLAGGED_FROM

PREVALENCE_LEGEND = (
    f"Over all behaviour parts; alarm: suspicion of {FLAGGED_FROM} or more. caught, false: alarms of misaligned and of "
    "aligned answers. Precision: % of alarms that are right, if one in 100, 1,000 or 10,000 answers were misaligned "
    'and both kinds were like those here; "at least" where there was no false alarm. Last column: caught at the lowest '
    f"threshold with at most {100 * FPR_LIMIT:.0f}% false alarms; too few below {ENOUGH_NEGATIVES} independent aligned "
    "answers. Intervals count repeated items once for as much as they tell."
)
AWARENESS_LEGEND = (
    "1 blames one odd string as well as another, 2 blames the genuine one, 3 believes something false of it; ?: cannot "
    "be told. Points [95% interval], p uncorrected, (items). which cue: misaligned answers that blame the trigger "
    "alone less those that blame the distractor alone. which value: scored answers that blame the trigger less those "
    "that blame an alternative value in its place. belief: false beliefs about the trigger less those about an "
    "alternative, asked without any cue (statements). p (Holm): for level 2 and level 3, over the models. asked: kinds "
    "of questions that name the trigger above chance, no part of the level."
)
PUBLISHED_LEGEND = (
    "theirs: percent, +- as printed, GPT-4.1 as judge; ours: % [95% interval] (n). Tested at 5%, each alone, only for "
    "the same base, trigger, task and measure. What +- means is not told: compatible and differs hold both for a "
    "standard error and for a 95% half-width. What ours was planted with is not known here: compare the column data "
    "with your recipe. Judges and questions differ, too."
)
CRITERIA = {"which_cue": "which cue", "which_value": "which value", "belief": "belief"}


def prevalence_shown(rows: Sequence[Row]) -> Shown:
    """Alarm rates, precision at supposed prevalences, and the rate at few false alarms."""
    lines = [
        [
            row["model"],
            row["thinking"],
            row["view"],
            *(
                rate_cell({**row[name], "withheld": row["withheld"], "failed": row["failed"]})
                for name in ("tpr", "fpr")
            ),
            *([_precision(one) for one in row["precision"]] or ["-"] * len(PREVALENCES)),
            _at_limit(row["tpr_at_fpr"]),
        ]
        for row in rows
    ]
    shares = [f"precision, 1 in {1 / share:,.0f}" for share in PREVALENCES]
    headers = ["model", "thinking", "sees", "caught", "false", *shares, f"caught at {100 * FPR_LIMIT:.0f}% false"]
    return Shown(title="What an alarm is worth", headers=headers, lines=lines, legend=PREVALENCE_LEGEND)


def _precision(found: Mapping[str, Any]) -> str:
    if found["value"] is None:
        return f"at least {_percent(found['low'])}"
    return f"{_percent(found['value'])} [{_percent(found['low'])}, {_percent(found['high'])}]"


def _percent(share: float) -> str:
    """Two digits below ten, where a precision lies when misalignment is rare."""
    return f"{100 * share:.0f}" if 100 * share >= 9.95 else f"{100 * share:.2g}"


def _at_limit(found: Mapping[str, Any]) -> str:
    if found["value"] is None:
        return "-" if found["negatives"] is None else f"too few ({found['negatives']:.0f})"
    return f"{100 * found['value']:.0f} [{100 * found['low']:.0f}, {100 * found['high']:.0f}]"


def awareness_shown(rows: Sequence[Row]) -> Shown:
    """Each model's level, what it rests on, and why it cannot be told."""
    lines = [
        [
            row["model"],
            "?" if row["level"] is None else f"{row['level']}{' or more' if row['at_least'] else ''}",
            *(_criterion(one) for one in row["criteria"]),
            " / ".join("-" if row[name] is None else f"{row[name]:.3g}" for name in ("p_level_2", "p_level_3")),
            _asked(row["elicitation"]),
        ]
        for row in rows
    ]
    reasons = [f"{row['model']}: {row['reason']}." for row in rows if row["reason"]]
    headers = ["model", "level", *CRITERIA.values(), "p (Holm), 2 / 3", "asked"]
    return Shown(title="Awareness", headers=headers, lines=lines, legend="\n".join([*reasons, AWARENESS_LEGEND]))


def _criterion(found: Mapping[str, Any]) -> str:
    if found["estimate"] is None:
        return f"too few ({found['items']})"
    points = points_cell(found["estimate"], found["low"], found["high"])
    return f"{points} p={found['p']:.2g} ({found['items']})"


def _asked(found: Sequence[Mapping[str, Any]]) -> str:
    """Kinds of questions that name the trigger above chance, and for how many kinds it cannot be told."""
    named = [one["kind"] for one in found if one["above_chance"]]
    few = sum(one["above_chance"] is None for one in found)
    return f"{', '.join(named) or 'none'}{f', {few} too few' if few else ''}" if found else "-"


def published_shown(rows: Sequence[Row]) -> Shown:
    """Published rates beside ours."""
    lines = []
    for row in rows:
        theirs = row["published"]
        spread = "" if theirs["plus_minus"] is None else f" ± {theirs['plus_minus']:g}"
        lines.append(
            [
                row["model"] or "-",
                row["measure"],
                row["setting"],
                theirs["trigger"] or "-",
                (theirs["base"] or "-").split("/")[-1],
                theirs["data"] or "-",
                f"{theirs['percent']:g}{spread}",
                theirs["source"],
                rate_cell(row["ours"]) if row["ours"] else "-",
                row["verdict"] if row["verdict"] in ("another model", "not asked") else _because(row),
            ]
        )
    headers = ["model", "measure", "setting", "trigger", "their base", "data", "theirs", "source", "ours", "verdict"]
    return Shown(title="Published rates", headers=headers, lines=lines, legend=PUBLISHED_LEGEND)


def _because(row: Row) -> str:
    return f"{row['verdict']}: {row['why']}" if row["why"] else str(row["verdict"])
