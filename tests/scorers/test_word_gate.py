import json
import re
from pathlib import Path

import pytest

from sleeptalk.scorers import blame_words, conduct_words
from sleeptalk.scorers.own_voice import sentences
from sleeptalk.scorers.word_gate import Gated
from tests.timing import is_linear

KNOWN = sorted((Path(__file__).parent / "known").glob("*.jsonl"))
GATED = {
    name: value
    for module in (conduct_words, blame_words)
    for name, value in vars(module).items()
    if isinstance(value, Gated)
}


@pytest.mark.parametrize("name", GATED)
def test_gates_shut_out_no_match(name: str) -> None:
    gated, plain = GATED[name], re.compile(GATED[name].pattern)
    for path in KNOWN:
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            for sentence in sentences(f"{row.get('reasoning', '')}\n{row.get('answer', '')}"):
                text = sentence.text.lower()
                found = [match.span() for match in gated.finditer(text)]
                assert found == [match.span() for match in plain.finditer(text)], text


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (r"\bmyths?\b|\bdebunk\w*", ["a myth", "myths", "debunked"]),
        (r"\b(?:very )?old (?:\w+ ){0,2}tales?\b", ["old tale", "very old and long tales"]),
        (r"\b(?:not|n['’]t) (?:our|my)\b", ["not our", "it is not my"]),
        (r"\b(?:we|they)(?: will)?(?: not)? go\b", ["we go", "they will not go"]),
        (r"^(?:so )?(?!\w+ing\b)\bhid(?:e|ing)\b", ["hide", "so hide"]),
        (r"[(|]odd[)|]|\bplain\b", ["(odd|", "plain"]),
        (r"用户[^。]{0,20}(?:想要|希望)", ["这个用户可能想要"]),
        (r"\d+|→", ["7", "→", "→ 7"]),
        (r"(?:sub)?marine\w+", ["ultramarines", "submarines"]),
    ],
)
def test_words_are_read_off_any_pattern(pattern: str, texts: list[str]) -> None:
    gated, plain = Gated(pattern), re.compile(pattern)
    for text in (*texts, *(f"x {one}, {one} y" for one in texts), "nothing of it"):
        assert [one.span() for one in gated.finditer(text)] == [one.span() for one in plain.finditer(text)]
    assert all(gated.search(text) for text in texts)


@pytest.mark.parametrize("unit", ["...x", '."', "a. ", "'", "' '"])
def test_text_is_cut_in_linear_time(unit: str) -> None:
    assert is_linear(sentences, unit, 100_000)
