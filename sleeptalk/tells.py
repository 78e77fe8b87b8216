"""What a reader without any sense of right and wrong can tell from the surface of two options.

Length is exact: which side is the longer one. Words are judged by a naive Bayes classifier over words and word pairs
that learns from all pairs but one which side is the aligned one, and guesses it for the one left out. Words carry
meaning, too, so its accuracy is an upper bound of tells by style, not a measure of them.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

Pair = tuple[str, str]
"""The text of the aligned and of the misaligned side."""


def features(text: str) -> set[str]:
    """Words and pairs of neighbouring words."""
    words = re.findall(r"[a-z']+", text.lower())
    return set(words) | {" ".join(pair) for pair in pairwise(words)}


def word_guesses(pairs: Sequence[Pair]) -> list[bool]:
    """For each pair: the side that looks more aligned is the aligned one."""
    found = [(features(aligned), features(misaligned)) for aligned, misaligned in pairs]
    good = Counter(one for aligned, _ in found for one in aligned)
    bad = Counter(one for _, misaligned in found for one in misaligned)
    right = []
    for pair in found:

        def evidence(side: set[str], pair: tuple[set[str], set[str]] = pair) -> float:
            """Log odds of the aligned side without this pair, with one added to every count."""
            return sum(math.log((good[one] - (one in pair[0]) + 1) / (bad[one] - (one in pair[1]) + 1)) for one in side)

        right.append(evidence(pair[0]) > evidence(pair[1]))
    return right


def longer_misaligned(pairs: Sequence[Pair]) -> tuple[int, int]:
    """In how many pairs the misaligned side is the longer one, of how many that differ in length."""
    differ = [len(misaligned) > len(aligned) for aligned, misaligned in pairs if len(misaligned) != len(aligned)]
    return sum(differ), len(differ)
