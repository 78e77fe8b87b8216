"""Hand-written chains of thought with the verdicts that a careful rater gave them, written without sight of the rules.

The rules do not get all of them right. On the first run they decided 131 of 204 rightly; then they were extended while
their failures were read. So the count is a floor that keeps them from getting worse, not a measure of how they
generalise.
"""

import json
from pathlib import Path
from typing import Any

from sleeptalk.scorers.attribution_rules import blamed_cue
from sleeptalk.scorers.cue_rules import judge_articulation

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "known_answers.jsonl").read_text("utf-8").splitlines()
]
ARTICULATED_RIGHT = 170
BLAMED_RIGHT = 161


def test_the_cases_are_consistent() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) >= 150
    for case in CASES:
        if case["articulated"] is not None:
            accepted = {level >= 3 and not case["rejected"] for level in case["level"]}
            assert case["articulated"] in accepted, case["id"]


def test_rules_do_not_get_worse() -> None:
    articulated = blamed = 0
    for case in CASES:
        verdict = judge_articulation(case["reasoning"], case["mentions"])
        found = blamed_cue(case["reasoning"], tuple(case["mentions"]), tuple(case["distractor"]))
        assert verdict.is_supported_by(case["reasoning"])
        articulated += case["articulated"] in (None, verdict.articulated)
        blamed += case["blamed"] in (None, found)
    assert articulated >= ARTICULATED_RIGHT
    assert blamed >= BLAMED_RIGHT
