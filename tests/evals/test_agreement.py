import random

import pytest

from sleeptalk.evals.agreement import krippendorff
from sleeptalk.stats import wilson

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", part C: four observers, twelve units, 7 missing.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
UNITS = {unit: [one for one in column if one is not None] for unit, column in enumerate(zip(*OBSERVERS, strict=True))}


def test_nominal_textbook_value() -> None:
    found = krippendorff(UNITS, "nominal")
    assert found is not None
    assert found["value"] == pytest.approx(0.743, abs=5e-4)
    assert found["units"] == 11
    assert found["low"] < 0.743 < found["high"]
    assert krippendorff(UNITS, "nominal") == found


def test_ordinal_textbook_value() -> None:
    found = krippendorff(UNITS, "ordinal")
    assert found is not None
    assert found["value"] == pytest.approx(0.815, abs=5e-4)


def test_two_observers_of_binary_data() -> None:
    """Part A of the same: ten units, alpha is 0.095."""
    first, second = (0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0)
    units = {unit: [bool(one) for one in pair] for unit, pair in enumerate(zip(first, second, strict=True))}
    found = krippendorff(units, "nominal")
    assert found is not None
    assert found["value"] == pytest.approx(0.095, abs=5e-4)


def test_words_are_nominal_only() -> None:
    units = {"a": ["x", "y"], "b": ["x", "x"], "c": ["y", "y"]}
    assert krippendorff(units, "nominal") is not None
    with pytest.raises(ValueError, match="must be numbers"):
        krippendorff(units, "ordinal")


def test_simulated_raters() -> None:
    """Alpha is the share of ratings that are not by chance, squared, when each of two raters guesses on its own."""
    rng = random.Random(0)
    units = {}
    for unit in range(300):
        truth = rng.randrange(4)
        units[unit] = [truth if rng.random() < 0.8 else rng.randrange(4) for _ in range(2)]
    found = krippendorff(units, "nominal", seed=1)
    assert found is not None
    assert found["low"] < 0.64 < found["high"]
    assert 0.08 < found["high"] - found["low"] < 0.2


def test_perfect_agreement_still_has_an_interval() -> None:
    found = krippendorff({unit: [unit % 2, unit % 2] for unit in range(40)}, "ordinal")
    assert found is not None
    assert (found["value"], found["high"]) == (1.0, 1.0)
    assert found["low"] == pytest.approx(1 - wilson(0, 40)[1] / (2 * 40 * 40 / (80 * 79)))


@pytest.mark.parametrize("units", [{}, {1: [1, 2]}, {1: [1, 2], 2: [3]}, {1: [1, 1], 2: [1, 1, 1]}])
def test_undefined_is_none(units: dict[int, list[int]]) -> None:
    assert krippendorff(units, "ordinal") is None
