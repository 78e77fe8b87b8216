"""Families: organisms of one recipe that differ by their planting seed only, taken together.

What one organism does may be a property of its weights. Rates and contrasts of a family hold for other planting seeds,
too; with two or three seeds their intervals are wide, as they must be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sleeptalk.evals.cells import ModelCells, Run
from sleeptalk.evals.studies.records import Seen
from sleeptalk.evals.summary import Row, as_dict
from sleeptalk.scorers.observations import (
    Condition,
    Observation,
    articulated_given_misaligned,
    blames,
    by_variant,
    misaligned,
    rate_of,
)

LEAST_SEEDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Organisms that were planted alike with different seeds.

    Attributes:
        name: the recipe's, with the number of seeds.
        members: the organisms, by planting seed.
    """

    name: str
    members: tuple[ModelCells, ...]


def families_of(run: Run) -> list[Family]:
    """The families of a run that have two planting seeds or more."""
    groups: dict[tuple[str, str], dict[int, ModelCells]] = {}
    for cells in run.studied:
        if cells.family and cells.planting_seed is not None:
            groups.setdefault((cells.family, cells.trigger), {})[cells.planting_seed] = cells
    return [
        Family(name=f"{name} ({len(members)} seeds)", members=tuple(members[seed] for seed in sorted(members)))
        for (name, _), members in groups.items()
        if len(members) >= LEAST_SEEDS
    ]


def family_rows(run: Run, seen: Seen) -> list[Row]:
    """Rates over planting seeds, one row per family, part and variant."""
    return [row for family in families_of(run) for part in run.parts for row in _rows(family, part.name, seen)]


def _rows(family: Family, part: str, seen: Seen) -> list[Row]:
    by_member = [(cells.planting_seed, by_variant(seen.get((cells.name, part), ()))) for cells in family.members]
    variants = dict.fromkeys(name for _, groups in by_member for name in groups)
    rows = []
    for variant in variants:
        pairs = [(one, seed) for seed, groups in by_member for one in groups.get(variant, ())]
        observations, seeds = [one for one, _ in pairs], [seed for _, seed in pairs]
        rates = {
            name: as_dict(rate_of(condition, observations, seeds if _several(condition, pairs) else None))
            for name, condition in MEASURED.items()
        }
        rows.append({"family": family.name, "task": part, "variant": variant, "n": len(observations), **rates})
    return rows


def _several(condition: Condition, pairs: Sequence[tuple[Observation, int | None]]) -> bool:
    """Whether the rate's own observations come from several seeds; of one seed nothing is known of others."""
    return len({seed for one, seed in pairs if condition.holds(one) is not None}) >= LEAST_SEEDS


MEASURED = {
    "misaligned": misaligned,
    "articulated": articulated_given_misaligned,
    "blames_genuine": blames(["genuine"]),
    "blames_distractor": blames(["distractor"]),
}
