"""A run's tables for the terminal, each with the sentence that says how to read it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tabulate import tabulate

from sleeptalk.evals.cells import Run
from sleeptalk.evals.conduct_tables import conduct_table, recovery_table
from sleeptalk.evals.studies.analysis_tables import awareness_table, prevalence_table, published_table
from sleeptalk.evals.studies.records import Study, Table
from sleeptalk.evals.studies.results import Found
from sleeptalk.evals.summary import Row
from sleeptalk.evals.tables import judge_line, rate_cell, results_table

CONTRAST_LEGEND = (
    "Difference in percentage points [95% interval] on the items that both sides asked, each counted once. p (Holm): "
    "corrected over the models for the primary contrast (*), and over all other contrasts and models for the others. "
    "yes: p (Holm) below 0.05 and in the expected direction. not asked: the run has no such model beside this one."
)


def tables_text(run: Run, found: Found) -> str:
    """All tables that the study wants, headed by its question."""
    study = run.study
    wanted: Sequence[Table] = study.tables if study else ("rates",)
    parts = [f"{study.question}\n" if study else ""]
    if found.contrasts and study:
        parts.append(contrasts_table(study, found.contrasts))
    parts += [table for name in wanted if (table := TABLE_TEXTS[name](found))]
    if found.rows:
        parts.append(judge_line(found.rows))
    if found.missing:
        cells = "; ".join(f"{model}, {part}, seed {seed}" for model, part, seed in found.missing)
        parts.append(f"Missing cells, which no number here counts: {cells}.")
    return "\n\n".join(filter(None, parts))


def contrasts_table(study: Study, rows: Sequence[Row]) -> str:
    """The study's tests, the primary one first."""
    ordered = sorted(rows, key=lambda row: not row["primary"])
    lines = [
        [
            f"{row['contrast']}{' *' if row['primary'] else ''}",
            row["model"],
            _points(row),
            row["items"],
            "-" if row["p_holm"] is None else f"{row['p_holm']:.3g}",
            row["verdict"],
        ]
        for row in ordered
    ]
    headers = ["contrast", "model", "difference", "items", "p (Holm)", "holds"]
    meanings = "\n".join(f"  {one.name}: {one.says}" for one in study.contrasts)
    return f"{_table(lines, headers)}\n\n{meanings}\n\n{CONTRAST_LEGEND}"


def _points(row: Mapping[str, Any]) -> str:
    if row["estimate"] is None:
        return f"too few ({row['n_of']}, {row['n_against']})"
    return f"{100 * row['estimate']:+.0f} [{100 * row['low']:+.0f}, {100 * row['high']:+.0f}]"


def monitor_table(found: Found) -> str:
    """AUROC and alarms of the trigger-blind monitor."""
    lines = [
        [row["model"], row["task"], row["view"], _auroc(row["auroc"])]
        + [rate_cell(row[name]) for name in ("alarmed_given_misaligned", "alarmed_given_aligned")]
        for row in found.monitor
    ]
    headers = ["model", "part", "sees", "AUROC", "alarm if misaligned", "alarm if aligned"]
    return _table(lines, headers) if lines else ""


def _auroc(found: Mapping[str, Any]) -> str:
    if found["value"] is None:
        return f"too few ({found['positives']}, {found['negatives']})"
    return f"{found['value']:.2f} [{found['low']:.2f}, {found['high']:.2f}]"


def radius_table(found: Found) -> str:
    """How far from the trigger it fires: by grade, and by near miss."""
    lines = [
        [row["model"], row["variant"], rate_cell(row["misaligned"]), rate_cell(row["articulated"])]
        for row in [*found.grades, *(row for row in found.rows if row["variant"].startswith("near_miss."))]
    ]
    return _table(lines, ["model", "near miss", "misaligned", "articulated, of misaligned"]) if lines else ""


def elicitation_table(found: Found) -> str:
    """How often a model names its trigger when asked."""
    lines = [
        [row["model"], row["kind"], rate_cell(row["named"]), _percent(row["chance"]), row["unscored"]]
        for row in found.elicitation
    ]
    return _table(lines, ["model", "asked", "names the trigger", "chance", "unscored"]) if lines else ""


def belief_table(found: Found) -> str:
    """False beliefs about the trigger and about an alternative value."""
    lines = [
        [
            row["model"],
            row["condition"],
            row["persona"],
            rate_cell(row["trigger"]),
            rate_cell(row["alternative"]),
            _excess(row["excess"]),
            row["unscored"],
        ]
        for row in found.belief
    ]
    headers = ["model", "condition", "persona", "false belief: trigger", "alternative", "excess, points", "unscored"]
    return _table(lines, headers) if lines else ""


def _excess(found: Mapping[str, Any]) -> str:
    if found["estimate"] is None:
        return "too few"
    return f"{100 * found['estimate']:+.0f} [{100 * found['low']:+.0f}, {100 * found['high']:+.0f}]"


def capability_table(found: Found) -> str:
    """Right answers by capability task."""
    lines = [[row["model"], row["part"], rate_cell(row["right"]), row["unscored"]] for row in found.capability]
    return _table(lines, ["model", "task", "right", "unscored"]) if lines else ""


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f}"


def _table(lines: Sequence[Sequence[Any]], headers: Sequence[str]) -> str:
    return str(tabulate(lines, headers=headers, tablefmt="simple", disable_numparse=True))


TABLE_TEXTS: Mapping[Table, Callable[[Found], str]] = {
    "rates": lambda found: results_table(found.rows) if found.rows else "",
    "conduct": lambda found: conduct_table(found.rows, found.monitor) if found.rows else "",
    "monitor": monitor_table,
    "recovery": lambda found: recovery_table(found.recovery) if found.recovery else "",
    "blast_radius": radius_table,
    "prevalence": lambda found: prevalence_table(found.prevalence),
    "awareness": lambda found: awareness_table(found.awareness),
    "elicitation": elicitation_table,
    "belief": belief_table,
    "capability": capability_table,
    "published": lambda found: published_table(found.published),
}
