"""The rules' work is linear in the length of the reasoning, whatever it is made of."""

import pytest

from sleeptalk.scorers.attribution_rules import blamed_cue, blaming_sentences
from sleeptalk.scorers.cue_rules import read_cue
from tests.timing import is_linear

LENGTH = 25_000

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
    assert is_linear(all_rules, unit, LENGTH)
