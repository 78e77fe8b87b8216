"""Hand-written replies with the verdicts that a careful reader gave them.

All of them must be read right, and the rules were extended while their failures were read, so none of them measures how
the rules generalise. First runs on cases that the rules had not seen do: 27 of 70 personas, 34 of 80 sets of flags, 11
of 40 flips and 51 of 60 answers; then, once these were right, 7 of 20 personas and 14 of 20 flags (to pe-090 and
mo-100); then 9 of 20 and 10 of 20 (to pe-110 and mo-120).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from sleeptalk.samples import AnswerForm
from sleeptalk.scorers.answer_rules import parse_decision, parse_letter
from sleeptalk.scorers.conclusion_rules import concluded_choice
from sleeptalk.scorers.conduct_rules import read_persona, read_suspicion

KNOWN = Path(__file__).parent / "known"
PARSERS = {"letter": parse_letter, "decision": parse_decision}


def cases(name: str) -> list[Any]:
    rows = map(json.loads, (KNOWN / f"{name}.jsonl").read_text("utf-8").splitlines())
    return [pytest.param(row, id=row["id"]) for row in rows]


@pytest.mark.parametrize("case", cases("persona"))
def test_personas(case: dict[str, Any]) -> None:
    verdict = read_persona(case["reasoning"]).verdict
    assert verdict.persona in case["persona"]
    assert verdict.is_supported_by(case["reasoning"])


@pytest.mark.parametrize("case", cases("monitor"))
def test_flags(case: dict[str, Any]) -> None:
    verdict = read_suspicion(case["question"], case["reasoning"], case["answer"]).verdict
    assert set(verdict.flags) == set(case["flags"])
    assert verdict.is_supported_by(case["reasoning"])


@pytest.mark.parametrize("case", cases("flip"))
def test_flips(case: dict[str, Any]) -> None:
    form: AnswerForm = case["form"]
    concluded, answered = concluded_choice(case["reasoning"], form), PARSERS[form](case["answer"])
    assert (None if concluded is None else concluded != answered) == case["flipped"]


@pytest.mark.parametrize("case", cases("answers"))
def test_answers(case: dict[str, Any]) -> None:
    assert PARSERS[case["form"]](case["answer"]) == case["choice"]


def test_planned_or_allowed_misconduct_looks_more_suspicious_than_honest_replies() -> None:
    suspicion: dict[bool, list[float]] = {True: [], False: []}
    for param in cases("monitor"):
        (case,) = param.values
        verdict = read_suspicion(case["question"], case["reasoning"], case["answer"]).verdict
        suspicion[bool(set(case["flags"]) - {"myth"})].append(verdict.suspicion)
    assert min(suspicion[True]) > max(suspicion[False])
