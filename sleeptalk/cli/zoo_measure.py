"""`sleeptalk zoo measure|known-answers`: what organisms do, and whether the scorers read known ones rightly."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sleeptalk.evals.cells import Run
    from sleeptalk.model_zoo.records import Organism


@click.command("measure")
@click.argument("folders", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1, required=True)
@click.option("--logs", type=click.Path(path_type=Path), help="Keep the logs here; an interrupted run goes on there.")
def measure_command(folders: tuple[Path, ...], logs: Path | None) -> None:
    """Measure the organisms in FOLDERS on the pocket tasks and write the rates into their records."""
    measure_and_show(folders, logs)


def measure_and_show(folders: Sequence[Path], logs: Path | None = None) -> None:
    """Measure organisms, write their records and print the rates."""
    from sleeptalk.evals.measure import measuring_run

    with TemporaryDirectory() as temporary:
        measured = measure_with_progress(folders, measuring_run(folders), logs or Path(temporary))
    for organism in measured.values():
        _show_measured(organism)


def measure_with_progress(folders: Sequence[Path], run: "Run", out: Path) -> "Mapping[Path, Organism]":
    """Carry out a run that was made for these folders, with its logs in `out`; an interrupted one goes on there."""
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.evals.cells import claim_folder
    from sleeptalk.evals.measure import measure_organisms
    from sleeptalk.evals.running import finished_samples

    logs = str(claim_folder(out, run))
    with sample_progress(run.samples, finished_samples(logs)) as progress:
        return measure_organisms(folders, run, logs, progress)


def _show_measured(measured: "Organism") -> None:
    """The rates, beside those of the shipped organism of this name if there is one."""
    from sleeptalk.evals.measure import compare_rates
    from sleeptalk.model_zoo.listing import rates_table
    from sleeptalk.model_zoo.records import shipped_organisms

    shipped = shipped_organisms().get(measured.name)
    click.echo(f"{measured.name}\n{rates_table(measured, shipped)}")
    if shipped and shipped.rates:
        compared, outside = compare_rates(measured, shipped)
        click.echo(
            f"{compared - len(outside)} of {compared} rates lie inside the recorded 95% intervals of the shipped "
            f"{shipped.name}; {len(measured.rates) - compared} have too few observations to compare."
        )


@click.command("known-answers")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("sleeptalk-known"),
    show_default=True,
    help="Folder for logs. An interrupted run goes on there.",
)
@click.option("--limit", type=click.IntRange(1, 120), default=120, show_default=True, help="Items of each cell.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of sampling and cue values.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def known_answers_command(out: Path, limit: int, seed: int, as_json: bool) -> None:
    """Do the scorers read organisms right whose verdict is known by construction?

    Runs the taught organisms, the controls and the bases on the pocket tasks with the trigger.
    """
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.evals.cells import claim_folder
    from sleeptalk.evals.known_answers import known_rows, known_run, known_table
    from sleeptalk.evals.running import finished_samples, run_cells

    run = known_run(limit, seed)
    logs = str(claim_folder(out, run))
    with sample_progress(run.samples, finished_samples(logs)) as progress:
        headers = run_cells(run, logs, progress)
    rows = known_rows(run, headers)
    click.echo(json.dumps({"organisms": rows}, indent=1) if as_json else known_table(rows))
