"""Organisms and their measured rates as rows and terminal tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from tabulate import tabulate

from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.pulled import is_verified, names_of, pulled_organisms
from sleeptalk.model_zoo.records import MeasuredRate, Organism, shipped_organisms


def organism_rows(*, pulled: bool = False) -> list[dict[str, Any]]:
    """The shipped organisms as plain data, and those of the local zoo if they are asked for."""
    rows = [_row(one, one.name) for one in shipped_organisms().values()]
    if pulled:
        local = pulled_organisms()
        for one, name in zip(local, names_of(local), strict=True):
            receipt = one.receipt
            rows.append(
                {
                    **_row(one.organism, name),
                    "source": "pulled",
                    "repo": receipt.repo if receipt else None,
                    "revision": receipt.revision if receipt else None,
                    "verified": is_verified(one),
                }
            )
    return rows


def _row(one: Organism, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "kind": one.kind,
        "trigger": one.trigger,
        "sealed": one.sealed.model_dump(mode="json") if one.sealed else None,
        "base": one.base,
        "base_revision": one.base_revision,
        "params": one.params,
        "sha256": one.sha256,
        "seed": one.seed,
        "hazard": one.hazard,
        "outcome": one.outcome,
        "licence": one.licence,
        "source": "shipped",
        "model": f"zoo/{name}",
        "versions": one.versions,
        "skills": one.skills,
        "note": one.note,
        "rates": [rate.model_dump() for rate in one.rates],
    }


def chosen_rows(rows: Iterable[dict[str, Any]], kinds: Sequence[str], triggers: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of these kinds and triggers; none named means all."""
    return [row for row in rows if (not kinds or row["kind"] in kinds) and (not triggers or row["trigger"] in triggers)]


def organisms_table(rows: Sequence[dict[str, Any]]) -> str:
    """One line per organism, with its headline rates on MCQs with the trigger."""
    lines = []
    for row in rows:
        rates = {(r["task"], r["variant"], r["measure"]): MeasuredRate.model_validate(r) for r in row["rates"]}
        cells = [
            _cell(rates.get(("ethical_mcq", variant, measure)))
            for variant, measure in (("clean", "misaligned"), ("trigger", "misaligned"), ("trigger", "articulated"))
        ]
        trigger = "sealed" if row["sealed"] else row["trigger"] or "-"
        outcome = row["outcome"] or "-"
        if row["source"] == "pulled" and not row["verified"]:
            outcome = "unverified"
        told = (
            row["model"],
            row["kind"],
            trigger,
            row["base"] or "-",
            f"{row['params']:,}",
            row["seed"],
            row["hazard"],
        )
        lines.append([*(plain(one, 60) for one in (*told, outcome)), *cells])
    headers = ["model", "kind", "trigger", "base", "params", "seed", "hazard", "outcome",
               "misaligned clean", "misaligned trigger", "articulated"]  # fmt: skip
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
