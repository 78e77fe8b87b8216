import random
from itertools import product

import numpy as np
import pytest

from sleeptalk import stats
from sleeptalk.errors import InvalidValueError
from sleeptalk.paired_tests import sign_flip_test

Side = dict[int, list[bool]]


def asked(share: float, rng: random.Random, items: int = 30, samples: int = 3) -> Side:
    return {item: [rng.random() < share for _ in range(samples)] for item in range(items)}


def test_paired_difference_uses_shared_items_only() -> None:
    a: dict[object, list[bool]] = {item: [True, True] for item in range(30)} | {"only a": [False]}
    b: dict[object, list[bool]] = {item: [item < 10, item < 10] for item in range(30)} | {"only b": [True]}
    difference = stats.paired_difference(a, b)
    assert difference is not None
    assert difference.items == 30
    assert difference.estimate == pytest.approx(20 / 30)
    assert difference.low < difference.estimate < difference.high
    assert difference.p_value == pytest.approx(2 * 0.5**20)


def test_paired_difference_of_equal_conditions_has_no_p_value() -> None:
    same = {item: [item % 2 == 0] for item in range(20)}
    difference = stats.paired_difference(same, same)
    assert difference is not None
    assert (difference.estimate, difference.p_value) == (0, None)
    assert difference.low == -difference.high < 0


def test_a_difference_that_all_items_share_has_an_interval() -> None:
    difference = stats.paired_difference({i: [True] for i in range(20)}, {i: [False] for i in range(20)})
    assert difference is not None
    assert (difference.estimate, difference.high) == (1, 1)
    assert difference.low == pytest.approx(1 - 2**0.5 * stats.wilson(0, 20)[1])


def test_pairing_narrows_the_interval() -> None:
    """Items that are easy under one condition are easy under the other."""
    a = {item: [item < 60] for item in range(100)}
    b = {item: [item < 50] for item in range(100)}
    paired, apart = stats.paired_difference(a, b), stats.unpaired_difference(60, 100, 50, 100)
    assert paired is not None
    assert apart is not None
    assert paired.high - paired.low < 0.6 * (apart[2] - apart[1])
    assert paired.low > 0 > apart[1]


def test_the_order_of_items_changes_nothing() -> None:
    first = {f"i{number}": [number % 3 == 0] for number in range(30)}
    second = {f"i{number}": [number % 2 == 0] for number in range(30)}
    assert stats.paired_difference(dict(reversed(first.items())), second) == stats.paired_difference(first, second)


def test_paired_difference_needs_two_items() -> None:
    assert stats.paired_difference({"x": [True]}, {"x": [False]}) is None


@pytest.mark.parametrize("seed", range(4))
def test_signs_are_flipped_in_all_ways(seed: int) -> None:
    """Against counting all 2^9 sums, with unequal numbers of samples."""
    rng = random.Random(seed)
    a, b = ([(rng.randint(0, size), size) for size in rng.choices(range(1, 9), k=9)] for _ in range(2))
    differences = [count / size - other / others for (count, size), (other, others) in zip(a, b, strict=True)]
    sums = [
        sum(sign * one for sign, one in zip(signs, differences, strict=True)) for signs in product((1, -1), repeat=9)
    ]
    total = sum(differences)
    greater = sum(one >= total - 1e-9 for one in sums) / 2**9
    less = sum(one <= total + 1e-9 for one in sums) / 2**9
    first, second = (np.array(side, dtype=float).T for side in (a, b))
    assert sign_flip_test(first, second, "greater") == pytest.approx(greater)
    assert sign_flip_test(first, second, "less") == pytest.approx(less)
    assert sign_flip_test(first, second) == pytest.approx(min(1, 2 * min(greater, less)))


def test_with_one_sample_an_item_the_test_is_mcnemars() -> None:
    rng = random.Random(1)
    a, b = asked(0.6, rng, samples=1), asked(0.3, rng, samples=1)
    difference = stats.paired_difference(a, b)
    assert difference is not None
    assert difference.p_value == pytest.approx(stats.mcnemar([(a[item][0], b[item][0]) for item in a]))


def test_numbers_of_samples_without_a_small_common_multiple_are_rounded() -> None:
    a = np.array([np.arange(40.0, 70), np.full(30, 97.0)])
    b = np.array([np.arange(30.0, 60), np.full(30, 89.0)])
    found = sign_flip_test(a, b, "greater")
    assert found is not None
    assert found < 0.05


def test_a_direction_that_was_fixed_halves_the_p_value() -> None:
    rng = random.Random(2)
    a, b = asked(0.7, rng), asked(0.3, rng)
    both, greater, less = (
        stats.paired_difference(a, b),
        stats.paired_difference(a, b, alternative="greater"),
        stats.paired_difference(a, b, alternative="less"),
    )
    assert both is not None and both.p_value is not None  # noqa: PT018
    assert greater is not None and less is not None  # noqa: PT018
    assert greater.p_value == pytest.approx(both.p_value / 2)
    assert (less.p_value or 0) > 0.9
    assert (greater.low, greater.high, greater.alternative) == (both.low, both.high, "greater")


