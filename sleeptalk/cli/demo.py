"""`sleeptalk demo`."""

import json
from pathlib import Path

import click

from sleeptalk.cli.progress import sample_progress
from sleeptalk.evals.cells import claim_folder, finished_samples, run_cells
from sleeptalk.evals.conduct_tables import conduct_table, recovery_table
from sleeptalk.evals.demo import DEFAULT_LIMIT, demo_run, results_of_run
from sleeptalk.evals.report import check_report_extra, write_results
from sleeptalk.evals.tables import results_table


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("sleeptalk-demo"),
    show_default=True,
    help="Folder for logs, results and report. An interrupted run goes on there.",
)
@click.option("--limit", type=int, default=DEFAULT_LIMIT, show_default=True, help="Items of each cell.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of sampling and cue values.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON on standard output, and nothing else.")
def demo(out: Path, limit: int, seed: int, as_json: bool) -> None:
    """Measure the shipped organisms on three tasks under five variants.

    Prints what they do, how they reason, and whether their trigger can be found in their transcripts; writes Inspect
    logs, results.csv, results.parquet and report.html. The organisms are tiny toys with known backdoors; they show how
    the benchmark works and are no evidence about large models.
    """
    check_report_extra()
    run = demo_run(limit, seed)
    logs = claim_folder(out, run)
    with sample_progress(run.samples, finished_samples(logs)) as progress:
        headers = run_cells(run, logs, progress)
    found = results_of_run(run, headers)
    written = write_results(run, found, headers, out)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
        return
    click.echo(results_table(found.rows))
    click.echo(f"\n{conduct_table(found.rows, found.monitor)}")
    click.echo(f"\n{recovery_table(found.recovery)}")
    click.echo("\n".join(f"{what}: {path}" for what, path in written.items()))
