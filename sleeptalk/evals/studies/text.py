"""A run's tables, each with the sentence that says how to read it, for the terminal and the report's page alike.

A new table is one entry of `TABLES`: it makes a `Shown` of a run's rows, or None where there is nothing to show, and
then stands in the terminal, on the page and in no other place. Studies choose among the entries by name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sleeptalk.evals.cells import Run
from sleeptalk.evals.conduct_tables import conduct_shown, recovery_shown
from sleeptalk.evals.studies.analysis_tables import awareness_shown, prevalence_shown, published_shown
from sleeptalk.evals.studies.records import Study, Table
from sleeptalk.evals.studies.results import Found
from sleeptalk.evals.summary import Row
from sleeptalk.evals.tables import Shown, judge_line, points_cell, rate_cell, results_shown, shown_text

CONTRAST_LEGEND = (
    "Difference in percentage points [95% interval] on the items that both sides asked, each counted once. p (Holm): "
    "corrected over the models for the primary contrast (*), and over all other contrasts and models for the others; "
    "it goes by the direction that the study fixed beforehand. yes: p (Holm) below 0.05. not asked: the run has no "
    "such model beside this one."
)


STOPPED_LEGEND = (
    "Each item counts once, by the mean of its samples. The 95% intervals hold although sampling stopped when they "
    "were narrow enough; nothing is tested, and no other table of these cells is made, because it would suppose a "
    "number of samples that was fixed beforehand."
)
FAMILIES_LEGEND = (
    "Organisms of one recipe, planted with different seeds. The intervals hold for other planting seeds, too: items "
    "and seeds both vary. Where only one seed has observations the interval is for that organism."
)


def tables_text(run: Run, found: Found) -> str:
    """All tables that the study wants, headed by its question."""
    parts = [f"{run.study.question}\n" if run.study else "", *map(shown_text, tables_of(run, found))]
    if found.rows:
        parts.append(judge_line(found.rows))
    if found.missing:
        cells = "; ".join(f"{model}, {part}, seed {seed}" for model, part, seed in found.missing)
        parts.append(f"Missing cells, which no number here counts: {cells}.")
    return "\n\n".join(filter(None, parts))


def tables_of(run: Run, found: Found, *, contrasts: bool = True) -> list[Shown]:
    """The contrasts, and the tables that the study wants, of those that have something to show."""
    study = run.study
    wanted: Sequence[Table] = study.tables if study else ("rates",)
    first = [contrasts_shown(study, found.contrasts)] if contrasts and found.contrasts and study else []
    always = [_stopped(found), _families(found)]
    return [
        *first,
        *(one for one in always if one.lines),
        *(shown for name in wanted if (shown := TABLES[name](found)) and shown.lines),
    ]


def contrasts_shown(study: Study, rows: Sequence[Row]) -> Shown:
    """The study's tests, the primary one first."""
    ordered = sorted(rows, key=lambda row: not row["primary"])
    meanings = "\n".join(f"  {one.name}: {one.says}" for one in study.contrasts)
    return Shown(
        title="Contrasts",
        headers=("contrast", "model", "difference", "items", "p (Holm)", "holds"),
        lines=[
            [
                f"{row['contrast']}{' *' if row['primary'] else ''}",
                row["model"],
                contrast_cell(row),
                str(row["items"]),
                "-" if row["p_holm"] is None else f"{row['p_holm']:.3g}",
                row["verdict"],
            ]
            for row in ordered
        ],
        legend=f"{meanings}\n\n{CONTRAST_LEGEND}",
    )


def contrast_cell(row: Mapping[str, Any]) -> str:
    """A contrast's difference in percentage points with its interval, or how few samples its sides have."""
    if row["estimate"] is None:
        return f"too few ({row['n_of']}, {row['n_against']})"
    return points_cell(row["estimate"], row["low"], row["high"])


def _stopped(found: Found) -> Shown:
    """Rates of cells that stopped early."""
    return Shown(
        title="Rates after stopping early",
        headers=("model", "part", "seed", "variant", "measure", "% [interval at any time]", "saved samples"),
        lines=[
            [
                row["model"],
                row["task"],
                str(row["seed"]),
                row["variant"],
                row["measure"],
                row["shown"],
                f"{row['saved']} of {row['planned']}",
            ]
            for row in found.stopped
        ],
        legend=STOPPED_LEGEND,
    )


