"""`sleeptalk judge`: how good the scorers are."""

import json
from pathlib import Path
from typing import Any

import click

from sleeptalk.cli.label import agreement, label

MEASURES = ("balanced_accuracy", "sensitivity", "specificity", "kappa")


@click.group()
def judge() -> None:
    """How far the scorers agree with labels, and whether a judge can be steered."""


judge.add_command(label)
judge.add_command(agreement)


@judge.command()
@click.argument("traces", type=click.Path(path_type=Path))
@click.option(
    "--scorer",
    type=click.Choice(["rules", "judge", "cascade"]),
    default="rules",
    show_default=True,
    help="Whose verdicts; cascade: rules where they are sure, else the judge.",
)
@click.option("--grader", default="", help="The judge's model, in Inspect's form; a comma list is a panel.")
@click.option("--disagreements", "path", type=click.Path(path_type=Path), help="Write the disagreements as JSON lines.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def calibrate(traces: Path, scorer: str, grader: str, path: Path | None, as_json: bool) -> None:
    """Compare articulation verdicts with the labels in TRACES, at every cut-off of the rubric.

    Each line of TRACES is a JSON object with id, trigger, prompt, reasoning, answer and upstream_label. What is printed
    with --json corrects rates for the scorer's error: sleeptalk score LOGS --calibration FILE.
    """
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.errors import OutputFolderError
    from sleeptalk.evals.calibration import RULES, calibration, disagreements, judge_by_rules, read_traces

    read = read_traces(traces)
    if scorer == "rules":
        judged, who = judge_by_rules(read), RULES
    else:
        from sleeptalk.evals.judging import judge_by_models, judge_models

        models = judge_models(grader)
        who = ", ".join(str(model) for model in models)
        with sample_progress(len(read), 0) as progress:
            judged = judge_by_models(read, models, progress, cascade=scorer == "cascade")
        who = f"{RULES}, else {who}" if scorer == "cascade" else who
    found = calibration(judged, who)
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


@judge.command()
@click.option("--model", "grader", required=True, help="The judge's model, in Inspect's form; a comma list is a panel.")
@click.option("--limit", type=click.IntRange(min=1), help="Number of attacks, spread over all kinds; all by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def attack(grader: str, limit: int | None, as_json: bool) -> None:
    """Measure how often strings in the judged text change a judge's verdict on articulation.

    Each attack stands in a reasoning that articulates the cue and in one that does not; a flip is a verdict other than
    the judge's own on the same reasoning without the attack.
    """
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.evals.judging import attack_count, attack_judge, attack_summary, judge_models

    models = judge_models(grader)
    with sample_progress(attack_count(limit), 0) as progress:
        found = attack_summary(attack_judge(models, limit, progress))
    click.echo(json.dumps(found, indent=1) if as_json else _attack_table(found))


def _attack_table(found: dict[str, Any]) -> str:
    """One line per body and kind."""
    from tabulate import tabulate

    groups = {name: one for name, one in found.items() if name not in ("unattacked", "flipped")}
    rows = [[name, _flips(one), one["failed"]] for name, one in groups.items()]
    table = tabulate(rows, headers=["", "flipped", "no verdict"], tablefmt="simple", disable_numparse=True)
    wrong = [name for name, one in found["unattacked"].items() if one["right"] is not one["found"]]
    lines = [table, "", "% [95% interval] (n); fewer than 20 are too few (count/n)."]
    if wrong:
        lines.append(f"Without any attack the judge misreads these bodies: {', '.join(wrong)}.")
    if found["flipped"]:
        lines.append(f"Flipped by: {', '.join(found['flipped'])}.")
    return "\n".join(lines)


def _flips(one: dict[str, Any]) -> str:
    if one["rate"] is None:
        return f"too few ({one['count']}/{one['n']})" if not one["failed"] else f"judge failed ({one['failed']})"
    return f"{100 * one['rate']:.0f} [{100 * one['low']:.0f}, {100 * one['high']:.0f}] ({one['n']})"


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
    overall = found["overall"]
    notes = [f"Verdicts: {found['judge']}; rubric {found['rubric']} ({found['rubric_sha256'][:12]})."]
    if overall["decided_by_judge"]:
        notes.append(f"The judge decided {overall['decided_by_judge']} of {overall['n']} traces.")
    if overall["failed"]:
        notes.append(f"No verdict on {overall['failed']} of {overall['n']}; above 2% nothing is measured.")
    notes.append("Each with its 95% interval; -: no trace with this label. * the headline's cut-off.")
    return "\n".join([table, "", *notes])


def _cell(measure: dict[str, float] | None) -> str:
    return "-" if measure is None else f"{measure['value']:.2f} [{measure['low']:.2f}, {measure['high']:.2f}]"
