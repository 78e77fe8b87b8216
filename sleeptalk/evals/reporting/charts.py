"""Charts of rows, as SVG that needs neither network nor scripts.

Every mark has its interval. What has fewer than 20 observations has no rate in its row, and so is not drawn; a chart
with nothing to draw is None.
"""

import io
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from sleeptalk.evals.summary import BLAMED, Row
from sleeptalk.variants import CONDITIONS

if TYPE_CHECKING:
    import altair as alt

PANEL = 250
MOST_PANELS = 3  # side by side at full width; more are narrower
MOST_LABEL = 260
INK, SOFT, LINE = "#1f2430", "#5c6370", "#dfe3e8"
CONDITION_COLOURS = {
    "clean": "#8a8f98",
    "alternative": "#4c9f70",
    "distractor": "#3f8fb5",
    "trigger": "#c0392b",
    "trigger_distractor": "#8e44ad",
    "distractor_trigger": "#e08e2b",
    "alternative_distractor": "#8d5a2b",
    "distractor_alternative": "#7f9f3c",
}
VERDICT_COLOURS = {"yes": "#1f7a4d", "no": "#8a8f98"}
MEASURE_COLOURS = {"misaligned": "#c0392b", "articulated, of misaligned": "#3f6fb5"}
ORDER_COLOURS = {"trigger_distractor": "#8e44ad", "distractor_trigger": "#e08e2b"}


def rate_chart(rows: Sequence[Row], measure: str) -> "alt.FacetChart | None":
    """A measure by condition: models down, parts across. Near misses have a chart of their own."""
    points = [
        {"model": row["model"], "part": row["task"], "variant": condition, **percent(row[measure])}
        for row in rows
        if (condition := _condition(row["variant"])) in CONDITION_COLOURS and row[measure]["rate"] is not None
    ]
    return intervals(points, colour="variant", colours=CONDITION_COLOURS, x_title=f"{measure}, %", across="part")


def attribution_chart(rows: Sequence[Row]) -> "alt.FacetChart | None":
    """Shares of blamed cues with trigger and distractor in the prompt, one mark for each order."""
    points = [
        {"model": f"{row['model']}: {cue}", "part": row["task"], "first": condition, **percent(row["attribution"][cue])}
        for row in rows
        if (condition := _condition(row["variant"])) in ORDER_COLOURS
        for cue in BLAMED
        if row["attribution"][cue]["rate"] is not None
    ]
    return intervals(
        points,
        colour="first",
        colours=ORDER_COLOURS,
        x_title="blamed, % of misaligned answers",
        across="part",
        bars=True,
    )


def forest_chart(contrasts: Sequence[Row]) -> "alt.LayerChart | alt.FacetChart | None":
    """All contrasts of all models, the primary one first."""
    import altair as alt

    points = [
        {
            "name": f"{row['contrast']}{' *' if row['primary'] else ''}: {row['model']}",
            "holds": row["verdict"],
            **{name: 100 * row[name] for name in ("estimate", "low", "high")},
        }
        for row in sorted(contrasts, key=lambda row: not row["primary"])
        if row["estimate"] is not None
    ]
    if not points:
        return None
    base = alt.Chart(alt.InlineData(values=points)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=2 * MOST_LABEL)),
        color=alt.Color("holds:N", scale=scale_of(VERDICT_COLOURS), legend=alt.Legend(orient="bottom", title="holds")),
    )
    x_scale = alt.Scale(domain=[-100, 100])
    zero = alt.Chart(alt.InlineData(values=[{"x": 0}])).mark_rule(color=SOFT, strokeDash=[3, 3]).encode(x="x:Q")
    return alt.layer(
        zero,
        base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=x_scale, title="percentage points"), x2="high:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(x=alt.X("estimate:Q", scale=x_scale)),
    ).properties(width=2 * PANEL, height=alt.Step(24))


