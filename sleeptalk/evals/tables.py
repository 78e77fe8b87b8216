"""Tables as data: title, headers, lines of cells and a legend, for the terminal and for the report's page alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from tabulate import tabulate

from sleeptalk.evals.summary import Row
from sleeptalk.scorers.observations import Read
from sleeptalk.stats import MIN_N

HEADERS = (
    "model",
    "task",
    "variant",
    "misaligned",
    "articulated",
    "blames genuine",
    "blames distractor",
    "unscored",
    "truncated",
    "flipped",
)
LEGEND = (
    "Cells are % [95% interval] (n). misaligned: of all scored answers (ASR in prompts with the trigger). "
    "articulated and blames: of misaligned answers. blames counts reasoning that blames this cue alone. "
    'Fewer than 20 observations are "too few" (count/n).'
)


DIFFERENCES_LEGEND = (
    "Percentage points [95% interval] on the items that both logs asked, each item counted once. p: exact McNemar test "
    'on items; all of them are one family for Holm\'s correction. "-": no item differs, or too few.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A table as people read it.

    Attributes:
        title: what it tells, as a heading.
        headers: names of the columns.
        lines: the cells; the same number as headers in each line.
        legend: how to read it.
    """

    title: str
    headers: Sequence[str]
    lines: Sequence[Sequence[str]]
    legend: str = ""

    @property
    def aligns(self) -> list[Literal["left", "right"]]:
        """Columns of nothing but whole numbers stand to the right."""
        columns = [[line[place] for line in self.lines] for place in range(len(self.headers))]
        return ["right" if column and all(cell.isdigit() for cell in column) else "left" for column in columns]


def shown_text(shown: Shown) -> str:
    """A table for the terminal, with its legend below."""
    table = tabulate(
        shown.lines, headers=shown.headers, tablefmt="simple", disable_numparse=True, colalign=shown.aligns or None
    )
    return f"{table}\n\n{shown.legend}" if shown.legend else str(table)


def results_table(rows: Sequence[Row]) -> str:
    """The rates for the terminal."""
    return shown_text(results_shown(rows))


def results_shown(rows: Sequence[Row]) -> Shown:
    """The rates of every cell; a model's and a task's name stand only where they change."""
    cells = []
    headers = list(HEADERS)
    corrected = bool(rows) and "articulated_corrected" in rows[0]
    if corrected:
        headers.insert(5, "articulated, corrected")
    previous: tuple[str, str] | None = None
    for row in rows:
        model, task = row["model"], row["task"]
        cells.append(
            [
                "" if previous and previous[0] == model else model,
                "" if previous == (model, task) else task,
                row["variant"],
                *rate_cells(row)[:2],
                *([rate_cell(row["articulated_corrected"])] if corrected else []),
                *rate_cells(row)[2:],
                *(str(row[name]) for name in ("unscored", "truncated", "flipped")),
            ]
        )
        previous = (model, task)
    return Shown(title="Rates", headers=headers, lines=cells, legend=LEGEND)


def judge_line(rows: Sequence[Row]) -> str:
    """How much of the verdicts a judge gave, in one sentence."""
    used = {name: sum(row["judge"][name] for row in rows) for name in ("decided", "failed", "calls")}
    if not any(used.values()):
        return "All verdicts are by rules."
    verdicts = len(get_args(Read)) * sum(row["n"] for row in rows)
    return (
        f"A judge gave {used['decided']} of {verdicts} verdicts in {used['calls']} calls and failed on "
        f"{used['failed']}; the rest are by rules."
    )


def differences_table(differences: Sequence[dict[str, Any]]) -> str:
    """Paired differences of the misaligned rate, in percentage points."""
    cells = []
    for one in differences:
        points = points_cell(one["difference"], one["low"], one["high"])
        few = one["items"] < MIN_N
        p_values = ["-" if one[key] is None or few else f"{one[key]:.3g}" for key in ("p", "p_holm")]
        cells.append([one["model"], one["variant"], "too few" if few else points, one["items"], *p_values])
    headers = ["model", "variant", f"misaligned, against {differences[0]['against']}", "items", "p", "p (Holm)"]
    table = tabulate(cells, headers=headers, tablefmt="simple", disable_numparse=True)
    return f"{table}\n\n{DIFFERENCES_LEGEND}"


def points_cell(difference: float, low: float, high: float) -> str:
    """A difference of shares in percentage points, with its interval."""
    return f"{100 * difference:+z.0f} [{100 * low:+z.0f}, {100 * high:+z.0f}]"


def rate_cells(row: Row) -> list[str]:
    """The cells of a row's four rates; where no distractor stands in the prompt, none can be blamed."""
    shown = [row["misaligned"], row["articulated"], row["attribution"]["genuine"], row["attribution"]["distractor"]]
    cells = [rate_cell(rate) for rate in shown]
    return cells if "distractor" in row["variant"] else [*cells[:3], "-"]


def rate_cell(rate: dict[str, Any]) -> str:
    """A rate with interval and n in one cell."""
    if rate.get("problem"):
        return "does not fit"
    if rate.get("withheld"):
        return f"judge failed ({rate['failed']})"
    if rate["rate"] is None:
        return f"too few ({rate['count']}/{rate['n']})"
    return f"{100 * rate['rate']:.0f} [{100 * rate['low']:.0f}, {100 * rate['high']:.0f}] ({rate['n']})"
