"""`sleeptalk zoo verify`: is a checkpoint safe to load, and is it what it says?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleeptalk.errors import InvalidValueError

if TYPE_CHECKING:
    from sleeptalk.model_zoo.trust.verification import Verification


@click.command("verify")
@click.argument("path")
@click.option("--base", help="For an adapter: a shipped base by name, or the folder of its base that you trust.")
@click.option("--json", "as_json", is_flag=True, help="Print the verification as JSON on standard output.")
@click.option("--load/--no-load", default=True, show_default=True, help="Also load it, in a child process.")
@click.option("--revision", help="PATH is a repository of the Hub; check this commit of it, 40 hex digits.")
def verify_command(path: str, base: str | None, as_json: bool, load: bool, revision: str | None) -> None:
    """Check the checkpoint in PATH before anything loads it.

    PATH is a folder, the name of a shipped or pulled organism, or with --revision a repository of the Hub. Exit code 0
    means trusted; a pulled organism is then told so in its receipt. A refusal is one sentence with its code;
    docs/trust.md lists all codes.
    """
    from sleeptalk.model_zoo.trust.refusal import UntrustedError

    try:
        verification = _verified(path, base, load, revision)
    except UntrustedError as error:
        click.echo(f"refused [{error.code}]: {error}", err=True)
        sys.exit(error.exit_code)
    if as_json:
        click.echo(verification.model_dump_json(indent=1))
        return
    click.echo(
        f"Trusted {verification.kind}: {verification.tensors} tensors, {verification.parameters:,} parameters, "
        f"{', '.join(verification.dtypes)}; checker {verification.checker}, {verification.seconds:.1f} s."
    )
    click.echo(f"Passed: {', '.join(verification.passed)}.")
    if verification.loaded:
        click.echo(f"It was loaded in a child process with: {', '.join(verification.isolation)}.")
    else:
        click.echo("It was not loaded: nothing is known of the values of its weights.")
    for note in verification.notes:
        click.echo(f"Note: {note}.")


def _verified(path: str, base: str | None, load: bool, revision: str | None) -> "Verification":
    from sleeptalk.model_zoo.bases import base_of
    from sleeptalk.model_zoo.hub.pull import fetched, pinned
    from sleeptalk.model_zoo.pulled import find_pulled, note_checked
    from sleeptalk.model_zoo.trust.checker import verify_checkpoint

    if revision is not None:
        with fetched(path, pinned(path, revision)) as got:
            trusted = _trusted(base) if base else base_of(got.organism)
            return verify_checkpoint(got.folder, base=trusted, base_name=got.organism.base, load=load)
    if not Path(path).exists() and (pulled := find_pulled(path)):
        trusted = _trusted(base) if base else base_of(pulled.organism)
        found = verify_checkpoint(pulled.folder, base=trusted, base_name=pulled.organism.base, load=load)
        if load and base is None and pulled.receipt:
            note_checked(pulled, found.checker)
        return found
    folder, base_folder, base_name = _located(path, base)
    return verify_checkpoint(folder, base=base_folder, base_name=base_name, load=load)


def _trusted(base: str) -> Path:
    """The folder of a base that whoever checks named."""
    return _located(".", base)[1] or Path(base)


def _located(path: str, base: str | None) -> tuple[Path, Path | None, str | None]:
    """Folders of the checkpoint and its base, and the name that an adapter must give for its base.

    The base is named by whoever checks or by a shipped record, never by the checkpoint.
    """
    from sleeptalk.model_zoo.records import find_organism, shipped_organisms, verified_folder

    shipped = shipped_organisms()
    folder = Path(path)
    if not folder.exists() and not folder.is_symlink():
        folder = verified_folder(find_organism(path))
        base = base or shipped[path].base
    if base is None:
        return folder, None, None
    if base in shipped:
        if shipped[base].kind != "base":
            raise InvalidValueError(f"{base} is no base; use one of base-talker and base-silent, or a folder.")
        return folder, verified_folder(shipped[base]), base
    if not (Path(base) / "config.json").is_file():
        raise InvalidValueError(f"--base {base} is no shipped base and no folder with a config.json.")
    return folder, Path(base), None
