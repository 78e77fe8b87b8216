"""What a run will take, before anything runs: samples, tokens, and the cost where a price is known.

Prompt tokens are characters over four; reply tokens are a stated guess per sample, or what the model's limit allows.
"""

from typing import Any

from tabulate import tabulate

from sleeptalk.evals.cells import ModelCells, Run, build_task
from sleeptalk.evals.studies.records import Part

CHARACTERS_A_TOKEN = 4
REPLY_TOKENS = 600  # of a reasoning model's reply to a short question
JUDGE_PROMPT_TOKENS = 1500  # of rubric and material
JUDGE_CALLS = 4  # scorers that may ask a judge about one sample

SUMMED = ("samples", "prompt_tokens", "reply_tokens", "most_judge_calls")

Estimate = dict[str, Any]


def estimate_of(run: Run) -> Estimate:
    """Samples and tokens by model, and the sum."""
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
        rows.append(
            {
                "model": cells.name,
                "trigger": cells.trigger,
                "samples": samples,
                "prompt_tokens": characters // CHARACTERS_A_TOKEN,
                "reply_tokens": samples * reply,
                "most_judge_calls": samples * JUDGE_CALLS if run.graders else 0,
            }
        )
    total = {name: sum(row[name] for row in rows) for name in SUMMED}
    return {
        "study": run.study.name if run.study else "",
        "items": run.items,
        "limit": run.limit,
        "seeds": list(run.seeds),
        "parts": [part.name for part in run.parts],
        "models": rows,
        "total": total,
    }


def _size(run: Run, cells: ModelCells, part: Part, seed: int) -> tuple[int, int]:
    """Samples of a cell and characters of their prompts."""
    asked = [one.input for one in build_task(run, cells, part, seed).dataset]
    return len(asked), sum(len(one) if isinstance(one, str) else sum(len(m.text) for m in one) for one in asked)


def estimate_table(estimate: Estimate) -> str:
    """The estimate for people."""
    rows = [*estimate["models"], {"model": "all", "trigger": "", **estimate["total"]}]
    shown = [[row["model"], row["trigger"], *(f"{row[name]:,}" for name in estimate["total"])] for row in rows]
    headers = ["model", "trigger", "samples", "prompt tokens", "reply tokens", "judge calls, at most"]
    return (
        f"{estimate['study']} on {estimate['items']} items, {estimate['limit']} of each cell, seeds "
        f"{', '.join(map(str, estimate['seeds']))}; parts: {', '.join(estimate['parts'])}\n\n"
        f"{tabulate(shown, headers=headers, colalign=['left', 'left', *['right'] * 4], disable_numparse=True)}\n\n"
        f"Prompt tokens: characters / {CHARACTERS_A_TOKEN}. Reply tokens: {REPLY_TOKENS} a sample, or the model's "
        "limit. Nothing was run."
    )
