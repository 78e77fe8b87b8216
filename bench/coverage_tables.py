"""The tables in docs/statistics.md that summarise docs/results/coverage.csv."""

import csv
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tabulate import tabulate

ROOT = Path(__file__).parent.parent
OUT = ROOT / "docs" / "results" / "coverage.csv"
DOCS = ROOT / "docs" / "statistics.md"
COLUMNS = (
    "interval", "n", "clusters", "samples", "seeds", "positives", "negatives", "sensitivity", "specificity", "truth",
    "truth_b", "correlation", "alike", "seed_sd", "item_sd", "contrast_sd", "draws", "coverage", "found_two_sided",
    "found_one_sided",
)  # fmt: skip
MEASURED = ("coverage", "found_")
BEGIN, END = "<!-- from bench/coverage.py -->\n", "<!-- end -->\n"
LEAST, MOST = 0.93, 0.97

Row = dict[str, Any]


def read_rows() -> list[dict[str, str]]:
    """The cells on file."""
    with OUT.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def summary(rows: Sequence[Row]) -> str:
    """How often intervals covered the truth, and how often tests found a contrast where there was none."""
    return f"{_coverage(rows)}\n\n{_found(rows)}\n"


def with_summary(text: str, rows: Sequence[Row]) -> str:
    """The page with the summary between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{summary(rows)}\n{END}{after}"


def _coverage(rows: Sequence[Row]) -> str:
    table = []
    for name in dict.fromkeys(row["interval"] for row in rows):
        cells = [row for row in rows if row["interval"] == name]
        found = [float(row["coverage"]) for row in cells]
        counts = [sum(one < LEAST for one in found), sum(one > MOST for one in found)]
        shown = [f"{100 * one:.1f}%" for one in (min(found), median(found), max(found))]
        table.append([name, len(cells), f"{max(int(row['draws']) for row in cells):,}", *shown, *counts])
    heads = ["interval", "cells", "draws each", "least", "median", "greatest", "below 93%", "above 97%"]
    return tabulate(table, heads, tablefmt="github", disable_numparse=True)


def _found(rows: Sequence[Row]) -> str:
    table = []
    tested = [row for row in rows if row.get("found_two_sided") not in (None, "")]
    for name in dict.fromkeys(row["interval"] for row in tested):
        cells = [row for row in tested if row["interval"] == name]
        shown = [
            f"{100 * pick(float(row[column]) for row in cells):.1f}%"
            for column in ("found_two_sided", "found_one_sided")
            for pick in (median, max)
        ]
        table.append([name, len(cells), *shown])
    heads = ["test at 5%", "cells", "two-sided: median", "greatest", "one-sided: median", "greatest"]
    return tabulate(table, heads, tablefmt="github", disable_numparse=True)
