"""How many independent observations dependent ones are worth, and the intervals that follow.

Samples of one item resemble one another, and so do all samples of one organism. A share over them varies as if there
were fewer: its effective size is n divided by the design effect, and the interval is Wilson's at that size (Korn and
Graubard 1998; Dean and Pagano 2015). The design effect is the ratio of the variance between whole items (Rao and Scott
1992) to that of independent observations. Few items with a rare outcome say little about it, and by chance often
nothing; so it is drawn towards its greatest value, where all samples of an item agree, the more so the fewer those
items are. This file knows weights and shares, not what they are about.
"""

from dataclasses import dataclass
from math import hypot, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
MIN_N = 20

DOUBT = 2.0
"""Items with the rarer outcome at which the estimated design effect and its greatest value weigh alike; found by
simulation, see docs/statistics.md."""

LEAST_BETWEEN_SEEDS = 0.1
"""Least variance between planting seeds, in parts of that of as many independent observations: two seeds may agree by
chance, and then nothing else would be left of their difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A weighted share and how far each part of the data pulls it.

    Attributes:
        value: between 0 and 1.
        size: effective number of independent observations, above 0.
        most: what it would be if no two observations resembled one another.
        pulls: weight times distance from the share; one number an item, or a row of them for each planting seed.
    """

    value: float
    size: float
    most: float
    pulls: "Floats"

    @property
    def variance(self) -> float:
        """Of the share, as far as its effective size tells."""
        return self.value * (1 - self.value) / self.size

    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval at the effective size."""
        return wilson(self.value * self.size, self.size)


def wilson(count: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Wilson score interval of a binomial share (Wilson 1927); counts may be effective ones, so no whole numbers.

    Raises:
        ValueError: n is not positive, or count is not between 0 and n.
    """
    if not (n > 0 and 0 <= count <= n):
        raise ValueError(f"{count} of {n} is no share; n must be above 0 and the count between 0 and n")
    z = normal_quantile((1 + level) / 2)
    share = count / n
    middle, stretch = share + z * z / (2 * n), 1 + z * z / n
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if count == 0 else max(0.0, (middle - half) / stretch)
    return low, 1.0 if count == n else min(1.0, (middle + half) / stretch)


def of_items(counts: "Floats", sizes: "Floats", *, alike: bool = False) -> Share:
    """The share over items.

    Args:
        counts: outcomes that count, one number an item.
        sizes: observations, at least 1 an item.
        alike: whether each item weighs the same, not each observation.
    """
    weights = _weights(sizes, alike=alike)
    value, pulls = _pulls(counts, sizes, weights)
    independent = _inverse_sizes(sizes, weights)
    spread = _items_spread(counts, sizes, weights, pulls, value, independent)
    return Share(value=value, size=1 / spread, most=1 / independent, pulls=pulls)


def of_seeds(counts: "Floats", sizes: "Floats", *, alike: bool = False) -> Share:
    """The share over items and planting seeds, both of which stand for others: crossed random effects.

    The variance between seeds counts by the quantile of t with one degree of freedom less than there are seeds. To it
    comes that between items less that of single cells, which is in the former already (Cameron, Gelbach and Miller
    2011); adding squared half-widths with a quantile each is Howe's (1974) approximation.

    Args:
        counts: one row a planting seed, one column an item.
        sizes: the same; at least two seeds, and none and no item without an observation; single cells may be empty.
        alike: whether each cell weighs the same, not each observation.
    """
    weights = _weights(sizes, alike=alike)
    value, pulls = _pulls(counts, sizes, weights)
    independent = _inverse_sizes(sizes, weights)
    totals = counts.sum(axis=0), sizes.sum(axis=0), weights.sum(axis=0)
    items = _items_spread(*totals, pulls.sum(axis=0), value, independent)
    seeds, cells = 0.0, independent
    if 0 < value < 1:
        seeds, _, cells = (part / (value * (1 - value)) for part in crossed(pulls, pulls, weights))
    between, rest = max(seeds, LEAST_BETWEEN_SEEDS * independent), max(0.0, items - cells)
    spread = max(items, t_stretch(len(counts)) * between + rest)
    return Share(value=value, size=1 / spread, most=1 / independent, pulls=pulls)


