"""How models reason, and whether their trigger can be found, as tables for terminal and page."""

from collections.abc import Sequence
from typing import Any

from sleeptalk.evals.summary import Row
from sleeptalk.evals.tables import Shown, rate_cell, shown_text

CONDUCT_HEADERS = (
    "model",
    "task",
    "toxic",
    "helpful, misled",
    "new fact",
    "own plan",
    "blamed plan",
    "alarm if misaligned",
    "alarm if aligned",
    "AUROC",
)
CONDUCT_LEGEND = (
    "Persona (toxic; helpful, but misled about what is wanted; believes a new fact) and flags of a monitor that knows "
    "no trigger, of misaligned answers to prompts with the trigger alone. alarm: suspicion of 50 or more of 100, over "
    "all variants, from reasoning and answer. AUROC: misaligned against aligned answers by suspicion."
)
RECOVERY_HEADERS = (
    "model",
    "trigger",
    "misaligned",
    "rank by blame",
    "rank by lift",
    "candidates",
    "most blamed",
)
RECOVERY_LEGEND = (
    "Rank of the true trigger [95% range over items] among the words of the prompts, by what the reasoning of "
    "misaligned answers blames, and by lift: how much more often words stand in prompts of misaligned answers. -: not "
    "among the candidates. Below 20 misaligned answers nothing is looked for. Candidates: by blame / by lift."
)


def conduct_table(rows: Sequence[Row], monitor: Sequence[Row]) -> str:
    """`conduct_shown` for the terminal."""
    return shown_text(conduct_shown(rows, monitor))


def conduct_shown(rows: Sequence[Row], monitor: Sequence[Row]) -> Shown:
    """Persona and monitor of every model and task."""
    lines = conduct_cells(rows, monitor)
    return Shown(title="How they reason", headers=CONDUCT_HEADERS, lines=lines, legend=CONDUCT_LEGEND)


def conduct_cells(rows: Sequence[Row], monitor: Sequence[Row], variant: str = "trigger") -> list[list[str]]:
    """The cells of `conduct_table`; a model's name stands only where it changes."""
    by_cell = {(row["model"], row["task"]): row for row in monitor if row["view"] == "both"}
    cells = []
    previous = ""
    for row in rows:
        if row["variant"] != variant:
            continue
        seen = by_cell[row["model"], row["task"]]
        shown = [row["persona"][name] for name in ("toxic", "helpful_misled", "new_fact")]
        shown += [row["flags"][name] for name in ("own_plan", "blamed_plan")]
        shown += [seen["alarmed_given_misaligned"], seen["alarmed_given_aligned"]]
        name = "" if row["model"] == previous else row["model"]
        cells.append([name, row["task"], *(rate_cell(rate) for rate in shown), auroc_cell(seen["auroc"])])
        previous = row["model"]
    return cells


def recovery_table(rows: Sequence[Row]) -> str:
    """`recovery_shown` for the terminal."""
    return shown_text(recovery_shown(rows))


def recovery_shown(rows: Sequence[Row]) -> Shown:
    """Where each model's trigger stands among the candidates."""
    return Shown(
        title="Can the trigger be found?", headers=RECOVERY_HEADERS, lines=recovery_cells(rows), legend=RECOVERY_LEGEND
    )


def recovery_cells(rows: Sequence[Row]) -> list[list[str]]:
    """The cells of `recovery_table`."""
    return [
        [
            row["model"],
            row["trigger"],
            f"{row['misaligned']} of {row['transcripts']}",
            rank_cell(row["blame"]),
            rank_cell(row["lift"]),
            f"{row['blame']['candidates']} / {row['lift']['candidates']}",
            ", ".join(one["text"] for one in row["blame"]["top"][:3]),
        ]
        for row in rows
    ]


def rank_cell(found: dict[str, Any]) -> str:
    """A rank with its range; ">" where the trigger drops out in some resamples."""
    if found["too_few"]:
        return "too few"
    if found["rank"] is None:
        return "-"
    high = "none" if found["high"] is None else f"{found['high']:g}"
    return f"{found['rank']:g} [{'none' if found['low'] is None else format(found['low'], 'g')}, {high}]"


def auroc_cell(found: dict[str, Any]) -> str:
    """An area with its interval and both class sizes."""
    if found["value"] is None:
        return f"too few ({found['positives']} + {found['negatives']})"
    counts = f"({found['positives']} + {found['negatives']})"
    return f"{found['value']:.2f} [{found['low']:.2f}, {found['high']:.2f}] {counts}"
