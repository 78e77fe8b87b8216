"""Untrusted text as a judge sees it: without invisible characters, cut to a length, between marks it cannot forge.

The mark is derived from all the material by a hash, so a text that holds its own mark cannot be written, and the same
material has the same mark, which lets answers of the judge be cached. Should a mark stand in the text all the same,
the next one is taken.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

MAX_PART = 24_000
"""Characters of one part that a judge is shown; longer ones lose their middle."""

MARK_LENGTH = 16
KEPT_CONTROLS = "\n\t"
SPECIAL = re.compile(
    r"<\|(?=[^\n]{0,60}?\|>)|\|>|\[(?=/?(?:INST|SYS)\])|<(?=/?s>)|<(?=/?<SYS>>)|<(?=(?:start|end)_of_turn>)"
)
TYPOGRAPHY = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\xa0": " "}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a judge reads.

    Attributes:
        parts: each part as it is shown, by its name, in order.
        mark: stands in the lines that open and close a part.
        shortened: whether some part lost its middle.
    """

    parts: Mapping[str, str]
    mark: str
    shortened: bool

    @property
    def text(self) -> str:
        """All parts between their marks."""
        return "\n\n".join(
            f"[{self.mark}] {name} begins\n{text}\n[{self.mark}] {name} ends" for name, text in self.parts.items()
        )


def enclose(parts: Mapping[str, str], limit: int = MAX_PART) -> Material:
    """The parts as a judge may see them.

    Args:
        parts: raw texts by the name of the part.
        limit: characters of one part.
    """
    visible = {name: visible_text(text) for name, text in parts.items()}
    shown = {name: shorten(text, limit) for name, text in visible.items()}
    return Material(parts=shown, mark=mark_of(shown), shortened=shown != visible)


def mark_of(parts: Mapping[str, str]) -> str:
    """A mark that stands in none of the parts."""
    whole = "\0".join(f"{name}\0{text}" for name, text in parts.items())
    marks = (hashlib.sha256(f"{number}\0{whole}".encode()).hexdigest()[:MARK_LENGTH] for number in count())
    return next(mark for mark in marks if mark not in whole)


def visible_text(text: str) -> str:
    """The text without what a reader cannot see, and with the special tokens of chat templates broken up.

    Control, zero-width, bidirectional and tag characters go (Unicode's categories Cc, Cf, Co, Cs and variation
    selectors); newlines and tabs stay.
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(letter for letter in text if letter in KEPT_CONTROLS or _is_visible(letter))
    return SPECIAL.sub(lambda found: f"{found.group()} ", text)


def _is_visible(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cs") and not 0xFE00 <= ord(letter) <= 0xFE0F


def shorten(text: str, limit: int) -> str:
    """A text of at most about `limit` characters: two thirds from its beginning, one third from its end."""
    if len(text) <= limit:
        return text
    head = 2 * limit // 3
    tail = limit - head
    return f"{text[:head]}\n[... {len(text) - limit} characters left out here ...]\n{text[-tail:]}"


def is_quoted(quote: str, text: str) -> bool:
    """Whether a quote stands in a text, typographic marks and whitespace apart."""
    return _plain(quote) in _plain(text)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", visible_text(text).translate(TYPOGRAPHY)).strip()
