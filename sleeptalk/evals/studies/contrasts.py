"""The tests of a study: its contrasts on every model, paired on the items that both sides asked.

An item counts once in a contrast, by the mean of its samples. The primary contrast over all models is one family of
tests, all other contrasts over all models are a second one; each is corrected by Holm (1979).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sleeptalk.evals.cells import ModelCells, Run
from sleeptalk.evals.studies.records import MEASURES, Contrast, Side, Study
from sleeptalk.evals.summary import Row
from sleeptalk.scorers.observations import Observation
from sleeptalk.stats import Difference, holm, paired_difference

Seen = Mapping[tuple[str, str], Sequence[Observation]]
"""Observations of all seeds, by the names of model and part."""

ItemOutcomes = dict[tuple[str, str], list[bool]]
"""Whether a measure holds in each sample of an item, by task and cluster."""

ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    contrast: Contrast
    model: ModelCells
    against: str | None
    found: Difference | None
    n_of: int
    n_against: int

    @property
    def key(self) -> str:
        return f"{self.contrast.name}\0{self.model.name}"


def contrast_rows(run: Run, seen: Seen) -> list[Row]:
    """One row for each contrast and model, with the corrected p value and what follows from it.

    A base-rate arm is no model under study: it is compared with, and not tested itself.
    """
    study = run.study
    if study is None:
        return []
    tested = [_tested(contrast, cells, run, seen) for contrast in study.contrasts for cells in run.studied]
    corrected: dict[str, float] = {}
    for primary in (True, False):
        family = [one for one in tested if (one.contrast.name == study.primary) is primary]
        corrected |= holm({one.key: p for one in family if (p := _p_value(one, study)) is not None})
    return [_row(one, study, corrected.get(one.key)) for one in tested]


def _tested(contrast: Contrast, cells: ModelCells, run: Run, seen: Seen) -> _Tested:
    against = _other(contrast.against, cells)
    of_items = outcomes(contrast.of, _other(contrast.of, cells), run, seen)
    against_items = outcomes(contrast.against, against, run, seen)
    return _Tested(
        contrast=contrast,
        model=cells,
        against=against,
        found=paired_difference(of_items, against_items),
        n_of=sum(map(len, of_items.values())),
        n_against=sum(map(len, against_items.values())),
    )


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
        "model": one.model.name,
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
    wanted = {"greater": one.found.estimate > 0, "less": one.found.estimate < 0, "two-sided": True}
    return "yes" if corrected < ALPHA and wanted[one.contrast.direction] else "no"
