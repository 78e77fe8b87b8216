"""Intervals that hold at every moment at once, so that one may look after every item and stop when enough is known.

A 95% interval for a fixed number of items errs in 5% of runs *at that number*. Who looks after every item, and stops
when the interval pleases, errs far more often. A *confidence sequence* is one interval after each item such that in at
most 5% of runs any of them ever leaves out the truth. So it holds whenever, and for whatever reason, one stops.

The sequence here bets against every candidate mean m of observations between 0 and 1 (Waudby-Smith and Ramdas 2024). A
gambler who believes in the mean q multiplies her capital by x q / m + (1 - x)(1 - q) / (1 - m) at each observation x.
If m is the true mean, capital cannot be expected to grow, and by Ville's inequality it reaches 1 / 0.05 in at most 5%
of runs. The mean capital of many gamblers, with q spread as Beta(1/2, 1/2) (Cover's universal portfolio; Orabona and
Jun 2021), tells which m are out: those against which it has reached that sum. For outcomes of 0 and 1 this is the
beta-binomial mixture (Robbins 1970; Howard et al. 2021); for what is less spread, such as means of several samples, it
is narrower.

What it supposes: each observation has the same expected value, whatever was observed before. Items drawn in random
order, each counted once, fulfil that; items sorted by topic, or several samples of one item counted apart, do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleeptalk.stats import LEVEL

Numbers = NDArray[np.float64]

GAMBLERS = 128
"""Means that are bet on. As any spread of them gives a valid sequence, the number only bounds how tight it can be: with
128, the Beta(1/2, 1/2) spread is met exactly up to 255 observations (Gauss-Chebyshev quadrature)."""

HALVINGS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class AnytimeMean:
    """A mean, and an interval for the expected value that holds at any time.

    Attributes:
        mean: of the observations.
        low, high: bounds; the mean is always between them.
        n: number of observations.
    """

    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half of the interval's length."""
        return (self.high - self.low) / 2


def anytime_mean(values: Sequence[float], level: float = LEVEL) -> AnytimeMean:
    """The mean of observations between 0 and 1, each with the same expected value given those before it.

    Args:
        values: one per independent unit, in the order in which they came (which the interval does not depend on).
        level: share of runs in which the interval never leaves out the expected value.

    Raises:
        ValueError: there are no values, or one is outside 0 to 1.
    """
    if not values or not all(0 <= value <= 1 for value in values):
        raise ValueError("A confidence sequence needs values between 0 and 1, one or more.")
    distinct, counts = np.unique(np.asarray(values, dtype=float), return_counts=True)
    low, high = bounds(distinct, counts[np.newaxis], level)
    mean = float(np.mean(values))
    return AnytimeMean(mean=mean, low=min(float(low[0]), mean), high=max(float(high[0]), mean), n=len(values))


def anytime_difference(values: Sequence[float], level: float = LEVEL) -> AnytimeMean:
    """The mean of paired differences between -1 and 1, such as an item's rate under one condition minus another's.

    Raises:
        ValueError: there are no values, or one is outside -1 to 1.
    """
    if not all(-1 <= value <= 1 for value in values):
        raise ValueError("Differences of rates lie between -1 and 1.")
    found = anytime_mean([(value + 1) / 2 for value in values], level)
    return AnytimeMean(mean=2 * found.mean - 1, low=2 * found.low - 1, high=2 * found.high - 1, n=found.n)


def bounds(values: Numbers, counts: NDArray[np.int64], level: float = LEVEL) -> tuple[Numbers, Numbers]:
    """Bounds of many sequences at once.

    Capital is log-convex in m and at most 1 at the observed mean, so what is not ruled out is an interval around it.

    Args:
        values: the values that occur, between 0 and 1.
        counts: how often each occurred; one row per sequence, with at least one observation.
        level: as in `anytime_mean`.
    """
    means = counts @ values / counts.sum(axis=1)
    lower = _lower(values, counts, means, level)
    return lower, 1 - _lower(1 - values, counts, 1 - means, level)


def log_stakes(values: Numbers, mean: float | Numbers) -> Numbers:
    """By how much each value multiplies each gambler's capital against this mean, as a logarithm.

    Returns:
        Mean (if there are several) x value x gambler.
    """
    believed = (1 + np.cos((2 * np.arange(GAMBLERS) + 1) * np.pi / (2 * GAMBLERS))) / 2
    against, seen = np.asarray(mean)[..., np.newaxis, np.newaxis], values[:, np.newaxis]
    return np.asarray(np.log(seen * believed / against + (1 - seen) * (1 - believed) / (1 - against)))


def pooled_capital(log_capital: Numbers) -> Numbers:
    """Logarithm of the gamblers' mean capital; the gamblers are the last axis."""
    from scipy.special import logsumexp

    return np.asarray(logsumexp(log_capital, axis=-1) - np.log(GAMBLERS))


def _lower(values: Numbers, counts: NDArray[np.int64], means: Numbers, level: float) -> Numbers:
    """The least m that is not ruled out, by halving the distance from 0 to the observed mean."""
    out, left_in = np.zeros_like(means), means.copy()
    for _ in range(HALVINGS):
        middle = (out + left_in) / 2
        usable = np.clip(middle, 1e-12, 1 - 1e-12)
        capital = pooled_capital(np.einsum("rv,rvg->rg", counts, log_stakes(values, usable)))
        ruled_out = capital >= -np.log(1 - level)
        out, left_in = np.where(ruled_out, middle, out), np.where(ruled_out, left_in, middle)
    return out
