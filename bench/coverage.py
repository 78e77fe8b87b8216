"""How often do the 95% intervals cover the truth? Writes docs/results/coverage.csv and prints a summary.

Every cell draws data whose truth is known. A corrected rate that is refused because the observed one contradicts the
calibration counts as not covered; a calibration that is no better than chance is drawn anew. Bootstraps are slow, so
their cells have fewer draws.
"""

import csv
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy.stats import norm

from sleeptalk.auroc import auroc
from sleeptalk.errors import InvalidValueError
from sleeptalk.judge_error import Estimate, JudgeError, corrected, excess, jeffreys
from sleeptalk.stats import rate, wilson

OUT = Path(__file__).parent.parent / "docs" / "results" / "coverage.csv"
COLUMNS = (
    "interval", "n", "clusters", "positives", "negatives", "sensitivity", "specificity", "truth", "draws", "coverage",
)  # fmt: skip
SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SIZES = (40, 100, 300)
LABELS = ((20, 20), (59, 20), (100, 100), (300, 300))
SENSITIVITIES = (0.75, 0.85, 0.95, 0.98)
SPECIFICITIES = (0.7, 0.85, 0.95, 0.98)
DRAWS = 12_000
AUROC_DRAWS = 4_000
BOOTSTRAP_DRAWS = 1_000

Row = dict[str, Any]
Random = np.random.Generator


def wilson_cells(random: Random) -> Iterator[Row]:
    """Independent observations."""
    for n, truth in product(SIZES, SHARES):
        bounds = np.array([wilson(count, n) for count in range(n + 1)])[random.binomial(n, truth, DRAWS)]
        inside = (bounds[:, 0] <= truth) & (truth <= bounds[:, 1])
        yield {"interval": "wilson", "n": n, "truth": truth, "draws": DRAWS, "coverage": inside.mean()}


def bootstrap_cells(random: Random) -> Iterator[Row]:
    """Three samples an item; the correlation within an item is 0.2."""
    for items, truth in product(SIZES, SHARES):

        def covers(seed: int, items: int = items, truth: float = truth) -> bool:
            found = rate(*samples_of_items(random, items, truth), seed)
            assert found.low is not None
            assert found.high is not None
            return found.low <= truth <= found.high

        cell = {"interval": "cluster bootstrap", "n": 3 * items, "clusters": items, "truth": truth}
        yield cell | counted(covers, BOOTSTRAP_DRAWS)


def corrected_cells(random: Random) -> Iterator[Row]:
    """Independent observations, corrected."""
    for n, labels, truth, *errors in product(SIZES, LABELS, SHARES, SENSITIVITIES, SPECIFICITIES):
        sensitivity, specificity = errors
        draws, coverage = corrected_coverage(random, n, labels, truth, sensitivity, specificity)
        cell = {"interval": "corrected", "n": n, "positives": labels[0], "negatives": labels[1], "truth": truth}
        yield cell | {"sensitivity": sensitivity, "specificity": specificity, "draws": draws, "coverage": coverage}


def corrected_coverage(
    random: Random, n: int, labels: tuple[int, int], truth: float, sensitivity: float, specificity: float
) -> tuple[int, float]:
    """Draws in which the calibration is better than chance, and the share of them whose interval holds the truth."""
    counts = random.binomial(n, truth * sensitivity + (1 - truth) * (1 - specificity), DRAWS)
    right = random.binomial(labels[0], sensitivity, DRAWS)
    wrong = random.binomial(labels[1], 1 - specificity, DRAWS)
    bounds = np.array([wilson(count, n) for count in range(n + 1)])[counts]
    hits, alarms = (
        Estimate(*(part[drawn] for part in jeffreys(np.arange(size + 1), size)))
        for size, drawn in zip(labels, (right, wrong), strict=True)
    )
    above, below = excess(truth, Estimate(counts / n, bounds[:, 0], bounds[:, 1]), hits, alarms)
    usable = right / labels[0] > wrong / labels[1]
    inside = ((above <= 0) & (below <= 0))[usable]
    return len(inside), float(inside.mean())


