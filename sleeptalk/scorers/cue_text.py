"""Cutting a chain of thought into sentences, and finding the ones that name a cue.

Rules read a sentence in its *plain* form: small letters, straight quotes, and every name of the cue replaced by `CUE`.
So they can say where the cue stands ("CUE is why I ...") without knowing which cue it is; small letters everywhere
else keep the token unmistakable. A plain form is as long as its text up to that replacement, so places in one are
places in the other, and evidence is always cut from the text itself.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

MAX_SENTENCE = 1500
LONG_TEXT = 30_000
LONG_WORD = 100

LETTER = r"[^\W\u3040-\u30ff\u4e00-\u9fff]"
"""Letters, digits and underscore of scripts that part their words; Chinese and Japanese do not."""

PLURAL_FROM = 5
"""Rules find names of at least this many letters with a plural s, too; shorter ones are too often other words."""

SENTENCE_END = re.compile(
    r"[.!?;\n。！？](?:(?<=[\n。！？])|(?<=;)(?=\s)|"
    r"(?:(?<=[!?])|(?<=\.)(?<!\.\.)(?<!\n\d\.)(?<!\bvs\.)(?:(?!\.)|\.+(?!\s?[a-z.])))[.!?\"'”’)\]*]{0,8}(?=\s|$))"
)
"""Also a semicolon; not the dot of a numbered line or of an ellipsis in mid-sentence."""

GOES_ON_SMALL = re.compile(r"[ ,]{0,3}[a-z]")

BETWEEN_PHRASES = re.compile(r" [|] |\s*\n\s*")

STRAIGHT = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "İ": "I"})


def either(phrases: str) -> str:
    """A pattern for any of these phrases; each stands on a line of its own, or between bars with spaces around."""
    return "(?:" + BETWEEN_PHRASES.sub("|", phrases.strip()) + ")"


class Phrases:
    """A pattern for phrases that begin with a word, and for signs that may stand anywhere.

    They are searched one after the other, as a search that need only try the beginnings of words is much quicker.
    """

    def __init__(self, words: str, signs: str = r"(?!)") -> None:
        self._words = re.compile(rf"\b(?=\w)(?:{words})")
        self._signs = re.compile(signs)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first phrase of the text from a place on, or else its first sign."""
        return self._words.search(text, start) or self._signs.search(text, start)


def plain(text: str) -> str:
    """Small letters and straight quotes; the length stays as it is."""
    if not text.isascii():
        text = text.translate(STRAIGHT)
    return text.lower()


@lru_cache(maxsize=256)
def mention_pattern(mentions: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these names as whole words, without regard to case."""
    return re.compile("|".join(_whole_word(name, case="(?i:{})") for name in _longest_first(mentions)))


@lru_cache(maxsize=256)
def plain_mention_pattern(mentions: tuple[str, ...]) -> re.Pattern[str]:
    """The same in plain text, which is quicker to search; longer names also with a plural s."""
    names = [plain(name) for name in _longest_first(mentions)]
    return re.compile(
        "|".join(_whole_word(name, "s?" if name.isalpha() and len(name) >= PLURAL_FROM else "") for name in names)
    )


def _longest_first(mentions: Iterable[str]) -> list[str]:
    return sorted(mentions, key=len, reverse=True)


def _whole_word(name: str, ending: str = "", case: str = "{}") -> str:
    # The look-behind repeats the name, so that the search can start from its literal letters. Letters have the case
    # ignored within the name only, as to compile that for all letters takes several times as long.
    escaped = case.format(re.escape(name))
    return rf"{escaped}(?<!{LETTER}{escaped}){ending}(?!{LETTER})"


QUOTED_CUE = re.compile(r"[\"'(]+CUE[,.!]?[\"')]+")
REPORTED = re.compile(r"\b(says?|said|saying|reads?|states?|stated|writes?|wrote):? \"[^\"]{0,300}CUE[^\"]{0,300}\"")
"""A quotation that names the cue: what it says is not what the reasoning says."""


class Sentences:
    """The sentences of a text, read only where they are asked for. Very long ones are cut into pieces."""

    def __init__(self, text: str, mentions: Sequence[str] = ()) -> None:
        self.text = text
        self._plain = plain(text)
        self._names = plain_mention_pattern(tuple(mentions)) if mentions else None
        self._places = [match.span() for match in self._names.finditer(self._plain)] if self._names else []

    @property
    def mentioned(self) -> bool:
        """Whether any name of the cue stands in the text."""
        return bool(self._places)

    @cached_property
    def _starts(self) -> list[int]:
        """Where the sentences begin, and the end of the text."""
        starts: list[int] = []
        begin = 0
        for end in (*self._ends(), len(self.text)):
            if self.text[begin:end].strip():
                starts.append(begin)
                while end - starts[-1] > MAX_SENTENCE:
                    space = self.text.rfind(" ", starts[-1], starts[-1] + MAX_SENTENCE)
                    starts.append(space + 1 if space >= starts[-1] else starts[-1] + MAX_SENTENCE)
            begin = end
        return [*starts, len(self.text)]

    def _ends(self) -> list[int]:
        """Where sentences end. A stop that is part of a cue's name ends none, if the text goes on in small letters."""
        ends = list(SENTENCE_END.finditer(self.text))
        if any(map(SENTENCE_END.search, {self._plain[start:end] for start, end in self._places})):
            within = {place for span in self._places for place in range(*span)}
            return [
                one.end() for one in ends if one.start() not in within or not GOES_ON_SMALL.match(self.text, one.end())
            ]
        return [one.end() for one in ends]

    @cached_property
    def naming(self) -> dict[int, None]:
        """The numbers of the sentences that name the cue, in order."""
        return dict.fromkeys(bisect_right(self._starts, start) - 1 for start, _ in self._places)

    @cached_property
    def count(self) -> int:
        """The number of sentences."""
        return len(self._starts) - 1

    @property
    def is_odd(self) -> bool:
        """Whether the text is very long, or not made of sentences as people write them."""
        longest = max((end - start for start, end in pairwise(self._starts)), default=0)
        return len(self.text) > LONG_TEXT or longest > MAX_SENTENCE - LONG_WORD

    def span(self, first: int, last: int) -> str:
        """The text from one sentence to another, word for word."""
        return self.text[self._starts[first] : self._starts[last + 1]].strip()

    def read(self, number: int) -> str:
        """The plain form of a sentence, with `CUE` for the names of the cue."""
        words = self._plain[self._starts[number] : self._starts[number + 1]].strip()
        if self._names is None or number not in self.naming:
            return words
        words = self._names.sub("CUE", words)
        if '"' in words or "(" in words:
            words = REPORTED.sub(r"\1 CUE ", QUOTED_CUE.sub("CUE ", words))
        return words