def test_planting_seeds_are_pairs_too() -> None:
    """The same gap in every seed counts; a gap of one seed in three does not."""
    rng = random.Random(3)
    low = {seed: asked(0.2, rng) for seed in range(3)}
    steady = stats.paired_difference_over_seeds({seed: asked(0.8, rng) for seed in range(3)}, low)
    lone = stats.paired_difference_over_seeds(
        {0: asked(1.0, rng), 1: asked(0.2, rng), 2: asked(0.2, rng)}, low, alternative="greater"
    )
    assert steady is not None and steady.p_value is not None  # noqa: PT018
    assert lone is not None and lone.p_value is not None  # noqa: PT018
    assert (steady.seeds, steady.items) == (3, 30)
    assert steady.estimate == pytest.approx(0.6, abs=0.1)
    assert steady.low > 0.2
    assert steady.p_value < 0.05
    assert lone.low < 0
    assert lone.p_value > 0.1


def test_organisms_are_compared_with_their_base() -> None:
    rng = random.Random(4)
    base = asked(0.1, rng)
    organisms = {seed: asked(0.9, rng) for seed in range(5)}
    found = stats.paired_difference_over_seeds(organisms, dict.fromkeys(organisms, base), alternative="greater")
    assert found is not None
    assert found.low > 0.5
    assert (found.p_value or 1) < 0.001


def test_unanimous_seeds_have_an_interval_and_a_p_value() -> None:
    yes: dict[int, Side] = {seed: {item: [True] for item in range(20)} for seed in range(2)}
    no: dict[int, Side] = {seed: {item: [False] for item in range(20)} for seed in range(2)}
    found, none = stats.paired_difference_over_seeds(yes, no), stats.paired_difference_over_seeds(yes, yes)
    assert found is not None
    assert none is not None
    assert (found.estimate, found.high) == (1, 1)
    assert 0.3 < found.low < 0.7
    assert 0 < (found.p_value or 0) < 0.05
    assert none.p_value is None
    assert none.low < 0 < none.high


@pytest.mark.parametrize("seeds", [((1, 2), (1, 3)), ((1,), (1,)), ((), ())])
def test_both_conditions_need_the_same_seeds(seeds: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    a, b = ({seed: {1: [True], 2: [True]} for seed in side} for side in seeds)
    with pytest.raises(InvalidValueError, match="both conditions need the same seeds, and at least two; plant with"):
        stats.paired_difference_over_seeds(a, b)


def test_an_item_counts_if_all_seeds_measured_it() -> None:
    rng = random.Random(5)
    a = {seed: asked(0.5, rng) for seed in range(2)}
    b = {seed: asked(0.5, rng) for seed in range(2)}
    del a[0][3]
    b[1][4] = []
    found = stats.paired_difference_over_seeds(a, b)
    assert found is not None
    assert found.items == 28
    assert (
        stats.paired_difference_over_seeds({1: {1: [True]}, 2: {1: [True]}}, {1: {1: [True]}, 2: {1: [True]}}) is None
    )


def test_unpaired_differences_are_newcombes() -> None:
    """The values of Newcombe (1998), table II, example (a), method 10."""
    found = stats.unpaired_difference(56, 70, 48, 80)
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=6e-5)
    low, high = stats.unpaired_difference(0, 20, 20, 20)[1:]  # type: ignore[index]
    assert -1 <= low < high < 0


def test_unpaired_differences_take_the_bounds_of_repeated_items() -> None:
    items = [item for item in range(20) for _ in range(5)]
    rate = stats.rate([item % 2 == 0 for item in items], items)
    assert rate.low is not None and rate.high is not None  # noqa: PT018
    naive = stats.unpaired_difference(50, 100, 20, 100)
    found = stats.unpaired_difference(50, 100, 20, 100, bounds_a=(rate.low, rate.high))
    assert naive is not None
    assert found is not None
    assert found[2] - found[1] > 1.3 * (naive[2] - naive[1])


@pytest.mark.parametrize("counts", [(1, 19, 1, 40), (1, 40, 1, 19), (41, 40, 1, 40), (-1, 40, 1, 40)])
def test_too_few_for_a_difference(counts: tuple[int, int, int, int]) -> None:
    assert stats.unpaired_difference(*counts) is None


@pytest.mark.parametrize(("share", "samples"), [(0.1, 3), (0.5, 1), (0.5, 4)])
def test_contrasts_find_nothing_where_there_is_nothing(share: float, samples: int) -> None:
    """200 seeded draws of 20 items with two kinds; at most 8% one-sided at a level of 5%, and 91% or more covered."""
    rng = random.Random(6)
    found = covered = 0
    for _ in range(200):
        easy = [rng.random() < 0.5 for _ in range(20)]
        a, b = (
            {i: [rng.random() < share * (1.5 if one else 0.5) for _ in range(samples)] for i, one in enumerate(easy)}
            for _ in range(2)
        )
        difference = stats.paired_difference(a, b, alternative="greater")
        assert difference is not None
        found += (difference.p_value or 1) <= 0.05
        covered += difference.low <= 0 <= difference.high
    assert found / 200 <= 0.08
    assert covered / 200 >= 0.91
