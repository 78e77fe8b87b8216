import numpy as np
import pytest
from scipy.special import betaln

from sleeptalk.confidence_sequence import anytime_difference, anytime_mean, log_stakes, pooled_capital
from sleeptalk.stats import LEVEL, wilson


@pytest.mark.parametrize(("count", "n"), [(0, 20), (1, 20), (10, 20), (100, 100), (60, 200)])
def test_of_binary_outcomes_it_is_the_beta_binomial_mixture(count: int, n: int) -> None:
    """At a bound the mixture's closed form (Robbins 1970) has just reached 20."""
    found = anytime_mean([1.0] * count + [0.0] * (n - count))
    assert (found.mean, found.n) == (count / n, n)
    for bound, end in ((found.low, 0.0), (found.high, 1.0)):
        if found.mean == end:
            assert bound == end
        else:
            capital = betaln(count + 0.5, n - count + 0.5) - betaln(0.5, 0.5)
            capital -= count * np.log(bound) + (n - count) * np.log(1 - bound)
            assert capital == pytest.approx(-np.log(1 - LEVEL), abs=1e-4)


def test_it_is_wider_than_an_interval_for_a_fixed_number_and_narrower_for_means_that_vary_less() -> None:
    low, high = wilson(50, 100)
    binary, means = anytime_mean([0.0, 1.0] * 50), anytime_mean([0.25, 0.75] * 50)
    assert binary.low < low < high < binary.high
    assert means.half_width < 0.6 * binary.half_width


def test_the_order_of_values_does_not_matter_and_a_mirror_image_has_the_mirrored_bounds() -> None:
    values = [0.0, 0.5, 1.0, 0.5, 0.0, 0.25] * 5
    found, again = anytime_mean(values), anytime_mean(sorted(values))
    mirrored = anytime_mean([1 - value for value in values])
    assert (found.low, found.high) == (again.low, again.high)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((found.low, found.high), abs=1e-7)


def test_a_difference_is_decided_by_items_that_differ_one_way() -> None:
    apart, alike = anytime_difference([1.0, 0.5] * 10), anytime_difference([1.0, -1.0, 0.0, 0.0] * 20)
    assert 0 < apart.low < 0.75 < apart.high < 1
    assert alike.low < 0 == alike.mean < alike.high


@pytest.mark.parametrize("values", [[], [1.1], [-0.1], [float("nan")]])
def test_values_outside_of_0_to_1_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        anytime_mean(values)


def test_differences_outside_of_minus_1_to_1_are_refused() -> None:
    with pytest.raises(ValueError, match="between -1 and 1"):
        anytime_difference([1.5])


@pytest.mark.parametrize("arms", [1, 4])
def test_it_leaves_the_truth_out_at_any_moment_in_at_most_5_percent_of_runs(arms: int) -> None:
    """While Wilson's interval, looked at as often, does so in far more (see docs/spending-less.md)."""
    runs, items, share = 400, 150, 0.2
    found = np.random.default_rng(0).binomial(arms, share, (runs, items))
    stakes = log_stakes(np.arange(arms + 1) / arms, share)
    capital = pooled_capital(stakes[found].cumsum(axis=1))
    wrong = (capital >= -np.log(1 - LEVEL)).any(axis=1)
    assert 0 < wrong.mean() <= 0.05
