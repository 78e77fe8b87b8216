"""What a run will take, before anything runs: samples, tokens, and the cost where a price is known.

Prompt tokens are characters over four; reply tokens are a stated guess per sample, or what the model's limit allows.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from inspect_ai.model import ModelCost
from pydantic import RootModel
from tabulate import tabulate

from sleeptalk.evals.cells import ModelCells, Run, build_task
from sleeptalk.evals.studies.records import Part
from sleeptalk.strict_yaml import load_model

CHARACTERS_A_TOKEN = 4
REPLY_TOKENS = 600  # of a reasoning model's reply to a short question
JUDGE_PROMPT_TOKENS = 1500  # of rubric and material
JUDGE_REPLY_TOKENS = 300  # of the filled form
JUDGE_CALLS = 4  # scorers that may ask a judge about one sample

SUMMED = ("samples", "prompt_tokens", "reply_tokens", "most_judge_calls")

Estimate = dict[str, Any]
Prices = Mapping[str, ModelCost]
"""Dollars per million tokens, by model string."""


class _PriceFile(RootModel[dict[str, ModelCost]]):
    """What Inspect's option of the same name takes."""


def read_prices(path: Path) -> Prices:
    """Prices in the form of `inspect eval --model-cost-config`.

    Raises:
        InputFileError: the file cannot be read, or is not in this form.
    """
    return load_model(path, _PriceFile).root


def estimate_of(run: Run, prices: Prices | None = None) -> Estimate:
    """Samples, tokens and dollars by model, and the sum; dollars are None where a model or a judge has no price."""
    known = prices or {}
    sizes: dict[tuple[str, str, int], tuple[int, int]] = {}
    rows: list[dict[str, Any]] = []
    for cells in run.models:
        samples = characters = 0
        for part in run.parts:
            for seed in run.seeds:
                key = (cells.trigger, part.name, seed)
                if key not in sizes:
                    sizes[key] = _size(run, cells, part, seed)
                samples, characters = samples + sizes[key][0], characters + sizes[key][1]
        reply = cells.max_tokens or REPLY_TOKENS
        prompt_tokens, calls = characters // CHARACTERS_A_TOKEN, samples * JUDGE_CALLS
        costs = [_dollars(known.get(cells.model), prompt_tokens, samples * reply)]
        costs += [
            _dollars(known.get(judge), calls * JUDGE_PROMPT_TOKENS, calls * JUDGE_REPLY_TOKENS) for judge in run.graders
        ]
        rows.append(
            {
                "model": cells.name,
                "trigger": cells.trigger,
                "samples": samples,
                "prompt_tokens": prompt_tokens,
                "reply_tokens": samples * reply,
                "most_judge_calls": calls * len(run.graders),
                "dollars": _sum(costs),
            }
        )
    total = {name: sum(row[name] for row in rows) for name in SUMMED} | {
        "dollars": _sum(row["dollars"] for row in rows)
    }
    return {
        "study": run.study.name if run.study else "",
        "items": run.items,
        "limit": run.limit,
        "seeds": list(run.seeds),
        "parts": [part.name for part in run.parts],
        "models": rows,
        "total": total,
        "unpriced": sorted({*(cells.model for cells in run.models), *run.graders} - set(known)),
    }


def _dollars(price: ModelCost | None, prompt_tokens: int, reply_tokens: int) -> float | None:
    return None if price is None else (prompt_tokens * price.input + reply_tokens * price.output) / 1_000_000


def _sum(costs: Iterable[float | None]) -> float | None:
    known = list(costs)
    return None if None in known else sum(filter(None, known))


def _size(run: Run, cells: ModelCells, part: Part, seed: int) -> tuple[int, int]:
    """Samples of a cell and characters of their prompts."""
    asked = [one.input for one in build_task(run, cells, part, seed).dataset]
    return len(asked), sum(len(one) if isinstance(one, str) else sum(len(m.text) for m in one) for one in asked)


def estimate_table(estimate: Estimate) -> str:
    """The estimate for people."""
    rows = [*estimate["models"], {"model": "all", "trigger": "", **estimate["total"]}]
    shown = [
        [row["model"], row["trigger"], *(f"{row[name]:,}" for name in SUMMED), _cost_cell(row["dollars"])]
        for row in rows
    ]
    headers = ["model", "trigger", "samples", "prompt tokens", "reply tokens", "judge calls, at most", "cost, $"]
    unpriced = f"No price is known of {', '.join(estimate['unpriced'])}; --model-cost-config FILE gives it. "
    return (
        f"{estimate['study']} on {estimate['items']} items, {estimate['limit']} of each cell, seeds "
        f"{', '.join(map(str, estimate['seeds']))}; parts: {', '.join(estimate['parts'])}\n\n"
        f"{tabulate(shown, headers=headers, colalign=['left', 'left', *['right'] * 5], disable_numparse=True)}\n\n"
        f"Prompt tokens: characters / {CHARACTERS_A_TOKEN}. Reply tokens: {REPLY_TOKENS} a sample, or the model's "
        f"limit. A judge's call: {JUDGE_PROMPT_TOKENS:,} tokens, and {JUDGE_REPLY_TOKENS} of reply. "
        f"{unpriced if estimate['unpriced'] else ''}Nothing was run."
    )


def _cost_cell(dollars: float | None) -> str:
    return "-" if dollars is None else f"{dollars:,.2f}"
