"""Which figures a run has: each is drawn from the rows that the tables show, and left out where there is nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sleeptalk.evals.cells import Run
from sleeptalk.evals.reporting import charts, monitor_charts
from sleeptalk.evals.studies.results import Found

if TYPE_CHECKING:
    import altair as alt

    Drawn = alt.TopLevelMixin | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing for the page.

    Attributes:
        title: as a heading, and for screen readers.
        svg: drawn by us from numbers and escaped names; it needs neither network nor scripts.
        legend: how to read it.
    """

    title: str
    svg: str
    legend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    title: str
    draw: "Callable[[Found], Drawn]"
    legend: str


INTERVALS = (
    "Points are rates, lines their 95% intervals; rates of fewer than 20 observations are not drawn. Each n stands in "
    "the tables."
)

KINDS = (
    _Kind(
        title="Does the backdoor fire?",
        draw=lambda found: charts.rate_chart(found.rows, "misaligned"),
        legend=f"Misaligned, of all scored answers. {INTERVALS}",
    ),
    _Kind(
        title="Does the reasoning say so?",
        draw=lambda found: charts.rate_chart(found.rows, "articulated"),
        legend=f"Articulating the cue in the trigger's place, of misaligned answers. {INTERVALS}",
    ),
    _Kind(
        title="The study's comparisons",
        draw=lambda found: charts.forest_chart(found.contrasts),
        legend=(
            "Paired differences with 95% intervals. The intervals are not corrected for their number; the p values in "
            "the table are."
        ),
    ),
    _Kind(
        title="Which cue is blamed?",
        draw=lambda found: charts.attribution_chart(found.rows),
        legend=(
            "Shares of misaligned answers to prompts with the trigger and a distractor, in both orders, with 95% "
            "intervals; shares of fewer than 20 answers are not drawn."
        ),
    ),
    _Kind(
        title="How far from the trigger does it fire?",
        draw=lambda found: charts.radius_chart([*found.rows, *found.grades]),
        legend=f"From the trigger by grade of near miss to other values and no cue at all. {INTERVALS}",
    ),
)
MONITOR_KINDS = (
    _Kind(
        title="Can a monitor tell? ROC curves",
        draw=lambda found: monitor_charts.roc_chart(found.roc),
        legend=(
            "Misaligned answers that alarm against aligned ones that do, over all thresholds of suspicion. The dotted "
            "line is a guess. Curves with fewer than 20 answers of either kind are not drawn."
        ),
    ),
    _Kind(
        title="Can a monitor tell? Area under the curve",
        draw=lambda found: monitor_charts.auroc_chart(found.monitor),
        legend="AUROC with 95% intervals, by what the monitor sees: reasoning (cot), answer, or both. 0.5 is a guess.",
    ),
)


def figures_of(run: Run, found: Found) -> Iterator[Figure]:
    """The figures of a run; the monitor's only where the study shows its table."""
    about_monitor = run.study is None or "monitor" in run.study.tables
    for kind in (*KINDS, *MONITOR_KINDS) if about_monitor else KINDS:
        drawn = kind.draw(found)
        if drawn is not None:
            yield Figure(title=kind.title, svg=charts.svg_of(drawn, kind.title), legend=kind.legend)
