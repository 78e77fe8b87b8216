"""The cells of bench/coverage.py for rates and contrasts over items and planting seeds."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
from coverage_draws import UNEQUAL, Random, hierarchical_bootstrap, items, pairs, seed_pairs, seeds

from sleeptalk.contrasts import Difference, difference_of_items, difference_of_seeds, unpaired_difference
from sleeptalk.effective_size import of_items, of_seeds

Row = dict[str, Any]

SHARES = (0.02, 0.05, 0.1, 0.5, 0.98)
CORRELATIONS = (0.0, 0.1, 0.3, 0.6, 0.9)
PAIRS = ((0.02, 0.02), (0.1, 0.1), (0.5, 0.5), (0.3, 0.1), (0.95, 0.05), (0.9, 0.5))
RESAMPLES = 500
ALPHA = 0.05


def item_cells(random: Random, draws: int) -> Iterator[Row]:
    """Repeated items."""
    for number, samples, truth, correlation in product((20, 40, 100, 200), (2, 8, UNEQUAL), SHARES, CORRELATIONS):
        inside = 0
        for _ in range(draws):
            low, high = of_items(*items(random, number, samples, truth, correlation)).interval()
            inside += low <= truth <= high
        cell = {"clusters": number, "samples": samples, "truth": truth, "correlation": correlation}
        yield {"interval": "rate, items repeated", "draws": draws, "coverage": inside / draws} | cell


def unpaired_cells(random: Random, draws: int) -> Iterator[Row]:
    """Other items under either condition, repeated."""
    for number, samples, shares, correlation in product((20, 50, 200), (UNEQUAL,), PAIRS, (0.0, 0.3, 0.9)):
        inside = 0
        for _ in range(draws):
            sides = [items(random, number, samples, share, correlation) for share in shares]
            totals = [int(part.sum()) for side in sides for part in side]
            bounds = [of_items(*side).interval() for side in sides]
            found = unpaired_difference(*totals, bounds_a=bounds[0], bounds_b=bounds[1])
            assert found is not None
            inside += found[1] <= shares[0] - shares[1] <= found[2]
        cell = {"clusters": number, "samples": samples, "truth": shares[0], "truth_b": shares[1]}
        found_row = {"correlation": correlation, "draws": draws, "coverage": inside / draws}
        yield {"interval": "unpaired difference, items repeated"} | cell | found_row


def paired_cells(random: Random, draws: int) -> Iterator[Row]:
    """The same items under both conditions; they have none, half or nearly all of their variance in common."""
    designs = [(20, 1), (20, 4), (20, UNEQUAL), (50, 4), (200, 1)]
    alike_by_correlation = ((0.0, 0.0), (0.3, 0.5), (0.9, 0.5), (0.9, 0.95))
    for (number, samples), shares, (correlation, alike) in product(designs, PAIRS, alike_by_correlation):
        if samples == 1 and correlation == 0.3:
            continue

        def draw(
            number: int = number,
            samples: int | str = samples,
            shares: tuple[float, float] = shares,
            correlation: float = correlation,
            alike: float = alike,
        ) -> Difference:
            a, b = pairs(random, number, samples, shares, correlation, alike)
            return difference_of_items(a, b)

        cell = {"clusters": number, "samples": samples, "correlation": correlation, "alike": alike}
        yield {"interval": "paired difference"} | cell | contrasted(draw, shares, draws)


def seed_cells(random: Random, draws: int) -> Iterator[Row]:
    """All organisms of some planting seeds are asked the same items."""
    deviations = list(product((0.0, 0.5, 1.0, 1.5), (1.0,)))
    for number, asked, samples, truth, (seed_sd, item_sd) in product(
        (2, 3, 5, 10), (20, 100), (2,), (0.05, 0.2, 0.5, 0.95), deviations
    ):
        bootstrapped = number == 3 and asked == 20
        inside = resampled = 0
        sizes = np.full((number, asked), float(samples))
        for _ in range(draws):
            counts = seeds(random, number, asked, samples, truth, seed_sd, item_sd)
            low, high = of_seeds(counts, sizes).interval()
            inside += low <= truth <= high
            if bootstrapped:
                low, high = hierarchical_bootstrap(random, counts, samples, RESAMPLES)
                resampled += low <= truth <= high
        cell = {"seeds": number, "clusters": asked, "samples": samples, "truth": truth}
        cell |= {"seed_sd": seed_sd, "item_sd": item_sd, "draws": draws}
        yield {"interval": f"rate, {number} planting seeds", "coverage": inside / draws} | cell
        if bootstrapped:
            yield {"interval": "hierarchical bootstrap, 3 planting seeds", "coverage": resampled / draws} | cell


def seed_contrast_cells(random: Random, draws: int) -> Iterator[Row]:
    """Two conditions over planting seeds; the contrast of a seed on the log odds has a deviation of its own."""
    shares_of = ((0.1, 0.1), (0.5, 0.5), (0.9, 0.5), (0.8, 0.1))
    for number, asked, shares, (seed_sd, contrast_sd) in product(
        (2, 3, 5, 10), (20,), shares_of, ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0))
    ):

        def draw(
            number: int = number,
            asked: int = asked,
            shares: tuple[float, float] = shares,
            seed_sd: float = seed_sd,
            contrast_sd: float = contrast_sd,
        ) -> Difference:
            a, b = seed_pairs(random, number, asked, 2, shares, seed_sd, contrast_sd)
            return difference_of_seeds(a, b)

        cell = {"seeds": number, "clusters": asked, "samples": 2, "seed_sd": seed_sd, "contrast_sd": contrast_sd}
        yield {"interval": f"paired difference, {number} planting seeds"} | cell | contrasted(draw, shares, draws)


def contrasted(draw: Callable[[], Difference], shares: tuple[float, float], draws: int) -> Row:
    """Coverage of a contrast and, where there is none, how often its tests say that there is one."""
    inside = one_sided = two_sided = 0
    for _ in range(draws):
        found = draw()
        inside += found.low <= shares[0] - shares[1] <= found.high
        p_value = 1.0 if found.p_value is None else found.p_value
        two_sided += p_value <= ALPHA
        one_sided += found.estimate > 0 and p_value / 2 <= ALPHA
    row = {"truth": shares[0], "truth_b": shares[1], "draws": draws, "coverage": inside / draws}
    if shares[0] == shares[1]:
        row |= {"found_two_sided": two_sided / draws, "found_one_sided": one_sided / draws}
    return row
