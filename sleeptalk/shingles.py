"""What two texts share word by word: runs of words in common, and how alike they are.

Training texts and test items must not share a run of eight words, and no two scenarios of a set may be nearly the same.
Counting is exact; sets of some thousand texts need no sketches.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

WORD = re.compile(r"[a-z0-9']+")
RUN = 8
SHINGLE = 3
ALIKE = 0.4
"""Jaccard similarity of word triples from which two scenarios count as one."""


def words(text: str) -> list[str]:
    """Words in lower case."""
    return WORD.findall(text.lower())


def grams(text: str, count: int = RUN) -> set[str]:
    """All runs of `count` words."""
    found = words(text)
    return {" ".join(found[start : start + count]) for start in range(len(found) - count + 1)}


class Near:
    """Texts that were seen, to find the one that a new text is nearest to."""

    def __init__(self, seen: Iterable[tuple[str, str]] = ()) -> None:
        self._sizes: dict[str, int] = {}
        self._holders: defaultdict[str, list[str]] = defaultdict(list)
        for name, text in seen:
            self.add(name, text)

    def add(self, name: str, text: str) -> None:
        """Remember a text."""
        found = grams(text, SHINGLE)
        self._sizes[name] = len(found)
        for gram in found:
            self._holders[gram].append(name)

    def nearest(self, text: str) -> tuple[str, float] | None:
        """The text that shares most, with its similarity; None if nothing is shared."""
        found = grams(text, SHINGLE)
        shared = Counter(name for gram in found for name in self._holders.get(gram, ()))
        alike = {name: count / (len(found) + self._sizes[name] - count) for name, count in shared.items()}
        return max(alike.items(), key=lambda pair: (pair[1], pair[0])) if alike else None


class Runs:
    """Runs of eight words with whose they are, to find what a text shares with others."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._owner: dict[str, str] = {}
        for name, text in texts:
            self.add(name, text)

    def add(self, name: str, text: str) -> None:
        """Remember a text; the first owner of a run keeps it."""
        for gram in grams(text):
            self._owner.setdefault(gram, name)

    def shared(self, text: str, own: str = "") -> Iterator[tuple[str, str]]:
        """Owner and words of each run that the text shares with others than `own`."""
        for gram in sorted(grams(text)):
            if (owner := self._owner.get(gram, own)) != own:
                yield owner, gram
