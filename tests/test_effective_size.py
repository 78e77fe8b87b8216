import numpy as np
import pytest
from scipy.stats import binom

from sleeptalk.effective_size import mover, of_items, of_seeds, wilson


def test_an_effective_size_is_n_over_the_design_effect() -> None:
    """With hundreds of items the estimate stands alone: Rao and Scott's (1992), here by their formula."""
    random = np.random.default_rng(0)
    sizes = random.integers(1, 9, 800).astype(float)
    counts = random.binomial(sizes.astype(int), random.beta(1, 1, 800)).astype(float)
    share, n, items = counts.sum() / sizes.sum(), sizes.sum(), len(sizes)
    variance = items / (items - 1) * ((counts - share * sizes) ** 2).sum() / n**2
    found = of_items(counts, sizes)
    assert found.value == pytest.approx(share)
    assert found.size == pytest.approx(share * (1 - share) / variance, rel=1e-3)
    assert found.most == n


def test_few_items_with_a_rare_outcome_count_nearly_as_one_each() -> None:
    """One item of fifty has a success, so nothing is known of how samples of an item hang together."""
    counts, sizes = np.zeros(50), np.full(50, 8.0)
    counts[0] = 1
    assert 50 < of_items(counts, sizes).size < 63
    assert of_items(np.zeros(50), sizes).size == pytest.approx(50)
    assert of_items(sizes - counts, sizes).size == pytest.approx(of_items(counts, sizes).size)


def test_items_that_weigh_alike_count_once_each() -> None:
    found = of_items(np.array([8.0, 0.0, 1.0]), np.array([8.0, 2.0, 2.0]), alike=True)
    assert found.value == pytest.approx(0.5)
    assert of_items(np.array([8.0, 0.0, 1.0]), np.array([8.0, 2.0, 2.0])).value == pytest.approx(9 / 12)


def test_cells_that_nobody_asked_are_left_out() -> None:
    """What one seed did not measure neither counts as a failure nor breaks the interval."""
    counts = np.array([[2.0, 0.0, 1.0, 2.0], [1.0, 2.0, 0.0, 2.0]])
    sizes = np.array([[2.0, 0.0, 2.0, 2.0], [2.0, 2.0, 2.0, 2.0]])
    found = of_seeds(counts, sizes)
    assert found.value == pytest.approx(10 / 14)
    low, high = found.interval()
    assert 0 < low < 10 / 14 < high < 1


def test_seeds_that_vary_set_the_width() -> None:
    """Between seeds only: the effective size is p (1 - p) over the variance of the mean, by the squared quantiles."""
    counts = np.repeat([[20.0], [50.0], [80.0]], 200, axis=1)
    found = of_seeds(counts, np.full((3, 200), 100.0))
    between = np.var([0.2, 0.5, 0.8], ddof=1) / 3
    assert found.size == pytest.approx(0.25 / between * (1.9600 / 4.3027) ** 2, rel=1e-3)


def test_mover_without_correlation_is_newcombes() -> None:
    """The values of Newcombe (1998), table II, example (a), method 10."""
    assert mover(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80)) == pytest.approx((0.0524, 0.3339), abs=6e-5)
    assert mover(0.5, (0.4, 0.6), 0.5, (0.4, 0.6), correlation=1.0) == pytest.approx((0, 0))


@pytest.mark.parametrize(("count", "n"), [(1, 0), (-1, 5), (6, 5), (float("nan"), 5)])
def test_what_is_no_share_has_no_interval(count: float, n: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(count, n)


def test_how_far_wilson_is_from_95_percent() -> None:
    """Exactly, for n from 20 to 200 and shares from 0.02 to 0.5 in steps of 0.002: what docs/statistics.md says."""
    shares = np.arange(0.02, 0.5001, 0.002)[:, None]
    exact = []
    for n in range(20, 201):
        bounds = np.array([wilson(count, n) for count in range(n + 1)])
        inside = (bounds[:, 0] <= shares + 1e-12) & (shares <= bounds[:, 1] + 1e-12)
        exact.append((binom.pmf(np.arange(n + 1), n, shares) * inside).sum(axis=1))
    coverage = np.array(exact)
    rare = np.broadcast_to(shares.T < 0.1 - 1e-9, coverage.shape)
    assert coverage[rare].min() == pytest.approx(0.895, abs=5e-4)
    assert coverage[~rare].min() == pytest.approx(0.920, abs=5e-4)
    assert (coverage[rare] < 0.93).mean() == pytest.approx(0.013, abs=2e-3)
    assert (coverage[rare] > 0.97).mean() == pytest.approx(0.10, abs=5e-3)
    assert (coverage[~rare] < 0.93).mean() == pytest.approx(0.003, abs=2e-3)


@pytest.mark.parametrize("samples", [1, 2, 8])
@pytest.mark.parametrize(("items", "share"), [(20, 0.1), (20, 0.5), (40, 0.05), (40, 0.95), (100, 0.9)])
@pytest.mark.parametrize("correlation", [0.1, 0.6])
def test_intervals_over_items_cover_the_truth(items: int, share: float, samples: int, correlation: float) -> None:
    """Nominal 95% intervals cover in 91.5% or more of 400 seeded simulations; the whole grid is in docs/results."""
    random = np.random.default_rng(1)
    both = (1 - correlation) / correlation
    covered = 0
    sizes = np.full(items, float(samples))
    for _ in range(400):
        counts = random.binomial(samples, random.beta(share * both, (1 - share) * both, items)).astype(float)
        low, high = of_items(counts, sizes).interval()
        covered += low <= share <= high
    assert covered / 400 >= 0.915


@pytest.mark.parametrize("spread", [0.0, 1.0])
@pytest.mark.parametrize("seeds", [2, 3, 10])
def test_intervals_over_seeds_cover_the_truth(seeds: int, spread: float) -> None:
    """Half of all answers count; log odds vary between seeds and between items."""
    random = np.random.default_rng(2)
    covered = 0
    sizes = np.full((seeds, 30), 2.0)
    for _ in range(400):
        odds = spread * random.normal(size=(seeds, 1)) + random.normal(size=(1, 30))
        counts = random.binomial(2, 1 / (1 + np.exp(-odds))).astype(float)
        low, high = of_seeds(counts, sizes).interval()
        covered += low <= 0.5 <= high
    assert covered / 400 >= 0.92
