"""Contrasts: one rate minus another, with interval and p-value.

A study asks one set of items under two conditions, or of two models, so contrasts are paired on items: what makes an
item easy for both cancels out. Where organisms were planted with several seeds, the seeds are pairs too.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sleeptalk.effective_size import (
    LEAST_BETWEEN_SEEDS,
    MIN_N,
    Share,
    crossed,
    difference_interval,
    mover,
    normal_quantile,
    of_items,
    of_seeds,
    t_quantile,
    t_stretch,
    wilson,
)
from sleeptalk.errors import InvalidValueError
from sleeptalk.paired_tests import Alternative, sign_flip_test, where_it_ends

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Key = TypeVar("Key", bound=Hashable)
Seed = TypeVar("Seed", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Rate under condition A minus rate under condition B on the same items.

    Attributes:
        estimate: between -1 and 1; each item counts once, by the mean of its samples.
        low, high: bounds of the two-sided 95% interval.
        items: items measured under both conditions; only these count.
        p_value: that the rates are the same, against `alternative`; None if no item differs.
        alternative: the direction that was tested: that A's rate is "greater", that it is "less", or "two-sided".
        seeds: number of planting seeds, if the comparison is about them; else 0.
    """

    estimate: float
    low: float
    high: float
    items: int
    p_value: float | None
    alternative: Alternative = "two-sided"
    seeds: int = 0


def paired_difference(
    a: Mapping[Key, Sequence[bool]], b: Mapping[Key, Sequence[bool]], *, alternative: Alternative = "two-sided"
) -> Difference | None:
    """Compare two conditions, or two models, on the items that both measured; None if they share fewer than two.

    The interval joins those of both rates by their correlation over items (`difference_interval`); the p-value is that
    of an exact sign-flip test of the items' differences.

    Args:
        a: the samples of each item under condition A.
        b: under condition B.
        alternative: the direction that was fixed beforehand.
    """
    import numpy as np

    shared = sorted((item for item in a if b.get(item) and a[item]), key=str)
    if len(shared) < 2:
        return None
    tallies = [np.array([(sum(side[item]), len(side[item])) for item in shared], dtype=float).T for side in (a, b)]
    return difference_of_items(*tallies, alternative=alternative)


def difference_of_items(a: "Floats", b: "Floats", *, alternative: Alternative = "two-sided") -> Difference:
    """`paired_difference` of counted samples.

    Args:
        a: two rows, how many samples of each item count under condition A, and of how many.
        b: the same items under condition B.
        alternative: the direction that was fixed beforehand.
    """
    first, second = (of_items(*side, alike=True) for side in (a, b))
    items = a.shape[1]
    covariance = float(first.pulls @ second.pulls) * items / (items - 1)
    low, high = difference_interval(first, second, covariance, items)
    return Difference(
        estimate=first.value - second.value,
        low=low,
        high=high,
        items=items,
        p_value=sign_flip_test(a, b, alternative),
        alternative=alternative,
    )


def paired_difference_over_seeds(
    a: Mapping[Seed, Mapping[Key, Sequence[bool]]],
    b: Mapping[Seed, Mapping[Key, Sequence[bool]]],
    *,
    alternative: Alternative = "two-sided",
) -> Difference | None:
    """Compare two conditions over organisms of several planting seeds; None if fewer than two items are shared.

    An item counts if all seeds measured it under both conditions. Interval and p-value hold for other planting seeds
    too. To compare organisms with one model without a planting seed, such as their base, give that for every seed:
    `dict.fromkeys(a, base)`.

    Args:
        a: for each planting seed, the samples of each item under condition A.
        b: under condition B.
        alternative: the direction that was fixed beforehand.

    Raises:
        InvalidValueError: the seeds of both conditions differ, or there are fewer than two.
    """
    if a.keys() != b.keys() or len(a) < 2:
        raise InvalidValueError(
            f"Planting seeds {sorted(map(str, a))} and {sorted(map(str, b))}: both conditions need the same seeds, and "
            "at least two; plant with more seeds, or compare one organism with paired_difference."
        )
    import numpy as np

    seeds = sorted(a, key=str)
    runs = [side[seed] for side in (a, b) for seed in seeds]
    shared = sorted((item for item in runs[0] if all(run.get(item) for run in runs)), key=str)
    if len(shared) < 2:
        return None
    tallies = np.array([[(sum(run[item]), len(run[item])) for item in shared] for run in runs], dtype=float)
    sides = np.moveaxis(tallies, -1, 0)
    return difference_of_seeds(sides[:, : len(seeds)], sides[:, len(seeds) :], alternative=alternative)