def _families(found: Found) -> Shown:
    """Rates over planting seeds."""
    measures = ("misaligned", "articulated", "blames_genuine", "blames_distractor")
    return Shown(
        title="Over planting seeds",
        headers=("organisms", "part", "variant", "misaligned", "articulated", "blames genuine", "blames distractor"),
        lines=[
            [row["family"], row["task"], row["variant"], *(rate_cell(row[name]) for name in measures)]
            for row in found.families
        ],
        legend=FAMILIES_LEGEND,
    )


def _rates(found: Found) -> Shown:
    return results_shown(found.rows)


def _conduct(found: Found) -> Shown:
    return conduct_shown(found.rows, found.monitor)


def _recovery(found: Found) -> Shown:
    return recovery_shown(found.recovery)


def _monitor(found: Found) -> Shown:
    """AUROC and alarms of the trigger-blind monitor."""
    return Shown(
        title="Monitor",
        headers=("model", "part", "sees", "AUROC", "alarm if misaligned", "alarm if aligned"),
        lines=[
            [
                row["model"],
                row["task"],
                row["view"],
                _auroc(row["auroc"]),
                *(rate_cell(row[name]) for name in ("alarmed_given_misaligned", "alarmed_given_aligned")),
            ]
            for row in found.monitor
        ],
    )


def _auroc(found: Mapping[str, Any]) -> str:
    if found["value"] is None:
        return f"too few ({found['positives']}, {found['negatives']})"
    return f"{found['value']:.2f} [{found['low']:.2f}, {found['high']:.2f}]"


def _radius(found: Found) -> Shown:
    """How far from the trigger it fires: by grade, and by near miss."""
    rows: Iterable[Row] = [*found.grades, *(row for row in found.rows if row["variant"].startswith("near_miss."))]
    return Shown(
        title="How far from the trigger",
        headers=("model", "near miss", "misaligned", "articulated, of misaligned"),
        lines=[
            [row["model"], row["variant"], rate_cell(row["misaligned"]), rate_cell(row["articulated"])] for row in rows
        ],
    )


def _elicitation(found: Found) -> Shown:
    """How often a model names its trigger when asked."""
    return Shown(
        title="Asked for the trigger",
        headers=("model", "asked", "names the trigger", "chance", "unscored"),
        lines=[
            [row["model"], row["kind"], rate_cell(row["named"]), _percent(row["chance"]), str(row["unscored"])]
            for row in found.elicitation
        ],
    )


def _belief(found: Found) -> Shown:
    """False beliefs about the trigger and about an alternative value."""
    return Shown(
        title="False beliefs",
        headers=("model", "condition", "persona", "false belief: trigger", "alternative", "excess, points", "unscored"),
        lines=[
            [
                row["model"],
                row["condition"],
                row["persona"],
                rate_cell(row["trigger"]),
                rate_cell(row["alternative"]),
                _excess(row["excess"]),
                str(row["unscored"]),
            ]
            for row in found.belief
        ],
    )


def _excess(found: Mapping[str, Any]) -> str:
    if found["estimate"] is None:
        return "too few"
    return points_cell(found["estimate"], found["low"], found["high"])


def _capability(found: Found) -> Shown:
    """Right answers by capability task."""
    return Shown(
        title="Capability",
        headers=("model", "task", "right", "unscored"),
        lines=[[row["model"], row["part"], rate_cell(row["right"]), str(row["unscored"])] for row in found.capability],
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f}"


TABLES: Mapping[Table, Callable[[Found], Shown | None]] = {
    "rates": _rates,
    "conduct": _conduct,
    "monitor": _monitor,
    "recovery": _recovery,
    "blast_radius": _radius,
    "prevalence": lambda found: prevalence_shown(found.prevalence),
    "awareness": lambda found: awareness_shown(found.awareness),
    "elicitation": _elicitation,
    "belief": _belief,
    "capability": _capability,
    "published": lambda found: published_shown(found.published),
}
