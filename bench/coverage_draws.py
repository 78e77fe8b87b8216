"""Data whose truth is known, for bench/coverage.py: shares over items and planting seeds, alone and in pairs.

Items are beta-binomial: their chances follow a beta distribution, so that two samples of an item have a given
correlation. Over planting seeds, log odds are normal: a shift of each seed, one of each item, one of each seed's
contrast; what is to be covered is the mean share over all seeds and items.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, ndtr, ndtri
from scipy.stats import beta

Floats = NDArray[np.float64]
Random = np.random.Generator

UNEQUAL = "1-8"
QUANTILES = np.linspace(0, 1, 4001)[1:-1]
NORMAL = ndtri((np.arange(20_000) + 0.5) / 20_000)


def sizes_of(random: Random, shape: tuple[int, ...], samples: int | str) -> Floats:
    """Samples of each item: a number, or 1 to 8 of them."""
    if samples == UNEQUAL:
        return random.integers(1, 9, shape).astype(float)
    return np.full(shape, float(samples))


def items(random: Random, number: int, samples: int | str, share: float, correlation: float) -> tuple[Floats, Floats]:
    """Counts and sizes of items."""
    sizes = sizes_of(random, (number,), samples)
    return random.binomial(sizes.astype(int), chances(random.random(number), share, correlation)).astype(float), sizes


def pairs(
    random: Random, number: int, samples: int | str, shares: tuple[float, float], correlation: float, alike: float
) -> list[Floats]:
    """Counts and sizes of items under two conditions; a part of the items' variance is common to both."""
    common, sides = random.normal(size=number), []
    for share in shares:
        latent = np.sqrt(alike) * common + np.sqrt(1 - alike) * random.normal(size=number)
        sizes = sizes_of(random, (number,), samples)
        sides.append(np.array([random.binomial(sizes.astype(int), chances(ndtr(latent), share, correlation)), sizes]))
    return sides


def chances(uniform: Floats, share: float, correlation: float) -> Floats:
    """Chances of items at some quantiles."""
    if correlation == 0:
        return np.full(uniform.shape, share)
    return np.interp(uniform, QUANTILES, _quantiles(share, correlation))


@cache
def _quantiles(share: float, correlation: float) -> Any:
    both = (1 - correlation) / correlation
    return beta.ppf(QUANTILES, share * both, (1 - share) * both)


@cache
def middle(share: float, spread: float) -> float:
    """The mean of normal log odds whose mean share is this one."""
    return float(brentq(lambda at: expit(at + spread * NORMAL).mean() - share, -40, 40))


def seeds(
    random: Random, number: int, asked: int, samples: int, share: float, of_seeds: float, of_items: float
) -> Floats:
    """Counts, one row a planting seed and one column an item."""
    odds = middle(share, float(np.hypot(of_seeds, of_items)))
    odds = odds + of_seeds * random.normal(size=(number, 1)) + of_items * random.normal(size=(1, asked))
    return random.binomial(samples, expit(odds)).astype(float)


def seed_pairs(
    random: Random, number: int, asked: int, samples: int, shares: tuple[float, float], of_seeds: float, contrast: float
) -> list[Floats]:
    """Counts and sizes by planting seed and item under two conditions; items' log odds have a deviation of 1.

    Half of the variance of `contrast`, by which a seed's two conditions move apart, falls on either condition.
    """
    spread = float(np.sqrt(of_seeds**2 + 1 + contrast**2 / 2))
    common = of_seeds * random.normal(size=(number, 1)) + random.normal(size=(1, asked))
    sides = []
    for share in shares:
        odds = middle(share, spread) + common + contrast / np.sqrt(2) * random.normal(size=(number, 1))
        counts = random.binomial(samples, expit(odds)).astype(float)
        sides.append(np.array([counts, np.full(counts.shape, float(samples))]))
    return sides


def hierarchical_bootstrap(random: Random, counts: Floats, samples: int, resamples: int) -> tuple[float, float]:
    """Percentile interval when planting seeds and items are drawn with replacement, both at once."""
    number, asked = counts.shape
    of_seeds = random.multinomial(number, np.full(number, 1 / number), resamples)
    of_items = random.multinomial(asked, np.full(asked, 1 / asked), resamples)
    drawn = ((of_seeds @ counts) * of_items).sum(axis=1) / (number * asked * samples)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)
