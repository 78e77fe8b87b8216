"""The area under the ROC curve with its interval: how well a score tells one kind of answer from the other."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sleeptalk.stats import LEVEL, MIN_N

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Auroc:
    """How well a score tells positives from negatives.

    Attributes:
        value: chance that a random positive scores above a random negative, ties counting half; 0.5 is a guess. None,
            as are the bounds, if either class has fewer than `MIN_N` observations.
        low, high: bounds of the 95% interval, between 0 and 1.
        positives, negatives: observations of each class.
    """

    value: float | None
    low: float | None
    high: float | None
    positives: int
    negatives: int

    def __str__(self) -> str:
        counts = f"{self.positives}+{self.negatives}"
        if self.value is None or self.low is None or self.high is None:
            return f"too few ({counts})"
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}] n={counts}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of a ROC curve.

    Attributes:
        threshold: suspicion from which there is an alarm; None for no alarm at all.
        fpr, tpr: shares of negatives and positives that are alarmed.
    """

    threshold: float | None
    fpr: float
    tpr: float


def auroc(scores: Sequence[float], labels: Sequence[bool], clusters: Sequence[Hashable] | None = None) -> Auroc:
    """Area under the ROC curve with its 95% interval.

    The interval inverts the score test with Hanley and McNeil's variance (method 5 of Newcombe 2006), which stays wide
    at a perfect separation. With repeated clusters both class sizes are first divided by the design effect: the
    variance of the area with whole clusters as the independent parts (Obuchowski 1997) over that with observations as
    such, and at least 1.

    Args:
        scores: the higher, the more likely positive.
        labels: whether each observation is positive.
        clusters: the item of each observation; None if all are independent.

    Raises:
        ValueError: the arguments differ in length, or a score is not a number.
    """
    import numpy as np

    values, positive = np.asarray(scores, dtype=float), np.asarray(labels, dtype=bool)
    names = range(len(values)) if clusters is None else clusters
    if not len(values) == len(positive) == len(names):
        raise ValueError(
            f"{len(values)} scores, {len(positive)} labels and {len(names)} clusters; they must be as many"
        )
    if np.isnan(values).any():
        raise ValueError("a score is not a number")
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if min(positives, negatives) < MIN_N:
        return Auroc(value=None, low=None, high=None, positives=positives, negatives=negatives)
    value, pulls = _placements(values, positive)
    index = {name: position for position, name in enumerate(dict.fromkeys(names))}
    cluster_of = np.array([index[name] for name in names])
    sizes = _effective_sizes(pulls, positive, cluster_of)
    low, high = _auroc_interval(value, *sizes)
    return Auroc(value=value, low=low, high=high, positives=positives, negatives=negatives)


def roc(scores: Sequence[float], labels: Sequence[bool]) -> list[Point]:
    """The ROC curve from no alarm to all, one point for each distinct score.

    The area below it is that of `auroc`. Empty if either class has fewer than `MIN_N` observations.
    """
    import numpy as np

    values, positive = np.asarray(scores, dtype=float), np.asarray(labels, dtype=bool)
    totals = np.array([(~positive).sum(), positive.sum()])
    if totals.min() < MIN_N:
        return []
    thresholds, ranks = np.unique(-values, return_inverse=True)
    steps = np.stack([np.bincount(ranks[kind], minlength=len(thresholds)) for kind in (~positive, positive)], axis=1)
    return [
        Point(threshold=None, fpr=0.0, tpr=0.0),
        *(
            Point(threshold=-float(threshold), fpr=float(x), tpr=float(y))
            for threshold, (x, y) in zip(thresholds, steps.cumsum(axis=0) / totals, strict=True)
        ),
    ]


def _placements(values: "Floats", positive: "Bools") -> tuple[float, "Floats"]:
    """The area, and how far each observation pulls it from its mean: their squares sum to DeLong's variance."""
    import numpy as np
    from scipy.stats import rankdata

    positives, negatives = positive.sum(), (~positive).sum()
    ranks = rankdata(values)
    shares = np.empty(len(values))
    shares[positive] = (ranks[positive] - rankdata(values[positive])) / negatives
    shares[~positive] = 1 - (ranks[~positive] - rankdata(values[~positive])) / positives
    value = float(shares[positive].mean())
    return value, (shares - value) / np.where(positive, positives, negatives)


def _effective_sizes(pulls: "Floats", positive: "Bools", cluster_of: "Integers") -> tuple[float, float]:
    """How many independent positives and negatives carry as much information as these."""
    import numpy as np

    n, clusters = len(pulls), int(cluster_of.max()) + 1
    alone = (pulls**2).sum() * n / (n - 1)
    if alone == 0 or clusters == 1:  # nothing varies: as many as there are clusters
        return float(len(np.unique(cluster_of[positive]))), float(len(np.unique(cluster_of[~positive])))
    together = (np.bincount(cluster_of, weights=pulls) ** 2).sum() * clusters / (clusters - 1)
    effect = max(1.0, together / alone)
    return float(positive.sum() / effect), float((~positive).sum() / effect)


def _auroc_interval(value: float, positives: float, negatives: float) -> tuple[float, float]:
    """The areas that lie at most z of their own standard errors from the observed one."""
    from math import sqrt

    from scipy.optimize import brentq
    from scipy.stats import norm

    z, pairs = float(norm.ppf((1 + LEVEL) / 2)), positives * negatives
    beyond = (positives + negatives) / 2 - 1

    def distance(area: float) -> float:
        variance = area * (1 - area) * (1 + beyond * ((1 - area) / (2 - area) + area / (1 + area))) / pairs
        return abs(area - value) - z * sqrt(max(0.0, variance))

    margin = 1e-9  # next to the observed area the distance is below zero, and at 0 and 1 it is not
    low = 0.0 if value <= margin else float(brentq(distance, 0, value - margin))
    high = 1.0 if value >= 1 - margin else float(brentq(distance, value + margin, 1))
    return low, high
