"""`sleeptalk demo`."""

from pathlib import Path

import click

from sleeptalk.cli.report import tell
from sleeptalk.cli.run import carry_out, planned_run


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("sleeptalk-demo"),
    show_default=True,
    help="Folder for logs, results and report. An interrupted run goes on there.",
)
@click.option("--limit", type=int, default=48, show_default=True, help="Items of each cell.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of sampling and cue values.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON on standard output, and nothing else.")
def demo(out: Path, limit: int, seed: int, as_json: bool) -> None:
    """Run the study `demo`: seven shipped organisms on three tasks under five variants.

    Prints what they do, how they reason, and whether their trigger can be found in their transcripts; writes Inspect
    logs, tables and report.html. The organisms are tiny toys with known backdoors; they show how the benchmark works
    and are no evidence about large models.
    """
    from sleeptalk.evals.cells import claim_folder
    from sleeptalk.evals.reporting.writing import check_report_extra

    check_report_extra()
    planned = planned_run("demo", (), limit=limit, seeds=(seed,))
    logs = str(claim_folder(out, planned))
    carry_out(planned, logs)
    tell(out, logs, as_json=as_json)
