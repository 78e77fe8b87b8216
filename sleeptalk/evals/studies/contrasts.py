"""The tests of a study: its contrasts on every model, paired on the items that both sides asked.

An item counts once in a contrast, by the mean of its samples. The primary contrast over all models is one family of
tests, all other contrasts over all models are a second one; each is corrected by Holm (1979).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sleeptalk.evals.cells import ModelCells, Run
from sleeptalk.evals.studies.families import families_of
from sleeptalk.evals.studies.records import MEASURES, Contrast, Seen, Side, Study
from sleeptalk.evals.summary import Row
from sleeptalk.stats import Difference, holm, paired_difference, paired_difference_over_seeds

ItemOutcomes = dict[tuple[str, str], list[bool]]
"""Whether a measure holds in each sample of an item, by task and cluster."""

ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    contrast: Contrast
    model: str
    against: str | None
    found: Difference | None
    n_of: int
    n_against: int

    @property
    def key(self) -> str:
        return f"{self.contrast.name}\0{self.model}"


def contrast_rows(run: Run, seen: Seen) -> list[Row]:
    """One row for each contrast and model, with the corrected p value and what follows from it.

    A base-rate arm is no model under study: it is compared with, and not tested itself. Nor is a parent against a
    parent of its own, if it has none in the run.
    """
    study = run.study
    if study is None:
        return []
    groups = {cells.name: (cells,) for cells in run.studied} | {one.name: one.members for one in families_of(run)}
    parents = {cells.parent for cells in run.models} - {None}
    tested = [
        _tested(contrast, name, members, run, seen)
        for contrast in study.contrasts
        for name, members in groups.items()
        if contrast.against.model != "parent" or name not in parents or any(one.parent for one in members)
    ]
    corrected: dict[str, float] = {}
    for primary in (True, False):
        family = [one for one in tested if (one.contrast.name == study.primary) is primary]
        corrected |= holm({one.key: p for one in family if (p := _p_value(one, study)) is not None})
    return [_row(one, study, corrected.get(one.key)) for one in tested]


def _tested(contrast: Contrast, name: str, members: Sequence[ModelCells], run: Run, seen: Seen) -> _Tested:
    """A contrast on one model, or on a family, whose members differ by their planting seed."""
    sides = [
        [outcomes(side, _other(side, cells), run, seen) for cells in members]
        for side in (contrast.of, contrast.against)
    ]
    seeds = [cells.planting_seed for cells in members]
    if len(members) == 1:
        found = paired_difference(sides[0][0], sides[1][0], alternative=contrast.direction)
    else:
        of, against = (dict(zip(seeds, side, strict=True)) for side in sides)
        found = paired_difference_over_seeds(of, against, alternative=contrast.direction)
    others = dict.fromkeys(_other(contrast.against, cells) for cells in members)
    return _Tested(
        contrast=contrast,
        model=name,
        against=None if None in others else ", ".join(map(str, others)),
        found=found,
        n_of=_samples(sides[0]),
        n_against=_samples(sides[1]),
    )


def _samples(side: Sequence[ItemOutcomes]) -> int:
    return sum(len(values) for items in side for values in items.values())


def _other(side: Side, cells: ModelCells) -> str | None:
    return {"self": cells.name, "base": cells.base, "parent": cells.parent}[side.model]


def outcomes(side: Side, model: str | None, run: Run, seen: Seen) -> ItemOutcomes:
    """What one side of a contrast counts, by item."""
    holds = MEASURES[side.measure].holds
    found: ItemOutcomes = defaultdict(list)
    for part in run.parts:
        if model is None or (side.parts and part.name not in side.parts):
            continue
        for one in seen.get((model, part.name), ()):
            value = holds(one) if one.sample.condition in side.variants else None
            if value is not None:
                found[part.task, one.sample.cluster].append(value)
    return dict(found)


def _p_value(one: _Tested, study: Study) -> float | None:
    if one.found is None or one.found.items < study.minimum_n:
        return None
    return 1.0 if one.found.p_value is None else one.found.p_value


def _row(one: _Tested, study: Study, corrected: float | None) -> Row:
    found = one.found
    few = found is None or found.items < study.minimum_n
    return {
        "contrast": one.contrast.name,
        "primary": one.contrast.name == study.primary,
        "model": one.model,
        "against_model": one.against,
        "says": one.contrast.says,
        "direction": one.contrast.direction,
        "estimate": None if few or found is None else found.estimate,
        "low": None if few or found is None else found.low,
        "high": None if few or found is None else found.high,
        "items": found.items if found else 0,
        "n_of": one.n_of,
        "n_against": one.n_against,
        "p": _p_value(one, study),
        "p_holm": corrected,
        "verdict": _verdict(one, corrected, few=few),
    }


def _verdict(one: _Tested, corrected: float | None, *, few: bool) -> str:
    """yes, no, too few, or not asked."""
    if one.against is None:
        return "not asked"
    if few or one.found is None or corrected is None:
        return "too few"
    return "yes" if corrected < ALPHA else "no"
