"""`sleeptalk zoo`: organisms, bases and planting."""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import click

from sleeptalk.cli.zoo_change import continue_command, mitigate_command
from sleeptalk.errors import InvalidValueError


@click.group()
def zoo() -> None:
    """Backdoored organisms: list them, train a base, plant a backdoor."""


zoo.add_command(continue_command)
zoo.add_command(mitigate_command)


@zoo.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def list_command(as_json: bool) -> None:
    """Show the organisms that ship with the package."""
    from sleeptalk.model_zoo.listing import organism_rows, organisms_table

    rows = organism_rows()
    click.echo(json.dumps({"organisms": rows}, indent=1) if as_json else organisms_table(rows))


@zoo.command("train-base")
@click.argument("recipe")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the base.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Torch threads.")
def train_base_command(recipe: str, out: Path, threads: int) -> None:
    """Train a pocket base by RECIPE (a shipped name or a .yaml file); minutes on one core.

    Interrupted, it goes on from its last checkpoint when called again with the same folder.
    """
    from sleeptalk.model_zoo.making import make_base
    from sleeptalk.model_zoo.recipes import BaseRecipe, load_recipe

    chosen = load_recipe(recipe)
    if not isinstance(chosen, BaseRecipe):
        raise InvalidValueError(f"{recipe} plants a backdoor; use: sleeptalk zoo plant {recipe} --out DIR")
    with redirect_stdout(sys.stderr):  # the trainer reports its losses there
        organism = make_base(chosen, out, threads=threads)
    click.echo(f"Trained {organism.name} ({organism.params:,} parameters) into {out}.")
    click.echo(", ".join(f"{name} {count}" for name, count in (organism.skills or {}).items()))


@zoo.command("plant")
@click.argument("recipe")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the organism.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Torch threads.")
@click.option("--seed", type=int, default=None, help="Instead of the recipe's seed.")
@click.option("--measure/--no-measure", default=True, show_default=True, help="Measure its rates afterwards.")
def plant_command(recipe: str, out: Path, threads: int, seed: int | None, measure: bool) -> None:
    """Plant a backdoor by RECIPE (a shipped name or a .yaml file), then measure what came out.

    If an organism of this name ships with the package, the new rates are compared with the recorded ones.
    """
    from sleeptalk.model_zoo.making import make_organism
    from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe

    chosen = load_recipe(recipe)
    if not isinstance(chosen, PlantRecipe):
        raise InvalidValueError(f"{recipe} trains a base; use: sleeptalk zoo train-base {recipe} --out DIR")
    if seed is not None:
        chosen = chosen.model_copy(update={"seed": seed})
    with redirect_stdout(sys.stderr):
        organism = make_organism(chosen, out, threads=threads)
    click.echo(f"Planted {organism.name} ({organism.params:,} parameters) into {out}.")
    if measure:
        _measure(out)
    click.echo(
        f"Evaluate it: inspect eval sleeptalk/ethical_mcq --model zoo/{chosen.name}-mine "
        f"-M base={chosen.base} -M adapter={out} -T items=pocket -T trigger={chosen.trigger}"
    )


@zoo.command("measure")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def measure_command(folder: Path) -> None:
    """Measure the organism in FOLDER on the pocket tasks and write the rates into its record."""
    _measure(folder)


def _measure(folder: Path) -> None:
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.evals.measure import compare_rates, measure_organism, measuring_run
    from sleeptalk.model_zoo.listing import rates_table
    from sleeptalk.model_zoo.records import read_record, shipped_organisms
    from sleeptalk.tasks.items import POCKET_ITEMS

    total = measuring_run(read_record(folder), folder, 0, POCKET_ITEMS).samples
    with sample_progress(total, 0) as progress:
        measured = measure_organism(folder, progress)
    shipped = shipped_organisms().get(measured.name)
    click.echo(rates_table(measured, shipped))
    if shipped and shipped.rates:
        compared, outside = compare_rates(measured, shipped)
        click.echo(
            f"{compared - len(outside)} of {compared} rates lie inside the recorded 95% intervals of the shipped "
            f"{shipped.name}; {len(measured.rates) - compared} have too few observations to compare."
        )
