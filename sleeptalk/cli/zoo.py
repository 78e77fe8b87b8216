"""`sleeptalk zoo`: organisms, bases and planting."""

import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from sleeptalk.cli.verify import verify_command
from sleeptalk.cli.zoo_data import data
from sleeptalk.cli.zoo_hub import diff_command, pull_command, push_command, show_command
from sleeptalk.errors import InvalidValueError, UnknownNameError

if TYPE_CHECKING:
    from sleeptalk.model_zoo.records import Organism


@click.group()
def zoo() -> None:
    """Backdoored organisms: list, show, push and pull them, train a base, plant a backdoor."""


zoo.add_command(show_command)
zoo.add_command(diff_command)
zoo.add_command(pull_command)
zoo.add_command(push_command)
zoo.add_command(verify_command)
zoo.add_command(data)


@zoo.command("list")
@click.option("--kind", "kinds", multiple=True, help="Only this kind; may be given several times.")
@click.option("--trigger", "triggers", multiple=True, help="Only this trigger; may be given several times.")
@click.option("--elsewhere", is_flag=True, help="Instead, organisms that others published; none of them ships.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def list_command(kinds: tuple[str, ...], triggers: tuple[str, ...], elsewhere: bool, as_json: bool) -> None:
    """Show the organisms that ship with the package, and those that were pulled."""
    if elsewhere:
        from sleeptalk.model_zoo.elsewhere import known_organisms, known_page

        known = [one.model_dump(mode="json") for one in known_organisms()] if as_json else []
        click.echo(json.dumps({"elsewhere": known}, indent=1) if as_json else known_page())
        return
    from sleeptalk.model_zoo.listing import chosen_rows, organism_rows, organisms_table
    from sleeptalk.model_zoo.records import KINDS

    if unknown := set(kinds) - set(KINDS):
        raise UnknownNameError("kind", min(unknown), KINDS)
    rows = chosen_rows(organism_rows(pulled=True), kinds, triggers)
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
        _measure([out])
    click.echo(
        f"Evaluate it: inspect eval sleeptalk/ethical_mcq --model zoo/{chosen.name}-mine "
        f"-M base={chosen.base} -M adapter={out} -T items=pocket -T trigger={chosen.trigger}"
    )


@zoo.command("measure")
@click.argument("folders", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1, required=True)
@click.option("--logs", type=click.Path(path_type=Path), help="Keep the logs here; an interrupted run goes on there.")
def measure_command(folders: tuple[Path, ...], logs: Path | None) -> None:
    """Measure the organisms in FOLDERS on the pocket tasks and write the rates into their records."""
    _measure(folders, logs)


def _measure(folders: Sequence[Path], logs: Path | None = None) -> None:
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.evals.cells import claim_folder, finished_samples
    from sleeptalk.evals.measure import measure_organisms, measuring_run

    run = measuring_run(folders)
    with TemporaryDirectory() as temporary:
        where = claim_folder(logs or Path(temporary), run)
        with sample_progress(run.samples, finished_samples(where)) as progress:
            measured = measure_organisms(folders, run, where, progress)
    for organism in measured.values():
        _show_measured(organism)


def _show_measured(measured: "Organism") -> None:
    """The rates, beside those of the shipped organism of this name if there is one."""
    from sleeptalk.evals.measure import compare_rates
    from sleeptalk.model_zoo.listing import rates_table
    from sleeptalk.model_zoo.records import shipped_organisms

    shipped = shipped_organisms().get(measured.name)
    click.echo(f"{measured.name}\n{rates_table(measured, shipped)}")
    if shipped and shipped.rates:
        compared, outside = compare_rates(measured, shipped)
        click.echo(
            f"{compared - len(outside)} of {compared} rates lie inside the recorded 95% intervals of the shipped "
            f"{shipped.name}; {len(measured.rates) - compared} have too few observations to compare."
        )


@zoo.command("known-answers")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("sleeptalk-known"),
    show_default=True,
    help="Folder for logs. An interrupted run goes on there.",
)
@click.option("--limit", type=click.IntRange(1, 120), default=120, show_default=True, help="Items of each cell.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of sampling and cue values.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def known_answers_command(out: Path, limit: int, seed: int, as_json: bool) -> None:
    """Do the scorers read organisms right whose verdict is known by construction?

    Runs the taught organisms, the controls and the bases on the pocket tasks with the trigger.
    """
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.evals.cells import claim_folder, finished_samples, run_cells
    from sleeptalk.evals.known_answers import known_rows, known_run, known_table

    run = known_run(limit, seed)
    logs = claim_folder(out, run)
    with sample_progress(run.samples, finished_samples(logs)) as progress:
        headers = run_cells(run, logs, progress)
    rows = known_rows(run, headers)
    click.echo(json.dumps({"organisms": rows}, indent=1) if as_json else known_table(rows))
