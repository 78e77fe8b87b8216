"""All files of a finished run, each whole or not at all.

Everything is first written beside its place, so that a full disk leaves the files of an earlier report as they were.
"""

import csv
import importlib.util
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspect_ai.log import EvalLog

from sleeptalk.errors import MissingExtraError, OutputFolderError
from sleeptalk.evals.cells import Run
from sleeptalk.evals.reporting.citing import references
from sleeptalk.evals.reporting.latex import latex_table
from sleeptalk.evals.reporting.provenance import command_of, versions_of
from sleeptalk.evals.studies.results import Found
from sleeptalk.evals.summary import flatten

if TYPE_CHECKING:
    import pandas as pd

REPORT_MODULES = ("altair", "vl_convert", "jinja2")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Writer = Callable[[Path], Any]


def check_report_extra() -> None:
    """Refuse early if the page cannot be drawn.

    Raises:
        MissingExtraError: a module of the extra `report` is missing.
    """
    for module in REPORT_MODULES:
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError("The HTML report", "demo", module)


def write_results(run: Run, found: Found, headers: Sequence[EvalLog], out: Path) -> dict[str, Path]:
    """Write all files of a run into `out`; returns them by what they are.

    Raises:
        OutputFolderError: a file cannot be written; the ones that were there are as they were.
    """
    import pandas as pd

    from sleeptalk.evals.reporting.page import render_page
    from sleeptalk.evals.reporting.transcripts import choose

    frame = pd.DataFrame(flatten(found.rows))
    page = render_page(run, found, headers, choose(run, headers))
    study = run.study
    caption = study.question if study else "Rates of every cell"
    return write_whole(
        out,
        {
            "report": ("report.html", _text(page)),
            "csv": ("results.csv", lambda path: _write_csv(frame, path)),
            "parquet": ("results.parquet", lambda path: frame.to_parquet(path, index=False)),
            "json": ("results.json", _text(json.dumps(_everything(run, found, headers), indent=1))),
            "latex": ("table.tex", _text(latex_table(found.rows, caption))),
            "references": ("references.bib", _text(references(study.sources if study else ()))),
        },
    )


def _text(text: str) -> Writer:
    return lambda path: path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _everything(run: Run, found: Found, headers: Sequence[EvalLog]) -> dict[str, Any]:
    return {
        "run": run.model_dump(mode="json"),
        "command": command_of(run),
        "versions": versions_of(headers),
        **found.as_dict(),
    }


def _write_csv(frame: "pd.DataFrame", path: Path) -> None:
    """Texts that a spreadsheet would run as a formula get an apostrophe before them."""

    def inert(value: Any) -> Any:
        return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value

    frame.map(inert).to_csv(path, index=False, quoting=csv.QUOTE_NONNUMERIC)


def write_whole(out: Path, files: dict[str, tuple[str, Writer]]) -> dict[str, Path]:
    """Write files by what they are: all of them beside their places first, then each into its place.

    Raises:
        OutputFolderError: one cannot be written.
    """
    places = {what: (out / name, out / f".{name}.tmp") for what, (name, _) in files.items()}
    try:
        for what, (_, write) in files.items():
            write(places[what][1])
        for path, temporary in places.values():
            temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputFolderError(f"Cannot write results to {out}: {reason}. Free the disk or choose another.") from None
    finally:
        for _, temporary in places.values():
            temporary.unlink(missing_ok=True)
    return {what: path for what, (path, _) in places.items()}
