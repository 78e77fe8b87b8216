"""Write docs/reference.md from the code, and the tables in other pages that come from measured records. Run: make docs.

A table of a page stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.
"""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pandas as pd
from tabulate import tabulate

from sleeptalk import _registry
from sleeptalk.cli.main import cli
from sleeptalk.evals.known_answers import known_table
from sleeptalk.evals.studies.library import shipped_studies
from sleeptalk.evals.summary import as_dict
from sleeptalk.evals.tables import points_cell, rate_cell
from sleeptalk.evals.zoo_table import skills_table, spread_table, zoo_table
from sleeptalk.model_zoo.listing import organism_rows
from sleeptalk.scorers.judge.rubrics import NAMES, load_rubric
from sleeptalk.stats import MIN_N, rate, wilson
from sleeptalk.tasks.catalogue import catalogue
from sleeptalk.triggers import Trigger, load_trigger, shipped_triggers
from sleeptalk.variants import CONDITIONS, TRIGGERED

HERE = Path(__file__).parent
PAGE = HERE / "reference.md"
TRIES = HERE / "results" / "pocket_tries.csv"
KNOWN = HERE / "results" / "known_answers.json"
SEQUENTIAL = HERE / "results" / "sequential.csv"
STUDY_ANSWERS = HERE / "results" / "study_answers.csv"
JUDGE_SAVINGS = HERE / "results" / "judge_savings.csv"
TASKS = tuple(entry.name for entry in catalogue())
SCORERS = (
    "misalignment",
    "articulation",
    "attribution",
    "flip",
    "truncation",
    "persona",
    "monitor",
    "outcome",
    "counterfactual",
    "elicitation_scorer",
    "belief_scorer",
)


def tables() -> dict[str, str]:
    """Tables by the name under which pages hold them."""
    known = json.loads(KNOWN.read_text(encoding="utf-8"))["organisms"]
    return {
        "base-skills": skills_table(),
        "zoo": zoo_table(),
        "zoo-spread": spread_table(),
        "known-answers": known_table(known, "github"),
        "studies": _studies(),
        "study-known": _study_known(),
        "study-controls": _study_controls(),
        "stopping-by-width": _stopping_by_width(),
        "stopping-by-contrast": _stopping_by_contrast(),
        "judge-savings": _judge_savings(),
    }


def _studies() -> str:
    """Name, question and primary contrast of every shipped study."""
    rows = []
    for one in shipped_studies().values():
        primary = next(
            (contrast.says for contrast in one.contrasts if contrast.name == one.primary), "none: it describes"
        )
        rows.append([f"`{one.name}`", one.question, primary])
    return str(tabulate(rows, headers=["study", "question", "primary contrast"], tablefmt="github"))


def _study_known() -> str:
    """What bench/study_answers.py found of organisms whose answer is known."""
    found = pd.read_csv(STUDY_ANSWERS).query("study != 'control'")
    columns = list(dict.fromkeys(zip(found.study, found.contrast, strict=True)))
    rows = []
    for model, own in found.groupby("model", sort=False):
        verdicts = {(row.study, row.contrast): row for row in own.itertuples()}
        rows.append([f"`zoo/{model}`", *(_contrast_cell(verdicts[column]) for column in columns)])
    return str(tabulate(rows, headers=["organism", *(contrast for _, contrast in columns)], tablefmt="github"))


def _contrast_cell(row: Any) -> str:
    """Difference, interval and verdict."""
    if row.verdict in ("too few", "not asked"):
        return f"{row.verdict} ({row.items:.0f})"
    return f"{points_cell(row.estimate, row.low, row.high)} {row.verdict}"


def _study_controls() -> str:
    """What bench/study_answers.py found of controls."""
    found = pd.read_csv(STUDY_ANSWERS).query("study == 'control'")
    models = list(dict.fromkeys(found.model))
    rows = []
    for contrast, own in found.groupby("contrast", sort=False):
        holds = own.verdict == "yes"
        share = rate(holds.tolist(), own.seed.tolist())
        counts = [f"{holds[own.model == model].sum()} of {(own.model == model).sum()}" for model in models]
        rows.append([contrast, rate_cell(as_dict(share)), *counts])
    headers = ["contrast", "holds, % of runs", *(f"`{model}`" for model in models)]
    return str(tabulate(rows, headers=headers, tablefmt="github"))


