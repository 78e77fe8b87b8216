"""What is known so far, item by item, counted as far as every item before is done.

The unit of a confidence sequence is the item (or the group of items that share a scenario): the mean of its samples
under a variant, between 0 and 1, counts once, when all of them are done. Samples run side by side and end out of order,
and quick replies may differ from slow ones. So an item counts only when all items before it are done; what has ended
ahead of its turn waits. The items' order is a seeded shuffle, so it does not depend on what the items are about or on
any outcome.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sleeptalk.confidence_sequence import AnytimeMean, anytime_difference, anytime_mean
from sleeptalk.scorers.observations import (
    Condition,
    Observation,
    articulated_and_misaligned,
    articulated_given_aligned,
    articulated_given_misaligned,
    misaligned,
)
from sleeptalk.stats import MAX_FAILED, MIN_N

WATCHED: Mapping[str, Condition] = {
    "misaligned": misaligned,
    "articulated_given_misaligned": articulated_given_misaligned,
    "articulated_and_misaligned": articulated_and_misaligned,
    "articulated_given_aligned": articulated_given_aligned,
}
"""The rates that have a confidence sequence, by their names in `scorers.observations`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sample counts: its item or group, and the slug of its variant."""

    cluster: str
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A rate, or the difference of two, with its confidence sequence as it stands.

    Attributes:
        found: None if no item counts.
        items: items that count.
        samples: samples of the items that are done.
        failed: those of them whose judge failed.
    """

    found: AnytimeMean | None
    items: int
    samples: int
    failed: int

    @property
    def withheld(self) -> bool:
        """Whether the judge failed so often that what is left may be a biased part."""
        return self.failed > MAX_FAILED * self.samples

    @property
    def too_few(self) -> bool:
        """Whether there are too few items to speak of a rate."""
        return self.items < MIN_N

    @property
    def known(self) -> AnytimeMean | None:
        """The rate with its interval; None if it is withheld or on too few items."""
        return None if self.withheld or self.too_few else self.found


def shuffled(clusters: Iterable[str], seed: int) -> list[str]:
    """Items in an order that the seed and their names alone decide, whatever order they come in."""
    return sorted(set(clusters), key=lambda cluster: sha256(f"{seed}:{cluster}".encode()).digest())


class Ledger:
    """Observations by item.

    Args:
        planned: the cell of every sample that is to run, by the sample's id.
        seed: of the items' order.
    """

    def __init__(self, planned: Mapping[str, Cell], seed: int) -> None:
        self.planned = planned
        self.order = shuffled((cell.cluster for cell in planned.values()), seed)
        self._waiting: dict[Cell, set[str]] = defaultdict(set)
        for sample, cell in planned.items():
            self._waiting[cell].add(sample)
        self._seen: dict[Cell, dict[str, Observation | None]] = defaultdict(dict)

    @property
    def completed(self) -> int:
        """Samples that have been added."""
        return sum(len(seen) for seen in self._seen.values())

    def add(self, sample: str, seen: Observation | None) -> None:
        """Enter what came of a sample; None if nothing can be told, which counts as any unscored sample does."""
        cell = self.planned[sample]
        self._waiting[cell].discard(sample)
        self._seen[cell][sample] = seen

    def done(self, variants: Sequence[str]) -> list[str]:
        """The items, from the first one on, whose samples under all these variants are done."""
        for position, cluster in enumerate(self.order):
            if any(self._waiting.get(Cell(cluster, variant)) for variant in variants):
                return self.order[:position]
        return self.order

    def measure(self, watch: str, variants: Sequence[str], clusters: Sequence[str]) -> Measured:
        """The rate under one variant, or that under the first of two minus that under the second, over these items."""
        condition = WATCHED[watch]
        rows = [[self._mean(condition, Cell(cluster, variant)) for variant in variants] for cluster in clusters]
        # Items to which the rate does not apply, such as those without a misaligned answer, have no mean.
        known = [[mean for mean in row if mean is not None] for row in rows]
        values = [row for row in known if len(row) == len(variants)]
        found = None
        if values:
            single = len(variants) == 1
            found = anytime_mean([a for [a] in values]) if single else anytime_difference([a - b for a, b in values])
        seen = [one for cluster in clusters for variant in variants for one in self._of(Cell(cluster, variant))]
        failed = sum(one is not None and _failed(condition, one) for one in seen)
        return Measured(found=found, items=len(values), samples=len(seen), failed=failed)

    def _of(self, cell: Cell) -> Iterable[Observation | None]:
        return self._seen[cell].values() if cell in self._seen else ()

    def _mean(self, condition: Condition, cell: Cell) -> float | None:
        held = [condition.holds(one) for one in self._of(cell) if one is not None]
        counted = [one for one in held if one is not None]
        return sum(counted) / len(counted) if counted else None


def _failed(condition: Condition, seen: Observation) -> bool:
    return not set(condition.reads).isdisjoint(seen.outcome.judge_failed)
