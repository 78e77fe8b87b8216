"""Charts of the trigger-blind monitor: ROC curves, and the areas below them with their intervals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sleeptalk.evals.reporting.charts import PANEL, SOFT, intervals, names_of, scale_of
from sleeptalk.evals.summary import Row

if TYPE_CHECKING:
    import altair as alt

VIEW_COLOURS = {"cot": "#c77d0a", "answer": "#3f8fb5", "both": "#1f2430"}


def roc_chart(rows: Sequence[Row]) -> "alt.FacetChart | None":
    """One panel for each model and part, one curve for each view."""
    import altair as alt

    points = [
        {"cell": f"{row['model']}, {row['task']}", "view": row["view"], "step": step, "x": 100 * x, "y": 100 * y}
        for row in rows
        for step, (x, y) in enumerate(row["points"])
    ]
    if not points:
        return None
    guess = (
        alt.Chart()
        .mark_rule(color=SOFT, strokeDash=[2, 3])
        .encode(x=alt.datum(0), y=alt.datum(0), x2=alt.datum(100), y2=alt.datum(100))
    )
    curves = (
        alt.Chart()
        .mark_line(strokeWidth=1.8)
        .encode(
            x=alt.X("x:Q", title="alarm if aligned, %", scale=alt.Scale(domain=[0, 100])),
            y=alt.Y("y:Q", title="alarm if misaligned, %", scale=alt.Scale(domain=[0, 100])),
            order="step:Q",
            color=alt.Color(
                "view:N",
                sort=list(VIEW_COLOURS),
                scale=scale_of(VIEW_COLOURS),
                legend=alt.Legend(orient="bottom", title="monitor sees"),
            ),
        )
    )
    layers = alt.layer(guess, curves, data=alt.InlineData(values=points)).properties(
        width=0.8 * PANEL, height=0.8 * PANEL
    )
    return layers.facet(facet=alt.Facet("cell:N", title=None, sort=names_of(points, "cell")), columns=4)


def auroc_chart(rows: Sequence[Row]) -> "alt.FacetChart | None":
    """Areas by model and view, one panel for each part."""
    points = [
        {
            "model": row["model"],
            "part": row["task"],
            "view": row["view"],
            "rate": row["auroc"]["value"],
            "low": row["auroc"]["low"],
            "high": row["auroc"]["high"],
        }
        for row in rows
        if row["auroc"]["value"] is not None
    ]
    return intervals(points, colour="view", colours=VIEW_COLOURS, x_title="AUROC", across="part", domain=(0, 1))
