"""Does the confidence sequence hold at every moment, and what does stopping save? Writes docs/results/sequential.csv.

Every setting draws items whose truth is known. "Ever wrong" is the share of runs in which the interval leaves the
truth out after any item from the first to the last, whether or not one would have stopped before. For a width, one
looks after every fifth item, with bounds rounded outwards to 0.001; for a contrast, after every item; never below 20
items. A run that does not stop counts with all items. The fixed number of items that stopping is held against is what
one would plan: for a width, by Wilson's interval at a share of 1/2, or at the true share if it were known; for a
contrast, for 90% power of a two-sided test at the true shares. Where items have several samples, it is divided by
what those add to one.
"""

import csv
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_confint, proportion_effectsize

from sleeptalk.confidence_sequence import log_stakes, pooled_capital
from sleeptalk.stats import LEVEL, MIN_N, wilson

OUT = Path(__file__).parent.parent / "docs" / "results" / "sequential.csv"
COLUMNS = (
    "question", "share", "other_share", "arms", "correlation", "pool", "width", "runs", "items", "ever_wrong",
    "stopped", "wrong_at_stop", "mean_items", "planned", "planned_knowing", "saved_of_planned", "saved_of_items",
)  # fmt: skip
RUNS = 2_000
LOOKED_AT = 500
"""Items over which a sequence must hold."""

ALL_ITEMS = 248
"""Items of ethical_mcq: what is run if nothing stops."""

SHARES = (0.02, 0.05, 0.2, 0.5, 0.9)
SPREADS = ((1, 0.0), (4, 0.0), (4, 0.3), (4, 0.8))
"""Samples of an item, and their correlation."""

WIDTHS = (0.05, 0.1, 0.15)
CONTRASTS = ((0.05, 0.05), (0.2, 0.2), (0.5, 0.5), (0.9, 0.05), (0.5, 0.2), (0.1, 0.05))

EVERY = 5
STEPS = 1_000

Row = dict[str, Any]
Random = np.random.Generator
Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


def draw(random: Random, share: float, arms: int, correlation: float, items: int) -> Counts:
    """How many samples of each item count: runs x items."""
    chance: Any = share
    if correlation:
        strength = 1 / correlation - 1
        chance = random.beta(strength * share, strength * (1 - share), (RUNS, items))
    return random.binomial(arms, chance, (RUNS, items))


def ever_wrong(found: Counts, values: Numbers, truth: float | Numbers) -> float:
    """Share of runs whose sequence leaves out the truth at any moment.

    Args:
        found: index of each item's value; runs x items.
        values: the values.
        truth: of all runs, or of each.
    """
    stakes = log_stakes(values, truth)
    each = np.arange(len(found)) if stakes.ndim == 3 else None
    capital, wrong = np.zeros((len(found), stakes.shape[-1])), np.zeros(len(found), dtype=bool)
    for now in found.T:
        capital += stakes[now] if each is None else stakes[each, now]
        wrong |= pooled_capital(capital) >= -np.log(1 - LEVEL)
    return float(wrong.mean())


class Grid:
    """Bounds of many runs at once, rounded outwards to a grid: capital against each mean on it is reckoned once."""

    def __init__(self, values: Numbers) -> None:
        self.values = values
        self.means = np.linspace(0, 1, STEPS + 1)
        self.stakes = log_stakes(values, np.clip(self.means, 1e-9, 1 - 1e-9))

    def bounds(self, counts: Counts) -> tuple[Numbers, Numbers]:
        """The outermost means on the grid that are ruled out, or 0 and 1; runs with equal counts are reckoned once."""
        distinct, which = np.unique(counts, axis=0, return_inverse=True)
        middle = distinct @ self.values / distinct.sum(axis=1) * STEPS
        low = self._edge(distinct, np.floor(middle).astype(int), 0)
        high = self._edge(distinct, np.ceil(middle).astype(int), STEPS)
        return self.means[low][which.ravel()], self.means[high][which.ravel()]

    def _edge(self, counts: Counts, inside: Counts, end: int) -> Counts:
        outside = np.full_like(inside, end)
        while (np.abs(outside - inside) > 1).any():
            between = (outside + inside) // 2
            capital = pooled_capital(np.matmul(counts[:, np.newaxis, :].astype(float), self.stakes[between])[:, 0])
            out = capital >= -np.log(1 - LEVEL)
            outside, inside = np.where(out, between, outside), np.where(out, inside, between)
        return outside


def stopping(
    found: Counts, values: Numbers, truth: float, widths: tuple[float, ...]
) -> dict[float, tuple[Counts, NDArray[np.bool_]]]:
    """By width: after how many items each run stops, 0 if never, and whether its interval is wrong then."""
    stop = {width: np.zeros(len(found), dtype=np.int64) for width in widths}
    wrong = {width: np.zeros(len(found), dtype=bool) for width in widths}
    grid, seen = Grid(values), found[:, :, np.newaxis] == np.arange(len(values))
    for items in range(MIN_N, found.shape[1] + 1, EVERY):
        going = np.flatnonzero(np.any([one == 0 for one in stop.values()], axis=0))
        if not len(going):
            break
        low, high = grid.bounds(seen[going, :items].sum(axis=1))
        for width in widths:
            now = (stop[width][going] == 0) & ((high - low) / 2 <= width)
            stop[width][going[now]] = items
            wrong[width][going[now]] = ((low > truth) | (high < truth))[now]
    return {width: (stop[width], wrong[width]) for width in widths}


def planned(width: float, share: float, worth: float) -> int:
    """The least number of items whose Wilson interval has this half-width at this share."""
    n = 1
    while (wilson(round(n * share), n)[1] - wilson(round(n * share), n)[0]) / 2 > width:
        n += 1
    return max(MIN_N, int(np.ceil(n / worth)))


