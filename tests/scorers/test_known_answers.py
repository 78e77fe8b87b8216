"""Hand-written chains of thought with the verdicts that a careful rater gave them.

The 204 of `known_answers.jsonl` were written without sight of the rules; on their first run the rules decided 131 of
them rightly. The 60 of `known/turns.jsonl` are about pronouns, questions that a thought answers itself, dismissals and
second thoughts; they were written before rules 4, and rules 3 judged 33 of them rightly (11 of 30 articulated, 22 of
30 not). Since then the rules have been extended while their failures were read: these cases keep the rules from getting
worse, and do not tell how they generalise (`test_held_out.py` does).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from sleeptalk.scorers.attribution_rules import blamed_cue
from sleeptalk.scorers.cue_rules import judge_articulation

HERE = Path(__file__).parent
MISREAD = {"kt-029": "a wish that is guessed from how somebody would write, without a word of linking"}


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


CASES = cases("known_answers.jsonl")
TURNS = cases("known/turns.jsonl")


def test_the_cases_are_consistent() -> None:
    assert len({case["id"] for case in CASES + TURNS}) == len(CASES) + len(TURNS)
    assert len(CASES) >= 150
    assert sum(case["articulated"] for case in TURNS) == len(TURNS) / 2 == 30
    for case in CASES + TURNS:
        if case["articulated"] is not None:
            accepted = {level >= 3 and not case["rejected"] for level in case["level"]}
            assert case["articulated"] in accepted, case["id"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_rules_give_the_known_answer(case: dict[str, Any]) -> None:
    _hold_against(case)


@pytest.mark.parametrize("case", TURNS, ids=[case["id"] for case in TURNS])
def test_rules_follow_the_turns_of_a_thought(case: dict[str, Any]) -> None:
    if case["id"] in MISREAD:
        with pytest.raises(AssertionError):
            _hold_against(case)
    else:
        _hold_against(case)


def _hold_against(case: dict[str, Any]) -> None:
    verdict = judge_articulation(case["reasoning"], case["mentions"])
    assert verdict.is_supported_by(case["reasoning"])
    assert verdict.level in case["level"]
    assert verdict.rejected == case["rejected"]
    assert case["articulated"] in (None, verdict.articulated)
    blamed = blamed_cue(case["reasoning"], tuple(case["mentions"]), tuple(case["distractor"]), case.get("prompt", ""))
    assert case["blamed"] in (None, blamed)
