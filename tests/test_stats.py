import math
import random
import time

import pytest
from scipy.stats import norm

from sleeptalk import stats
from sleeptalk.errors import InvalidValueError


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
    assert clustered.method == "design effect"
    assert clustered.low is not None
    assert clustered.high is not None
    assert naive.low is not None
    assert naive.high is not None
    assert clustered.high - clustered.low > 1.8 * (naive.high - naive.low)


def test_unanimous_items_count_once_each() -> None:
    rate = stats.rate([True] * 40, [item for item in range(10) for _ in range(4)])
    assert rate.method == "design effect"
    assert (rate.low, rate.high) == pytest.approx(stats.wilson(10, 10))


def test_items_of_one_kind_of_sample_each_are_worth_their_number() -> None:
    """With many items whose samples all agree, the interval is Wilson's of the items."""
    outcomes = [item < 60 for item in range(200) for _ in range(5)]
    rate = stats.rate(outcomes, [item for item in range(200) for _ in range(5)])
    assert (rate.low, rate.high) == pytest.approx(stats.wilson(60, 200), abs=0.001)


def test_independent_samples_of_many_items_are_worth_nearly_their_number() -> None:
    """Each item has the same mix, so there is no variance between items, and 0.1% of the greatest is added."""
    outcomes = [sample < 2 for _ in range(200) for sample in range(4)]
    rate = stats.rate(outcomes, [item for item in range(200) for _ in range(4)])
    assert (rate.low, rate.high) == pytest.approx(stats.wilson(400, 800), abs=0.001)


def test_planting_seeds_widen_the_interval() -> None:
    """Three organisms that differ say less about a recipe than three that agree, and those less than one organism."""
    items = [item for _ in range(3) for item in range(40)]
    seeds = [seed for seed in range(3) for _ in range(40)]
    alike = [item % 4 < 2 for item in items]
    apart = [item % 4 < 1 + seed for item, seed in zip(items, seeds, strict=True)]
    plain, same, differ = (
        stats.rate(alike, items),
        stats.rate(alike, items, planting_seeds=seeds),
        stats.rate(apart, items, planting_seeds=seeds),
    )
    assert [one.count for one in (plain, same, differ)] == [60] * 3
    assert (plain.method, plain.seeds, same.method, same.seeds) == ("design effect", 0, "planting seeds", 3)
    widths = [(one.high or 0) - (one.low or 0) for one in (plain, same, differ)]
    assert widths[0] < widths[1] < 0.5
    assert widths[2] > 0.7


def test_two_planting_seeds_say_little() -> None:
    items = [item for _ in range(2) for item in range(50)]
    outcomes = [item < 10 for item in range(50)] + [item < 15 for item in range(50)]
    rate = stats.rate(outcomes, items, planting_seeds=[0] * 50 + [1] * 50)
    assert rate.rate == 0.25
    assert (rate.high or 0) - (rate.low or 0) > 0.7


def test_one_planting_seed_says_nothing_of_others() -> None:
    with pytest.raises(InvalidValueError, match="one planting seed, so nothing is known of others; plant with another"):
        stats.rate([True] * 30, range(30), planting_seeds=[7] * 30)
    assert str(stats.rate([], [], planting_seeds=[])) == "too few (0/0)"


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
    seeds = [number // 20 for number in range(60)]
    again = stats.rate(
        [outcomes[i] for i in mixed], [clusters[i] for i in mixed], planting_seeds=[seeds[i] for i in mixed]
    )
    assert stats.rate(outcomes, clusters, planting_seeds=seeds) == again


def test_rates_over_many_samples_are_fast() -> None:
    """A summary of 20,000 samples takes hundreds of rates."""
    items = [item for item in range(200) for _ in range(4)]
    outcomes = [item % 3 == 0 for item in range(800)]
    started = time.process_time()
    for _ in range(100):
        stats.rate(outcomes, items)
    assert time.process_time() - started < 0.5
