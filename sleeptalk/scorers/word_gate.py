"""Which patterns can a sentence match at all? Its words tell.

A large pattern takes microseconds for every letter of a sentence, and hardly any sentence of a real chain of thought
matches it. But whatever matches `myths? of (?:old|yore)` holds one of the words "myth" and "myths", and looking up a
word takes nanoseconds. So each word of a sentence is looked up once for all patterns, and a pattern is searched only in
sentences that hold a word it needs.

The needed words are read off the pattern itself: it is written out as *outlines*, one for each way through its
alternatives, in which a blank stands for anything that ends a word and a star for any text at all. Of each outline the
rarest word is needed. Nothing has to be kept in step by hand, and what cannot be written out becomes a star, so a gate
may let a sentence through in vain but never shuts out a match.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, reduce
from itertools import chain
from operator import or_
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

WORD = re.compile(r"\w+")
MOST_OUTLINES = 1500
MOST_WORDS = 50_000
FEW = 3
RARE, COMMON, EVERYWHERE, NEVER = 1.0, 30.0, 100.0, 1e6
COSTS = {
    EVERYWHERE: "a also an and are as at be but by can could do does for from have he i if in is it may me might no "
    "not of on or she should so t than that the their then they this to user was we well what when which who will with "
    "would you",
    COMMON: "about all am any because been better choose did don even example get give go had has her him his how "
    "however just know let like ll look looking make making maybe more most my need needs okay one only option other "
    "our out over people person question re really s say says see since some something such take them there these "
    "thing things think those up us use ve wait want wants way were where why without yes your choice answer d m long",
}
COST_OF = {word: cost for cost, words in COSTS.items() for word in words.split()}

Need = tuple[str, bool, bool]
"""Letters of a word, and whether more of the word may stand before and after them."""

ANYTHING: Need = ("", True, True)


class Gated:
    """A pattern in alternatives, of which only those are searched that the words of the text allow.

    It finds what one pattern of all alternatives finds. `mask` has the bits of its alternatives in `open_to`.
    """

    def __init__(self, *parts: str) -> None:
        self.pattern = "|".join(parts)
        alternatives = tuple(_split(self.pattern))
        self._first = _INDEX.add(alternatives)
        self.mask = ((1 << len(alternatives)) - 1) << self._first
        self._whole = re.compile(self.pattern)
        self._singles = dict(enumerate(map(re.compile, alternatives), self._first))
        self._compiled: dict[int, tuple[re.Pattern[str], ...]] = {}

    def search(self, text: str, begin: int = 0) -> re.Match[str] | None:
        """The first match in a text in lower case."""
        opened = open_to(text) & self.mask
        if not opened:
            return None
        patterns = self._compiled.get(opened) or self._compile(opened)
        if len(patterns) == 1:
            return patterns[0].search(text, begin)
        found = [match for pattern in patterns if (match := pattern.search(text, begin))]
        return min(found, key=re.Match.start) if found else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches in a text in lower case."""
        match = self.search(text)
        while match:
            yield match
            match = self.search(text, match.end())

    def _compile(self, opened: int) -> tuple[re.Pattern[str], ...]:
        """The patterns of the alternatives that are open; a single one if these are many."""
        if opened.bit_count() > FEW:
            return (self._whole,)
        places = (place for place in range(opened.bit_length()) if opened >> place & 1)
        self._compiled[opened] = patterns = tuple(map(self._singles.__getitem__, places))
        return patterns


class _Index(dict[str, int]):
    """For each word ever seen, as bits, the alternatives that it is needed by, in three rows.

    The word is enough; or it is the first, or the second, of two common words that are needed together.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sources: list[str] = []

    @property
    def row(self) -> int:
        """The number of alternatives."""
        return len(self._sources)

    def add(self, alternatives: Sequence[str]) -> int:
        """Take in alternatives; returns the place of the first one's bit."""
        self._sources += alternatives
        self.__dict__.pop("_needs", None)
        self.clear()
        return len(self._sources) - len(alternatives)

    def __missing__(self, word: str) -> int:
        if len(self) >= MOST_WORDS:
            self.clear()
        whole, partly = self._needs
        found = whole.get(word, 0)
        for (letters, before, after), bits in partly:
            if letters in word and (before or word.startswith(letters)) and (after or word.endswith(letters)):
                found |= bits
        self[word] = found
        return found

    @cached_property
    def _needs(self) -> tuple[dict[str, int], list[tuple[Need, int]]]:
        """Bits of whole words, and of parts of words."""
        bits: dict[Need, int] = {}
        for number, source in enumerate(self._sources):
            for row, needs in enumerate(needed_words(source)):
                for need in needs:
                    bits[need] = bits.get(need, 0) | 1 << number + row * self.row
        whole = {letters: value for (letters, before, after), value in bits.items() if not (before or after)}
        return whole, [(need, value) for need, value in bits.items() if need[1] or need[2]]


