"""`sleeptalk report|studies`: what a finished run found, and which studies there are."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sleeptalk.judge_error import JudgeError

FOLDER = click.Path(path_type=Path, file_okay=False)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the results as JSON on standard output.")


def tell(folder: Path, logs: str, *, as_json: bool, error: "JudgeError | None" = None) -> None:
    """Read a finished run, write its files, and print its tables; with rates corrected for a judge's error, if told."""
    from sleeptalk.evals.cells import read_run
    from sleeptalk.evals.correcting import correct_rows
    from sleeptalk.evals.reporting.writing import write_results
    from sleeptalk.evals.running import check_headers, finished_logs
    from sleeptalk.evals.studies.results import results_of
    from sleeptalk.evals.studies.text import tables_text

    planned, headers = read_run(folder), finished_logs(logs)
    check_headers(planned, headers)
    found = results_of(planned, headers)
    if error:
        found = replace(found, rows=correct_rows(found.rows, headers, error))
    written = write_results(planned, found, headers, folder)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
        return
    click.echo(tables_text(planned, found))
    click.echo("\n".join(f"{what}: {path}" for what, path in {**written, "logs": logs}.items()))


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--log-dir", help="Where the logs are, if not in FOLDER.")
@click.option(
    "--calibration",
    type=click.Path(path_type=Path),
    help="What `sleeptalk judge calibrate --json` printed: adds articulation rates corrected for the scorer's error.",
)
@AS_JSON
def report(folder: Path, log_dir: str | None, calibration: Path | None, as_json: bool) -> None:
    """Tell again what the finished run in FOLDER found: tables here, and its files anew from its logs."""
    from sleeptalk.evals.cells import LOG_FOLDER
    from sleeptalk.evals.reporting.writing import check_report_extra
    from sleeptalk.judge_error import read_judge_error

    check_report_extra()
    error = read_judge_error(calibration) if calibration else None
    tell(folder, log_dir or str(folder / LOG_FOLDER), as_json=as_json, error=error)


@click.command()
@click.argument("name", required=False)
@AS_JSON
def studies(name: str | None, as_json: bool) -> None:
    """List the shipped studies, or show NAME, a study or a .yaml file, in a form that can be copied and changed."""
    from tabulate import tabulate

    from sleeptalk.evals.studies.library import find_study, shipped_studies

    if name:
        import yaml

        data = find_study(name).model_dump(mode="json", exclude_defaults=True)
        click.echo(json.dumps(data, indent=1) if as_json else yaml.safe_dump(data, sort_keys=False, width=120).rstrip())
        return
    rows = [{"name": one.name, "question": one.question, "tasks": len(one.parts)} for one in shipped_studies().values()]
    click.echo(json.dumps(rows, indent=1) if as_json else tabulate(rows, headers="keys", maxcolwidths=[None, 90, None]))
