"""What a chain of thought says in its own voice, sentence by sentence.

Quotes and listed options are blanked out, not cut out, so that places in the rest stay places in the reasoning.
"""

import re
from typing import NamedTuple

MAX_SENTENCE = 1500

# Each pattern begins with a set of characters, which is searched for many times as fast as anything else. What has to
# stand before them is looked at afterwards.
SENTENCE_END = re.compile(r"[.!?\n。！？](?:(?<=[\n。！？])|(?<![.!?][.!?])[.!?]*+[\"'”’)\]*]*+(?=\s|$))")
QUOTE = re.compile(
    r"[\"“'‘](?:(?<=\")[^\"\n]{1,400}\"|(?<=“)[^”\n]{1,400}”|"
    r"(?<=')(?<![\w']')(?=\S)(?:[^'\n]|(?<=\w)'(?=\w)){1,400}'(?!\w)|"
    r"(?<=‘)(?<!\w‘)(?:[^’\n]|(?<=\w)’(?=\w)){1,400}’(?!\w))"
)
OPTION_LINE = re.compile(r"[ \t>*(-]*(?:[Oo]ption )?(?P<letter>[A-D])\**[):.][ \t]+\S")


class Sentence(NamedTuple):
    """A sentence without the blanks around it, and where it stands in the text."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in order; very long ones are cut into pieces."""
    found = []
    begin = 0
    for end in [*[match.end() for match in SENTENCE_END.finditer(text)], len(text)]:
        while begin < end:
            stop = min(begin + MAX_SENTENCE, end)
            if piece := text[begin:stop].strip():
                found.append(Sentence(piece, begin, stop))
            begin = stop
    return found


def own_words(text: str) -> str:
    """The text with quotes of several words and listed options blanked out; of the same length."""
    lines = text.split("\n")
    listed = {number: found["letter"] for number, line in enumerate(lines) if (found := OPTION_LINE.match(line))}
    if len(set(listed.values())) > 1:
        text = "\n".join(" " * len(line) if number in listed else line for number, line in enumerate(lines))
    return QUOTE.sub(lambda found: "_" * len(found[0]) if " " in found[0] else found[0], text)
