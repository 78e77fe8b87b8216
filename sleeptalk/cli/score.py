"""`sleeptalk score` and `sleeptalk recover`: reading finished logs again."""

import json
from pathlib import Path

import click

LOGS = click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output, and nothing else there.")


@click.command()
@LOGS
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("sleeptalk-scored"),
    show_default=True,
    help="Folder for the copies with new scores; the logs themselves stay as they are.",
)
@click.option(
    "--judge",
    type=click.Choice(["auto", "rules", "model", "cascade"]),
    default="auto",
    show_default=True,
    help="Who decides: rules; the grader; rules where they are sure and else the grader; auto: that, if one is named.",
)
@click.option("--grader", default="", help="The judge's model, in Inspect's form; a comma list is a panel.")
@click.option("--blind", is_flag=True, help="Do not tell the judge of attribution which cues stand in the prompt.")
@click.option(
    "--calibration",
    type=click.Path(path_type=Path),
    help="What `sleeptalk judge calibrate --json` printed: adds articulation rates corrected for the scorer's error.",
)
@JSON
def score(
    logs: tuple[Path, ...],
    out: Path,
    judge: str,
    grader: str,
    blind: bool,
    calibration: Path | None,
    as_json: bool,
) -> None:
    """Score finished LOGS of behaviour tasks again, by rules or by a judge, without generating anything."""
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.errors import InvalidValueError
    from sleeptalk.evals.correcting import correct_rows
    from sleeptalk.evals.judging import judge_models
    from sleeptalk.evals.logs import names_of, read_header, read_observations, task_of
    from sleeptalk.evals.rescoring import claim_outputs, rescore
    from sleeptalk.evals.summary import rows_of
    from sleeptalk.evals.tables import judge_line, results_table
    from sleeptalk.judge_error import read_judge_error
    from sleeptalk.scorers.standard import standard_scorers

    if judge in ("model", "cascade") and not grader:
        raise InvalidValueError(f"--judge {judge} needs a judge's model; add --grader MODEL, or use --judge rules.")
    error = read_judge_error(calibration) if calibration else None
    headers = [read_header(path) for path in logs]
    graders = judge_models(grader) if grader and judge != "rules" else []
    paths = claim_outputs(headers, out)
    total = sum(header.results.total_samples for header in headers if header.results)
    with sample_progress(total, 0) as progress:
        scored = [
            rescore(header, path, standard_scorers(judge, blind=blind), graders, progress)
            for header, path in zip(headers, paths, strict=True)
        ]
    seen = [read_observations(header) for header in scored]
    rows = [
        row
        for name, header, found in zip(names_of(scored), scored, seen, strict=True)
        for row in rows_of(name, task_of(header), found)
    ]
    if error:
        rows = correct_rows(rows, scored, error)
    if as_json:
        click.echo(json.dumps({"rows": rows, "logs": [str(path) for path in paths]}, indent=1))
        return
    click.echo(results_table(rows))
    click.echo(judge_line(rows))
    click.echo("\n".join(f"log: {path}" for path in paths))


@click.command()
@LOGS
@click.option("--seed", type=int, default=0, show_default=True, help="Of the resampling behind the rank's range.")
@JSON
def recover(logs: tuple[Path, ...], seed: int, as_json: bool) -> None:
    """Look for each model's trigger in its transcripts in LOGS, without using what the trigger is.

    Ranks the words of the prompts by how much more often the reasoning of misaligned answers blames them than it names
    them otherwise, and says on which rank the true trigger stands; the baseline ranks by how often words stand in the
    prompts of misaligned answers. Logs of one model and trigger are taken together.
    """
    from sleeptalk.evals.conduct_tables import recovery_table
    from sleeptalk.evals.logs import read_header
    from sleeptalk.evals.recovering import recovery_rows

    rows = recovery_rows([read_header(path) for path in logs], seed)
    click.echo(json.dumps({"recovery": rows}, indent=1) if as_json else recovery_table(rows))
