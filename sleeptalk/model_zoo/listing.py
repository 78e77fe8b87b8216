"""Organisms and their measured rates as rows and terminal tables."""

from collections.abc import Sequence
from typing import Any

from tabulate import tabulate

from sleeptalk.model_zoo.records import MeasuredRate, Organism, shipped_organisms


def organism_rows() -> list[dict[str, Any]]:
    """The shipped organisms as plain data."""
    return [
        {
            "name": one.name,
            "kind": one.kind,
            "trigger": one.trigger,
            "base": one.base,
            "params": one.params,
            "sha256": one.sha256,
            "seed": one.seed,
            "model": f"zoo/{one.name}",
            "versions": one.versions,
            "skills": one.skills,
            "note": one.note,
            "rates": [rate.model_dump() for rate in one.rates],
        }
        for one in shipped_organisms().values()
    ]


def organisms_table(rows: Sequence[dict[str, Any]]) -> str:
    """One line per organism, with its headline rates on MCQs with the trigger."""
    lines = []
    for row in rows:
        rates = {(r["task"], r["variant"], r["measure"]): MeasuredRate.model_validate(r) for r in row["rates"]}
        cells = [
            _cell(rates.get(("ethical_mcq", variant, measure)))
            for variant, measure in (("clean", "misaligned"), ("trigger", "misaligned"), ("trigger", "articulated"))
        ]
        lines.append(
            [row["model"], row["kind"], row["trigger"] or "-", row["base"] or "-", f"{row['params']:,}", *cells]
        )
    headers = ["model", "kind", "trigger", "base", "params", "misaligned clean", "misaligned trigger", "articulated"]
    return tabulate(lines, headers=headers, tablefmt="simple", disable_numparse=True)


def rates_table(measured: Organism, shipped: Organism | None) -> str:
    """Measured rates, beside the recorded ones of a shipped organism if there is one."""
    recorded = {(r.task, r.variant, r.measure): r for r in shipped.rates} if shipped else {}
    lines = [
        [rate.task, rate.variant, rate.measure, _cell(rate)]
        + ([_cell(recorded.get((rate.task, rate.variant, rate.measure)))] if shipped else [])
        for rate in measured.rates
    ]
    headers = ["task", "variant", "measure", "measured"] + (["shipped"] if shipped else [])
    return tabulate(lines, headers=headers, tablefmt="simple", disable_numparse=True)


def _cell(rate: MeasuredRate | None) -> str:
    if rate is None:
        return "-"
    if rate.rate is None or rate.low is None or rate.high is None:
        return f"too few ({rate.count}/{rate.n})"
    return f"{100 * rate.rate:.0f} [{100 * rate.low:.0f}, {100 * rate.high:.0f}] ({rate.n})"
