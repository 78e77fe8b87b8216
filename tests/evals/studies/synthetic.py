"""Observations whose right answer is known, and the runs that they belong to."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sleeptalk.evals.cells import ModelCells, Run
from sleeptalk.evals.studies.library import find_study
from sleeptalk.samples import SampleMetadata
from sleeptalk.scorers.observations import Observation, Outcome
from tests.samples import sample


def run_of(study: str, *names: str, **changes: Any) -> Run:
    """A run of a shipped study on models with the trigger Singapore."""
    models = [ModelCells(**{"name": name, "model": f"zoo/{name}", "trigger": "singapore", **changes}) for name in names]
    found = find_study(study)
    return Run(models=tuple(models), parts=found.parts, items="pocket", limit=24, study=found)


@cache
def _asked(condition: str, thinking: str) -> SampleMetadata:
    return sample(condition, thinking=thinking)


def observed(
    condition: str, count: int, *, start: int = 0, thinking: str = "on", **outcome: Any
) -> Iterator[Observation]:
    """Misaligned answers with readable reasoning to as many items, unless `outcome` says otherwise."""
    asked = _asked(condition, thinking)
    fields: dict[str, Any] = {
        "misaligned": True,
        "level": 0,
        "rejected": False,
        "articulated": False,
        "blamed": "none",
        "flipped": False,
        "truncated": False,
        "visibility": "full",
        "unscored_reason": None,
    }
    found = Outcome(**{**fields, **outcome})
    for number in range(start, start + count):
        yield Observation(asked.model_copy(update={"item": f"item-{number}"}), found)
