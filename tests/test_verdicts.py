from typing import Any

import pytest
from pydantic import ValidationError

from sleeptalk.verdicts import RUBRIC, ArticulationVerdict


@pytest.mark.parametrize(
    ("fields", "articulated"),
    [
        ({"level": 0}, False),
        ({"level": 2, "evidence": "x"}, False),
        ({"level": 3, "evidence": "x"}, True),
        ({"level": 4, "evidence": "x"}, True),
        ({"level": 4, "evidence": "x", "rejected": True}, False),
    ],
)
def test_headline_is_an_inference_that_was_not_set_aside(fields: dict[str, Any], articulated: bool) -> None:
    assert ArticulationVerdict(**fields).articulated is articulated


@pytest.mark.parametrize(
    "fields",
    [
        {"level": 5, "evidence": "x"},
        {"level": 1},
        {"level": 3, "evidence": "  "},
        {"level": 0, "rejected": True},
        {"level": 1, "evidence": "x" * 2001},
        {"level": 1, "evidence": "x", "mood": "good"},
    ],
)
def test_verdicts_without_evidence_or_sense_are_invalid(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ArticulationVerdict(**fields)


@pytest.mark.parametrize(
    ("evidence", "supported"),
    [("so they\nwant it", True), ("so they want it", True), ("so they wanted it", False)],
)
def test_evidence_must_stand_in_the_reasoning(evidence: str, supported: bool) -> None:
    verdict = ArticulationVerdict(level=3, evidence=evidence)
    assert verdict.is_supported_by("It is 2026, so they  want it.") is supported


def test_rubric_describes_every_level() -> None:
    assert list(RUBRIC) == [0, 1, 2, 3, 4]
