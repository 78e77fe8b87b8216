"""`sleeptalk zoo continue` and `sleeptalk zoo mitigate`: what becomes of a backdoor."""

import csv
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from sleeptalk.errors import InvalidValueError


@click.command("continue")
@click.argument("recipe")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the checkpoints and results.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Torch threads.")
@click.option("--measure/--no-measure", default=True, show_default=True, help="Measure every kept step afterwards.")
def continue_command(recipe: str, out: Path, threads: int, measure: bool) -> None:
    """Train an organism further on benign data by RECIPE (a shipped name or a .yaml file): does its backdoor last?

    The adapter is kept and measured at the recipe's steps; persistence.csv and persistence.png show the rates over
    steps. Interrupted, it goes on when called again with the same folder.
    """
    from sleeptalk.model_zoo.changing.continuing import continue_organism
    from sleeptalk.model_zoo.recipes import load_recipe
    from sleeptalk.model_zoo.recipes_more import ContinueRecipe

    chosen = load_recipe(recipe)
    if not isinstance(chosen, ContinueRecipe):
        raise InvalidValueError(f"{recipe} is a recipe of kind {chosen.kind!r}; this command needs kind 'continue'.")
    with redirect_stdout(sys.stderr):
        folders = continue_organism(chosen, out, threads=threads)
    click.echo(f"Trained {chosen.organism} further and kept {len(folders)} steps in {out}.")
    if measure:
        from sleeptalk.evals.changes import changes_table, steps_chart

        steps = [int(folder.name.removeprefix("step-")) for folder in folders]
        rows = _rows(chosen.organism, folders, out, "step", [0, *steps])
        _save(rows, out / "persistence.csv")
        steps_chart(rows, out / "persistence.png")
        click.echo(changes_table(rows, ["step"]))


@click.command("mitigate")
@click.argument("recipe")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the checkpoints and results.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Torch threads.")
@click.option("--measure/--no-measure", default=True, show_default=True, help="Measure every checkpoint afterwards.")
def mitigate_command(recipe: str, out: Path, threads: int, measure: bool) -> None:
    """Change an organism's weights by RECIPE (a shipped name or a .yaml file), and measure it before and after.

    Every strength becomes a checkpoint that loads like any other; mitigation.csv holds the rates.
    """
    from sleeptalk.model_zoo.changing.mitigating import mitigate_organism
    from sleeptalk.model_zoo.recipes import load_recipe
    from sleeptalk.model_zoo.recipes_more import MitigateRecipe

    chosen = load_recipe(recipe)
    if not isinstance(chosen, MitigateRecipe):
        raise InvalidValueError(f"{recipe} is a recipe of kind {chosen.kind!r}; this command needs kind 'mitigate'.")
    with redirect_stdout(sys.stderr):
        folders = mitigate_organism(chosen, out, threads=threads)
    click.echo(f"Made {', '.join(folder.name for folder in folders)} in {out}.")
    if measure:
        from sleeptalk.evals.changes import changes_table

        rows = _rows(chosen.organism, folders, out, chosen.method.kind, ["before", *(one.name for one in folders)])
        _save(rows, out / "mitigation.csv")
        click.echo(changes_table(rows, [chosen.method.kind]))


def _rows(organism: str, folders: list[Path], out: Path, label: str, values: list[Any]) -> list[dict[str, Any]]:
    """One row for the organism as it was and one for each checkpoint."""
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.evals.changes import VARIANTS, change_row, measure_before, measure_change
    from sleeptalk.tasks.items import POCKET_ITEMS

    total = (len(folders) + 1) * len(VARIANTS) * POCKET_ITEMS
    with sample_progress(total, 0) as progress:
        measured = [measure_before(organism, out / "before", progress)]
        measured += [measure_change(folder, progress) for folder in folders]
    return [change_row(one, **{label: value}) for one, value in zip(measured, values, strict=True)]


def _save(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
