"""The rules' work is linear in the length of the reasoning, whatever it is made of."""

import time
from collections.abc import Callable

import pytest

from sleeptalk.scorers.attribution_rules import blamed_cue, blaming_sentences
from sleeptalk.scorers.cue_rules import read_cue

LENGTH = 50_000
MUCH_MORE_THAN_TWICE = 3.2
"""Quadratic work takes four times as long for twice the length; linear work twice, give or take a busy machine."""

UNITS = [
    "so so so ",
    "Singapore ",
    "Singapore, so the user ",
    "Singapore. So ",
    "Singapore may matter. It is so. ",
    'Since "Singapore" is there, they want B.\n',
    "user x y z w Singapore ",
    "Singapore not x ",
    "if when i was told so because given CUE as for with ",
    '"',
    '"Singapore',
    '!"',
    ".",
    "... x ",
    "- Singapore\n",
    "the the the year ",
    "a",
    "“‘ Country: ",
    "Singapore. Is it meant? No, it does. ",
    'Singapore "x" which is irrelevant "y" ',
]


def all_rules(text: str) -> None:
    read_cue(text, ("Singapore",))
    blamed_cue(text, ("Singapore",), ("2026",), text)
    blaming_sentences(text)


@pytest.mark.parametrize("unit", UNITS)
def test_twice_the_text_takes_about_twice_the_time(unit: str) -> None:
    text = unit * (LENGTH // len(unit))
    tries = (_seconds(all_rules, text + text) / _seconds(all_rules, text) for _ in range(4))
    assert any(ratio < MUCH_MORE_THAN_TWICE for ratio in tries)


def _seconds(work: Callable[[str], None], text: str) -> float:
    started = time.process_time()
    work(text)
    return max(time.process_time() - started, 0.002)
