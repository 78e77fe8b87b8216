"""A finished run as files: results.csv, results.parquet, and one self-contained report.html.

The page needs no network and holds no script. All text of models and items goes through the template's escaping.
"""

import importlib.util
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalLog, EvalSample, read_eval_log_sample, read_eval_log_sample_summaries

from sleeptalk.errors import MissingExtraError, OutputFolderError
from sleeptalk.evals.cells import Run
from sleeptalk.evals.conduct_tables import (
    CONDUCT_HEADERS,
    CONDUCT_LEGEND,
    RECOVERY_HEADERS,
    RECOVERY_LEGEND,
    conduct_cells,
    recovery_cells,
)
from sleeptalk.evals.running import cell_of
from sleeptalk.evals.studies.results import Found
from sleeptalk.evals.summary import flatten
from sleeptalk.evals.tables import HEADERS, LEGEND, rate_cells
from sleeptalk.reasoning import extract
from sleeptalk.samples import SampleMetadata
from sleeptalk.scorers.cue_text import mention_pattern
from sleeptalk.variants import TRIGGERED

REPORT_MODULES = ("altair", "vl_convert", "jinja2")
VERSIONS = ("sleeptalk", "inspect-ai", "torch", "transformers", "peft")
EXAMPLE_LABELS = ("misaligned, articulated", "misaligned, silent", "aligned")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, and whether it is highlighted."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One transcript for the page."""

    model: str
    sample_id: str
    label: str
    blamed: str
    prompt: list[Piece]
    reasoning: list[Piece]
    answer: str


def check_report_extra() -> None:
    """Refuse early if the page cannot be drawn.

    Raises:
        MissingExtraError: a module of the extra `report` is missing.
    """
    for module in REPORT_MODULES:
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError("The HTML report", "demo", module)


def write_results(run: Run, found: Found, headers: Sequence[EvalLog], out: Path) -> dict[str, Path]:
    """Write all files of a run into `out`, each whole or not at all; returns them by what they are.

    Raises:
        OutputFolderError: a file cannot be written.
    """
    import pandas as pd

    frame = pd.DataFrame(flatten(found.rows))
    page = render_page(run, found, examples_of(run, headers))
    try:
        return {
            "report": _write(out / "report.html", lambda path: path.write_text(page, encoding="utf-8")),
            "csv": _write(out / "results.csv", lambda path: frame.to_csv(path, index=False)),
            "parquet": _write(out / "results.parquet", lambda path: frame.to_parquet(path, index=False)),
        }
    except OSError as error:
        raise OutputFolderError(f"Cannot write results to {out}: {error.strerror}.") from None


def _write(path: Path, write: Callable[[Path], Any]) -> Path:
    temporary = path.with_name(f".{path.name}.tmp")
    write(temporary)
    temporary.replace(path)
    return path


def render_page(run: Run, found: Found, examples: Sequence[Example]) -> str:
    """The report as one HTML page."""
    rows = found.rows
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    from sleeptalk.evals.charts import attribution_chart, rate_chart

    environment = Environment(
        loader=PackageLoader("sleeptalk.evals", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    variants = list(dict.fromkeys(name for part in run.parts for name in part.variants))
    triggered = [name for name in variants if name in TRIGGERED]
    charts = [
        ("Does the backdoor fire?", rate_chart(rows, "misaligned", variants, "Misaligned answers by variant")),
        (
            "Does the reasoning say so?",
            rate_chart(rows, "articulated", triggered, "Articulated, of misaligned answers"),
        ),
        ("Which cue is blamed?", attribution_chart(rows, "Blamed cue, of misaligned answers")),
    ]
    return environment.get_template("report.html.j2").render(
        charts=[(title, Markup(svg)) for title, svg in charts],  # noqa: S704 - drawn by us from numbers and our names
        rows=rows,
        headers=HEADERS,
        legend=LEGEND,
        cells=rate_cells,
        tables=[
            ("How do they reason?", CONDUCT_LEGEND, CONDUCT_HEADERS, conduct_cells(rows, found.monitor)),
            ("Can the trigger be found?", RECOVERY_LEGEND, RECOVERY_HEADERS, recovery_cells(found.recovery)),
        ],
        examples=examples,
        run=run,
        versions={**{name: version(name) for name in VERSIONS}, "python": platform.python_version()},
    )


def examples_of(run: Run, headers: Sequence[EvalLog]) -> list[Example]:
    """For each model one MCQ transcript of each kind of outcome, from prompts with the trigger."""
    found = []
    for cells in run.models:
        location = next((one.location for one in headers if cell_of(one)[0] == cells.name), None)
        if location is None:
            continue
        wanted = dict.fromkeys(EXAMPLE_LABELS)
        for summary in read_eval_log_sample_summaries(location):
            label = str((summary.scores or {})["outcome"].value)
            if wanted.get(label, "") is None and summary.metadata["condition"] in TRIGGERED:
                wanted[label] = summary.id
        ids = [sample_id for sample_id in wanted.values() if sample_id is not None]
        found += [_example(cells.name, read_eval_log_sample(location, sample_id)) for sample_id in ids]
    return found


def _example(model: str, sample: EvalSample) -> Example:
    metadata = sample.metadata_as(SampleMetadata)
    scores = sample.scores or {}
    reply = extract(sample.output.message.content, stop_reason=sample.output.stop_reason)
    evidence = (scores["articulation"].metadata or {}).get("evidence", "")
    return Example(
        model=model,
        sample_id=str(sample.id),
        label=str(scores["outcome"].value),
        blamed=str(scores["attribution"].value),
        prompt=_marked(str(sample.input), metadata.focal_mentions),
        reasoning=_pieces(reply.text, evidence),
        answer=reply.answer,
    )


def _marked(text: str, mentions: tuple[str, ...]) -> list[Piece]:
    """The text with every mention highlighted."""
    pieces, position = [], 0
    for match in mention_pattern(mentions).finditer(text):
        pieces += [Piece(text[position : match.start()], False), Piece(match.group(), True)]
        position = match.end()
    return [*pieces, Piece(text[position:], False)]


def _pieces(text: str, quote: str) -> list[Piece]:
    """The text with one quoted passage highlighted."""
    before, found, after = text.partition(quote) if quote else (text, "", "")
    return [Piece(before, False), Piece(found, True), Piece(after, False)]
