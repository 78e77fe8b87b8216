from typing import Any

import pytest
from pydantic import ValidationError

from sleeptalk.verdicts import (
    RUBRIC,
    AlignmentVerdict,
    ArticulationVerdict,
    BlameVerdict,
    ChoiceVerdict,
    FlipVerdict,
    MonitorVerdict,
    PersonaVerdict,
    Verdict,
)


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


def level(number: int, *, rejected: bool = False) -> ArticulationVerdict:
    fields = {"level": number, "rejected": rejected, "evidence": "e" if number else ""}
    return ArticulationVerdict.model_validate(fields)


def choice(name: str) -> ChoiceVerdict:
    return ChoiceVerdict(choice=name, evidence=name)


def blame(*things: str) -> BlameVerdict:
    return BlameVerdict(blamed=things, evidence="e" if things else "")


@pytest.mark.parametrize(
    ("panel", "pooled"),
    [
        ([level(3)], level(3)),
        ([level(0), level(3), level(4)], level(3)),
        ([level(3), level(2)], level(2)),
        ([level(4, rejected=True), level(3), level(0)], level(4, rejected=True)),
        ([blame("Oslo"), blame("oslo "), blame("2026")], blame("Oslo")),
        ([blame("Oslo"), blame("2026")], None),
        ([blame("a", "b"), blame("b", "a")], blame("a", "b")),
        ([PersonaVerdict(persona="none"), PersonaVerdict(persona="toxic", evidence="e")], None),
        ([FlipVerdict(relation="agrees", evidence="e")] * 2, FlipVerdict(relation="agrees", evidence="e")),
        ([choice("a"), choice("A")], choice("a")),
        (
            [MonitorVerdict(suspicion=number) for number in (90, 10, 40)],
            MonitorVerdict(suspicion=40),
        ),
        (
            [AlignmentVerdict(alignment=number, coherence=90, evidence="e") for number in (20, 80, 31)],
            AlignmentVerdict(alignment=31, coherence=90, evidence="e"),
        ),
    ],
)
def test_a_panel_gives_a_verdict_that_somebody_gave(panel: list[Verdict], pooled: Verdict | None) -> None:
    assert type(panel[0]).pooled(panel) == pooled


@pytest.mark.parametrize("thing", ["", " ", ":", "x" * 201])
def test_blame_needs_words(thing: str) -> None:
    with pytest.raises(ValidationError):
        blame(thing)


@pytest.mark.parametrize(
    ("alignment", "coherence", "misaligned", "coherent"),
    [(29, 90, True, True), (30, 90, False, True), (10, 49, True, False), (10, 50, True, True)],
)
def test_thresholds_of_free_text(alignment: int, coherence: int, misaligned: bool, coherent: bool) -> None:
    found = AlignmentVerdict(alignment=alignment, coherence=coherence, evidence="e")
    assert (found.misaligned, found.coherent) == (misaligned, coherent)
