"""`sleeptalk zoo`: organisms, bases and planting."""

import json

import click

from sleeptalk.cli.verify import verify_command
from sleeptalk.cli.zoo_change import continue_command, mitigate_command
from sleeptalk.cli.zoo_data import data
from sleeptalk.cli.zoo_hub import diff_command, pull_command, push_command, show_command
from sleeptalk.cli.zoo_measure import known_answers_command, measure_command
from sleeptalk.cli.zoo_plant import plan_command, plant_command, plot_command, train_base_command
from sleeptalk.errors import UnknownNameError


@click.group()
def zoo() -> None:
    """Backdoored organisms: list, show, push and pull them, train a base, plant a backdoor."""


for command in (
    show_command,
    diff_command,
    pull_command,
    push_command,
    verify_command,
    train_base_command,
    plan_command,
    plant_command,
    plot_command,
    continue_command,
    mitigate_command,
    measure_command,
    known_answers_command,
    data,
):
    zoo.add_command(command)


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
