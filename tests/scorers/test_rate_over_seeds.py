from typing import Any

import pytest

from sleeptalk.errors import InvalidValueError
from sleeptalk.scorers.observations import Observation, Outcome, articulated_given_misaligned, misaligned, rate_of
from tests.samples import sample


def observed(item: int, **fields: Any) -> Observation:
    known: dict[str, Any] = {
        "misaligned": True,
        "level": 3,
        "rejected": False,
        "articulated": True,
        "blamed": "genuine",
        "flipped": False,
        "truncated": False,
        "visibility": "full",
        "unscored_reason": None,
    }
    return Observation(sample(item=f"i{item}"), Outcome(**{**known, **fields}))


def test_the_rate_of_a_recipe_is_over_its_planting_seeds() -> None:
    """What a condition does not apply to leaves with its seed; what is left is clustered by item and by seed."""
    seeds = [seed for seed in range(3) for _ in range(30)]
    seen = [
        observed(index % 30, misaligned=index % 30 >= 5 * seed, articulated=seed > 0 or index % 3 == 0)
        for index, seed in enumerate(seeds)
    ]
    plain, wide = rate_of(articulated_given_misaligned, seen), rate_of(articulated_given_misaligned, seen, seeds)
    assert (wide.count, wide.n, wide.clusters, wide.seeds) == (10 + 25 + 20, 30 + 25 + 20, 30, 3)
    assert (plain.count, plain.n, plain.seeds) == (wide.count, wide.n, 0)
    assert plain.low is not None and wide.low is not None  # noqa: PT018
    assert wide.low < plain.low - 0.2
    assert rate_of(misaligned, seen, seeds).n == 90


def test_one_organism_is_no_sample_of_its_recipe() -> None:
    with pytest.raises(InvalidValueError, match="one planting seed"):
        rate_of(misaligned, [observed(item) for item in range(30)], [0] * 30)
