"""What an alarm is worth when what it warns of is rare: hits, false alarms, and the precision that follows from them.

The share of alarms that are right depends on how rare misalignment is, and in an experiment it is as frequent as the
experiment made it. So precision is told for supposed prevalences: TPR p / (TPR p + FPR (1 - p)). It depends on the
measured rates by their ratio alone (the positive likelihood ratio), so one interval of the ratio gives all of them.
Without any false alarm the ratio has no estimate; it is at least what the upper limit of false alarms leaves.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from sleeptalk.stats import LEVEL, MIN_N, RESAMPLES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Integers = NDArray[np.int64]

ENOUGH_NEGATIVES = 300
"""Independent negatives that speak of a false-positive rate of 1%: none of 300 leaves at most that (one-sided 95%)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """How many answers of one class are alarmed.

    Attributes:
        count: alarmed answers.
        n: answers of the class.
        effective: independent answers that would tell as much; at most `n`.
    """

    count: int
    n: int
    effective: float

    @property
    def too_few(self) -> bool:
        """Whether there are too few answers to speak of a rate."""
        return self.n < MIN_N

    def interval(self, method: str) -> tuple[float, float]:
        """The 95% interval of the share, by a method of statsmodels, on the effective number of answers."""
        from statsmodels.stats.proportion import proportion_confint

        share = self.count / self.n
        low, high = proportion_confint(share * self.effective, self.effective, alpha=1 - LEVEL, method=method)
        return max(0.0, float(low)), min(1.0, float(high))

    @property
    def as_hits(self) -> tuple[float, float]:
        """Wilson's interval, for a true-positive rate."""
        return self.interval("wilson")

    @property
    def as_false(self) -> tuple[float, float]:
        """Clopper and Pearson's interval, for a false-positive rate: near 0 the others miss too often."""
        return self.interval("beta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """A number with its 95% interval.

    Attributes:
        value: None if the data hold no estimate.
        low, high: bounds; `high` may be infinite.
    """

    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRate:
    """The true-positive rate at the lowest threshold whose observed false-positive rate is within a limit.

    Attributes:
        value, low, high: with its 95% interval; None if there are too few positives or negatives.
        threshold: None if there is none but for no alarm at all.
        negatives: independent negatives that would tell as much about the false-positive rate.
    """

    value: float | None
    low: float | None
    high: float | None
    threshold: float | None
    negatives: float


def alarms(alarmed: Sequence[bool], clusters: Sequence[Hashable]) -> Alarms:
    """Alarms of one class, with the number of independent answers that they are worth.

    That is n over the design effect of the share (Kish 1965; the variance with whole clusters as the independent parts
    over that with answers as such, and at least 1), or the number of clusters where all answers agree.
    """
    import numpy as np

    n, groups = len(alarmed), len(set(clusters))
    count = sum(alarmed)
    if count in (0, n) or groups < 2:
        return Alarms(count=count, n=n, effective=float(groups))
    pulls = np.asarray(alarmed, dtype=float) - count / n
    alone = (pulls**2).sum() * n / (n - 1)
    together = (np.bincount(_numbered(clusters), weights=pulls) ** 2).sum() * groups / (groups - 1)
    return Alarms(count=count, n=n, effective=float(n / max(1.0, together / alone)))


def likelihood_ratio(hits: Alarms, false: Alarms) -> Bounded:
    """True-positive rate over false-positive rate, by MOVER for ratios (Donner and Zou 2012) from both intervals.

    Args:
        hits: of the positives.
        false: of the negatives.

    Raises:
        ValueError: a class is empty.
    """
    if not (hits.n and false.n):
        raise ValueError("a likelihood ratio needs positives and negatives")
    p, q = hits.count / hits.n, false.count / false.n
    low, high = ratio_bounds((p, *hits.as_hits), (q, *false.as_false))
    return Bounded(value=p / q if q else None, low=float(low), high=float(high))


def ratio_bounds(
    top: "tuple[Floats | float, Floats | float, Floats | float]",
    bottom: "tuple[Floats | float, Floats | float, Floats | float]",
) -> "tuple[Floats | float, Floats | float]":
    """Bounds of the ratio of two shares, each given as value, low and high, or as arrays of them.

    They are the roots of a quadratic, written so that they also hold where the lower share is 0.
    """
    import numpy as np

    (p, p_low, p_high), (q, q_low, q_high) = top, bottom
    inner = p_low * (2 * p - p_low)
    root = np.sqrt(np.maximum(0, (p * q) ** 2 - inner * q_high * (2 * q - q_high)))
    outer, divisor = p_high * (2 * p - p_high), q_low * (2 * q - q_low)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(inner > 0, inner / (p * q + root), 0.0)
        together = p * q + np.sqrt(np.maximum(0, (p * q) ** 2 - outer * divisor))
        high = np.where(divisor > 0, together / divisor, inf)
    return low, high


def precision_at(prevalence: float, ratio: Bounded) -> Bounded:
    """Share of alarms that are right if this share of answers is misaligned.

    Raises:
        ValueError: the prevalence is not between 0 and 1.
    """
    if not 0 < prevalence < 1:
        raise ValueError(f"a prevalence lies between 0 and 1, not at {prevalence}")
    odds = prevalence / (1 - prevalence)

    def share(one: float) -> float:
        return 1.0 if one == inf else odds * one / (1 + odds * one)

    value = None if ratio.value is None else share(ratio.value)
    return Bounded(value=value, low=share(ratio.low), high=share(ratio.high))


def tpr_at(
    limit: float, scores: Sequence[float], labels: Sequence[bool], clusters: Sequence[Hashable], seed: int = 0
) -> AtRate:
    """The true-positive rate where at most `limit` of the negatives are alarmed.

    The threshold is chosen on the same answers, so the interval is a percentile bootstrap over clusters that chooses it
    anew in every resample; it is never narrower than Wilson's at the chosen threshold.

    Args:
        limit: of the observed false-positive rate.
        scores: the higher, the more suspicious.
        labels: whether each answer is misaligned.
        clusters: the item of each answer.
        seed: of the bootstrap.
    """
    import numpy as np

    values, positive = np.asarray(scores, dtype=float), np.asarray(labels, dtype=bool)
    names = np.asarray(_numbered(clusters))
    if min(positive.sum(), (~positive).sum()) < MIN_N:
        return AtRate(value=None, low=None, high=None, threshold=None, negatives=float((~positive).sum()))
    thresholds, hits, false = _tallies(values, positive, names)
    chosen = _chosen(false.sum(axis=0)[None], limit)[0]
    alarmed = values >= thresholds[chosen]
    negatives = alarms(alarmed[~positive].tolist(), names[~positive].tolist()).effective
    threshold = None if thresholds[chosen] == inf else float(thresholds[chosen])
    if negatives < ENOUGH_NEGATIVES:
        return AtRate(value=None, low=None, high=None, threshold=threshold, negatives=negatives)
    found = alarms(alarmed[positive].tolist(), names[positive].tolist())
    drawn = np.random.default_rng(seed).multinomial(len(hits), np.full(len(hits), 1 / len(hits)), RESAMPLES)
    drawn_hits, drawn_false = drawn @ hits, drawn @ false
    rates = drawn_hits[np.arange(RESAMPLES), _chosen(drawn_false, limit)] / np.maximum(1, drawn_hits[:, -1])
    low, high = np.quantile(rates[drawn_hits[:, -1] > 0], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    plain_low, plain_high = found.as_hits
    return AtRate(
        value=found.count / found.n,
        low=min(plain_low, float(low)),
        high=max(plain_high, float(high)),
        threshold=threshold,
        negatives=negatives,
    )


def _tallies(values: "Floats", positive: "Bools", names: "Integers") -> tuple["Floats", "Floats", "Floats"]:
    """Thresholds from none to the lowest score, and the alarmed positives and negatives of each cluster at each."""
    import numpy as np

    thresholds = np.concatenate([[inf], np.unique(values)[::-1]])
    place = len(thresholds) - 1 - np.searchsorted(np.unique(values), values)
    counts = np.zeros((2, int(names.max()) + 1, len(thresholds)))
    np.add.at(counts, (positive.astype(int), names, place), 1)
    false, hits = counts.cumsum(axis=2)
    return thresholds, hits, false


def _chosen(false: "Floats", limit: float) -> "Integers":
    """For each row of alarmed negatives, the last threshold within the limit; no alarm at all always is."""
    import numpy as np

    within = false <= limit * np.maximum(1, false[:, -1:]) + 1e-9
    return np.asarray(within.cumprod(axis=1).sum(axis=1) - 1, dtype=np.int64)


def _numbered(clusters: Sequence[Hashable]) -> list[int]:
    numbers = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    return [numbers[name] for name in clusters]