def radius_chart(rows: Sequence[Row]) -> "alt.FacetChart | None":
    """Rates from the trigger over the grades of near misses to an alternative value and no cue."""
    import altair as alt

    grades = sorted({row["variant"] for row in rows if row["variant"].startswith("near_miss.grade")})
    if not grades:
        return None
    order = ["trigger", *(f"grade {name.removeprefix('near_miss.grade')}" for name in grades), "alternative", "clean"]
    walked = {row["task"] for row in rows if row["variant"] in grades}
    points = [
        {"model": row["model"], "measure": shown, "cue": cue, "rate": None, **percent(row[name])}
        for row in rows
        if row["task"] in walked and (cue := row["variant"].replace("near_miss.grade", "grade ")) in order
        for name, shown in zip(("misaligned", "articulated"), MEASURE_COLOURS, strict=True)
    ]  # a rate that is None breaks the line
    if all(one["rate"] is None for one in points):
        return None
    base = alt.Chart().encode(
        x=alt.X("cue:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=alt.Axis(labelAngle=-35)),
        color=alt.Color(
            "measure:N", scale=scale_of(MEASURE_COLOURS), legend=alt.Legend(orient="bottom", title=None, labelLimit=0)
        ),
    )
    y_scale = alt.Scale(domain=[0, 100])
    layers = alt.layer(
        base.mark_line(strokeWidth=1.5).encode(y=alt.Y("rate:Q", scale=y_scale, title="%")),
        base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", scale=y_scale), y2="high:Q"),
        base.mark_point(filled=True, size=55, opacity=1).encode(y=alt.Y("rate:Q", scale=y_scale)),
        data=alt.InlineData(values=points),
    ).properties(width=1.1 * PANEL, height=0.8 * PANEL)
    return layers.facet(facet=alt.Facet("model:N", title=None, sort=names_of(points, "model")), columns=3)


def intervals(
    points: Sequence[dict[str, Any]],
    *,
    colour: str,
    colours: dict[str, str],
    x_title: str,
    across: str,
    bars: bool = False,
    domain: tuple[float, float] = (0, 100),
) -> "alt.FacetChart | None":
    """Points (or bars) with intervals: `model` down, one panel for each value of `across`, coloured by one field."""
    import altair as alt

    if not points:
        return None
    used = {name: hue for name, hue in colours.items() if any(one[colour] == name for one in points)}
    base = alt.Chart(alt.InlineData(values=list(points))).encode(
        y=alt.Y("model:N", sort=names_of(points, "model"), title=None, axis=alt.Axis(labelLimit=MOST_LABEL)),
        yOffset=alt.YOffset(f"{colour}:N", sort=list(used)),
        color=alt.Color(
            f"{colour}:N",
            sort=list(used),
            scale=scale_of(used),
            legend=alt.Legend(orient="bottom", title=None, columns=4, labelLimit=0),
        ),
    )
    x = alt.X("low:Q", scale=alt.Scale(domain=list(domain)), title=x_title)
    value = base.mark_bar(opacity=0.75) if bars else base.mark_point(filled=True, size=55, opacity=1)
    rule = base.mark_rule(strokeWidth=2 - bars)
    if bars:
        rule = rule.encode(color=alt.value(INK))
    drawn = (value.encode(x=alt.X("rate:Q", title=x_title)), rule.encode(x=x, x2="high:Q"))
    panels = names_of(points, across)
    width = min(PANEL, MOST_PANELS * PANEL // len(panels))
    layers = alt.layer(*(drawn if bars else reversed(drawn))).properties(width=width, height=alt.Step(13))
    return layers.facet(column=alt.Column(f"{across}:N", title=None, sort=panels))


def names_of(points: Iterable[dict[str, Any]], field: str) -> list[str]:
    """The values of a field in the order in which they come."""
    return list(dict.fromkeys(one[field] for one in points))


def scale_of(colours: dict[str, str]) -> "alt.Scale":
    """A colour for each name."""
    import altair as alt

    return alt.Scale(domain=list(colours), range=list(colours.values()))


def percent(rate: dict[str, Any]) -> dict[str, float]:
    """A rate's numbers in percent."""
    return {name: 100 * rate[name] for name in ("rate", "low", "high") if rate[name] is not None}


def _condition(variant: str) -> str:
    """The condition of a variant's slug; empty for one near miss or one grade of them."""
    found = re.split(r"[.-]", variant)[0]
    return found if found in CONDITIONS else ""


def svg_of(chart: "alt.TopLevelMixin", title: str) -> str:
    """Draw a chart, with a title that screen readers announce."""
    buffer = io.StringIO()
    styled = chart.configure(font="sans-serif", background="transparent").configure_view(stroke=LINE)
    styled = styled.configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", gridColor=LINE)
    styled = styled.configure_legend(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
    styled.configure_header(labelFontSize=13, labelFontWeight="bold", labelLimit=PANEL).save(buffer, format="svg")
    return buffer.getvalue().replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)
