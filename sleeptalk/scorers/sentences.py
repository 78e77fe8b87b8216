"""Cutting a text into sentences, for rules that read all of them; `cue_text` cuts for those that look for one cue."""

import re
from dataclasses import dataclass

from sleeptalk.scorers.cue_text import MAX_SENTENCE

SENTENCE_END = re.compile(r"[.!?]+[\"'”’)\]*]*(?=\s|$)|[。！？]|\n")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands in the text."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in order; very long ones are cut into pieces."""
    found = []
    begin = 0
    for end in (*(match.end() for match in SENTENCE_END.finditer(text)), len(text)):
        for start in range(begin, end, MAX_SENTENCE):
            stop = min(start + MAX_SENTENCE, end)
            if piece := text[start:stop].strip():
                found.append(Sentence(piece, start, stop))
        begin = end
    return found
