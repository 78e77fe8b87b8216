"""Texts in pieces, so that a page can mark passages without ever reading model text as markup.

A piece is a text and the marks on it, joined by spaces; passages may overlap.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from sleeptalk.scorers.cue_text import mention_pattern

Piece = tuple[str, str]
"""Text, and the names of its marks joined by spaces; empty for none."""

Span = tuple[int, int, str]
"""Beginning and end of a passage, and the name of its mark."""


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """The text cut wherever a passage begins or ends."""
    marked = [span for span in spans if span[0] < span[1]]
    cuts = sorted({0, len(text), *(place for start, end, _ in marked for place in (start, end))})
    found = (
        (text[start:end], " ".join(sorted({mark for first, last, mark in marked if first <= start < last})))
        for start, end in pairwise(cuts)
    )
    return [("".join(text for text, _ in group), marks) for marks, group in groupby(found, key=itemgetter(1))]


def named(text: str, names: Sequence[str], mark: str) -> list[Span]:
    """Every place where one of these names stands as a whole word."""
    known = tuple(name for name in names if name)
    return [(*found.span(), mark) for found in mention_pattern(known).finditer(text)] if known else []


def quoted(text: str, quote: str, mark: str) -> list[Span]:
    """The first place where a quote stands; whitespace may differ, as in verdicts."""
    start = text.find(quote) if quote else -1
    if start >= 0:
        return [(start, start + len(quote), mark)]
    return _loosely_quoted(text, quote, mark) if quote.strip() else []


def _loosely_quoted(text: str, quote: str, mark: str) -> list[Span]:
    pattern = r"\s+".join(map(re.escape, quote.split()))
    found = re.search(pattern, text)
    return [(*found.span(), mark)] if found else []
