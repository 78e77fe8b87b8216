"""Tests of paired outcomes: whether one condition differs from another on the same items.

The sign-flip test is Fisher's (1935) and Pitman's (1937): if the two conditions do not differ, each item's difference
might as well have had the other sign. Its p-value is exact for any number of samples an item, and with one sample an
item it is McNemar's.
"""

from collections.abc import Callable, Sequence
from math import lcm
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Alternative = Literal["two-sided", "greater", "less"]

FINEST = 840
"""Most steps from 0 to 1 in which differences are counted: each number of samples up to 8 divides it."""


def sign_flip_test(a: "Floats", b: "Floats", alternative: Alternative = "two-sided") -> float | None:
    """P-value of the sum of the items' differences among the sums with all other signs; None if no item differs.

    Differences are counted in whole steps; where numbers of samples would need more than `FINEST`, they are rounded,
    which leaves the test exact.

    Args:
        a: two rows, how many samples of each item count under condition A, and of how many.
        b: the same items under condition B.
        alternative: the direction that was fixed beforehand.
    """
    import numpy as np

    steps = min(FINEST, lcm(*{int(size) for size in (*a[1], *b[1])}))
    scores = np.rint(steps * (a[0] / a[1] - b[0] / b[1])).astype(int)
    if not scores.any():
        return None
    chances = np.ones(1)
    for size in sorted(abs(scores[scores != 0]).tolist()):
        longer = np.zeros(len(chances) + 2 * size)
        longer[: len(chances)] += chances / 2
        longer[2 * size :] += chances / 2
        chances = longer
    at = int(scores.sum() + abs(scores).sum())
    return _sided(float(chances[at:].sum()), float(chances[: at + 1].sum()), alternative)


def mcnemar(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Two-sided exact McNemar test of paired outcomes; None if no pair differs."""
    from statsmodels.stats.contingency_tables import mcnemar as exact_mcnemar

    table = [[0, 0], [0, 0]]
    for first, second in pairs:
        table[not first][not second] += 1
    if table[0][1] + table[1][0] == 0:
        return None
    return float(exact_mcnemar(table, exact=True).pvalue)


def where_it_ends(squared_half_width: Callable[[float], float], estimate: float, alternative: Alternative) -> float:
    """The p-value of an estimate: the level at which its interval just reaches 0.

    Args:
        squared_half_width: of the interval, by the chance that it misses on either side.
        estimate: what is 0 under the hypothesis.
        alternative: the direction that the estimate was expected to have.
    """
    from math import exp, log

    from scipy.optimize import brentq

    least = log(1e-12)
    if squared_half_width(exp(least)) <= estimate**2:
        two_sided = exp(least)
    elif estimate == 0:
        two_sided = 1.0
    else:
        two_sided = exp(float(brentq(lambda at: squared_half_width(exp(at)) - estimate**2, least, 0)))
    above = two_sided / 2 if estimate > 0 else 1 - two_sided / 2
    return _sided(above, 1 - above, alternative)


def _sided(above: float, below: float, alternative: Alternative) -> float:
    """The p-value of an alternative, from the chances to be as great or greater, and as small or smaller."""
    found = {"greater": above, "less": below, "two-sided": 2 * min(above, below)}[alternative]
    return min(1.0, found)
