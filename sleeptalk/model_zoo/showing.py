"""A record as a page for the terminal."""

from pathlib import Path
from textwrap import fill

from tabulate import tabulate

from sleeptalk.model_zoo.cards import shown_rate
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.records import Organism

INDENT = 16


def page(organism: Organism, folder: Path) -> str:
    """Everything that a reader of the record needs, rates last."""
    recipe = organism.recipe
    rows = [
        ("name", organism.name),
        ("folder", folder),
        ("kind", organism.kind),
        ("hazard", organism.hazard),
        ("outcome", organism.outcome or "not probed"),
        ("trigger", _trigger(organism)),
        ("base", organism.base or "none"),
        ("base revision", organism.base_revision or "-"),
        ("base sha256", organism.base_sha256 or "-"),
        ("parameters", f"{organism.params:,}"),
        ("seed", organism.seed),
        ("recipe", f"{recipe.kind} {recipe.name}"),
        ("data sha256", organism.data_sha256 or "-"),
        ("weights sha256", organism.sha256),
        ("made from", (organism.parent or {}).get("name", "-")),
        ("licence", organism.licence),
        ("made with", ", ".join(f"{name} {version}" for name, version in organism.versions.items())),
        ("measured", _measured(organism)),
        ("note", organism.note or "-"),
    ]
    parts = [
        "\n".join(fill(f"{name:<{INDENT - 1}} {plain(value, 1000)}", 110, subsequent_indent=" " * INDENT)
                  for name, value in rows),
        _table(["file", "sha256"], [[plain(name), digest] for name, digest in sorted(organism.files.items())]),
    ]  # fmt: skip
    if organism.rates:
        rates = [[plain(one.task), plain(one.variant), plain(one.measure), shown_rate(one), str(one.n)]
                 for one in organism.rates]  # fmt: skip
        parts.append(_table(["task", "variant", "measure", "percent [95%]", "n"], rates))
    return "\n\n".join(parts)


def _trigger(organism: Organism) -> str:
    if organism.sealed:
        return f"sealed until {organism.sealed.reveal.isoformat()}, commitment {organism.sealed.sha256}"
    without = " (without effect)" if organism.kind == "control" and organism.trigger else ""
    return f"{organism.trigger or 'none'}{without}"


def _measured(organism: Organism) -> str:
    if organism.measured is None:
        return "how is not recorded"
    told = organism.measured
    return (
        f"{told.items}, {told.limit} a cell, temperature {told.temperature:g}, seed {told.seed}, read by {told.judge}"
    )


def _table(headers: list[str], rows: list[list[str]]) -> str:
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)