def corrected_bootstrap_cells(random: Random) -> Iterator[Row]:
    """Three samples an item, corrected; the judge errs independently on each."""
    for items, labels, truth in product((40, 100), ((59, 20), (100, 100)), (0.1, 0.5, 0.9)):

        def covers(seed: int, items: int = items, labels: tuple[int, int] = labels, truth: float = truth) -> bool:
            outcomes, names = samples_of_items(random, items, truth)
            found = np.where(outcomes, random.random(len(names)) < 0.85, random.random(len(names)) < 0.15)
            right, passed = (int(random.binomial(size, 0.85)) for size in labels)
            try:
                result = corrected(rate(found.tolist(), names, seed), JudgeError(right, labels[0], passed, labels[1]))
            except InvalidValueError:
                return False
            assert result.low is not None
            assert result.high is not None
            return result.low <= truth <= result.high

        cell = {"interval": "corrected cluster bootstrap", "n": 3 * items, "clusters": items, "truth": truth}
        errors = {"sensitivity": 0.85, "specificity": 0.85}
        yield cell | {"positives": labels[0], "negatives": labels[1]} | errors | counted(covers, BOOTSTRAP_DRAWS)


def auroc_cells(random: Random) -> Iterator[Row]:
    """Normal scores of two classes; clustered ones come three to an item of one class with a correlation of 0.5."""
    for clustered, size, truth in product((False, True), (20, 50), (0.6, 0.8, 0.95, 1.0)):
        shift = 20.0 if truth == 1 else np.sqrt(2) * norm.ppf(truth)

        def covers(
            _: int, clustered: bool = clustered, size: int = size, truth: float = truth, shift: float = shift
        ) -> bool:
            each = 3 if clustered else 1
            shared, own = random.normal(size=(2 * size, 1)), random.normal(size=(2 * size, each))
            scores = np.sqrt(0.5) * (shared + own) if clustered else own
            scores[:size] += shift
            names = np.repeat(np.arange(2 * size), each).tolist()
            found = auroc(scores.ravel().tolist(), [name < size for name in names], names)
            assert found.low is not None
            assert found.high is not None
            return found.low <= truth <= found.high

        each = 3 if clustered else 1
        name = "clustered auroc" if clustered else "auroc"
        cell = {"interval": name, "n": 2 * size * each, "positives": size * each, "negatives": size * each}
        yield cell | {"clusters": 2 * size if clustered else None, "truth": truth} | counted(covers, AUROC_DRAWS)


def samples_of_items(random: Random, items: int, truth: float) -> tuple[list[bool], list[int]]:
    """Three samples of each item and the items; the correlation within an item is 0.2."""
    chances = random.beta(4 * truth, 4 * (1 - truth), (items, 1))
    outcomes = random.random((items, 3)) < chances
    return outcomes.ravel().tolist(), np.repeat(np.arange(items), 3).tolist()


def counted(covers: Callable[[int], bool], draws: int) -> Row:
    """Coverage over some draws, each with its own seed for a bootstrap."""
    return {"draws": draws, "coverage": sum(covers(seed) for seed in range(draws)) / draws}


def main() -> None:
    """Write the table and print a summary of each interval."""
    rows = []
    for cells in (wilson_cells, bootstrap_cells, corrected_cells, corrected_bootstrap_cells, auroc_cells):
        started = time.perf_counter()
        rows += [one | {"coverage": round(float(one["coverage"]), 4)} for one in cells(np.random.default_rng(0))]
        print(f"{cells.__name__}: {time.perf_counter() - started:.0f} s")
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for name in dict.fromkeys(row["interval"] for row in rows):
        found = [row["coverage"] for row in rows if row["interval"] == name]
        below, over = sum(one < 0.93 for one in found), sum(one > 0.97 for one in found)
        print(
            f"{name}: {len(found)} cells, least {min(found):.3f}, median {median(found):.3f}, "
            f"greatest {max(found):.3f}, {below} below 0.93, {over} above 0.97"
        )


if __name__ == "__main__":
    main()
