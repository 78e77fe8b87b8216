"""`sleeptalk zoo show|push|pull|diff`: organisms one by one, and on the Hugging Face Hub."""

import json
import sys
from pathlib import Path

import click

from sleeptalk.errors import PublishError

JSON_HELP = "Print JSON on standard output."


@click.command("show")
@click.argument("name_or_folder")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
@click.option("--card", "as_card", is_flag=True, help="Print the card that a push would write.")
def show_command(name_or_folder: str, as_json: bool, as_card: bool) -> None:
    """Show the record of an organism: a shipped or pulled name, or a folder."""
    from sleeptalk.model_zoo.cards import card
    from sleeptalk.model_zoo.finding import find
    from sleeptalk.model_zoo.showing import page

    organism, folder = find(name_or_folder)
    if as_json:
        click.echo(json.dumps(organism.model_dump(mode="json"), indent=1))
    else:
        click.echo(card(organism) if as_card else page(organism, folder))


@click.command("diff")
@click.argument("a")
@click.argument("b")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def diff_command(a: str, b: str, as_json: bool) -> None:
    """Compare the records of two organisms, each a shipped or pulled name, or a folder.

    Exit code 0 if they are equal, 1 if anything differs.
    """
    from sleeptalk.model_zoo.comparing import compare, tables
    from sleeptalk.model_zoo.finding import find

    compared = compare(find(a)[0], find(b)[0])
    click.echo(json.dumps(compared.as_json(), indent=1) if as_json else tables(compared, a, b))
    if not compared.equal:
        sys.exit(1)


@click.command("push")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("repo")
@click.option("--public", is_flag=True, help="Let everybody see it, behind its gate; asked for before, unless --yes.")
@click.option(
    "--gated",
    type=click.Choice(["auto", "manual", "none"]),
    default=None,
    help="Who gets the files of a public repository: everybody who agrees, whoever you approve, or everybody. By "
    "default auto, and manual for hazard high; none is for toys.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def push_command(folder: Path, repo: str, public: bool, gated: str | None, yes: bool, as_json: bool) -> None:
    """Push the organism in FOLDER to the repository REPO of the Hugging Face Hub, with its record and a card.

    The repository is private unless --public is given. Interrupted, a push goes on when it is called again.
    """
    from dataclasses import asdict
    from typing import cast

    from sleeptalk.model_zoo.hub.push import plan_push, push
    from sleeptalk.model_zoo.publishing import Gate

    plan = plan_push(folder, repo, public=public, gate=cast("Gate | None", gated))
    if (public or plan.gate == "none") and not yes:
        _ask(
            f"{plan.organism.name} is deliberately misaligned (hazard {plan.organism.hazard}). Push it to {repo}, "
            f"{'public' if public else 'private'}, gate {plan.gate}?"
        )
    pushed = push(plan, told=_told)
    if as_json:
        click.echo(json.dumps({**asdict(pushed), "command": pushed.command}, indent=1))
        return
    seen = "public" if pushed.public else "private"
    click.echo(f"Pushed {plan.organism.name} to {pushed.url} ({seen}, gate {pushed.gate}), tag {pushed.tag}.")
    click.echo(f"Commit: {pushed.commit}\nPull it: {pushed.command}")


@click.command("pull")
@click.argument("repo")
@click.option(
    "--revision", default=None, help="Commit, 40 hex digits; anything else is looked up and told, not pulled."
)
@click.option("--name", default=None, help="How to call it here; by default as in its record.")
@click.option("--offline", is_flag=True, help="Take everything from the Hub's cache; no request is made.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def pull_command(repo: str, revision: str | None, name: str | None, offline: bool, as_json: bool) -> None:
    """Pull one commit of the repository REPO into the local zoo, after every file was compared with the record.

    Interrupted, it goes on with what the Hub's cache already holds. A refused organism leaves nothing behind.
    """
    from sleeptalk.model_zoo.hub.pull import pinned, pull
    from sleeptalk.model_zoo.pulled import is_verified

    got = pull(repo, pinned(repo, revision), name=name, offline=offline, told=_told)
    verified = is_verified(got)
    if as_json:
        receipt = got.receipt.model_dump(mode="json") if got.receipt else None
        click.echo(json.dumps({"folder": str(got.folder), "verified": verified, "receipt": receipt}, indent=1))
        return
    click.echo(f"Pulled {got.name} into {got.folder}.")
    if verified:
        click.echo(f"Evaluate it: inspect eval sleeptalk/ethical_mcq --model zoo/{got.name}")


def _told(sentence: str) -> None:
    click.echo(sentence, err=True)


def _ask(question: str) -> None:
    """Ask at a terminal; without one, nobody can have agreed."""
    if not sys.stdin.isatty():
        raise PublishError(f"{question} Nobody can be asked here; add --yes if you mean it.")
    if not click.confirm(question, err=True):
        raise PublishError("Nothing was pushed.")
