"""report.html: one page that needs no network, and on which text of models, items and users is text and nothing else.

The template escapes all values. Transcripts stand in a block of JSON that is no script; the page's own script, the only
one that its policy lets run, puts them into text nodes when they are asked for.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalLog

from sleeptalk.evals.cells import Run
from sleeptalk.evals.reporting.figures import figures_of
from sleeptalk.evals.reporting.provenance import command_of, notes_of, versions_of
from sleeptalk.evals.reporting.transcripts import Chosen
from sleeptalk.evals.studies.results import Found
from sleeptalk.evals.studies.text import contrast_cell, contrasts_shown, tables_of
from sleeptalk.evals.tables import Shown, judge_line, results_shown

TEMPLATES = Path(__file__).parent / "templates"
COUNTED = ("unscored", "truncated", "flipped")
MANY_LINES = 30


def render_page(run: Run, found: Found, headers: Sequence[EvalLog], chosen: Chosen) -> str:
    """The whole page as HTML."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    script = (TEMPLATES / "viewer.js").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(
        run=run,
        study=run.study,
        answers=list(_answers(run, found)),
        figures=[(one, Markup(one.svg)) for one in figures_of(run, found)],  # noqa: S704 - drawn by us, see figures.py
        contrasts=contrasts_shown(run.study, found.contrasts) if run.study and found.contrasts else None,
        tables=_tables(run, found),
        many_lines=MANY_LINES,
        counts={name: sum(row[name] for row in found.rows) for name in COUNTED},
        judged=judge_line(found.rows) if found.rows else "",
        missing=found.missing,
        chosen=chosen,
        data=Markup(_json_block([one.as_data() for one in chosen.shown])),  # noqa: S704 - "<" is escaped
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        command=command_of(run),
        versions=versions_of(headers),
        notes=list(notes_of(run, headers, chosen.rubrics)),
    )


def _json_block(data: Any) -> str:
    """JSON that cannot end the element that it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _answers(run: Run, found: Found) -> Iterator[dict[str, str]]:
    """What the primary contrast says of each model."""
    for row in found.contrasts:
        if row["primary"]:
            p_value = "" if row["p_holm"] is None else f", p (Holm) {row['p_holm']:.2g}"
            yield {
                "model": row["model"],
                "verdict": row["verdict"],
                "says": row["says"],
                "numbers": f"{contrast_cell(row)} percentage points on {row['items']} items{p_value}",
            }


def _tables(run: Run, found: Found) -> list[Shown]:
    """The study's tables, and all rates in any case; the contrasts stand at the answer."""
    tables, rates = tables_of(run, found, contrasts=False), results_shown(found.rows)
    return tables if not found.rows or rates in tables else [*tables, rates]
