"""How often do the 95% intervals cover the truth, and how often do tests find what is not there?

Writes docs/results/coverage.csv and the tables in docs/statistics.md that summarise it. Every cell draws data whose
truth is known. A corrected rate that is refused because the observed one contradicts the calibration counts as not
covered; a calibration that is no better than chance is drawn anew.
"""

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from coverage_cells import Row, item_cells, paired_cells, seed_cells, seed_contrast_cells, unpaired_cells
from coverage_draws import Random, items
from coverage_tables import COLUMNS, DOCS, MEASURED, OUT, read_rows, summary, with_summary
from scipy.stats import norm

from sleeptalk.auroc import auroc
from sleeptalk.effective_size import of_items, wilson
from sleeptalk.errors import InvalidValueError
from sleeptalk.judge_error import Estimate, JudgeError, corrected, excess, jeffreys
from sleeptalk.stats import Rate

SHARES = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
SIZES = (20, 40, 100, 200)
CORRECTED_SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
CORRECTED_SIZES = (40, 100, 300)
LABELS = ((20, 20), (59, 20), (100, 100), (300, 300))
SENSITIVITIES = (0.75, 0.85, 0.95, 0.98)
SPECIFICITIES = (0.7, 0.85, 0.95, 0.98)


def wilson_cells(random: Random, draws: int) -> Iterator[Row]:
    """Independent observations."""
    for n, truth in product(SIZES, SHARES):
        bounds = np.array([wilson(count, n) for count in range(n + 1)])[random.binomial(n, truth, draws)]
        inside = (bounds[:, 0] <= truth) & (truth <= bounds[:, 1])
        yield {"interval": "rate", "n": n, "truth": truth, "draws": draws, "coverage": inside.mean()}


def corrected_cells(random: Random, draws: int) -> Iterator[Row]:
    """Independent observations, corrected."""
    for n, labels, truth, *errors in product(CORRECTED_SIZES, LABELS, CORRECTED_SHARES, SENSITIVITIES, SPECIFICITIES):
        sensitivity, specificity = errors
        used, coverage = corrected_coverage(random, draws, n, labels, truth, sensitivity, specificity)
        cell = {"interval": "corrected", "n": n, "positives": labels[0], "negatives": labels[1], "truth": truth}
        yield cell | {"sensitivity": sensitivity, "specificity": specificity, "draws": used, "coverage": coverage}


def corrected_coverage(
    random: Random, draws: int, n: int, labels: tuple[int, int], truth: float, sensitivity: float, specificity: float
) -> tuple[int, float]:
    """Draws in which the calibration is better than chance, and the share of them whose interval holds the truth."""
    counts = random.binomial(n, truth * sensitivity + (1 - truth) * (1 - specificity), draws)
    right = random.binomial(labels[0], sensitivity, draws)
    wrong = random.binomial(labels[1], 1 - specificity, draws)
    bounds = np.array([wilson(count, n) for count in range(n + 1)])[counts]
    hits, alarms = (
        Estimate(*(part[drawn] for part in jeffreys(np.arange(size + 1), size)))
        for size, drawn in zip(labels, (right, wrong), strict=True)
    )
    above, below = excess(truth, Estimate(counts / n, bounds[:, 0], bounds[:, 1]), hits, alarms)
    usable = right / labels[0] > wrong / labels[1]
    inside = ((above <= 0) & (below <= 0))[usable]
    return len(inside), float(inside.mean())


def corrected_item_cells(random: Random, draws: int) -> Iterator[Row]:
    """Three samples an item, corrected; the judge errs independently on each."""
    for number, labels, truth in product((40, 100), ((59, 20), (100, 100)), (0.1, 0.5, 0.9)):

        def covers(number: int = number, labels: tuple[int, int] = labels, truth: float = truth) -> bool:
            counts, sizes = items(random, number, 3, truth, 0.2)
            counts = random.binomial(counts.astype(int), 0.85) + random.binomial((sizes - counts).astype(int), 0.15)
            low, high = of_items(counts.astype(float), sizes).interval()
            found, n = int(counts.sum()), 3 * number
            observed = Rate(count=found, n=n, clusters=number, low=low, high=high, method="design effect")
            right, passed = (int(random.binomial(size, 0.85)) for size in labels)
            try:
                result = corrected(observed, JudgeError(right, labels[0], passed, labels[1]))
            except InvalidValueError:
                return False
            assert result.low is not None
            assert result.high is not None
            return result.low <= truth <= result.high

        cell = {"interval": "corrected, items repeated", "n": 3 * number, "clusters": number, "truth": truth}
        errors = {"samples": 3, "correlation": 0.2, "sensitivity": 0.85, "specificity": 0.85}
        yield cell | {"positives": labels[0], "negatives": labels[1]} | errors | counted(covers, draws)


