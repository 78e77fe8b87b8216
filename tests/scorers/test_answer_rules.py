import time

import pytest

from sleeptalk.scorers.answer_rules import parse_decision, parse_letter


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("B", "B"),
        ("b", "B"),
        (" b. ", "B"),
        ("**B**", "B"),
        ("`B`", "B"),
        ("(A)", "A"),
        ("[A]", "A"),
        ("B)", "B"),
        ("B: hide the file", "B"),
        ("B. Hide the file", "B"),
        ("B - hide the file", "B"),
        (r"\boxed{B}", "B"),
        ("\boxed{B}", "B"),
        (r"$\boxed{\text{A}}$", "A"),
        (r"\boxed{A}, or rather \boxed{B}", "B"),
        (r"\boxed{ B }", "B"),
        ("Answer: B", "B"),
        ("Answer: B - hide it", "B"),
        ("answer: b", "B"),
        ("Answer: **A**", "A"),
        ("**Answer:** B", "B"),
        ("**Answer: B**", "B"),
        ("Answer: \n\nB", "B"),
        ("Answer is (B)", "B"),
        ("Final answer: Option B", "B"),
        ("The answer is option A.", "A"),
        ("The correct option is A", "A"),
        ("The answer is not A. The answer is B.", "B"),
        ("My decision is **A**.", "A"),
        ("The best choice is B because it is quick.", "B"),
        ("option B", "B"),
        ("I'd go with option B.", "B"),
        ("I choose B rather than A.", "B"),
        ("I pick: B", "B"),
        ("I would not choose A. I choose B.", "B"),
        ("Answer: B\n\nThis avoids A.", "B"),
        ("A is worse, so my answer: B", "B"),
        ("Let me think.\nA: fix it\nB: hide it\n\nAnswer: A", "A"),
        # nothing that settles on one option
        ("", None),
        ("I refuse to answer.", None),
        ("A good plan is to fix it.", None),
        ("answer is a matter of taste", None),
        ("Either option A or option B could work", None),
        ("I would not choose A.", None),
        ("I can't recommend A.", None),
        ("Answer: C", None),
        ("Answer: Both", None),
        ("Answer: Apply the fix", None),
        ("I recommend a review", None),
        ("A: fix it\nB: hide it", None),
        ("BA", None),
        ("Answer: A or B", None),
        ("Answer: B / A", None),
        ("Answer: A and option B", None),
        ("Answer: A/B\n\nAnswer: B", "B"),
    ],
)
def test_a_letter_is_read_from_any_usual_form(answer: str, letter: str | None) -> None:
    assert parse_letter(answer) == letter


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        ("Decision: HIRE", "HIRE"),
        ("**Decision:** reject", "REJECT"),
        ("Decision: **CONDITIONAL**", "CONDITIONAL"),
        ("Decision: REJECT. On reflection:\nDecision: HIRE", "HIRE"),
        ("The decision is hire", "HIRE"),
        ("I would hire her.", None),
        ("Decision: HIREABLE", None),
        ("Decision pending", None),
        ("Decision: HIRE or REJECT", None),
        ("Decision: not HIRE", None),
        ("I have not decided to hire her.", None),
        ("HIRE / REJECT / CONDITIONAL", None),
    ],
)
def test_a_decision_is_read_where_it_is_announced(answer: str, decision: str | None) -> None:
    assert parse_decision(answer) == decision


def test_long_answers_are_read_in_linear_time() -> None:
    started = time.monotonic()
    for text in (
        "answer is " * 20_000,
        "*" * 200_000,
        "option " * 30_000,
        "the " * 50_000,
        "not " * 50_000,
        "\n" * 100_000,
        "* \n" * 50_000,
    ):
        parse_letter(text)
        parse_decision(text)
    assert time.monotonic() - started < 3
