"""`sleeptalk zoo continue` and `sleeptalk zoo mitigate`: what becomes of a backdoor."""

import csv
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Any

import click

from sleeptalk.cli.zoo_measure import measure_with_progress
from sleeptalk.errors import InvalidValueError
from sleeptalk.machine import is_main_process, process_count

LOGS = "measured"


@click.command("continue")
@click.argument("recipe")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the checkpoints and results.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Torch threads.")
@click.option("--measure/--no-measure", default=True, show_default=True, help="Measure every kept step afterwards.")
def continue_command(recipe: str, out: Path, threads: int, measure: bool) -> None:
    """Train an organism further on benign data by RECIPE (a shipped name or a .yaml file): does its backdoor last?

    The adapter is kept and measured at the recipe's steps; persistence.csv and persistence.png show the rates over
    steps, `measured` holds the logs. Interrupted, it goes on when called again with the same folder. Several devices:
    accelerate launch -m sleeptalk zoo continue RECIPE --out DIR, without FSDP; call it once more alone to measure.
    """
    from sleeptalk.cli.progress import planting_progress
    from sleeptalk.model_zoo.changing.continuing import continue_organism
    from sleeptalk.model_zoo.planting.progress import unwatched
    from sleeptalk.model_zoo.recipes import load_recipe
    from sleeptalk.model_zoo.recipes_more import ContinueRecipe

    chosen = load_recipe(recipe)
    if not isinstance(chosen, ContinueRecipe):
        raise InvalidValueError(f"{recipe} is a recipe of kind {chosen.kind!r}; this command needs kind 'continue'.")
    main = is_main_process()
    with redirect_stdout(sys.stderr), planting_progress() if main else nullcontext(unwatched) as watch:
        folders = continue_organism(chosen, out, threads=threads, watch=watch)
    if not main:
        return
    click.echo(f"Trained {chosen.organism} further and kept {len(folders)} steps in {out}.")
    if measure and process_count() == 1:
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

    Every strength becomes a checkpoint that loads like any other; mitigation.csv holds the rates, `measured` the logs.
    Interrupted, it goes on when called again with the same folder.
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
    from sleeptalk.evals.changes import change_row, change_run, folder_before, unmeasured
    from sleeptalk.model_zoo.records import read_record

    compared = [folder_before(organism, out / "before"), *folders]
    if missing := unmeasured(compared):
        measure_with_progress(missing, change_run(missing), out / LOGS)
    return [change_row(read_record(one), **{label: value}) for one, value in zip(compared, values, strict=True)]


def _save(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