def worth_of(arms: int, correlation: float) -> float:
    """How many independent samples the samples of one item are worth (the inverse design effect, Kish 1965)."""
    return arms / (1 + (arms - 1) * correlation)


def width_rows(random: Random) -> Iterator[Row]:
    """A rate is to be known to within a width."""
    for share, (arms, correlation) in product(SHARES, SPREADS):
        found, values = draw(random, share, arms, correlation, LOOKED_AT), np.arange(arms + 1) / arms
        wrong = ever_wrong(found, values, share)
        stops = stopping(found, values, share, WIDTHS)
        worth = worth_of(arms, correlation)
        for width, (stop, wrong_then) in stops.items():
            plan, knowing = planned(width, 0.5, worth), planned(width, share, worth)
            ran = np.where(stop == 0, LOOKED_AT, stop)
            yield {
                "question": "width", "share": share, "arms": arms, "correlation": correlation, "width": width,
                "ever_wrong": wrong, "stopped": (stop > 0).mean(), "wrong_at_stop": wrong_then.mean(),
                "mean_items": ran.mean(), "planned": plan, "planned_knowing": knowing,
                "saved_of_planned": 1 - ran.mean() / plan if stop.all() else None,
                "saved_of_items": 1 - np.minimum(ran, ALL_ITEMS).mean() / ALL_ITEMS, "items": LOOKED_AT,
            }  # fmt: skip


def pool_rows(random: Random) -> Iterator[Row]:
    """The same items in every run, in random order, all of them used up: the truth is their own mean."""
    for share in SHARES:
        pool = random.binomial(1, share, ALL_ITEMS)
        found = random.permuted(np.tile(pool, (RUNS, 1)), axis=1)
        wrong = ever_wrong(found, np.array([0.0, 1.0]), float(np.clip(pool.mean(), 1e-9, 1 - 1e-9)))
        yield {
            "question": "pool", "share": share, "arms": 1, "correlation": 0, "pool": ALL_ITEMS, "items": ALL_ITEMS,
            "ever_wrong": wrong,
        }  # fmt: skip


def peeking_rows(random: Random) -> Iterator[Row]:
    """What a confidence sequence is for: an interval for a fixed number, looked at after every item from 20 on."""
    for share in SHARES:
        counts = draw(random, share, 1, 0.0, LOOKED_AT).cumsum(axis=1)
        wrong = np.zeros(RUNS, dtype=bool)
        for items in range(MIN_N, LOOKED_AT + 1):
            low, high = proportion_confint(counts[:, items - 1], items, method="wilson")
            wrong |= (low > share) | (high < share)
        yield {
            "question": "wilson", "share": share, "arms": 1, "correlation": 0, "items": LOOKED_AT,
            "ever_wrong": float(wrong.mean()),
        }  # fmt: skip


def contrast_rows(random: Random) -> Iterator[Row]:
    """Is the rate under the trigger another than in clean prompts, on the same items?"""
    for (share, other), (arms, correlation) in product(CONTRASTS, ((1, 0.0), (4, 0.3))):
        pair = (draw(random, one, arms, correlation, LOOKED_AT) for one in (share, other))
        found, values = next(pair) - next(pair) + arms, np.arange(2 * arms + 1) / (2 * arms)
        wrong = ever_wrong(found, values, (1 + share - other) / 2)
        decided, right = decisions(found, values, share - other)
        row = {
            "question": "contrast", "share": share, "other_share": other, "arms": arms, "correlation": correlation,
            "items": LOOKED_AT, "ever_wrong": wrong, "stopped": (decided > 0).mean(),
            "wrong_at_stop": ((decided > 0) & ~right).mean(),
        }  # fmt: skip
        ran = np.where(decided == 0, LOOKED_AT, decided)
        row |= {"mean_items": ran.mean(), "saved_of_items": 1 - np.minimum(ran, ALL_ITEMS).mean() / ALL_ITEMS}
        if share != other:
            power = NormalIndPower().solve_power(proportion_effectsize(share, other), power=0.9, alpha=1 - LEVEL)
            plan = max(MIN_N, int(np.ceil(power / worth_of(arms, correlation))))
            row |= {"planned_knowing": plan, "saved_of_planned": 1 - ran.mean() / plan if decided.all() else None}
        yield row


def decisions(found: Counts, values: Numbers, truth: float) -> tuple[Counts, NDArray[np.bool_]]:
    """After how many items the sequence leaves out 0, 0 if never, and whether the sign is right."""
    stakes, signs = log_stakes(values, 0.5), 2 * values - 1
    capital, total = np.zeros((len(found), stakes.shape[-1])), np.zeros(len(found))
    stop, sign = np.zeros(len(found), dtype=np.int64), np.zeros(len(found))
    for items, now in enumerate(found.T, start=1):
        capital += stakes[now]
        total += signs[now]
        if items >= MIN_N:
            new = (stop == 0) & (pooled_capital(capital) >= -np.log(1 - LEVEL))
            stop[new], sign[new] = items, np.sign(total)[new]
    return stop, (sign == np.sign(truth)) & (truth != 0)


def main() -> None:
    """Write the table."""
    rows: list[Row] = []
    for part in (width_rows, pool_rows, peeking_rows, contrast_rows):
        started = time.perf_counter()
        rows += part(np.random.default_rng(0))
        print(f"{part.__name__}: {time.perf_counter() - started:.0f} s")
    rounded = [{key: round(float(x), 4) if isinstance(x, float) else x for key, x in row.items()} for row in rows]
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({"runs": RUNS, **row} for row in rounded)
    print(
        "greatest share of runs that were ever wrong:",
        max(row["ever_wrong"] for row in rows if row["question"] != "wilson"),
    )


if __name__ == "__main__":
    main()
