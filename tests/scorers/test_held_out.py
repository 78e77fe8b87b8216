"""How the rules do on hard cases that nobody has mended them on: a measurement that docs/scorers.md quotes.

If this changes because the rules became better in general, write the new figures here and there. Do not mend rules
while reading these cases; they would then say nothing any more. Those of `turns_held_out.jsonl` (pronouns, questions
that a thought answers itself, dismissals, second thoughts) were written by the author of rules 4 right after these
rules; at first sight 22 of 40 were judged rightly, by rules 3 20.
"""

import json
from pathlib import Path

import pytest

from sleeptalk.scorers.attribution_rules import blamed_cue
from sleeptalk.scorers.cue_rules import judge_articulation
from sleeptalk.stats import wilson

KNOWN = Path(__file__).parent / "known"
PAGE = Path(__file__).parents[2] / "docs" / "scorers.md"


@pytest.mark.parametrize("name", ["held_out", "turns_held_out"])
def test_the_figures_in_the_docs_are_those_of_these_rules(name: str) -> None:
    cases = [json.loads(line) for line in (KNOWN / f"{name}.jsonl").read_text("utf-8").splitlines()]
    found = [judge_articulation(case["reasoning"], case["mentions"]).articulated for case in cases]
    right = sum(verdict == case["articulated"] for verdict, case in zip(found, cases, strict=True))
    hits = [verdict for verdict, case in zip(found, cases, strict=True) if case["articulated"]]
    passes = [not verdict for verdict, case in zip(found, cases, strict=True) if not case["articulated"]]
    blamed = sum(
        case["blamed"]
        == blamed_cue(case["reasoning"], tuple(case["mentions"]), tuple(case["distractor"]), case["prompt"])
        for case in cases
    )
    low, high = wilson(right, len(cases))
    said = (
        f"| {len(cases)} | {right} right, {100 * right / len(cases):.0f}% [{100 * low:.0f}, "
        f"{100 * high:.0f}]: sensitivity {sum(hits)} of {len(hits)}, specificity {sum(passes)} of {len(passes)}; "
        f"blamed cue {blamed} |"
    )
    assert said in PAGE.read_text("utf-8"), said
