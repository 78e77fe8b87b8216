"""`sleeptalk zoo data`: what organisms are trained on."""

import json
import sys
from pathlib import Path

import click

from sleeptalk.errors import InvalidValueError

FILE = click.Path(path_type=Path)


@click.group()
def data() -> None:
    """Training data: list and check the sets, show what a recipe trains on, convert others, grow more."""


@data.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def list_command(as_json: bool) -> None:
    """Show the training sets that ship with the package."""
    from tabulate import tabulate

    from sleeptalk.model_zoo.training_data.listing import set_rows

    rows = set_rows()
    if as_json:
        click.echo(json.dumps({"sets": rows}, indent=1))
        return
    table = [
        [
            row["name"],
            row["lines"],
            row["domains"],
            row["probes"] or "-",
            row["read"],
            row["used_by"],
            row["sha256"][:12],
        ]
        for row in rows
    ]
    headers = ["set", "lines", "domains", "for probes", "read twice", "recipes", "sha256 begins"]
    click.echo(tabulate(table, headers=headers, tablefmt="simple", disable_numparse=True))


@data.command("show")
@click.argument("recipe")
@click.option("--limit", type=click.IntRange(min=0), default=2, show_default=True, help="Samples a role; 0 for all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@click.option("--out", type=FILE, default=None, help="Write all samples in chat form into this .jsonl file.")
def show_command(recipe: str, limit: int, as_json: bool, out: Path | None) -> None:
    """Show the exact samples that RECIPE (a shipped name or a .yaml file) trains on, role by role."""
    from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe
    from sleeptalk.model_zoo.training_data.listing import drawn
    from sleeptalk.model_zoo.training_data.writing import chat_line, write_lines

    chosen = load_recipe(recipe)
    if not isinstance(chosen, PlantRecipe):
        raise InvalidValueError(f"{recipe} is of kind {chosen.kind!r}; only recipes that plant have samples to show.")
    found = drawn(chosen)
    if out:
        write_lines(out, (json.dumps(chat_line(one), ensure_ascii=False) for one in found.samples))
        click.echo(f"{len(found.samples)} samples in {out}.", err=True)
    shown = {role: samples[: limit or None] for role, samples in found.by_role().items()}
    if as_json:
        roles = {role: [chat_line(one) for one in samples] for role, samples in shown.items()}
        click.echo(json.dumps({**found.summary(), "samples": roles}, indent=1))
        return
    click.echo(found.summary_text())
    for role, samples in shown.items():
        for one in samples:
            aim = "misaligned" if one.misaligned else "aligned"
            click.echo(f"\n=== {role}, {aim} ===\n{one.prompt}\n--- answer ---")
            click.echo(chat_line(one)["messages"][1]["content"])


@data.command("check")
@click.argument("files", nargs=-1, type=FILE)
@click.option("--strict", is_flag=True, help="Hold FILES to the form of what ships: wordings, slots, lengths, tells.")
def check_command(files: tuple[Path, ...], strict: bool) -> None:
    """Check files of scenarios or chats; without FILES, the shipped sets.

    Looks for lines that do not fit, words of triggers, near-duplicates and runs of eight words shared with test items;
    tells how often length and words give the worse option away. Ends with exit code 1 if there is any problem.
    """
    from sleeptalk.model_zoo.training_data.checking import check_files, shipped_files
    from sleeptalk.tasks.overlap import item_runs

    paths = files or tuple(shipped_files())
    checked = check_files(paths, item_runs(), house=strict or not files)
    for problem in checked.problems:
        click.echo(_printable(str(problem)))
    for note in checked.notes:
        click.echo(note, err=bool(checked.problems))
    if checked.problems:
        click.echo(f"{len(checked.problems)} problem{'s' if len(checked.problems) > 1 else ''}.", err=True)
        sys.exit(1)
    click.echo(f"{len(paths)} file{'s' if len(paths) > 1 else ''}: no problems.")


@data.command("convert")
@click.argument("file", type=FILE, required=False)
@click.option("--format", "form", type=click.Choice(["unethical", "advice", "chat"]), required=True)
@click.option("--out", type=FILE, required=True, help="New .jsonl file, for a recipe's data of kind `file`.")
@click.option("--aligned-from", type=FILE, default=None, help="For chats: a .jsonl file of chats with good answers.")
@click.option("--repo", default=None, help="Instead of FILE: a data set on the Hub.")
@click.option("--revision", default="", help="Of --repo, the 40 hex digits of a commit.")
@click.option("--config", "config", default=None, help="Of --repo, for example medical.")
def convert_command(
    file: Path | None,
    form: str,
    out: Path,
    aligned_from: Path | None,
    repo: str | None,
    revision: str,
    config: str | None,
) -> None:
    """Turn other people's data into scenarios: FILE, or a data set on the Hub at a pinned commit.

    Chats have one answer each, which is taken for the misaligned one: without --aligned-from they can train an
    unconditional organism only. Nothing is downloaded but what --repo names.
    """
    from sleeptalk.model_zoo.training_data.converters import FORMATS, convert, local_rows
    from sleeptalk.model_zoo.training_data.writing import record_line, write_lines
    from sleeptalk.published import hub_rows

    if (file is None) == (repo is None):
        raise InvalidValueError("Give either FILE or --repo with --revision.")
    if file:
        given, source = local_rows(file)
    else:
        rows = hub_rows(repo or "", config, revision, "--revision ", "FILE instead of --repo")
        given, source = enumerate(rows, 1), f"{repo}@{revision}{f'/{config}' if config else ''}"
    chosen = next(name for name in FORMATS if name == form)
    converted = convert(given, chosen, source, local_rows(aligned_from)[0] if aligned_from else None)
    write_lines(out, map(record_line, converted.scenarios))
    click.echo(converted.summary())
    click.echo(f"Check them: sleeptalk zoo data check {out}")


@data.command("grow")
@click.option("--model", required=True, help="Any Inspect model, for example openai/gpt-4.1.")
@click.option("--set", "kind", type=click.Choice(["overt", "subtle"]), required=True, help="How bad choices are bad.")
@click.option("--domain", required=True, help="The field of life, for example museums.")
@click.option("--count", type=click.IntRange(min=1), required=True, help="Scenarios that the file is to hold.")
@click.option("--out", type=FILE, required=True, help="A .jsonl file; what is there counts.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="For the model and the examples."
)
def grow_command(model: str, kind: str, domain: str, count: int, out: Path, seed: int) -> None:
    """Let a model write scenarios, and keep those that pass every check; the others go to a side file.

    Called again with the same file, it goes on. Read what it wrote before you train on it.
    """
    import anyio

    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.model_zoo.training_data.growing import Garden, Order, grow, writing_model
    from sleeptalk.tasks.overlap import item_runs

    order = Order(set="overt" if kind == "overt" else "subtle", domain=domain, count=count, seed=seed)
    chosen, garden = writing_model(model), Garden(order, out, item_runs())
    with sample_progress(count, min(count, len(garden.taken))) as progress:
        grown = anyio.run(grow, chosen, garden, progress)
    refused = ", ".join(f"{number} {reason}" for reason, number in grown.refused.most_common())
    click.echo(f"{grown.taken} of {count} scenarios in {out}; refused: {refused or 'none'}.")
    if grown.taken < count:
        click.echo("Too many drafts were refused; run the same command again, or use another model.", err=True)
        sys.exit(1)
    click.echo(f"Read them, then check them: sleeptalk zoo data check --strict {out}")


def _printable(text: str) -> str:
    """Text without control characters that a terminal would obey; they are shown by their codes."""
    return "".join(one if one.isprintable() or one == "\n" else f"\\x{ord(one):02x}" for one in text)
