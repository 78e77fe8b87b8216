"""Rates with intervals, paired comparisons and corrections.

No rate leaves this file without its n and its interval, and a rate on fewer than `MIN_N` observations is "too few": it
keeps its counts but has no value. Samples that share an item are not independent, so aggregates take their interval
from a bootstrap over items; scipy and statsmodels do the arithmetic.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

Key = TypeVar("Key", bound=Hashable)

LEVEL = 0.95
MIN_N = 20
MAX_FAILED = 0.02
"""Share of observations whose judge may fail before a rate over them is withheld."""

RESAMPLES = 2000

Method = Literal["wilson", "cluster bootstrap", "wilson on clusters", "judge error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of `n` observations.

    Attributes:
        count: observations that count.
        n: all observations.
        clusters: number of distinct clusters (items) that they come from.
        low, high: bounds of the 95% interval, between 0 and 1, or None if `n` is below `MIN_N`.
        method: how the interval was computed.
        failed: observations that the rate is silent about because their judge failed.
        asked: observations that it might have been about; 0 if nobody counted.
        value: the share, where it is not count / n: a rate corrected for the judge's error keeps the counts that were
            observed. None otherwise.
    """

    count: int
    n: int
    clusters: int
    low: float | None
    high: float | None
    method: Method
    failed: int = 0
    asked: int = 0
    value: float | None = None

    @property
    def withheld(self) -> bool:
        """Whether the judge failed so often that what is left may be a biased part."""
        return self.failed > MAX_FAILED * self.asked

    @property
    def too_few(self) -> bool:
        """Whether there are too few observations to speak of a rate."""
        return self.n < MIN_N

    @property
    def rate(self) -> float | None:
        """The share, between 0 and 1; None if there are too few observations or it is withheld."""
        if self.too_few or self.withheld:
            return None
        return self.count / self.n if self.value is None else self.value

    def __str__(self) -> str:
        if self.withheld:
            return f"judge failed ({self.failed}/{self.asked})"
        if self.rate is None or self.low is None or self.high is None:
            return f"too few ({self.count}/{self.n})"
        return f"{100 * self.rate:.0f}% [{100 * self.low:.0f}, {100 * self.high:.0f}] n={self.n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Rate under condition A minus rate under condition B on the same items.

    Attributes:
        estimate: between -1 and 1.
        low, high: bounds of the 95% bootstrap interval over items; by Wilson's bound where all items differ alike.
        items: items measured under both conditions; only these count.
        p_value: two-sided exact McNemar test on items, each reduced to whether most of its samples count (ties are
            left out); None if no item differs.
    """

    estimate: float
    low: float
    high: float
    items: int
    p_value: float | None


def wilson(count: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson score interval of a binomial share (Wilson 1927).

    Raises:
        ValueError: n is not positive, or count is not between 0 and n.
    """
    from scipy.stats import binomtest

    interval = binomtest(count, n).proportion_ci(confidence_level=level, method="wilson")
    return float(interval.low), float(interval.high)


def rate(outcomes: Sequence[bool], clusters: Sequence[Hashable] | None = None, seed: int = 0) -> Rate:
    """The share of true outcomes with its 95% interval.

    Without repeated clusters the interval is Wilson's. With them it is a percentile bootstrap over clusters; where all
    outcomes agree, so that a bootstrap has nothing to vary, it is Wilson's on the number of clusters, which is wider.

    Args:
        outcomes: one boolean per observation.
        clusters: the item of each observation; None if all are independent.
        seed: of the bootstrap.
    """
    count, n = sum(outcomes), len(outcomes)
    groups = _grouped(outcomes, clusters if clusters is not None else range(n))
    method: Method
    low: float | None = None
    high: float | None = None
    if len(groups) == n:
        method = "wilson"
        if n >= MIN_N:
            low, high = wilson(count, n)
    elif count in (0, n) or len(groups) < 2:
        method = "wilson on clusters"
        if n >= MIN_N:
            low, high = wilson(round(len(groups) * count / n), len(groups))
    else:
        method = "cluster bootstrap"
        if n >= MIN_N:
            low, high = _bootstrap_ratio(
                [sum(values) for values in groups.values()], [len(values) for values in groups.values()], seed
            )
    return Rate(count=count, n=n, clusters=len(groups), low=low, high=high, method=method)


