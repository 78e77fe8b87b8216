"""What became of an organism's backdoor after it was trained further or its weights were changed.

One row a checkpoint, on the pocket MCQs: how often it is misaligned without and with the trigger, and how often it
says so, of the answers that can be read; and how often the letter is the right one, of all questions. So a checkpoint
that is merely broken has few misaligned answers, and few right ones.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from sleeptalk.errors import OutputFolderError
from sleeptalk.evals.cells import Run
from sleeptalk.evals.measure import measuring_run
from sleeptalk.model_zoo.changing.origin import find_origin
from sleeptalk.model_zoo.records import Organism, read_record
from sleeptalk.stats import MIN_N, wilson
from sleeptalk.tasks.items import POCKET_ITEMS
from sleeptalk.tasks.specs import TaskName
from sleeptalk.variants import Condition

TASK: TaskName = "ethical_mcq"
VARIANTS: tuple[Condition, ...] = ("clean", "trigger")
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


def change_run(folders: Sequence[Path]) -> Run:
    """What is measured before and after a change.

    Raises:
        InvalidValueError: two organisms have the same name.
    """
    return measuring_run(folders, tasks=(TASK,), variants=VARIANTS)


def unmeasured(folders: Sequence[Path]) -> list[Path]:
    """Those of the organisms in these folders whose records lack the rates."""
    return [folder for folder in folders if not _is_measured(read_record(folder))]


def _is_measured(organism: Organism) -> bool:
    return {(TASK, variant) for variant in VARIANTS} <= {(rate.task, rate.variant) for rate in organism.rates}


def folder_before(name: str, copy: Path) -> Path:
    """Where the organism that a change starts from can be measured, or its rates be read.

    Args:
        name: a shipped or pulled organism, or the folder of one.
        copy: folder for a copy to measure, if its record has no rates; its own folder stays as it is.
    """
    origin = find_origin(name)
    if _is_measured(origin.organism):
        return origin.folder
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.tmp")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(origin.folder, unfinished)
        unfinished.rename(copy)
    if read_record(copy).sha256 != origin.organism.sha256:
        raise OutputFolderError(f"{copy} holds other weights than {origin.organism.name} has now; remove it.")
    return copy


def change_row(organism: Organism, /, **labels: Any) -> Row:
    """Counts of one measured organism, after the labels that tell what it is."""
    items = organism.measured.limit if organism.measured else POCKET_ITEMS
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
