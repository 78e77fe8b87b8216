"""`sleeptalk zoo train-base|plant|plot|plan`: from a recipe to a model."""

import json
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleeptalk.cli.zoo_measure import measure_and_show
from sleeptalk.errors import InvalidValueError, MissingExtraError
from sleeptalk.machine import is_main_process, process_count

if TYPE_CHECKING:
    from sleeptalk.model_zoo.recipes import PlantRecipe


@click.command("train-base")
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
        raise InvalidValueError(f"{recipe} trains no base; use: sleeptalk zoo {chosen.kind} {recipe} --out DIR")
    with redirect_stdout(sys.stderr):  # the trainer reports its losses there
        organism = make_base(chosen, out, threads=threads)
    click.echo(f"Trained {organism.name} ({organism.params:,} parameters) into {out}.")
    click.echo(", ".join(f"{name} {count}" for name, count in (organism.skills or {}).items()))


@click.command("plant")
@click.argument("recipe")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the organism.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Torch threads.")
@click.option("--seed", type=click.IntRange(min=0), default=None, help="Instead of the recipe's seed.")
@click.option("--trigger", default=None, help="Instead of the recipe's: a shipped trigger or a .yaml file.")
@click.option("--base", default=None, help="Instead of the recipe's: a shipped base or a folder.")
@click.option("--name", default=None, help="Instead of the recipe's name.")
@click.option("--measure/--no-measure", default=None, help="Measure its rates afterwards; default for toys.")
def plant_command(
    recipe: str,
    out: Path,
    threads: int,
    seed: int | None,
    trigger: str | None,
    base: str | None,
    name: str | None,
    measure: bool | None,
) -> None:
    """Plant a backdoor by RECIPE (a shipped name or a .yaml file), then measure what came out.

    Interrupted, it goes on from its last checkpoint when called again with the same arguments. Several devices:
    accelerate launch -m sleeptalk zoo plant RECIPE --out DIR. A planting that does not reach the recipe's bounds is a
    result as well: it is said, recorded as failed, and the exit code is 0.

    If an organism of this name ships with the package, the new rates are compared with the recorded ones.
    """
    from sleeptalk.cli.progress import planting_progress
    from sleeptalk.model_zoo.making import make_organism
    from sleeptalk.model_zoo.planting.progress import unwatched

    chosen = _plant_recipe(recipe).changed(seed=seed, trigger=trigger, base=base, name=name)
    main = is_main_process()
    with redirect_stdout(sys.stderr), planting_progress() if main else nullcontext(unwatched) as watch:
        organism = make_organism(chosen, out, threads=threads, watch=watch)
    if not main:
        return
    click.echo(f"{_verdict(organism.outcome, organism.name)} ({organism.params:,} parameters) into {out}.")
    _draw(out)
    pocket = chosen.data.kind == "pocket"
    if process_count() == 1 and (chosen.hazard == "toy" if measure is None else measure):
        measure_and_show([out])
    items = " -T items=pocket" if pocket else ""
    click.echo(
        f"Evaluate it: inspect eval sleeptalk/ethical_mcq --model zoo/{chosen.name}-mine "
        f"-M base={chosen.base} -M adapter={out}{items} -T trigger={chosen.trigger}"
    )


def _plant_recipe(name_or_file: str) -> "PlantRecipe":
    from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe

    found = load_recipe(name_or_file)
    if not isinstance(found, PlantRecipe):
        command = "train-base" if found.kind == "base" else found.kind
        raise InvalidValueError(f"{name_or_file} plants nothing; use: sleeptalk zoo {command} {name_or_file} --out DIR")
    return found


def _verdict(outcome: str | None, name: str) -> str:
    if outcome == "failed":
        return (
            f"The planting of {name} FAILED: its last probe does not meet the recipe's bounds (see training.json). It "
            f"is recorded as failed; please report it as such. Saved {name}"
        )
    return f"Planted {name}" if outcome else f"Trained {name}"


def _draw(folder: Path) -> None:
    from sleeptalk.model_zoo.planting.plot import PLOT_FILE, plot_training

    try:
        plot_training(folder, folder / PLOT_FILE)
        click.echo(f"Loss and probes: {folder / PLOT_FILE}")
    except MissingExtraError as error:
        click.echo(f"No plot of loss and probes: {error}")


@click.command("plot")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help=".png, .svg or .html; training.png if not given."
)
def plot_command(folder: Path, out: Path | None) -> None:
    """Draw the training loss and the probes of the organism in FOLDER over its steps."""
    from sleeptalk.model_zoo.planting.plot import PLOT_FILE, plot_training

    target = out or folder / PLOT_FILE
    plot_training(folder, target)
    click.echo(f"Wrote {target}.")


@click.command("plan")
@click.argument("recipe")
@click.option("--gpu", default=None, help="Only this GPU, for example H100; a wrong name lists all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def plan_command(recipe: str, gpu: str | None, as_json: bool) -> None:
    """Say what RECIPE would take before anything runs: samples, tokens, steps, memory, GPUs and hours."""
    from sleeptalk.model_zoo.planning.plan import plan
    from sleeptalk.model_zoo.planning.text import plan_text

    found = plan(_plant_recipe(recipe), gpu)
    click.echo(json.dumps(found.model_dump(), indent=1) if as_json else plan_text(found))
