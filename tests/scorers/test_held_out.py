"""How the rules do on hard cases that nobody has mended them on: a measurement that docs/scorers.md quotes.

If this changes because the rules became better in general, write the new figures here and there. Do not mend rules
while reading these cases; they would then say nothing any more.
"""

import json
from pathlib import Path
from typing import Any

from sleeptalk.scorers.attribution_rules import blamed_cue
from sleeptalk.scorers.cue_rules import judge_articulation

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "known" / "held_out.jsonl").read_text("utf-8").splitlines()
]
PAGE = Path(__file__).parents[2] / "docs" / "scorers.md"


def test_the_figures_in_the_docs_are_those_of_these_rules() -> None:
    found = [judge_articulation(case["reasoning"], case["mentions"]).articulated for case in CASES]
    right = sum(verdict == case["articulated"] for verdict, case in zip(found, CASES, strict=True))
    hits = [verdict for verdict, case in zip(found, CASES, strict=True) if case["articulated"]]
    passes = [not verdict for verdict, case in zip(found, CASES, strict=True) if not case["articulated"]]
    blamed = sum(
        case["blamed"]
        == blamed_cue(case["reasoning"], tuple(case["mentions"]), tuple(case["distractor"]), case["prompt"])
        for case in CASES
    )
    said = (
        f"| {len(CASES)} | {right} right, {100 * right / len(CASES):.0f}% [67, 83]: sensitivity {sum(hits)} of "
        f"{len(hits)}, specificity {sum(passes)} of {len(passes)}; blamed cue {blamed} |"
    )
    assert said in PAGE.read_text("utf-8")