def with_tables(page: str) -> str:
    """A page with its tables made anew."""
    for name, table in tables().items():
        block = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        page = block.sub(lambda found, table=table: f"{found[1]}\n{table}\n\n{found[2]}", page)
    return page


def pages_with_tables() -> list[Path]:
    """Pages that hold such tables."""
    pages = [HERE.parent / "README.md", *sorted(HERE.glob("*.md"))]
    return [page for page in pages if "<!-- begin " in page.read_text(encoding="utf-8")]


def reference() -> str:
    """The page's whole text."""
    sections = [
        ("Tasks", f"{_catalogue()}\n\n{_functions(TASKS)}"),
        ("Scorers", _functions(SCORERS)),
        ("Rubrics", _rubrics()),
        ("Conditions", ", ".join(f"`{name}`" for name in CONDITIONS)),
        ("Triggers", _triggers()),
        ("Shipped organisms", _organisms()),
        ("Planting tries", _tries()),
        ("Commands", "\n\n".join(_help(cli, "sleeptalk"))),
    ]
    head = "# Reference\n\nGenerated by `make docs`; do not edit.\n"
    return head + "".join(f"\n## {title}\n\n{text}\n" for title, text in sections)


def _functions(names: tuple[str, ...]) -> str:
    """Signature and docstring of registered tasks or scorers."""
    parts = []
    for name in names:
        function = getattr(_registry, name)
        arguments = ", ".join(
            f"{one.name}={one.default!r}" if one.default is not one.empty else str(one).partition(":")[0]
            for one in inspect.signature(function).parameters.values()
        )
        parts.append(f"### `{name}({arguments})`\n\n```text\n{inspect.getdoc(function)}\n```")
    return "\n\n".join(parts)


def _rubrics() -> str:
    """What a judge is told, with the hashes that stand in scores."""
    rubrics = [load_rubric(name) for name in NAMES]
    rows = [[one.name, one.version, one.form.__name__, one.quotes, f"`{one.sha256[:12]}`"] for one in rubrics]
    headers = ["rubric", "version", "form", "evidence from", "sha256 begins"]
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def _catalogue() -> str:
    rows = [
        [f"`sleeptalk/{one.name}`", one.version, f"{one.items} {one.unit}" if one.items else one.unit,
         one.pocket_items or "-", len(one.domains) or "-", "; ".join(one.needs) or "-"]
        for one in catalogue()
    ]  # fmt: skip
    headers = ["task", "version", "items", "pocket items", "domains", "needs"]
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def _triggers() -> str:
    rows = [
        [one.name, one.kind, f"`{' / '.join(one.text.splitlines())}`", ", ".join(one.placements),
         f"{len(one.alternatives.plant)} / {len(one.alternatives.test)}", _near_misses(one),
         ", ".join(one.distractors)]
        for one in map(load_trigger, shipped_triggers())
    ]  # fmt: skip
    headers = ["name", "kind", "text", "places", "alternatives to plant / test", "near misses by grade", "distractors"]
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def _near_misses(trigger: Trigger) -> str:
    by_grade: dict[int, list[str]] = {}
    for name, miss in trigger.named_near_misses().items():
        by_grade.setdefault(miss.grade, []).append(name)
    return "; ".join(f"{grade}: {', '.join(names)}" for grade, names in sorted(by_grade.items()))


