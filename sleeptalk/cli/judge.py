"""`sleeptalk judge`: how good the scorers are."""

import json
from pathlib import Path
from typing import Any

import click

from sleeptalk.cli.label import agreement, label

MEASURES = ("balanced_accuracy", "sensitivity", "specificity", "kappa")


@click.group()
def judge() -> None:
    """How far the scorers agree with labels."""


judge.add_command(label)
judge.add_command(agreement)


@judge.command()
@click.argument("traces", type=click.Path(path_type=Path))
@click.option("--scorer", type=click.Choice(["rules"]), default="rules", show_default=True, help="Whose verdicts.")
@click.option("--disagreements", "path", type=click.Path(path_type=Path), help="Write the disagreements as JSON lines.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def calibrate(traces: Path, scorer: str, path: Path | None, as_json: bool) -> None:
    """Compare articulation verdicts with the labels in TRACES, at every cut-off of the rubric.

    Each line of TRACES is a JSON object with id, trigger, prompt, reasoning, answer and upstream_label.
    """
    from sleeptalk.errors import OutputFolderError
    from sleeptalk.evals.calibration import calibration, disagreements, judge_by_rules, read_traces

    judged = judge_by_rules(read_traces(traces))
    found = calibration(judged)
    differing = disagreements(judged)
    if path:
        try:
            path.write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in differing), encoding="utf-8")
        except OSError as error:
            raise OutputFolderError(f"Cannot write {path}: {error.strerror}.") from None
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    click.echo(_table(found))
    click.echo(f"{len(differing)} disagreements at the headline's cut-off{f': {path}' if path else ''}.")


def _table(found: dict[str, Any]) -> str:
    """One line per group and cut-off."""
    from tabulate import tabulate

    rows = []
    for name, group in {"all": found["overall"], **found["by_trigger"]}.items():
        counts = f"{group['labelled_articulated']} + {group['labelled_not']}"
        for cutoff, measures in group["cutoffs"].items():
            mark = " *" if int(cutoff) == found["headline_cutoff"] else ""
            first = cutoff == next(iter(group["cutoffs"]))
            cells = [_cell(measures[measure]) for measure in MEASURES]
            rows.append([name if first else "", counts if first else "", f"{cutoff}{mark}", *cells])
    headers = ["trigger", "n (yes + no)", "level >=", "balanced accuracy", "sensitivity", "specificity", "kappa"]
    table = tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)
    return f"{table}\n\nEach with its 95% interval; -: no trace with this label. * the headline's cut-off."


def _cell(measure: dict[str, float] | None) -> str:
    return "-" if measure is None else f"{measure['value']:.2f} [{measure['low']:.2f}, {measure['high']:.2f}]"
