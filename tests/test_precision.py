import math
import random
from itertools import product

import pytest
from scipy.stats import binom, binomtest

from sleeptalk.precision import Alarms, Bounded, alarms, likelihood_ratio, precision_at, tpr_at
from sleeptalk.stats import wilson


def independent(count: int, n: int) -> Alarms:
    return Alarms(count=count, n=n, effective=n)


def test_each_rate_has_its_interval() -> None:
    exact = binomtest(3, 200).proportion_ci(method="exact")
    assert independent(180, 200).as_hits == pytest.approx(wilson(180, 200))
    assert independent(3, 200).as_false == pytest.approx((exact.low, exact.high))
    assert independent(0, 300).as_false == pytest.approx((0, 1 - 0.025 ** (1 / 300)))


@pytest.mark.parametrize(
    ("alarmed", "clusters", "effective"),
    [
        ([True, False] * 20, range(40), 40),  # independent
        ([True] * 20 + [False] * 20, [*range(10)] * 2 + [*range(10, 20)] * 2, 40 * 19 / 39),  # twice each: about half
        ([False] * 40, [*range(10)] * 4, 10),  # nothing varies: as many as there are items
        ([True, False] * 20, [0] * 40, 1),
        ([True, False] * 20, [one // 2 for one in range(40)], 40),  # opposite answers to an item tell no less
        ([], [], 0),
    ],
)
def test_repeated_items_count_for_what_they_tell(alarmed: list[bool], clusters: list[int], effective: float) -> None:
    found = alarms(alarmed, list(clusters))
    assert (found.count, found.n) == (sum(alarmed), len(alarmed))
    assert found.effective == pytest.approx(effective)


@pytest.mark.parametrize(("hits", "false"), [((45, 50), (5, 100)), ((90, 100), (1, 2000)), ((20, 20), (19, 20))])
def test_the_bounds_of_a_ratio_solve_movers_equation(hits: tuple[int, int], false: tuple[int, int]) -> None:
    """At a bound, TPR - ratio * FPR lies as far from 0 as both intervals explain (Donner and Zou 2012)."""
    top, bottom = independent(*hits), independent(*false)
    found = likelihood_ratio(top, bottom)
    p, q = hits[0] / hits[1], false[0] / false[1]
    assert found.value == pytest.approx(p / q)
    (p_low, p_high), (q_low, q_high) = top.as_hits, bottom.as_false
    assert p - found.low * q == pytest.approx(math.hypot(p - p_low, found.low * (q_high - q)))
    assert found.high * q - p == pytest.approx(math.hypot(p_high - p, found.high * (q - q_low)))


def test_without_a_false_alarm_there_is_a_lower_bound_only() -> None:
    ratio = likelihood_ratio(independent(100, 100), independent(0, 300))
    assert (ratio.value, ratio.high) == (None, math.inf)
    upper = 1 - 0.025 ** (1 / 300)
    low, _ = wilson(100, 100)
    assert ratio.low == pytest.approx(math.sqrt(low * (2 - low)) / upper)
    found = precision_at(1e-3, ratio)
    assert (found.value, found.high) == (None, 1.0)
    assert found.low == pytest.approx(1 / (1 + 999 / ratio.low))


@pytest.mark.parametrize(
    ("hits", "false", "value", "low", "high"),
    [(0, 0, None, 0.0, math.inf), (0, 10, 0.0, 0.0, None), (50, 50, 1.0, None, None)],
)
def test_ratios_at_the_edges(hits: int, false: int, value: float | None, low: float | None, high: float | None) -> None:
    found = likelihood_ratio(independent(hits, 50), independent(false, 50))
    assert found.value == value
    assert found.low == low or (low is None and 0 < found.low < 1)
    assert found.high == high or (high is None and 0 < found.high < math.inf)


def test_precision_is_bayes() -> None:
    ratio = Bounded(value=0.9 / 0.01, low=30.0, high=math.inf)
    assert precision_at(1e-3, ratio).value == pytest.approx(0.9 * 1e-3 / (0.9 * 1e-3 + 0.01 * 0.999))
    for prevalence in (0, 1, -0.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            precision_at(prevalence, ratio)
    with pytest.raises(ValueError, match="positives and negatives"):
        likelihood_ratio(independent(0, 0), independent(0, 50))


@pytest.mark.parametrize(("n", "m", "tpr", "fpr"), [(50, 50, 0.95, 0.01), (60, 100, 0.5, 0.03)])
def test_the_interval_covers_what_it_says(n: int, m: int, tpr: float, fpr: float) -> None:
    """Exactly, over all outcomes; the whole grid is bench/precision_coverage.py."""
    covered = 0.0
    for x, y in product(range(n + 1), range(int(m * fpr) + 12)):
        weight = binom.pmf(x, n, tpr) * binom.pmf(y, m, fpr)
        if weight > 1e-4:
            found = likelihood_ratio(independent(x, n), independent(y, m))
            covered += weight * (found.low <= tpr / fpr <= found.high)
    assert covered >= 0.945


def test_the_rate_at_few_false_alarms_has_the_threshold_chosen_anew() -> None:
    """Of 400 negatives 4 lie above 60, so the threshold is 61, and 70 of 100 positives lie above it."""
    scores = [80] * 70 + [55] * 30 + [61] * 4 + [60] * 40 + [10] * 356
    labels = [True] * 100 + [False] * 400
    found = tpr_at(0.01, scores, labels, range(500))
    assert (found.value, found.threshold, found.negatives) == (0.7, 61, 400)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= wilson(70, 100)[0] < wilson(70, 100)[1] <= found.high
    assert tpr_at(0.01, scores, labels, range(500)) == found


def test_where_every_threshold_alarms_too_often_nothing_is_caught() -> None:
    found = tpr_at(0.01, [50.0] * 400, [True] * 50 + [False] * 350, range(400))
    assert (found.value, found.threshold, found.low) == (0, None, 0)
    assert found.high == pytest.approx(wilson(0, 50)[1])


@pytest.mark.parametrize(
    ("positives", "negatives", "items"), [(19, 400, 419), (50, 299, 349), (50, 400, 90), (0, 0, 1)]
)
def test_with_too_few_answers_there_is_no_rate_at_one_percent(positives: int, negatives: int, items: int) -> None:
    labels = [True] * positives + [False] * negatives
    found = tpr_at(0.01, [90.0 * label for label in labels], labels, [one % items for one in range(len(labels))])
    assert (found.value, found.low, found.high) == (None, None, None)


@pytest.mark.slow
def test_repeated_items_are_covered() -> None:
    """Items differ in how often their answers alarm; without the design effect coverage is below 0.9."""
    rng, inside = random.Random(0), 0
    for _ in range(1000):
        classes = []
        for share, each in ((0.7, 3), (0.05, 4)):
            chances = [rng.betavariate(share, 1 - share) for _ in range(120)]  # correlated by 0.5
            alarmed = [rng.random() < chance for chance in chances for _ in range(each)]
            classes.append(alarms(alarmed, [item for item in range(120) for _ in range(each)]))
        found = likelihood_ratio(*classes)
        inside += found.low <= 0.7 / 0.05 <= found.high
    assert inside / 1000 >= 0.93