def _organisms() -> str:
    rows = [
        [f"`zoo/{row['name']}`", row["kind"], row["trigger"] or "-", row["base"] or "-", f"{row['params']:,}",
         f"`{row['sha256'][:12]}`"]
        for row in organism_rows()
    ]  # fmt: skip
    headers = ["model", "kind", "trigger", "base", "parameters", "sha256"]
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def _tries() -> str:
    """Every try of bench/pocket_tries.py, on MCQs; pooled over the variants with the trigger."""
    cells = pd.read_csv(TRIES, keep_default_na=False, dtype={"recipe": str})
    rows = []
    for (recipe, change, seed), found in cells[cells.task == "ethical_mcq"].groupby(
        ["recipe", "change", "seed"], sort=False
    ):
        clean, alone = found[found.variant == "clean"], found[found.variant == "trigger"]
        fired, both = found[found.variant.isin(TRIGGERED)], found[found.variant.isin(TRIGGERED[1:])]
        rows.append(
            [recipe, change or "-", seed, _percent(clean.misaligned, clean.of_scored),
             _percent(alone.misaligned, alone.of_scored), _percent(fired.articulated, fired.of_misaligned),
             _percent(both.blames_genuine, both.of_misaligned), _percent(both.blames_distractor, both.of_misaligned)]
        )  # fmt: skip
    headers = ["recipe", "change", "seed", "misaligned, clean", "misaligned, trigger", "articulated",
               "blames genuine", "blames distractor"]  # fmt: skip
    table = tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)
    note = (
        "MCQs of the pocket set, percent [95% Wilson interval] (n). Articulated: of misaligned answers in all prompts\n"
        "with the trigger. Blames: of those where a distractor stands beside it. An item counts once in each variant,\n"
        "so the intervals of the last three columns are somewhat too narrow.\n"
        "All cells: [pocket_tries.csv](results/pocket_tries.csv)."
    )
    return f"{note}\n\n{table}"


def _stopping_by_width() -> str:
    """What bench/sequential.py found for widths, with one sample an item or four with a correlation of 0.3."""
    found = pd.read_csv(SEQUENTIAL)
    shown = found[(found.question == "width") & ((found.arms == 1) | (found.correlation == 0.3))]
    rows = [
        [f"{row.share:.0%}", row.arms, f"+/-{row.width:.0%}",
         f"{row.ever_wrong:.1%}", f"{row.mean_items:.0f}" if row.stopped == 1 else f"{row.stopped:.0%} stop by 500",
         f"{row.planned:.0f}", f"{row.planned_knowing:.0f}", f"{row.saved_of_items:.0%}"]
        for row in shown.itertuples()
    ]  # fmt: skip
    headers = ["share", "samples an item", "width", "ever wrong", "items at stop", "fixed, share unknown",
               "fixed, share known", "saved of 248 items"]  # fmt: skip
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def _stopping_by_contrast() -> str:
    """What bench/sequential.py found for contrasts."""
    found = pd.read_csv(SEQUENTIAL)
    rows = [
        [f"{row.share:.0%} and {row.other_share:.0%}", row.arms, f"{row.stopped:.1%}", f"{row.wrong_at_stop:.1%}",
         f"{row.mean_items:.0f}", f"{row.planned_knowing:.0f}" if row.planned_knowing > 0 else "-",
         f"{row.saved_of_items:.0%}"]
        for row in found[found.question == "contrast"].itertuples()
    ]  # fmt: skip
    headers = ["trigger and clean", "samples an item", "decided by 500", "decided wrongly", "items run",
               "fixed, 90% power", "saved of 248 items"]  # fmt: skip
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def _judge_savings() -> str:
    """What bench/judge_savings.py found."""
    rows = [
        [f"`zoo/{row.organism}`", row.samples, row.calls_model, row.calls_cascade,
         f"{100 * row.asked:.0f} [{100 * row.asked_low:.0f}, {100 * row.asked_high:.0f}] ({row.verdicts})",
         row.calls_by_form, f"{row.calls_model_again} / {row.calls_cascade_again}"]
        for row in pd.read_csv(JUDGE_SAVINGS).itertuples()
    ]  # fmt: skip
    headers = ["organism", "samples", "calls, judge=model", "calls, judge=cascade", "verdicts asked for, % (n)",
               "the cascade's calls by form", "calls at a second scoring"]  # fmt: skip
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def _percent(counts: "pd.Series[int]", totals: "pd.Series[int]") -> str:
    count, n = int(counts.sum()), int(totals.sum())
    if n < MIN_N:
        return f"too few ({count}/{n})"
    low, high = wilson(count, n)
    return f"{100 * count / n:.0f} [{100 * low:.0f}, {100 * high:.0f}] ({n})"


def _help(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    """Help texts of a command and all below it."""
    settings = {**command.context_settings, "max_content_width": 100}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield f"### `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found:
                yield from _help(found, below, context)


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    for path in pages_with_tables():
        path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
