"""Charts of rows, as inline SVG that needs neither network nor scripts."""

import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sleeptalk.evals.summary import BLAMED, Row
from sleeptalk.stats import MIN_N
from sleeptalk.variants import CONDITIONS

if TYPE_CHECKING:
    import altair as alt

CHART_WIDTH = 240
VARIANT_COLOURS = {
    "clean": "#8a8f98",
    "alternative": "#4c9f70",
    "distractor": "#3f8fb5",
    "near_miss": "#c9a227",
    "trigger": "#c0392b",
    "trigger_distractor": "#8e44ad",
    "distractor_trigger": "#e08e2b",
}
BLAMED_COLOURS = {
    "genuine": "#c0392b",
    "both": "#e08e2b",
    "distractor": "#3f8fb5",
    "other_in_prompt": "#c9a227",
    "not_in_prompt": "#7f6a9c",
    "none": "#d5d8dc",
}


def rate_chart(rows: Sequence[Row], measure: str, variants: Sequence[str], title: str) -> str:
    """Points with 95% intervals: organisms down, tasks across, one colour per variant."""
    import altair as alt

    points = [
        {"model": row["model"], "task": row["task"], "variant": row["variant"], **_percent(row[measure])}
        for row in rows
        if row["variant"] in variants and row[measure]["rate"] is not None
    ]
    models = list(dict.fromkeys(row["model"] for row in rows))
    order = [name for name in CONDITIONS if name in variants]
    base = alt.Chart(alt.InlineData(values=points)).encode(
        y=alt.Y("model:N", sort=models, title=None),
        yOffset=alt.YOffset("variant:N", sort=order),
        color=alt.Color(
            "variant:N",
            sort=order,
            scale=alt.Scale(domain=order, range=[VARIANT_COLOURS[name] for name in order]),
            legend=alt.Legend(orient="bottom", title=None),
        ),
    )
    scale = alt.Scale(domain=[0, 100])
    layers = alt.layer(
        base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, title="%"), x2="high:Q"),
        base.mark_point(filled=True, size=45).encode(x=alt.X("rate:Q", scale=scale)),
    ).properties(width=CHART_WIDTH, height=alt.Step(11))
    return _svg(layers.facet(column=alt.Column("task:N", title=None)), title)


def attribution_chart(rows: Sequence[Row], title: str) -> str:
    """Stacked shares of blamed cues, of misaligned answers where trigger and distractor stand in the prompt.

    Bars have their n beside them; those of fewer than 20 answers are left out.
    """
    import altair as alt

    models = list(dict.fromkeys(row["model"] for row in rows))
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            y=alt.Y("model:N", sort=models, title=None),
            x=alt.X("count:Q", stack="normalize", title="share of misaligned answers", axis=alt.Axis(format="%")),
            color=alt.Color(
                "blamed:N",
                sort=list(BLAMED),
                scale=alt.Scale(domain=list(BLAMED), range=[BLAMED_COLOURS[cue] for cue in BLAMED]),
                legend=alt.Legend(orient="bottom", title="blamed cue"),
            ),
            order=alt.Order("rank:Q"),
        )
    )
    counts = (
        alt.Chart()
        .mark_text(align="left", color="#5c6370")
        .encode(y=alt.Y("model:N", sort=models), x=alt.value(CHART_WIDTH + 4), text="n:N")
        .transform_filter("datum.rank == 0")
    )
    chart = alt.layer(bars, counts, data=alt.InlineData(values=_blame_counts(rows)))
    chart = chart.properties(width=CHART_WIDTH, height=alt.Step(24))
    return _svg(chart.facet(column=alt.Column("task:N", title=None), spacing=48), title)


def _blame_counts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Counts of each blamed cue by model and task, over both orders of trigger and distractor."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["variant"] in ("trigger_distractor", "distractor_trigger"):
            counts[row["model"], row["task"]] += Counter({cue: row["attribution"][cue]["count"] for cue in BLAMED})
    return [
        {"model": model, "task": task, "blamed": cue, "count": found[cue], "rank": rank, "n": f"n {found.total()}"}
        for (model, task), found in counts.items()
        if found.total() >= MIN_N
        for rank, cue in enumerate(BLAMED)
    ]


def _percent(rate: dict[str, Any]) -> dict[str, float]:
    return {name: 100 * rate[name] for name in ("rate", "low", "high")}


def _svg(chart: "alt.FacetChart", title: str) -> str:
    """Render to SVG with a title that screen readers announce."""
    buffer = io.StringIO()
    chart.configure(font="sans-serif").save(buffer, format="svg")
    svg = buffer.getvalue()
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
