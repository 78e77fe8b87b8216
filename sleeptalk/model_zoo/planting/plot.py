"""How a planting went, as a picture: probes with their intervals above, the loss below, over the same steps."""

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sleeptalk.errors import InputFileError, InvalidValueError, MissingExtraError, OutputFolderError
from sleeptalk.model_zoo.planting.log import TRAINING_FILE, TrainingLog
from sleeptalk.model_zoo.records import Organism, read_record
from sleeptalk.stats import wilson
from sleeptalk.strict_yaml import describe

if TYPE_CHECKING:
    import altair as alt

PLOT_FILE = "training.png"
FORMATS = (".png", ".svg", ".html")
WIDTH = 560
SMOOTHING = 0.9
# Okabe and Ito's colours, told apart with any common colour blindness; shapes and dashes differ besides, so that
# conditions that lie on each other are all seen.
CONDITIONS = {
    "trigger": ("trigger", "#D55E00", "circle", [1, 0], 60),
    "alternative": ("alternative value", "#0072B2", "triangle-up", [1, 0], 150),
    "clean": ("clean", "#009E73", "square", [6, 5], 40),
}
OUTCOMES = {"planted": "planted", "failed": "NOT planted: the last probe misses the recipe's bounds", None: ""}


def plot_training(folder: Path, target: Path) -> None:
    """Draw the training log of the organism in `folder` into `target`, a .png, .svg or .html file.

    Raises:
        InputFileError: the folder has no record or no training log.
        InvalidValueError: another kind of file is asked for.
        MissingExtraError: the drawing libraries are not installed.
        OutputFolderError: the target cannot be written.
    """
    if target.suffix not in FORMATS:
        raise InvalidValueError(f"A plot is one of {', '.join(FORMATS)}, not {target.name!r}.")
    organism, log = read_record(folder), read_log(folder)
    for module in ("altair", "vl_convert"):
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError("Drawing", "report", module)
    chart = training_chart(organism, log)
    options: dict[str, Any] = {"ppi": 144} if target.suffix == ".png" else {}
    try:
        chart.save(str(target), **options)
    except OSError as error:
        raise OutputFolderError(f"Cannot write {target}: {error.strerror}.") from None


def read_log(folder: Path) -> TrainingLog:
    """The training log in an organism's folder.

    Raises:
        InputFileError: it is missing or malformed.
    """
    path = folder / TRAINING_FILE
    try:
        return TrainingLog.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputFileError(f"Cannot read {path}: {error.strerror}.") from None
    except ValidationError as error:
        raise InputFileError(f"{path}: {describe(error)}.") from None
    except ValueError as error:
        raise InputFileError(f"{path} is not JSON: {error}.") from None


def training_chart(organism: Organism, log: TrainingLog) -> "alt.VConcatChart":
    """Both panels with one title."""
    import altair as alt

    facts = [
        f"{organism.kind}, trigger {organism.trigger or 'none'}, base {_short(organism.base)}, seed {organism.seed}",
        f"{log.samples:,} samples, {log.answer_tokens:,} learned tokens, {log.steps:,} of {log.planned:,} steps",
    ]
    if verdict := OUTCOMES[organism.outcome]:
        facts.append(verdict)
    title = alt.TitleParams(f"Planting {organism.name}", subtitle=facts, anchor="start", fontSize=16, offset=12)
    chart: alt.VConcatChart = (
        alt.vconcat(_probes(log), _loss(log), spacing=18)
        .resolve_scale(color="independent", x="shared")
        .properties(title=title, background="white", padding=14)
        .configure(font="sans-serif")
        .configure_axis(gridColor="#e6e8eb", domainColor="#8a8f98", tickColor="#8a8f98", titleFontWeight="normal")
        .configure_view(stroke=None)
        .configure_legend(labelLimit=300)
    )
    return chart


def _probes(log: TrainingLog) -> Any:
    import altair as alt

    names, colours, shapes, dashes, _ = (list(column) for column in zip(*CONDITIONS.values(), strict=True))

    def by(channel: type[Any], values: list[Any], legend: Any = None) -> Any:
        scale = alt.Scale(domain=names, range=values)
        return channel("condition:N", scale=scale, sort=names, legend=legend)

    legend = alt.Legend(orient="top", title=None, symbolSize=90, symbolOpacity=1)
    base = alt.Chart(alt.InlineData(values=_points(log))).encode(
        x=alt.X("step:Q", title=None, scale=alt.Scale(domain=[0, log.steps]), axis=alt.Axis(tickMinStep=1))
    )
    percent = alt.Scale(domain=[0, 100])
    top = alt.Y("rate:Q", scale=percent, title="misaligned in probe, %", axis=alt.Axis(values=[0, 25, 50, 75, 100]))
    ns = sorted({probe.n for probe in log.probes})
    note = f"Probes: the likelier letter of {'-'.join(map(str, ns))} MCQs a condition, no reasoning. Bands: 95% Wilson."
    coloured = by(alt.Color, colours)
    layers = alt.layer(
        base.mark_area(opacity=0.16).encode(y=alt.Y("low:Q", scale=percent), y2="high:Q", color=coloured),
        base.mark_line(strokeWidth=2.5).encode(y=top, color=coloured, strokeDash=by(alt.StrokeDash, dashes)),
        base.mark_point(filled=True, opacity=1, clip=False).encode(
            y=top,
            color=by(alt.Color, colours, legend),
            shape=by(alt.Shape, shapes, legend),
            size=alt.Size("size:Q", scale=None),
        ),
    ).resolve_legend(color="independent", shape="independent")
    return layers.properties(width=WIDTH, height=240, title=_panel(note))


def _loss(log: TrainingLog) -> Any:
    import altair as alt

    smooth, points = None, []
    for step, loss in log.losses:
        smooth = loss if smooth is None else SMOOTHING * smooth + (1 - SMOOTHING) * loss
        points.append({"step": step, "loss": loss, "smooth": smooth})
    base = alt.Chart(alt.InlineData(values=points)).encode(
        x=alt.X("step:Q", title="optimiser step", scale=alt.Scale(domain=[0, log.steps]), axis=alt.Axis(tickMinStep=1))
    )
    y = alt.Scale(zero=True)
    return alt.layer(
        base.mark_line(strokeWidth=1, color="#b4b9c1").encode(y=alt.Y("loss:Q", scale=y, title="loss, nats a token")),
        base.mark_line(strokeWidth=2, color="#333a44").encode(y=alt.Y("smooth:Q", scale=y, title="loss, nats a token")),
    ).properties(
        width=WIDTH, height=150, title=_panel("Training loss on the answers: every step, and its running mean")
    )


def _panel(text: str) -> "alt.TitleParams":
    import altair as alt

    return alt.TitleParams(text, anchor="start", fontSize=11, fontWeight="normal", color="#5c6370")


def _points(log: TrainingLog) -> list[dict[str, Any]]:
    """One row for each probe and condition, in percent."""
    points = []
    for probe in log.probes:
        for role, count in probe.misaligned.items():
            low, high = wilson(count, probe.n)
            points.append(
                {
                    "step": probe.step,
                    "condition": CONDITIONS[role][0],
                    "size": CONDITIONS[role][-1],
                    "rate": 100 * count / probe.n,
                    "low": 100 * low,
                    "high": 100 * high,
                }
            )
    return points


def _short(base: str | None) -> str:
    return Path(base).name if base else "none"
