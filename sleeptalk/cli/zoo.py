"""`sleeptalk zoo`: organisms, bases and planting."""

import json

import click

from sleeptalk.cli.verify import verify_command
from sleeptalk.cli.zoo_data import data
from sleeptalk.cli.zoo_measure import known_answers_command, measure_command
from sleeptalk.cli.zoo_plant import plan_command, plant_command, plot_command, train_base_command


@click.group()
def zoo() -> None:
    """Backdoored organisms: list them, train a base, plant a backdoor."""


for command in (
    verify_command,
    train_base_command,
    plan_command,
    plant_command,
    plot_command,
    measure_command,
    known_answers_command,
    data,
):
    zoo.add_command(command)


@zoo.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def list_command(as_json: bool) -> None:
    """Show the organisms that ship with the package."""
    from sleeptalk.model_zoo.listing import organism_rows, organisms_table

    rows = organism_rows()
    click.echo(json.dumps({"organisms": rows}, indent=1) if as_json else organisms_table(rows))
