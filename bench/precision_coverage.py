"""How often does the interval of a monitor's precision hold the truth? Writes docs/results/precision_coverage.csv.

Precision at any prevalence rises with the likelihood ratio alone, so its interval holds the truth if that of the ratio
does. Independent answers: the exact coverage, summed over all outcomes, of the method used and of others. Repeated
items: draws, with items that alarm more often than others, and items whose misaligned and aligned answers alarm alike.
"""

import csv
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy.stats import binom, norm
from statsmodels.stats.proportion import proportion_confint

from sleeptalk.precision import alarms, likelihood_ratio, ratio_bounds

OUT = Path(__file__).parent.parent / "docs" / "results" / "precision_coverage.csv"
COLUMNS = (
    "method", "positives", "negatives", "clusters", "correlation", "tpr", "fpr", "draws", "coverage", "above_truth",
    "below_truth",
)  # fmt: skip
SIZES = (50, 100, 300, 1000, 2000)
TPRS = (0.3, 0.5, 0.7, 0.85, 0.95)
FPRS = (0.001, 0.003, 0.01, 0.03, 0.1)
DRAWS = 2_000
BEYOND = 1e-9
Z = norm.ppf(0.975)

Row = dict[str, Any]
Outside = tuple[Any, Any]
"""Whether the interval lies above the truth, and below it, by count of hits (rows) and of false alarms (columns)."""
Method = Callable[[Any, int, Any, int, float], Outside]


def mover(hit_method: str, false_method: str) -> Method:
    """MOVER for ratios from an interval of each rate."""

    def outside(x: Any, n: int, y: Any, m: int, truth: float) -> Outside:
        hits = (x / n, *proportion_confint(x, n, method=hit_method))
        false = (y / m, *proportion_confint(y, m, method=false_method))
        low, high = ratio_bounds(
            tuple(np.clip(one, 0, 1)[:, None] for one in hits), tuple(np.clip(one, 0, 1)[None] for one in false)
        )
        return low > truth, high < truth

    return outside


def simel(x: Any, n: int, y: Any, m: int, truth: float) -> Outside:
    """The logarithm's interval (Simel, Samsa and Matchar 1991), with half an answer added to each count."""
    hits, false = x[:, None] + 0.5, y[None] + 0.5
    middle = np.log(hits / (n + 0.5) / false * (m + 0.5))
    half = Z * np.sqrt(np.maximum(0, 1 / hits - 1 / (n + 0.5) + 1 / false - 1 / (m + 0.5)))
    return middle - half > np.log(truth), middle + half < np.log(truth)


def koopman(x: Any, n: int, y: Any, m: int, truth: float) -> Outside:
    """The score test of the ratio (Koopman 1984)."""
    hits, false = x[:, None], y[None]
    square, linear, rest = (n + m) * truth, -(n * truth + hits + m + false * truth), hits + false
    low = (-linear - np.sqrt(linear**2 - 4 * square * rest)) / (2 * square)
    share = truth * low
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (hits - n * share) ** 2 / (n * share * (1 - share)) * (1 + n * (truth - share) / (m * (1 - share)))
    return ((sign > 0) & (distance > Z**2) for sign in (hits / n - truth * false / m, truth * false / m - hits / n))


METHODS: dict[str, Method] = {
    "MOVER, Wilson and Clopper-Pearson (used)": mover("wilson", "beta"),
    "MOVER, Wilson for both": mover("wilson", "wilson"),
    "MOVER, Jeffreys for both": mover("jeffreys", "jeffreys"),
    "MOVER, Clopper-Pearson for both": mover("beta", "beta"),
    "logarithm (Simel), 0.5 added": simel,
    "score (Koopman)": koopman,
}


def exact_cells() -> Iterator[Row]:
    """Independent answers, all methods."""
    for n, m, tpr, fpr in product(SIZES, SIZES, TPRS, FPRS):
        x, y = _counts(n, tpr), _counts(m, fpr)
        weight = binom.pmf(x, n, tpr)[:, None] * binom.pmf(y, m, fpr)[None]
        for name, method in METHODS.items():
            above, below = (float((weight * one).sum()) for one in method(x, n, y, m, tpr / fpr))
            cell = {"method": name, "positives": n, "negatives": m, "tpr": tpr, "fpr": fpr}
            yield cell | {"coverage": 1 - above - below, "above_truth": above, "below_truth": below}


def _counts(n: int, share: float) -> Any:
    low, high = binom.ppf((BEYOND, 1 - BEYOND), n, share)
    return np.arange(max(0, int(low)), int(high) + 1)


def clustered_cells(random: np.random.Generator) -> Iterator[Row]:
    """Two positives and four negatives an item, with a correlation within each class; half the cells across classes."""
    for items, tpr, fpr, correlation, shared in product(
        (50, 120, 360), (0.5, 0.9), (0.01, 0.03, 0.1), (0.2, 0.5), (False, True)
    ):
        cell = {"clusters": items, "positives": 2 * items, "negatives": 4 * items, "correlation": correlation}
        name = f"used, items repeated{', classes alike' if shared else ''}"
        sides = np.array([_side(random, items, tpr, fpr, correlation, shared=shared) for _ in range(DRAWS)])
        above, below = sides.mean(axis=0)
        yield {"method": name, "tpr": tpr, "fpr": fpr, "draws": DRAWS, **cell} | {
            "coverage": 1 - above - below, "above_truth": above, "below_truth": below,
        }  # fmt: skip


def _side(
    random: np.random.Generator, items: int, tpr: float, fpr: float, correlation: float, *, shared: bool
) -> tuple[bool, bool]:
    """Whether the interval of one draw lies above the truth, and below it."""
    ranks = random.random((2, items))
    ranks[1] = ranks[0] if shared else ranks[1]
    chances = (_beta(rank, share, correlation) for rank, share in zip(ranks, (tpr, fpr), strict=True))
    classes = []
    for chance, each in zip(chances, (2, 4), strict=True):
        alarmed = random.random((items, each)) < chance[:, None]
        classes.append(alarms(alarmed.ravel().tolist(), np.repeat(np.arange(items), each).tolist()))
    found = likelihood_ratio(*classes)
    return found.low > tpr / fpr, found.high < tpr / fpr


def _beta(rank: Any, share: float, correlation: float) -> Any:
    from scipy.special import betaincinv

    strength = 1 / correlation - 1
    return betaincinv(share * strength, (1 - share) * strength, rank)


def main() -> None:
    """Write the table and print a summary of each method."""
    started = time.perf_counter()
    rows = [*exact_cells(), *clustered_cells(np.random.default_rng(0))]
    digits = ("coverage", "above_truth", "below_truth")
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {name: round(float(row[name]), 4) for name in digits} for row in rows)
    for name in dict.fromkeys(row["method"] for row in rows):
        found = [row["coverage"] for row in rows if row["method"] == name]
        below, over = sum(one < 0.93 for one in found), sum(one > 0.98 for one in found)
        sides = [max(row[side] for row in rows if row["method"] == name) for side in digits[1:]]
        print(
            f"{name}: {len(found)} cells, least {min(found):.3f}, median {median(found):.3f}, greatest "
            f"{max(found):.3f}, {below} below 0.93, {over} above 0.98; interval above the truth at most "
            f"{sides[0]:.3f}, below it at most {sides[1]:.3f}"
        )
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
