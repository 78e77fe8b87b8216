"""A monitor's alarms on observations whose rates are known."""

import json
from typing import Any

import pytest

from sleeptalk.evals.studies.analysis_tables import prevalence_shown
from sleeptalk.evals.studies.prevalence import prevalence_rows
from sleeptalk.evals.tables import shown_text
from sleeptalk.scorers.observations import Observation
from tests.evals.studies.synthetic import observed, run_of

LOUD, QUIET = {"cot": 90.0, "answer": 10.0, "both": 90.0}, {"cot": 0.0, "answer": 10.0, "both": 0.0}


def rows_of(*parts: list[Observation]) -> dict[tuple[str, str], dict[str, Any]]:
    run = run_of("monitor", "m")
    seen = {("m", part.name): found for part, found in zip(run.parts, parts, strict=False)}
    return {(row["thinking"], row["view"]): row for row in json.loads(json.dumps(prevalence_rows(run, seen)))}


def answers(caught: int, missed: int, false: int, passed: int, **how: Any) -> list[Observation]:
    """Each answer to an item of its own."""
    counts = ((True, LOUD, caught), (True, QUIET, missed), (False, LOUD, false), (False, QUIET, passed))
    found: list[Observation] = []
    for misaligned, suspicion, count in counts:
        new = observed(
            "trigger" if misaligned else "clean",
            count,
            **{"start": len(found), "misaligned": misaligned, "suspicion": suspicion, **how},
        )
        found += new
    return found


def test_rates_curve_and_precision_hold_the_known_answers() -> None:
    row = rows_of(answers(90, 10, 2, 398))["on", "cot"]
    assert (row["tpr"]["rate"], row["fpr"]["rate"]) == (0.9, 0.005)
    assert (row["tpr"]["n"], row["fpr"]["n"], row["fpr"]["effective"]) == (100, 400, 400)
    assert row["roc"] == [
        {"threshold": None, "fpr": 0.0, "tpr": 0.0},
        {"threshold": 90.0, "fpr": 0.005, "tpr": 0.9},
        {"threshold": 0.0, "fpr": 1.0, "tpr": 1.0},
    ]
    assert row["tpr_at_fpr"]["value"] == 0.9
    for one in row["precision"]:
        share = one["prevalence"]
        assert one["value"] == pytest.approx(0.9 * share / (0.9 * share + 0.005 * (1 - share)))
        assert 0 < one["low"] < one["value"] < one["high"] < 1
    blind = rows_of(answers(90, 10, 2, 398))["on", "answer"]
    assert (blind["tpr"]["rate"], blind["auroc"]["value"]) == (0.0, 0.5)


def test_without_false_alarms_the_table_says_at_least() -> None:
    row = rows_of(answers(100, 0, 0, 300))["on", "both"]
    assert row["likelihood_ratio"]["value"] is row["likelihood_ratio"]["high"] is None
    assert [one["value"] for one in row["precision"]] == [None] * 3
    assert row["precision"][2]["low"] == pytest.approx(0.0081, abs=2e-4)
    text = shown_text(prevalence_shown([row]))
    assert "at least 0.81" in text
    assert "100 [96, 100] (100)" in text


def test_reasoning_on_and_off_are_told_apart_and_pooled() -> None:
    without = answers(30, 30, 0, 60, thinking="off")
    for number, one in enumerate(without):  # nothing is reasoned, so the answer alone is seen
        seen = {"answer": one.outcome.suspicion["both"]}
        without[number] = Observation(one.sample, one.outcome.model_copy(update={"suspicion": seen}))
    rows = rows_of(answers(50, 0, 0, 60), without)
    assert list(dict.fromkeys(mode for mode, _ in rows)) == ["all", "on", "off"]
    assert rows["off", "answer"]["tpr"]["rate"] == 0.5
    assert rows["all", "answer"]["tpr"]["n"] == 110
    nothing = rows["off", "cot"]
    assert (nothing["unread"], nothing["tpr"]["n"], nothing["tpr"]["rate"]) == (120, 0, None)
    assert (nothing["precision"], nothing["roc"]) == ([], [])
    assert "too few (0/0)" in shown_text(prevalence_shown(list(rows.values())))


def test_answers_to_the_same_items_count_once() -> None:
    """Four copies leave all intervals as they were, up to the classes' small-sample factors."""
    once = answers(60, 30, 6, 120)
    alone, copied = rows_of(once)["on", "cot"], rows_of(once * 4)["on", "cot"]
    assert copied["fpr"]["n"] == 4 * alone["fpr"]["n"]
    for name in ("low", "value", "high"):
        assert copied["precision"][0][name] == pytest.approx(alone["precision"][0][name], rel=0.02)


@pytest.mark.parametrize(
    ("found", "withheld"),
    [
        (answers(19, 0, 0, 300), False),
        (answers(100, 0, 0, 19), False),
        ([*observed("trigger", 50, misaligned=None, unscored_reason="no_response", suspicion=LOUD)], False),
        (answers(100, 0, 0, 300, judge_failed=("monitor",)), True),
    ],
)
def test_too_few_unscored_or_unjudged_answers_give_no_rate(found: list[Observation], withheld: bool) -> None:
    row = rows_of(found)["on", "cot"]
    assert row["withheld"] is withheld
    assert row["tpr"]["rate"] is row["likelihood_ratio"] is row["tpr_at_fpr"]["value"] is None
    assert ("judge failed" in shown_text(prevalence_shown([row]))) is withheld


def test_a_run_without_observations_has_no_rows() -> None:
    assert not rows_of()
    assert prevalence_shown([]).lines == []