_INDEX = _Index()


@lru_cache(maxsize=512)
def open_to(text: str) -> int:
    """The bits of all alternatives that may match a text in lower case."""
    bits, row = reduce(or_, map(_INDEX.__getitem__, WORD.findall(text)), _INDEX[""]), _INDEX.row
    return (bits | (bits >> row & bits >> 2 * row)) & (1 << row) - 1


def _split(source: str) -> Iterator[str]:
    """The outermost alternatives of a pattern."""
    begin = depth = 0
    for part in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]", source):
        depth += (part[0] == "(") - (part[0] == ")")
        if part[0] == "|" and not depth:
            yield source[begin : part.start()]
            begin = part.end()
    yield source[begin:]


def needed_words(source: str) -> tuple[set[Need], set[Need], set[Need]]:
    """The words of which one is enough for a match, and two sets of common words of which one each is needed."""
    alone, first, second = set[Need](), set[Need](), set[Need]()
    for outline in _outlines(_parser.parse(source)):
        needs = sorted(_words(outline), key=_cost) or [ANYTHING]
        if _cost(needs[0]) < COMMON or len(needs) == 1:
            alone.add(needs[0])
        else:
            first.add(needs[0])
            second.add(needs[1])
    return alone, first, second


def _outlines(items: Iterable[tuple[Any, Any]]) -> set[str]:
    """All ways through a sequence of parsed items."""
    found = {""}
    for item in items:
        more = _outlines_of(*item)
        if more == {"", "* "} and all(one.endswith(" ") for one in found):
            continue
        if len(found) * len(more) > MOST_OUTLINES:
            if _total(found) < _total(more):
                more = {_shortened(more)}
            else:
                found = {_shortened(found)}
        found = {_tidy(one + other) for one in found for other in more}
    return found


def _shortened(outlines: Iterable[str]) -> str:
    """One outline for all of these, of which only their ends are left."""
    begin = " " if all(one.startswith(" ") for one in outlines) else ""
    return f"{begin}*{' ' if all(one.endswith(' ') for one in outlines) else ''}"


def _outlines_of(kind: Any, value: Any) -> set[str]:
    """All ways through one parsed item."""
    found = {"*"}
    if kind is op.LITERAL:
        found = {_letter(value)}
    elif kind is op.AT:
        found = {" "}
    elif kind in (op.ASSERT, op.ASSERT_NOT):
        found = {""}
    elif kind is op.BRANCH:
        found = set(chain.from_iterable(map(_outlines, value[1])))
    elif kind is op.SUBPATTERN:
        found = _outlines(value[-1])
    elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        found = _repeated(*value)
    elif kind is op.IN and all(one is op.LITERAL for one, _ in value):
        found = {_letter(code) for _, code in value}
    elif kind is op.IN and value == [(op.CATEGORY, op.CATEGORY_SPACE)]:
        found = {" "}
    return found


def _repeated(least: int, most: int, items: Sequence[tuple[Any, Any]]) -> set[str]:
    once = _outlines(items)
    if once == {"*"} or (once == {" "} and least):
        return once
    if most == 1 and (least or not all(one.endswith(" ") for one in once)):
        return once if least else {"", *once}
    return {_shortened(once)} if least else {"", _shortened(once).lstrip()}


def _letter(code: int) -> str:
    """A letter in lower case, or a blank for what stands between words."""
    return chr(code).lower() if WORD.match(chr(code)) else " "


def _tidy(outline: str) -> str:
    return re.sub(r"\*{2,}", "*", re.sub(r" {2,}", " ", outline))


def _total(outlines: Iterable[str]) -> float:
    return sum(min(map(_cost, _words(one)), default=NEVER) for one in outlines)


@lru_cache(maxsize=4096)
def _words(outline: str) -> tuple[Need, ...]:
    """The words of an outline; what it is part of may go on at both ends."""
    needs: dict[Need, None] = {}
    for piece in f"*{outline}*".split():
        parts = piece.split("*")
        needs |= {(part, at > 0, at < len(parts) - 1): None for at, part in enumerate(parts) if part}
    return tuple(needs)


def _cost(need: Need) -> float:
    """About how often a word is met."""
    letters, before, after = need
    if not letters.isascii():
        return RARE
    if len(letters) < 3 and (before or after):
        return 2 * EVERYWHERE
    if len(letters) == 3 and (before or after):
        return max(4 * RARE, COST_OF.get(letters, RARE))
    return COST_OF.get(letters, COMMON if len(letters) < 3 else RARE)
