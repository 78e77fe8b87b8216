import math
import random

import pytest
from scipy.stats import norm

from sleeptalk import stats


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    # Brown, Cai and DasGupta (2001) give the closed form; these are its values to four digits.
    [(0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (10, 40, 0.1419, 0.4019), (95, 100, 0.8882, 0.9785)],
)
def test_wilson_has_its_closed_form(count: int, n: int, low: float, high: float) -> None:
    z = norm.ppf(0.975)
    share = count / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    assert stats.wilson(count, n) == pytest.approx((max(0, middle - half), min(1, middle + half)), abs=1e-9)
    assert stats.wilson(count, n) == pytest.approx((low, high), abs=6e-5)


def test_independent_observations_get_wilson() -> None:
    rate = stats.rate([True] * 30 + [False] * 10)
    assert (rate.count, rate.n, rate.clusters, rate.method) == (30, 40, 40, "wilson")
    assert (rate.low, rate.high) == stats.wilson(30, 40)
    assert str(rate) == "75% [60, 86] n=40"


@pytest.mark.parametrize("count", [0, 5, 19])
def test_under_twenty_observations_there_is_no_rate(count: int) -> None:
    rate = stats.rate([True] * count + [False] * (19 - count))
    assert rate.too_few
    assert (rate.rate, rate.low, rate.high) == (None, None, None)
    assert str(rate) == f"too few ({count}/19)"


def test_no_observation_is_too_few_and_not_an_error() -> None:
    assert str(stats.rate([])) == "too few (0/0)"


def test_repeated_items_widen_the_interval() -> None:
    """Forty copies of ten items carry the information of ten items, not of forty."""
    outcomes = [bool(item % 2) for item in range(10) for _ in range(4)]
    items = [item for item in range(10) for _ in range(4)]
    clustered, naive = stats.rate(outcomes, items), stats.rate(outcomes)
    assert clustered.method == "cluster bootstrap"
    assert clustered.low is not None
    assert clustered.high is not None
    assert naive.low is not None
    assert naive.high is not None
    assert clustered.high - clustered.low > 1.8 * (naive.high - naive.low)
    assert stats.rate(outcomes, items, seed=0) == clustered


def test_unanimous_clusters_fall_back_to_wilson_on_their_number() -> None:
    rate = stats.rate([True] * 40, [item for item in range(10) for _ in range(4)])
    assert rate.method == "wilson on clusters"
    assert (rate.low, rate.high) == stats.wilson(10, 10)


def test_interval_covers_the_truth() -> None:
    """Nominal 95% intervals for clustered data cover in 91-99% of 300 seeded simulations."""
    rng = random.Random(1)
    covered = 0
    for seed in range(300):
        items = [rng.betavariate(2, 2) for _ in range(40)]
        outcomes = [rng.random() < chance for chance in items for _ in range(3)]
        rate = stats.rate(outcomes, [item for item in range(40) for _ in range(3)], seed)
        assert rate.low is not None
        assert rate.high is not None
        covered += rate.low <= 0.5 <= rate.high
    assert 0.91 <= covered / 300 <= 0.99


def test_paired_difference_uses_shared_items_only() -> None:
    a = {item: [True, True] for item in range(30)} | {"only a": [False]}
    b = {item: [item < 10, item < 10] for item in range(30)} | {"only b": [True]}
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
    bound = stats.wilson(0, 20)[1]
    assert (difference.low, difference.high) == pytest.approx((-bound, bound))


def test_a_difference_that_all_items_share_has_an_interval() -> None:
    """A bootstrap alone would give one of no width."""
    difference = stats.paired_difference({i: [True] for i in range(20)}, {i: [False] for i in range(20)})
    assert difference is not None
    assert (difference.estimate, difference.high) == (1, 1)
    assert difference.low == pytest.approx(1 - stats.wilson(0, 20)[1])


def test_paired_difference_needs_two_items() -> None:
    assert stats.paired_difference({"x": [True]}, {"x": [False]}) is None


def test_mcnemar_looks_at_discordant_pairs_only() -> None:
    pairs = [(True, True)] * 50 + [(True, False)] * 9 + [(False, True)] * 1
    assert stats.mcnemar(pairs) == pytest.approx(2 * (1 + 10) / 2**10)
    assert stats.mcnemar([(True, True)] * 50) is None


def test_holm_adjusts_a_family() -> None:
    adjusted = stats.holm({"a": 0.01, "b": 0.04, "c": 0.03})
    assert adjusted == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert stats.holm({}) == {}


def test_a_rate_can_hold_a_value_that_is_no_ratio_of_its_counts() -> None:
    rate = stats.Rate(count=30, n=40, clusters=40, low=0.5, high=0.9, method="judge error", value=0.7)
    assert rate.rate == 0.7
    assert str(rate) == "70% [50, 90] n=40"


def test_the_order_of_observations_changes_nothing() -> None:
    outcomes = [number % 3 == 0 or number % 7 == 1 for number in range(60)]
    clusters = [f"item-{number % 15}" for number in range(60)]
    mixed = random.Random(1).sample(range(60), 60)
    assert stats.rate(outcomes, clusters) == stats.rate([outcomes[i] for i in mixed], [clusters[i] for i in mixed])
    first = {f"i{number}": [number % 3 == 0] for number in range(30)}
    second = {f"i{number}": [number % 2 == 0] for number in range(30)}
    assert stats.paired_difference(dict(reversed(first.items())), second) == stats.paired_difference(first, second)


def test_unpaired_differences_are_newcombes() -> None:
    """The values of Newcombe (1998), table II, example (a), method 10."""
    found = stats.unpaired_difference(56, 70, 48, 80)
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=6e-5)
    low, high = stats.unpaired_difference(0, 20, 20, 20)[1:]  # type: ignore[index]
    assert -1 <= low < high < 0


@pytest.mark.parametrize("counts", [(1, 19, 1, 40), (1, 40, 1, 19), (41, 40, 1, 40), (-1, 40, 1, 40)])
def test_too_few_for_a_difference(counts: tuple[int, int, int, int]) -> None:
    assert stats.unpaired_difference(*counts) is None