def crossed(a: "Floats", b: "Floats", weights: "Floats") -> tuple[float, float, float]:
    """Covariance of two shares between seeds, between items, and between the cells that are left; of one its variance.

    Args:
        a: pulls of one share, one row a planting seed, one column an item.
        b: pulls of the other.
        weights: of the cells.
    """
    seeds, items = weights.shape
    between_seeds = float(a.sum(axis=1) @ b.sum(axis=1)) * seeds / (seeds - 1)
    if items == 1:
        return between_seeds, 0.0, 0.0
    between_items = float(a.sum(axis=0) @ b.sum(axis=0)) * items / (items - 1)
    left = (_uncrossed(a, weights) * _uncrossed(b, weights)).sum()
    return between_seeds, between_items, float(left) * seeds * items / ((seeds - 1) * (items - 1))


def t_stretch(seeds: int) -> float:
    """By how much a variance counts more when so many planting seeds estimate it: squared quantiles, t over normal."""
    upper = (1 + LEVEL) / 2
    return (t_quantile(upper, seeds - 1) / normal_quantile(upper)) ** 2


def difference_interval(a: Share, b: Share, covariance: float, items: int) -> tuple[float, float]:
    """Bounds of share A minus share B on the same items: `mover` with their correlation.

    As in method 10 of Newcombe (1998, paired), a positive correlation is first lowered by what half a pair is worth.
    """
    together = a.variance * b.variance
    if covariance > 0:
        covariance = max(0.0, covariance - 0.5 / (items * sqrt(a.size * b.size)))
    correlation = max(-1.0, min(1.0, covariance / sqrt(together))) if together > 0 else 0.0
    return mover(a.value, a.interval(), b.value, b.interval(), correlation)


def mover(
    a: float, bounds_a: tuple[float, float], b: float, bounds_b: tuple[float, float], correlation: float = 0.0
) -> tuple[float, float]:
    """Bounds of a - b from those of both (Newcombe 1998; Zou and Donner 2008)."""

    def reach(one: float, other: float) -> float:
        return hypot(one, other) if correlation == 0 else _third_side(one, other, correlation)

    low, high = reach(a - bounds_a[0], bounds_b[1] - b), reach(bounds_a[1] - a, b - bounds_b[0])
    return max(-1.0, a - b - low), min(1.0, a - b + high)


def normal_quantile(share: float) -> float:
    """The standard normal's."""
    from scipy.special import ndtri

    return float(ndtri(share))


def t_quantile(share: float, freedom: int) -> float:
    """Student's t's with so many degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, share))


def _third_side(one: float, other: float, cosine: float) -> float:
    return sqrt(max(0.0, one * one + other * other - 2 * cosine * one * other))


def _weights(sizes: "Floats", *, alike: bool) -> "Floats":
    filled: Floats = (sizes > 0).astype(float) if alike else sizes
    weights: Floats = filled / filled.sum()
    return weights


def _pulls(counts: "Floats", sizes: "Floats", weights: "Floats") -> tuple[float, "Floats"]:
    """The share and, of each part, how far it pulls it from its value."""
    shares = counts / sizes.clip(min=1)
    value = min(1.0, max(0.0, float((weights * shares).sum())))
    if counts.sum() in (0, sizes.sum()):
        value = float(counts.sum() > 0)  # so that rounding leaves no trace of the other outcome
    return value, weights * (shares - value)


def _inverse_sizes(sizes: "Floats", weights: "Floats") -> float:
    """Variance of the share of independent observations, in parts of that of one observation."""
    return float((weights**2 / sizes.clip(min=1)).sum())


def _items_spread(
    counts: "Floats", sizes: "Floats", weights: "Floats", pulls: "Floats", value: float, independent: float
) -> float:
    """Variance of the share between items, in parts of that of one observation: one over the effective size."""
    binomial, items = value * (1 - value), len(weights)
    greatest = float((weights**2).sum())
    if binomial == 0 or items == 1:
        return greatest
    seen = max(independent, float((pulls**2).sum()) * items / (items - 1) / binomial)
    rarer = counts if value <= 0.5 else sizes - counts
    doubt = 1 / (1 + (float((rarer > 0).sum()) / DOUBT) ** 2)
    return (1 - doubt) * seen + doubt * greatest


def _uncrossed(pulls: "Floats", weights: "Floats") -> "Floats":
    """What the pulls of single cells keep when the means of their seed and their item are taken away."""
    seeds = pulls.sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
    items = pulls.sum(axis=0, keepdims=True) / weights.sum(axis=0, keepdims=True)
    left: Floats = pulls - weights * (seeds + items)
    return left
