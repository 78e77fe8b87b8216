import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sleeptalk.errors import InputFileError, InvalidValueError
from sleeptalk.judge_error import Estimate, JudgeError, corrected, excess, jeffreys, read_judge_error
from sleeptalk.stats import Rate, rate, wilson

GOOD = JudgeError(90, 100, 95, 100)


def share(count: int, n: int) -> Rate:
    return rate([True] * count + [False] * (n - count))


def bounds(one: Rate) -> tuple[float, float]:
    assert one.low is not None
    assert one.high is not None
    return one.low, one.high


def test_the_value_is_rogan_and_gladens() -> None:
    found = corrected(share(40, 100), GOOD)
    assert found.rate == pytest.approx((0.4 + 0.95 - 1) / (0.9 + 0.95 - 1))
    assert (found.count, found.n, found.clusters, found.method) == (40, 100, 100, "judge error")
    assert str(found) == "41% [29, 54] n=100"


def test_a_perfect_judge_with_many_labels_changes_nothing() -> None:
    many = 10**7
    plain = share(30, 100)
    found = corrected(plain, JudgeError(many, many, many, many))
    assert (found.rate, *bounds(found)) == pytest.approx((0.3, *bounds(plain)), abs=1e-4)


def test_known_errors_stretch_the_observed_interval() -> None:
    """With sensitivity and specificity as good as known, both bounds are corrected like the value."""
    many = 10**8
    plain = share(30, 100)
    low, high = ((bound - 0.2) / 0.6 for bound in bounds(plain))
    found = corrected(plain, JudgeError(many // 5 * 4, many, many // 5 * 4, many))
    assert (found.rate, *bounds(found)) == pytest.approx(((0.3 - 0.2) / 0.6, low, high), abs=1e-4)


def test_fewer_labels_widen_the_interval() -> None:
    plain = share(50, 100)
    narrow = bounds(corrected(plain, JudgeError(255, 300, 255, 300)))
    wide = bounds(corrected(plain, JudgeError(17, 20, 17, 20)))
    assert wide[0] < narrow[0] < bounds(plain)[0]
    assert wide[1] > narrow[1] > bounds(plain)[1]


def test_the_interval_over_items_is_taken_over() -> None:
    outcomes = [bool(item % 2) for item in range(30) for _ in range(4)]
    clustered = rate(outcomes, [item for item in range(30) for _ in range(4)])
    wide, narrow = bounds(corrected(clustered, GOOD)), bounds(corrected(rate(outcomes), GOOD))
    assert clustered.method == "design effect"
    assert corrected(clustered, GOOD).clusters == 30
    assert wide[1] - wide[0] > 1.4 * (narrow[1] - narrow[0])


@pytest.mark.parametrize(("count", "value"), [(2, 0.0), (95, 1.0)])
def test_what_lies_outside_is_clipped(count: int, value: float) -> None:
    found = corrected(share(count, 100), GOOD)
    low, high = bounds(found)
    assert found.rate == value == (low if value == 0 else high)
    assert 0.03 < high - low < 0.15


def test_too_few_stay_too_few() -> None:
    found = corrected(share(5, 19), GOOD)
    assert (found.too_few, found.rate, found.low, found.high) == (True, None, None, None)
    assert str(found) == "too few (5/19)"


@pytest.mark.parametrize("count", [0, 100])
def test_a_rate_that_no_truth_explains_is_refused(count: int) -> None:
    with pytest.raises(InvalidValueError, match=f"{count}/100 does not fit a judge .* label some of these traces"):
        corrected(share(count, 100), JudgeError(30, 40, 30, 40))


def test_a_corrected_rate_is_not_corrected_again() -> None:
    with pytest.raises(InvalidValueError, match="corrected for the judge's error already"):
        corrected(corrected(share(40, 100), GOOD), GOOD)


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ((21, 20, 20, 20), "right about 21 of 20 traces labelled positive; it must be between 0 and 20"),
        ((20, 20, -1, 20), "right about -1 of 20 traces labelled negative"),
        ((0, 0, 20, 20), "No trace is labelled positive"),
        ((20, 20, 0, 0), "No trace is labelled negative"),
        ((19, 19, 20, 20), "Only 19 traces are labelled positive; a correction needs at least 20"),
        ((20, 20, 10, 19), "Only 19 traces are labelled negative"),
        ((10, 20, 10, 20), "0.50 and specificity 0.50 add up to 1 or less: the judge is no better than chance"),
        ((7, 70, 27, 30), "no correction is possible"),
    ],
)
def test_calibrations_that_allow_no_correction(counts: tuple[int, int, int, int], says: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        JudgeError(*counts)
    assert says in str(caught.value)


def test_jeffreys_has_its_published_values() -> None:
    """Tabulated for n up to 30 by Brown, Cai and DasGupta (2001); here n = 10."""
    assert jeffreys(0, 10) == pytest.approx((0.0, 0.0, 0.217), abs=5e-4)
    assert jeffreys(3, 10) == pytest.approx((0.3, 0.093, 0.606), abs=5e-4)
    assert jeffreys(10, 10) == pytest.approx((1.0, 0.783, 1.0), abs=5e-4)


def test_bounds_are_where_the_excess_begins() -> None:
    """So that the simulation below, which only looks at the excess, is about `corrected`."""
    random = np.random.default_rng(0)
    for _ in range(200):
        n, positives, negatives = random.integers(20, 150, 3)
        right, passed = random.binomial(positives, 0.8), random.binomial(negatives, 0.8)
        plain = share(int(random.integers(0.25 * n, 0.75 * n)), int(n))
        low, high = bounds(corrected(plain, JudgeError(int(right), int(positives), int(passed), int(negatives))))
        estimates = Estimate(plain.rate or 0.0, *bounds(plain)), jeffreys(right, positives)
        for truth in random.random(5):
            out = max(excess(truth, *estimates, jeffreys(negatives - passed, negatives)))
            assert (out <= 0) == (low <= truth <= high)


@pytest.mark.parametrize(
    ("n", "labels", "errors", "truth"),
    [
        (40, (20, 20), (0.85, 0.85), 0.25),
        (40, (59, 20), (0.95, 0.95), 0.5),
        (40, (300, 300), (0.98, 0.98), 0.05),
        (100, (20, 20), (0.75, 0.7), 0.75),
        (100, (59, 20), (0.85, 0.95), 0.5),
        (100, (100, 100), (0.95, 0.7), 0.1),
        (300, (59, 20), (0.75, 0.85), 0.9),
        (300, (300, 300), (0.98, 0.98), 0.95),
    ],
)
def test_nominal_95_percent_cover_93_to_97(
    n: int, labels: tuple[int, int], errors: tuple[float, float], truth: float
) -> None:
    """4,000 seeded draws; 1 point more either way allows for their Monte Carlo error."""
    random = np.random.default_rng(1)
    counts = random.binomial(n, truth * errors[0] + (1 - truth) * (1 - errors[1]), 4000)
    right, wrong = random.binomial(labels[0], errors[0], 4000), random.binomial(labels[1], 1 - errors[1], 4000)
    plain = np.array([wilson(count, n) for count in range(n + 1)])[counts]
    observed = Estimate(counts / n, plain[:, 0], plain[:, 1])
    above, below = excess(truth, observed, jeffreys(right, labels[0]), jeffreys(wrong, labels[1]))
    inside = np.maximum(above, below) <= 0
    assert 0.92 <= inside[right / labels[0] > wrong / labels[1]].mean() <= 0.98


GROUP = {"n": 79, "true_positives": 50, "positives": 59, "true_negatives": 18, "negatives": 20, "kappa": None}
CALIBRATION: dict[str, Any] = {
    "overall": GROUP,
    "by_trigger": {"City: Lagos": {**GROUP, "true_positives": 40}, "few": {**GROUP, "positives": 50, "negatives": 0}},
    "headline_cutoff": 3,
    "judge": "rules 3",
    "rubric": "articulation 1",
    "rubric_sha256": "ab",
}


def written(folder: Path, content: object) -> Path:
    path = folder / "calibration.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_the_file_gives_all_traces_or_those_of_one_trigger(tmp_path: Path) -> None:
    path = written(tmp_path, CALIBRATION)
    assert read_judge_error(path) == JudgeError(50, 59, 18, 20, judge="rules 3", rubric_sha256="ab")
    assert read_judge_error(path, "City: Lagos") == replace(read_judge_error(path), true_positives=40)
    assert read_judge_error(path).sensitivity == 50 / 59


@pytest.mark.parametrize(
    ("content", "trigger", "says"),
    [
        ("{", None, "holds no calibration: Invalid JSON"),
        ([], None, "holds no calibration"),
        ({**CALIBRATION, "more": 1}, None, "more: Extra inputs are not permitted"),
        ({**CALIBRATION, "overall": {"n": 3}}, None, "overall.true_positives: Field required"),
        (
            {**CALIBRATION, "overall": {**GROUP, "positives": "59"}},
            None,
            "overall.positives: Input should be a valid int",
        ),
        ({**CALIBRATION, "overall": {**GROUP, "failed": 3}}, None, "no verdict on 3 of 79 traces, more than 2%"),
        ({**CALIBRATION, "headline_cutoff": 4}, None, "made at cut-off 4, but rates count from level 3 on"),
        (CALIBRATION, "x", "no labelled traces of the trigger 'x'; it has: 'City: Lagos', 'few'"),
        ({**CALIBRATION, "by_trigger": {}}, "x", "it has: none"),
        (CALIBRATION, "few", "the trigger 'few': The judge was right about 18 of 0 traces labelled negative"),
        ({**CALIBRATION, "overall": {**GROUP, "true_positives": 0}}, None, "all triggers: Sensitivity 0.00"),
    ],
)
def test_bad_files_are_explained(tmp_path: Path, content: object, trigger: str | None, says: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputFileError) as caught:
        read_judge_error(path, trigger)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="Cannot read"):
        read_judge_error(tmp_path / "none.json")
