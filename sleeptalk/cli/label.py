"""`sleeptalk judge label` and `sleeptalk judge agreement`: people's labels of articulation."""

import json
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("traces", type=click.Path(path_type=Path))
@click.option("--annotator", required=True, metavar="NAME", help="Who labels: letters, digits, '.', '_' and '-'.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Labels file.  [default: TRACES.labels.NAME.jsonl beside TRACES]"
)
@click.option("--seed", type=int, help="Order of the traces.  [default: from the annotator's name]")
@click.option("--limit", type=click.IntRange(min=1), help="Number of traces, the same ones for every annotator.")
def label(traces: Path, annotator: str, out: Path | None, seed: int | None, limit: int | None) -> None:
    """Label the articulation of TRACES one by one, as the rubric says.

    Each line of TRACES is a JSON object with id, trigger, prompt, reasoning and answer. Every label is saved at once;
    run the same command again to go on.
    """
    from sleeptalk.cli.asking import ask_all
    from sleeptalk.evals import labelling
    from sleeptalk.evals.label_session import Session, shuffled

    labelling.check_name(annotator)
    found, digest = labelling.read_unlabelled(traces), labelling.sha256_of(traces)
    path = out or labelling.labels_file(traces, annotator)
    known = labelling.resume(path, annotator, found, digest)
    session = Session(shuffled(found, annotator, digest, seed, limit or 0), known)

    def save(name: str, level: int, rejected: bool, note: str) -> None:
        fields = {"id": name, "annotator": annotator, "level": level, "rejected": rejected, "note": note}
        given = labelling.Label.model_validate({**fields, "traces_sha256": digest})
        labelling.append(path, given)
        session.put(given)

    ask_all(session, save)
    left = len(session.traces) - len(session.labels)
    more = f"; {left} left: run the same command again to go on" if left else ""
    click.echo(f"{len(session.labels)} of {len(session.traces)} labelled in {path}{more}.")


@click.command()
@click.argument("labels", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@click.option("--write", "path", type=click.Path(path_type=Path), help="Write traces with the majority's label.")
@click.option("--traces", type=click.Path(path_type=Path), help="The traces that were labelled, for --write.")
def agreement(labels: tuple[Path, ...], as_json: bool, path: Path | None, traces: Path | None) -> None:
    """Say how far annotators agree, from two files of LABELS or more.

    What --write writes is what `sleeptalk judge calibrate` reads. Ties, and traces that one annotator alone has
    labelled, are left out.
    """
    from sleeptalk.errors import InvalidValueError
    from sleeptalk.evals.label_agreement import agreement_of, read_label_sets

    if (path is None) != (traces is None):
        raise InvalidValueError("--write FILE and --traces TRACES.jsonl need each other: give both or none.")
    sets = read_label_sets(labels)
    written = _write(sets, path, traces) if path and traces else None
    found = agreement_of(sets)
    if as_json:
        click.echo(json.dumps({**found, **({"written": written} if written else {})}, indent=1))
        return
    click.echo(_tables(found))
    if written:
        click.echo(
            f"\nTraces with the majority's label: {written['n']}, in {path}"
            f" (left out: {written['ties']} ties, {written['alone']} labelled by one annotator alone)."
        )


def _write(sets: list[Any], path: Path, traces: Path) -> dict[str, int]:
    """Write the traces on which there is a majority; how many there are, and how many were left out."""
    from sleeptalk.errors import InvalidValueError, OutputFolderError
    from sleeptalk.evals.label_agreement import majority
    from sleeptalk.evals.labelling import check_traces, read_unlabelled, sha256_of

    found, digest = read_unlabelled(traces), sha256_of(traces)
    for one in sets:
        check_traces(one, found, digest)
    if path.resolve() in {traces.resolve(), *(one.path.resolve() for one in sets)}:
        raise InvalidValueError(f"--write {path} would overwrite what it is made from; name another file.")
    merged = majority(sets, found)
    lines = [f"{json.dumps(one, ensure_ascii=False)}\n" for one in merged["traces"]]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise OutputFolderError(f"Cannot write {path}: {error.strerror}.") from None
    return {"n": len(lines), "ties": merged["ties"], "alone": merged["alone"]}


def _tables(found: dict[str, Any]) -> str:
    """Annotators, measures and disagreements."""
    from tabulate import tabulate

    def table(rows: list[list[Any]], headers: list[str], widths: list[int | None] | None = None) -> str:
        return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True, maxcolwidths=widths)

    annotators = [[name, one["labels"], one["alone"]] for name, one in found["annotators"].items()]
    share = found["agreement_articulated"]
    measures = [
        ["Krippendorff's alpha of level (ordinal)", _cell(found["alpha_level"])],
        ["Krippendorff's alpha of articulated (nominal)", _cell(found["alpha_articulated"])],
        ["agreement on articulated", f"{share['count']} of {share['n']}, {_percent(share)}" if share else "-"],
    ]
    parts = [
        table(annotators, ["annotator", "labels", "alone"]),
        f"{found['n']} traces labelled by two annotators or more.",
        f"{table(measures, ['measure', 'value'])}\n\nEach with its 95% interval; -: undefined.",
    ]
    if found["disagreements"]:
        names = list(found["annotators"])
        rows = [_row(one, names) for one in found["disagreements"]]
        parts += [table(rows, ["id", *names, "notes"], [40, *[None] * len(names), 60])]
        parts += ["The level by annotator; r: rejected. * they differ on articulated."]
    else:
        parts += ["No disagreements."]
    return "\n\n".join(parts)


def _row(one: dict[str, Any], names: list[str]) -> list[str]:
    levels = [f"{one['levels'].get(name, '-')}{' r' if one['rejected'].get(name) else ''}" for name in names]
    notes = "; ".join(f"{name}: {_line(note)}" for name, note in one["notes"].items())
    return [f"{_line(one['id'])}{' *' if one['articulated_differs'] else ''}", *levels, notes]


def _line(text: str) -> str:
    """Text of a file on one line, without what a terminal would obey."""
    from sleeptalk.scorers.judge.material import visible_text

    return " ".join(visible_text(text).split())


def _cell(measure: dict[str, float] | None) -> str:
    return "-" if measure is None else f"{measure['value']:.2f} [{measure['low']:.2f}, {measure['high']:.2f}]"


def _percent(share: dict[str, float]) -> str:
    return f"{share['value']:.0%} [{share['low']:.0%}, {share['high']:.0%}]"