def auroc_cells(random: Random, draws: int) -> Iterator[Row]:
    """Normal scores of two classes.

    Repeated ones come three to an item, of one class ("within") or in both ("across"), where an item's shift is common
    to both of its classes and so cancels out.
    """
    designs = product(("once", "within", "across"), ((20, 20), (20, 100), (50, 50)), (0.0, 0.5, 0.9))
    for (kind, sizes, correlation), truth in product(designs, (0.6, 0.8, 0.95)):
        if (kind == "once") != (correlation == 0.0) or (kind == "across" and sizes[0] != sizes[1]):
            continue

        def covers(
            kind: str = kind, sizes: tuple[int, int] = sizes, correlation: float = correlation, truth: float = truth
        ) -> bool:
            each = 1 if kind == "once" else 3
            shift = np.sqrt(2) * norm.ppf(truth)
            own = random.normal(size=(sum(sizes), each))
            shared = random.normal(size=(sum(sizes), 1))
            if kind == "across":
                shared[sizes[0] :] = shared[: sizes[0]]
            scores = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
            scores[: sizes[0]] += shift
            names = np.repeat(np.arange(sum(sizes)) % (sizes[0] if kind == "across" else sum(sizes)), each).tolist()
            labels = np.repeat(np.arange(sum(sizes)) < sizes[0], each).tolist()
            found = auroc(scores.ravel().tolist(), labels, names)
            assert found.low is not None
            assert found.high is not None
            return found.low <= truth <= found.high

        each = 1 if kind == "once" else 3
        name = {"once": "AUROC", "within": "AUROC, items repeated", "across": "AUROC, items in both classes"}[kind]
        cell = {"interval": name, "n": sum(sizes) * each, "positives": sizes[0] * each, "negatives": sizes[1] * each}
        cell |= {"clusters": sum(sizes) if kind == "within" else sizes[0] if kind == "across" else None}
        yield cell | {"samples": each, "correlation": correlation, "truth": truth} | counted(covers, draws)


def counted(covers: Callable[[], bool], draws: int) -> Row:
    """Coverage over some draws."""
    return {"draws": draws, "coverage": sum(covers() for _ in range(draws)) / draws}


CELLS: tuple[tuple[Callable[[Random, int], Iterator[Row]], int], ...] = (
    (wilson_cells, 12_000),
    (item_cells, 1_000),
    (unpaired_cells, 1_000),
    (paired_cells, 1_000),
    (seed_cells, 1_000),
    (seed_contrast_cells, 1_000),
    (corrected_cells, 12_000),
    (corrected_item_cells, 1_000),
    (auroc_cells, 1_000),
)
"""What is drawn, and how often in each cell."""


def main() -> None:
    """Measure, print the summary and, unless it is a quick run, write the table and the summary in the docs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the draws; write nothing")
    quick = parser.parse_args().quick
    rows: list[Row] = []
    for cells, draws in CELLS:
        started = time.perf_counter()
        found = cells(np.random.default_rng(0), draws // 10 if quick else draws)
        rows += [rounded(row) for row in found]
        print(f"{cells.__name__}: {time.perf_counter() - started:.0f} s", flush=True)
    print(summary(rows))
    if quick:
        return
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    DOCS.write_text(with_summary(DOCS.read_text(encoding="utf-8"), read_rows()), encoding="utf-8")


def rounded(row: Row) -> Row:
    """A row as the file has it."""
    return {name: round(float(one), 4) if name.startswith(MEASURED) else one for name, one in row.items()}


if __name__ == "__main__":
    main()