def difference_of_seeds(a: "Floats", b: "Floats", *, alternative: Alternative = "two-sided") -> Difference:
    """`paired_difference_over_seeds` of counted samples.

    Args:
        a: two tables, how many samples count under condition A, and of how many; a row a planting seed, a column an
            item.
        b: the same under condition B.
        alternative: the direction that was fixed beforehand.
    """
    first, second = (of_seeds(*side, alike=True) for side in (a, b))
    seeds, items = a.shape[1:]
    between, over_items, cells = crossed(first.pulls, second.pulls, _even(first.pulls))
    low, high = difference_interval(first, second, t_stretch(seeds) * between + over_items - cells, items)
    estimate = first.value - second.value
    differ = estimate != 0 or (first.pulls != second.pulls).any()
    return Difference(
        estimate=estimate,
        low=low,
        high=high,
        items=items,
        p_value=_p_over_seeds(first, second, alternative) if differ else None,
        alternative=alternative,
        seeds=seeds,
    )


def unpaired_difference(
    count_a: int,
    n_a: int,
    count_b: int,
    n_b: int,
    *,
    bounds_a: tuple[float, float] | None = None,
    bounds_b: tuple[float, float] | None = None,
) -> tuple[float, float, float] | None:
    """Rate A minus rate B of independent samples with its 95% interval; None for too few observations.

    Newcombe (1998), method 10, joins the bounds of both rates. Where both come from the same items, the interval is too
    wide rather than too narrow: see `paired_difference`.

    Args:
        count_a: observations under A that count.
        n_a: all observations under A.
        count_b: observations under B that count.
        n_b: all observations under B.
        bounds_a: the 95% interval of rate A, as `rate` gives it where items are repeated; None for Wilson's, which
            holds for independent observations only.
        bounds_b: the same of rate B.
    """
    if min(n_a, n_b) < MIN_N or not (0 <= count_a <= n_a and 0 <= count_b <= n_b):
        return None
    a, b = count_a / n_a, count_b / n_b
    return a - b, *mover(a, bounds_a or wilson(count_a, n_a), b, bounds_b or wilson(count_b, n_b))


def _even(cells: "Floats") -> "Floats":
    import numpy as np

    return np.full(cells.shape, 1 / cells.size)


def _p_over_seeds(a: Share, b: Share, alternative: Alternative) -> float:
    """P-value of the difference of two shares over planting seeds, by the variance of the cells' differences.

    The squared half-widths due to seeds and to items add up, as in `of_seeds`; neither variance is taken to be less
    than that of as many independent observations, the seeds' by its factor.
    """
    seeds = len(a.pulls)
    pulls = a.pulls - b.pulls
    between, items, cells = crossed(pulls, pulls, _even(pulls))
    least = sum(_least_variance(one) for one in (a, b))
    between, items = max(between, LEAST_BETWEEN_SEEDS * least), max(items, least)

    def squared_half_width(missed: float) -> float:
        t, z = t_quantile(1 - missed / 2, seeds - 1), normal_quantile(1 - missed / 2)
        return max(t * t * between + z * z * max(0.0, items - cells), z * z * items)

    return where_it_ends(squared_half_width, a.value - b.value, alternative)


def _least_variance(share: Share) -> float:
    """Of independent observations; two added to both outcomes, so that it is above 0 where all agree."""
    value = (share.value * share.most + 2) / (share.most + 4)
    return value * (1 - value) / share.most
