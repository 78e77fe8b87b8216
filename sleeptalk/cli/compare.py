"""`sleeptalk compare`."""

import json
from collections.abc import Sequence
from pathlib import Path

import click


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def compare(logs: tuple[Path, ...], as_json: bool) -> None:
    """Put LOGS of one task, or the folders of two runs, side by side.

    Of logs: rates of every variant, and paired differences of the misaligned rate to the first log. Of runs: paired
    differences of misaligned and articulated rates in every cell that both have, second minus first. What went through
    different chat templates, or other versions of a task, is refused.
    """
    folders = [path for path in logs if path.is_dir()]
    if folders and len(folders) == len(logs) == 2:
        _compare_runs(folders, as_json=as_json)
    elif folders:
        raise click.UsageError("Give logs, or the folders of exactly two runs.")
    else:
        _compare_logs(logs, as_json=as_json)


def _compare_logs(logs: Sequence[Path], *, as_json: bool) -> None:
    from sleeptalk.evals.compare import compare_logs, read_logs
    from sleeptalk.evals.tables import differences_table, results_table

    rows, differences = compare_logs(read_logs(logs))
    if as_json:
        click.echo(json.dumps({"rows": rows, "differences": differences}, indent=1))
        return
    click.echo(results_table(rows))
    if differences:
        click.echo(f"\n{differences_table(differences)}")


def _compare_runs(folders: Sequence[Path], *, as_json: bool) -> None:
    from sleeptalk.evals.compare_runs import compare_runs, differences_shown, read_finished
    from sleeptalk.evals.tables import results_table, shown_text

    first, second = map(read_finished, folders)
    rows, differences = compare_runs(first, second)
    if as_json:
        click.echo(json.dumps({"rows": rows, "differences": differences}, indent=1))
        return
    for one in (first, second):
        click.echo(f"{one.name}\n\n{results_table([row for row in rows if row['run'] == one.name])}\n")
    click.echo(shown_text(differences_shown(first, second, differences)))
