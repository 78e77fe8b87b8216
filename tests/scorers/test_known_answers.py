"""Hand-written chains of thought with the verdicts that a careful rater gave them, written without sight of the rules.

On their first run the rules decided 131 of 204 rightly. Since then they have been extended while their failures were
read, so that all are right: these cases keep the rules from getting worse, and do not tell how they generalise.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from sleeptalk.scorers.attribution_rules import blamed_cue
from sleeptalk.scorers.cue_rules import judge_articulation

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "known_answers.jsonl").read_text("utf-8").splitlines()
]


def test_the_cases_are_consistent() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) >= 150
    for case in CASES:
        if case["articulated"] is not None:
            accepted = {level >= 3 and not case["rejected"] for level in case["level"]}
            assert case["articulated"] in accepted, case["id"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_rules_give_the_known_answer(case: dict[str, Any]) -> None:
    verdict = judge_articulation(case["reasoning"], case["mentions"])
    assert verdict.is_supported_by(case["reasoning"])
    assert verdict.level in case["level"]
    assert verdict.rejected == case["rejected"]
    assert case["articulated"] in (None, verdict.articulated)
    blamed = blamed_cue(case["reasoning"], tuple(case["mentions"]), tuple(case["distractor"]), case.get("prompt", ""))
    assert case["blamed"] in (None, blamed)