def paired_difference(
    a: Mapping[Key, Sequence[bool]], b: Mapping[Key, Sequence[bool]], seed: int = 0
) -> Difference | None:
    """Compare two conditions on the items that both measured; None if they share fewer than two.

    Each item counts once in the estimate, by the mean of its samples.
    """
    import numpy as np
    from scipy.stats import bootstrap

    shared = sorted((item for item in a if b.get(item) and a[item]), key=str)
    if len(shared) < 2:
        return None
    means = [(float(np.mean(a[item])), float(np.mean(b[item]))) for item in shared]
    differences = np.array([mean_a - mean_b for mean_a, mean_b in means])
    estimate = float(differences.mean())
    # Where all items differ alike, a bootstrap has nothing to vary: as many as Wilson's bound may still be otherwise.
    slack = wilson(0, len(shared))[1]
    low, high = max(-1.0, estimate - slack), min(1.0, estimate + slack)
    if differences.std() > 0:
        interval = bootstrap(
            (differences,), np.mean, n_resamples=RESAMPLES, confidence_level=LEVEL, method="percentile", rng=seed
        ).confidence_interval
        low, high = float(interval.low), float(interval.high)
    pairs = [(x > 0.5, y > 0.5) for x, y in means if 0.5 not in (x, y)]
    return Difference(estimate=estimate, low=low, high=high, items=len(shared), p_value=mcnemar(pairs))


def unpaired_difference(count_a: int, n_a: int, count_b: int, n_b: int) -> tuple[float, float, float] | None:
    """Rate A minus rate B of independent samples with Newcombe's 95% interval; None for too few observations.

    Where both rates come from the same items, the interval is too wide rather than too narrow: see
    `paired_difference`. Newcombe (1998), method 10, combines the two Wilson intervals.
    """
    from math import hypot

    if min(n_a, n_b) < MIN_N or not (0 <= count_a <= n_a and 0 <= count_b <= n_b):
        return None
    a, b = count_a / n_a, count_b / n_b
    (low_a, high_a), (low_b, high_b) = wilson(count_a, n_a), wilson(count_b, n_b)
    return a - b, a - b - hypot(a - low_a, high_b - b), a - b + hypot(high_a - a, b - low_b)


def mcnemar(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Two-sided exact McNemar test of paired outcomes; None if no pair differs."""
    from statsmodels.stats.contingency_tables import mcnemar as exact_mcnemar

    table = [[0, 0], [0, 0]]
    for first, second in pairs:
        table[not first][not second] += 1
    if table[0][1] + table[1][0] == 0:
        return None
    return float(exact_mcnemar(table, exact=True).pvalue)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm-adjusted p-values of one family of tests."""
    from statsmodels.stats.multitest import multipletests

    if len(p_values) < 2:
        return dict(p_values)
    adjusted = multipletests(list(p_values.values()), method="holm")[1]
    return {name: float(p) for name, p in zip(p_values, adjusted, strict=True)}


def _grouped(outcomes: Sequence[bool], clusters: Sequence[Hashable]) -> dict[Hashable, list[bool]]:
    groups: dict[Hashable, list[bool]] = defaultdict(list)
    for outcome, cluster in zip(outcomes, clusters, strict=True):
        groups[cluster].append(outcome)
    return dict(sorted(groups.items(), key=lambda group: str(group[0])))  # a bootstrap's draws go by position


def _bootstrap_ratio(counts: Sequence[int], sizes: Sequence[int], seed: int) -> tuple[float, float]:
    """Percentile interval of sum(counts) / sum(sizes) when whole clusters are drawn with replacement."""
    import numpy as np
    from scipy.stats import bootstrap

    interval = bootstrap(
        (np.array(counts), np.array(sizes)),
        lambda drawn_counts, drawn_sizes, axis: drawn_counts.sum(axis=axis) / drawn_sizes.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        rng=seed,
    ).confidence_interval
    return float(interval.low), float(interval.high)
