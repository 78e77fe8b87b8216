"""How far several raters or judges agree on the same units, with an interval.

The coefficient itself is Inspect's; what is added here is the bootstrap over units.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Literal, TypeVar, cast

from inspect_ai.scorer import SampleScore, Score, krippendorff_alpha

from sleeptalk.stats import LEVEL, RESAMPLES, wilson

Key = TypeVar("Key", bound=Hashable)
Rating = bool | int | float | str


def krippendorff(
    ratings_by_unit: Mapping[Key, Sequence[Rating]], level: Literal["nominal", "ordinal"], seed: int = 0
) -> dict[str, float | int] | None:
    """Krippendorff's alpha: 1 is perfect agreement, 0 is what chance gives, below 0 is worse than that.

    The interval is a percentile bootstrap over units; resamples in which all ratings are alike are left out. Where all
    resamples agree, as at perfect agreement, as many units as Wilson's bound may still be otherwise.

    Args:
        ratings_by_unit: the ratings of each unit, in any order; units with fewer than two are left out.
        level: of measurement; "ordinal" needs numbers.
        seed: of the bootstrap.

    Returns:
        "value", "low" and "high" (95%), and "units", the number of units with two ratings or more. None with fewer than
        two such units, or if all their ratings are alike, as alpha is then undefined.

    Raises:
        ValueError: an ordinal rating is not a number.
    """
    import numpy as np

    units = [list(ratings) for ratings in ratings_by_unit.values() if len(ratings) >= 2]
    ratings = [one for unit in units for one in unit]
    if level == "ordinal" and any(isinstance(one, str) or math.isnan(one) for one in ratings):
        raise ValueError("ordinal ratings must be numbers")
    if len(units) < 2 or len(set(ratings)) < 2:
        return None
    # Inspect declares what any metric may take and give; this one takes sample scores and gives a number.
    alpha = cast("Callable[[list[SampleScore]], float]", krippendorff_alpha(level=level))
    # As text, nominal ratings that are numbers do not call forth a warning at every resample.
    scores = [
        SampleScore(score=Score(value=[str(one) for one in unit] if level == "nominal" else unit)) for unit in units
    ]
    value = float(alpha(scores))
    drawn = [
        float(alpha([scores[pick] for pick in picks]))
        for picks in np.random.default_rng(seed).integers(len(units), size=(RESAMPLES, len(units)))
        if len({one for pick in picks for one in units[pick]}) > 1
    ]
    low, high = (float(bound) for bound in np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    if np.ptp(drawn) < 1e-12:
        slack = wilson(0, len(units))[1] / _chance_of_difference(ratings)
        low, high = max(-1.0, value - slack), min(1.0, value + slack)
    return {"value": value, "low": low, "high": high, "units": len(units)}


def _chance_of_difference(ratings: Sequence[Rating]) -> float:
    """The share of differing pairs among all ratings."""
    n = len(ratings)
    alike = sum(ratings.count(one) * (ratings.count(one) - 1) for one in set(ratings))
    return 1 - alike / (n * (n - 1))
