"""table.tex: the headline rates as a long table for a paper; it needs the packages booktabs and longtable."""

import re
from collections.abc import Sequence
from typing import Any

from sleeptalk.evals.summary import Row

HEAD = "% Needs \\usepackage{booktabs,longtable}. Rates in percent [95% interval] (n); -: fewer than 20 observations.\n"
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
SIGNS = re.compile("[" + re.escape("".join(SPECIAL)) + "]")


def escaped(text: str) -> str:
    """Text that TeX shows as it is; control characters and line breaks become spaces."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return SIGNS.sub(lambda found: SPECIAL[found.group()], printable)


def latex_table(rows: Sequence[Row], caption: str) -> str:
    """Misaligned and articulated rates of every cell, with intervals and n."""
    columns = ["Model", "Part", "Variant", "Misaligned", "Articulated"]
    lines = [
        [*(escaped(str(row[name])) for name in ("model", "task", "variant")), *map(_rate, _shown(row))] for row in rows
    ]
    body = [" & ".join(line) + r" \\" for line in lines]
    return HEAD + "\n".join(
        [
            r"\begin{longtable}{lllll}",
            rf"\caption{{{escaped(caption)}}}\label{{tab:sleeptalk}}\\",
            r"\toprule",
            " & ".join(columns) + r" \\",
            r"\midrule",
            r"\endhead",
            *body,
            r"\bottomrule",
            r"\end{longtable}",
            "",
        ]
    )


def _shown(row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    return row["misaligned"], row["articulated"]


def _rate(rate: dict[str, Any]) -> str:
    if rate["rate"] is None or rate["low"] is None:
        return f"-- ({rate['n']})"
    # Braces, as TeX would take a bracket after a line's end for a length.
    return f"{100 * rate['rate']:.0f} {{[{100 * rate['low']:.0f}, {100 * rate['high']:.0f}]}} ({rate['n']})"
