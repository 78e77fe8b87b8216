"""Rates with intervals, paired comparisons and corrections.

No rate leaves this file without its n and its interval, and a rate on fewer than `MIN_N` observations is "too few": it
keeps its counts but has no value. Samples that share an item are not independent, nor are organisms that were planted
with one seed; `effective_size` says what they are worth, and docs/statistics.md how often each interval held.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sleeptalk.contrasts import Difference, paired_difference, paired_difference_over_seeds, unpaired_difference
from sleeptalk.effective_size import LEVEL, MIN_N, of_items, of_seeds, wilson
from sleeptalk.errors import InvalidValueError
from sleeptalk.paired_tests import Alternative, mcnemar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "LEVEL", "MAX_FAILED", "MIN_N", "RESAMPLES", "Alternative", "Difference", "Method", "Rate", "holm", "mcnemar",
    "paired_difference", "paired_difference_over_seeds", "rate", "unpaired_difference", "wilson",
]  # fmt: skip

MAX_FAILED = 0.02
"""Share of observations whose judge may fail before a rate over them is withheld."""

RESAMPLES = 2000
"""Of a bootstrap, where there is no better interval."""

Method = Literal["wilson", "design effect", "planting seeds", "judge error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of `n` observations.

    Attributes:
        count: observations that count.
        n: all observations.
        clusters: number of distinct clusters (items) that they come from.
        low, high: bounds of the 95% interval, between 0 and 1, or None if `n` is below `MIN_N`.
        method: how the interval was computed.
        seeds: number of planting seeds that the observations come from, if the interval is about them; else 0.
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
    seeds: int = 0
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


def rate(
    outcomes: Sequence[bool],
    clusters: Sequence[Hashable] | None = None,
    *,
    planting_seeds: Sequence[Hashable] | None = None,
) -> Rate:
    """The share of true outcomes with its 95% interval.

    The interval is Wilson's; with repeated clusters, at the effective number of observations (`effective_size`). With
    planting seeds it holds for other seeds too, whose organisms would have been asked other items; without, for these
    organisms.

    Args:
        outcomes: one boolean per observation.
        clusters: the item of each observation; None if all are independent.
        planting_seeds: the seed with which the organism of each observation was planted; an item may come under
            several.

    Raises:
        InvalidValueError: there is only one planting seed.
        ValueError: the arguments differ in length.
    """
    count, n = sum(outcomes), len(outcomes)
    names = range(n) if clusters is None else clusters
    counts, sizes = _table(outcomes, names, planting_seeds)
    items = sizes.shape[1]
    seeds = 0 if planting_seeds is None else len(sizes)
    method: Method = "planting seeds" if seeds else "wilson" if items == n else "design effect"
    low: float | None = None
    high: float | None = None
    if n and seeds == 1:
        raise InvalidValueError(
            "All observations are of one planting seed, so nothing is known of others; plant with another seed, or "
            "leave the planting seeds out for a rate of this organism."
        )
    if n >= MIN_N:
        if method == "wilson":
            low, high = wilson(count, n)
        else:
            low, high = (of_seeds(counts, sizes) if seeds else of_items(counts[0], sizes[0])).interval()
    return Rate(count=count, n=n, clusters=items, low=low, high=high, method=method, seeds=seeds)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm-adjusted p-values of one family of tests."""
    from statsmodels.stats.multitest import multipletests

    if len(p_values) < 2:
        return dict(p_values)
    adjusted = multipletests(list(p_values.values()), method="holm")[1]
    return {name: float(p) for name, p in zip(p_values, adjusted, strict=True)}


def _table(
    outcomes: Sequence[bool], clusters: Sequence[Hashable], planting_seeds: Sequence[Hashable] | None
) -> tuple["Floats", "Floats"]:
    """Counts and sizes, one row a planting seed and one column an item, in an order that does not depend on theirs."""
    import numpy as np

    seeds = [None] * len(outcomes) if planting_seeds is None else planting_seeds
    cells: dict[tuple[Hashable, Hashable], list[bool]] = defaultdict(list)
    for outcome, cluster, seed in zip(outcomes, clusters, seeds, strict=True):
        cells[seed, cluster].append(outcome)
    rows = {seed: row for row, seed in enumerate(sorted({seed for seed, _ in cells}, key=str))}
    columns = {item: column for column, item in enumerate(sorted({item for _, item in cells}, key=str))}
    counts, sizes = np.zeros((2, len(rows), len(columns)))
    for (seed, item), values in cells.items():
        counts[rows[seed], columns[item]] = sum(values)
        sizes[rows[seed], columns[item]] = len(values)
    return counts, sizes
