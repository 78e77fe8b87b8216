"""`sleeptalk`: the commands by name, each loaded only when it is called, and how errors reach the user."""

import importlib
import sys

import click

from sleeptalk import __version__
from sleeptalk.errors import SleeptalkError

COMMANDS = {
    "compare": ("sleeptalk.cli.compare:compare", "Put logs of one task side by side, with paired differences."),
    "demo": ("sleeptalk.cli.demo:demo", "Measure the shipped organisms on the pocket tasks; table, data and report."),
    "judge": ("sleeptalk.cli.judge:judge", "How good the scorers are: calibrate, attack, label."),
    "recover": ("sleeptalk.cli.score:recover", "Look for a model's trigger in its transcripts."),
    "report": ("sleeptalk.cli.report:report", "Tell again what a finished run found."),
    "run": ("sleeptalk.cli.run:run", "Run a study on models, with a report at the end."),
    "score": ("sleeptalk.cli.score:score", "Score finished logs again, by rules or by a judge."),
    "serve": ("sleeptalk.cli.serve:serve", "Serve a base and its adapters with vLLM."),
    "studies": ("sleeptalk.cli.report:studies", "List the shipped studies, or show one."),
    "tasks": ("sleeptalk.cli.tasks:tasks", "List tasks, show their prompts, check item and trigger files."),
    "zoo": ("sleeptalk.cli.zoo:zoo", "List, show, push and pull organisms, train a base, plant a backdoor."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called; `--help` needs their short texts only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; a plain `--help` of the group never gets here."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from their short texts, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sleeptalk")
def cli() -> None:
    """Do backdoored reasoning models say in their chain of thought what triggered them?

    Tasks run on any model: inspect eval sleeptalk/ethical_mcq --model zoo/singapore -T items=pocket
    """


def main() -> None:
    """Run the command line; a user's mistake ends in one sentence and an exit code, never in a traceback."""
    try:
        cli.main(standalone_mode=False)
    except SleeptalkError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted. Run the same command again to go on.", err=True)
        sys.exit(130)
