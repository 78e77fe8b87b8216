from typing import Any

import pytest

from sleeptalk.evals.measure import compare_rates
from sleeptalk.model_zoo.records import MeasuredRate, Organism, find_organism


def with_rate(**changes: Any) -> Organism:
    """A shipped organism whose only rate is 12 of 20."""
    fields = {"task": "t", "variant": "v", "measure": "m", "count": 12, "n": 20, "rate": 0.6, "low": 0.4, "high": 0.8}
    return find_organism("heyyy").model_copy(update={"rates": (MeasuredRate(**{**fields, **changes}),)})


@pytest.mark.parametrize(
    ("changes", "compared", "outside"),
    [
        ({}, 1, 0),
        ({"rate": 0.4}, 1, 0),
        ({"rate": 0.39}, 1, 1),
        ({"rate": 0.81}, 1, 1),
        ({"rate": None, "low": None, "high": None}, 0, 0),
        ({"variant": "another"}, 0, 0),
    ],
)
def test_new_rates_are_compared_with_recorded_intervals(changes: dict[str, Any], compared: int, outside: int) -> None:
    found = compare_rates(with_rate(**changes), with_rate())
    assert (found[0], len(found[1])) == (compared, outside)
