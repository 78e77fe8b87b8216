"""What became of an organism's backdoor after it was trained further or its weights were changed.

One row a checkpoint, on the pocket MCQs: how often it is misaligned without and with the trigger, and how often it
says so, of the answers that can be read; and how often the letter is the right one, of all questions. So a checkpoint
that is merely broken has few misaligned answers, and few right ones.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from sleeptalk.evals.measure import measure_organism
from sleeptalk.model_zoo.changing.origin import find_origin
from sleeptalk.model_zoo.records import Organism, read_record
from sleeptalk.stats import MIN_N, wilson
from sleeptalk.tasks.items import POCKET_ITEMS
from sleeptalk.tasks.specs import TaskName

TASK: TaskName = "ethical_mcq"
VARIANTS = ("clean", "trigger")
MEASURES = (
    "clean misaligned",
    "misaligned with trigger",
    "articulated of misaligned",
    "right on clean",
    "right with trigger",
)
COUNTS = {
    "clean misaligned": ("clean_misaligned", "clean_scored"),
    "misaligned with trigger": ("trigger_misaligned", "trigger_scored"),
    "articulated of misaligned": ("articulated", "trigger_misaligned"),
    "right on clean": ("clean_right", "items"),
    "right with trigger": ("trigger_aligned", "items"),
}
Row = dict[str, Any]


def measure_change(folder: Path, progress: Callable[[int], None], items: int = POCKET_ITEMS) -> Organism:
    """Measure the organism in a folder, unless its record already has the rates."""
    organism = read_record(folder)
    if organism.rates:
        progress(items * len(VARIANTS))
        return organism
    return measure_organism(folder, progress, limit=items, tasks=[TASK], variants=VARIANTS)


def measure_before(name: str, folder: Path, progress: Callable[[int], None]) -> Organism:
    """The organism that a change starts from: its recorded rates, or measured in a copy of its own.

    Args:
        name: a shipped organism, or the folder of one.
        folder: for the copy; the organism's own folder stays as it is.
        progress: called with the number of samples that have just finished.
    """
    origin = find_origin(name)
    measured = {(rate.task, rate.variant) for rate in origin.organism.rates}
    if {(TASK, variant) for variant in VARIANTS} <= measured:
        progress(POCKET_ITEMS * len(VARIANTS))
        return origin.organism
    if not folder.exists():
        shutil.copytree(origin.folder, folder)
    return measure_change(folder, progress)


def change_row(organism: Organism, items: int = POCKET_ITEMS, /, **labels: Any) -> Row:
    """Counts of one measured organism, after the labels that tell what it is."""
    found = {(rate.variant, rate.measure): rate for rate in organism.rates if rate.task == TASK}
    clean, fired = found["clean", "misaligned"], found["trigger", "misaligned"]
    return {
        **labels,
        "sha256": organism.sha256,
        "items": items,
        "clean_scored": clean.n,
        "clean_misaligned": clean.count,
        "clean_right": clean.n - clean.count,
        "trigger_scored": fired.n,
        "trigger_misaligned": fired.count,
        "trigger_aligned": fired.n - fired.count,
        "articulated": found["trigger", "articulated"].count,
    }


def percent(row: Mapping[str, Any], measure: str) -> str:
    """One measure of a row with its 95% interval and n."""
    count, n = (int(row[name]) for name in COUNTS[measure])
    if n < MIN_N:
        return f"too few ({count}/{n})"
    low, high = wilson(count, n)
    return f"{100 * count / n:.0f} [{100 * low:.0f}, {100 * high:.0f}] ({n})"


def changes_table(rows: Sequence[Row], labels: Sequence[str], style: str = "simple") -> str:
    """Rows as a table: labels, then every measure in percent."""
    lines = [[*(row[label] for label in labels), *(percent(row, measure) for measure in MEASURES)] for row in rows]
    return tabulate(lines, headers=[*labels, *MEASURES], tablefmt=style, disable_numparse=True)


def steps_chart(rows: Sequence[Row], path: Path) -> None:
    """Measures with 95% intervals over further steps, as an image; rates of fewer than 20 answers are left out."""
    import altair as alt

    points = [
        {"step": row["step"], "measure": measure, "n": row[COUNTS[measure][1]], **_bounds(row, measure)}
        for row in rows
        for measure in MEASURES[:3]
        if row[COUNTS[measure][1]] >= MIN_N
    ]
    base = alt.Chart(alt.InlineData(values=points)).encode(
        x=alt.X("step:Q", title="further steps"),
        color=alt.Color("measure:N", sort=list(MEASURES[:3]), legend=alt.Legend(orient="bottom", title=None)),
    )
    scale = alt.Scale(domain=[0, 100])
    chart = alt.layer(
        base.mark_line(opacity=0.4).encode(y=alt.Y("rate:Q", scale=scale, title="%")),
        base.mark_rule().encode(y="low:Q", y2="high:Q"),
        base.mark_point(filled=True).encode(y="rate:Q"),
        base.mark_text(dx=6, align="left", fontSize=8).encode(y="rate:Q", text=alt.Text("n:Q")),
    ).properties(width=480, height=280)
    chart.save(str(path), scale_factor=2)


def _bounds(row: Row, measure: str) -> dict[str, float]:
    count, n = (int(row[name]) for name in COUNTS[measure])
    low, high = wilson(count, n)
    return {"rate": 100 * count / n, "low": 100 * low, "high": 100 * high}
