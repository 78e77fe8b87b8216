"""Which transcripts a page shows where there are too many: as evenly as can be over models, variants and verdicts.

All groups of model, variant and verdict take turns, and each gives one transcript a turn, drawn without replacement
with a seed. So a rare verdict is there whole before a common one is there twice, and every beginning of the order is
as even as the whole. Shares among the shown transcripts are therefore no rates.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from random import Random
from typing import Any

from inspect_ai.log import EvalLog

from sleeptalk.evals.cells import Run
from sleeptalk.evals.log_files import SampleKey, Summary, summaries_in
from sleeptalk.evals.logs import OUTCOME
from sleeptalk.evals.running import CellKey, cell_of
from sleeptalk.samples import AskedSample
from sleeptalk.variants import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sample is, and the group that it belongs to.

    Attributes:
        cell: names of model and part, and the seed.
        location: of its log.
        key: its id and epoch.
        variant: slug of its variant; empty for a task without any.
        verdict: the outcome in a word or two, or the value of its only score.
    """

    cell: CellKey
    location: str
    key: SampleKey
    variant: str
    verdict: str


def places_of(run: Run, headers: Sequence[EvalLog]) -> list[Place]:
    """All samples of a run, in the order of its models, parts and seeds."""
    logs = {cell_of(header): header.location for header in headers}
    order = [(cells.name, part.name, seed) for cells in run.models for part in run.parts for seed in run.seeds]
    return [
        _place(cell, logs[cell], one)
        for cell in order
        if cell in logs
        for one in sorted(summaries_in(logs[cell]), key=lambda one: str(one.key[0]))
    ]


def _place(cell: CellKey, location: str, summary: Summary) -> Place:
    return Place(
        cell=cell,
        location=location,
        key=summary.key,
        variant=variant_of(summary.metadata),
        verdict=verdict_of(summary.scores),
    )


def variant_of(metadata: dict[str, Any]) -> str:
    """The slug of a sample's variant; empty for samples of other packages."""
    if "condition" not in metadata:
        return ""
    asked = {name: metadata[name] for name in AskedSample.model_fields if name in metadata}
    named = {name: asked[name] for name in ("condition", "thinking", "prefill", "system", "form") if name in asked}
    return Variant(**named, near_miss=metadata.get("near_miss", "")).slug


def verdict_of(scores: dict[str, Any]) -> str:
    """The outcome's label, or else the first score's value."""
    score = scores.get(OUTCOME) or next(iter(scores.values()), None)
    return "no score" if score is None else str(score["value"])


def in_turns(places: Iterable[Place], seed: int) -> Iterator[Place]:
    """All places in an order of which every beginning is even over models, variants and verdicts."""
    groups: dict[tuple[str, str, str], list[Place]] = {}
    for place in places:
        groups.setdefault((place.cell[0], place.variant, place.verdict), []).append(place)
    random = Random(seed)
    drawn = [random.sample(group, len(group)) for group in groups.values()]
    return (place for place in chain.from_iterable(zip_longest(*drawn)) if place is not None)
