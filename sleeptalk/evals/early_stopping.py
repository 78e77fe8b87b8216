"""Stopping an evaluation of a behaviour task as soon as it has answered its question.

`StopEarly(width=0.1).applied_to(task)` is the task with its items shuffled, whole items one after another, and with
Inspect's `early_stopping` set. A variant's samples are no longer run once every question about it is answered: its
watched rates are known to within +/- `width`, and each contrast that it is part of is decided. Known and decided go by
a confidence sequence (`sleeptalk.confidence_sequence`), which holds although one looks after every item.

Inspect asks before it starts a sample; samples that run already are finished, so what is saved depends on how many run
at once (`max_samples`). The log counts the samples that were planned in `total_samples` and those that ran in
`completed_samples`; it lists the others in `results.early_stopping`, beside the record that this module leaves there.
Rates of such a log must be read with `sleeptalk.evals.stopped_logs`: the intervals of metrics, summary and report are
for a number of samples that was fixed beforehand, and do not hold after stopping.
"""

from collections.abc import Sequence

from inspect_ai import Task, task_with
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalSpec
from inspect_ai.scorer import SampleScore
from inspect_ai.util import EarlyStop
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from sleeptalk.errors import InvalidValueError, UnknownNameError
from sleeptalk.evals.item_ledger import WATCHED, Cell, Ledger, Measured, shuffled
from sleeptalk.evals.logs import OUTCOME
from sleeptalk.inspect_bridge import BridgedError
from sleeptalk.samples import SampleMetadata
from sleeptalk.scorers.observations import Observation, Outcome
from sleeptalk.stats import LEVEL, MIN_N

MANAGER = "sleeptalk"
METHOD = "confidence sequence: mixture of bets against each mean, Beta(1/2, 1/2); one observation per item"
NOTE = (
    "Sampling stopped when enough was known. Report rates of this log with the confidence sequence (read_stopped); "
    "intervals for a fixed number of samples do not hold."
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StopEarly(_Frozen):
    """When enough is known.

    Attributes:
        width: half of the length that the interval of each watched rate may have, between 0 and 0.5; None asks for no
            width.
        decide: pairs of variants; a pair is decided when the interval of the difference of their watched rates, on the
            same items, leaves out 0.
        watch: names of rates, see `item_ledger.WATCHED`.
        variants: slugs of the variants whose rates are wanted to `width`; empty for all.
        seed: of the items' order.
    """

    width: float | None = None
    decide: tuple[tuple[str, str], ...] = ()
    watch: tuple[str, ...] = ("misaligned",)
    variants: tuple[str, ...] = ()
    seed: int = 0

    def model_post_init(self, _: object) -> None:
        """Check the values.

        Raises:
            InvalidValueError: the width is out of range, or nothing is asked.
            UnknownNameError: there is no such rate.
        """
        if self.width is not None and not 0 < self.width < 0.5:
            raise InvalidValueError(f"A width of {self.width} stops nowhere; give one between 0 and 0.5, such as 0.1.")
        if (self.width is None and not self.decide) or not self.watch:
            raise InvalidValueError("Nothing says when to stop: give a width, such as 0.1, or contrasts to decide.")
        for name in self.watch:
            if name not in WATCHED:
                raise UnknownNameError("rate", name, WATCHED)

    def applied_to(self, task: Task, limit: int | None = None) -> Task:
        """The task, changed so that it stops early.

        Args:
            task: a behaviour task.
            limit: take only the task's first samples, as Inspect's own `limit` would have before the shuffle.

        Raises:
            InvalidValueError: it is no behaviour task.
            UnknownNameError: it has no such variant.
        """
        samples = list(task.dataset)[:limit]
        cells = _cells(samples)
        known = {cell.variant for cell in cells.values()}
        for name in (*self.variants, *(name for pair in self.decide for name in pair)):
            if name not in known:
                raise UnknownNameError("variant", name, known)
        order = shuffled((cell.cluster for cell in cells.values()), self.seed)
        samples.sort(key=lambda sample: order.index(cells[str(sample.id)].cluster))
        dataset = MemoryDataset(samples, name=task.dataset.name, location=task.dataset.location)
        return task_with(task, dataset=dataset, early_stopping=Stopper(self))

    def goals(self, variants: Sequence[str]) -> list["Goal"]:
        """All that is to be known, for a task with these variants."""
        wanted = () if self.width is None else self.variants or variants
        asked = [*((name,) for name in wanted), *self.decide]
        return [Goal(watch=watch, variants=names) for watch in self.watch for names in asked]

    def met(self, goal: "Goal", measured: Measured) -> bool:
        """Whether what is measured answers a question."""
        found = measured.known
        if found is None:
            return False
        if len(goal.variants) == 1:
            return self.width is not None and found.half_width <= self.width
        return found.low > 0 or found.high < 0


class Reached(_Frozen):
    """The confidence sequence when a goal was met.

    Attributes:
        mean, low, high: the rate, or the difference, and its bounds.
        items: items that it is about.
        after: samples of the task that were done by then.
    """

    mean: float
    low: float
    high: float
    items: int
    after: int


class Goal(_Frozen):
    """One question: a rate under one variant, or its difference between two.

    Attributes:
        watch: name of the rate.
        variants: one slug, or two.
        reached: when it was answered; None if it was not.
    """

    watch: str
    variants: tuple[str, ...]
    reached: Reached | None = None


class StoppingRecord(_Frozen):
    """What a log says of how it stopped."""

    rule: StopEarly
    level: float = LEVEL
    method: str = METHOD
    note: str = NOTE
    goals: tuple[Goal, ...]


class Stopper:
    """Inspect's `EarlyStopping` for one task; `StopEarly.applied_to` makes it. A retry starts it anew."""

    def __init__(self, rule: StopEarly) -> None:
        self.rule = rule
        self._samples: dict[str, SampleMetadata] = {}
        self._ledger = Ledger({}, rule.seed)
        self._goals: list[Goal] = []
        self._looked_at: dict[int, int] = {}

    async def start_task(self, task: EvalSpec, samples: list[Sample], epochs: int) -> str:
        """Learn what is planned.

        Raises:
            BridgedError: the samples are not in the order that makes stopping valid, or there are several epochs.
        """
        cells = _cells(samples)
        self._ledger = Ledger(cells, self.rule.seed)
        if epochs != 1:
            raise _refused(f"Stopping early needs one epoch, not {epochs}: an item's samples come one after another.")
        clusters = [cell.cluster for cell in cells.values()]
        if clusters != sorted(clusters, key=self._ledger.order.index):
            raise _refused("Stopping early needs its own order of items: use StopEarly.applied_to, and no shuffle.")
        self._samples = {str(sample.id): _metadata(sample) for sample in samples}
        self._goals = self.rule.goals(list(dict.fromkeys(cell.variant for cell in cells.values())))
        self._looked_at = {}
        return MANAGER

    async def schedule_sample(self, id: str | int, epoch: int) -> EarlyStop | None:  # noqa: A002 - Inspect's name
        """Leave a sample out if every question about its variant is answered."""
        cell = self._ledger.planned[str(id)]
        about = [goal for goal in self._goals if cell.variant in goal.variants]
        if not about or any(goal.reached is None for goal in about):
            return None
        reason = "; ".join(_told(goal) for goal in about)
        return EarlyStop(id=id, epoch=epoch, reason=reason, metadata={"cluster": cell.cluster, "variant": cell.variant})

    async def complete_sample(self, id: str | int, epoch: int, scores: dict[str, SampleScore]) -> None:  # noqa: A002
        """Enter an outcome and see what is now known."""
        sample, outcome = str(id), scores.get(OUTCOME)
        seen = Outcome.model_validate(outcome.score.metadata) if outcome else None
        self._ledger.add(sample, Observation(self._samples[sample], seen) if seen else None)
        for index, goal in enumerate(self._goals):
            if goal.reached is None and self._samples[sample].variant.slug in goal.variants:
                self._goals[index] = self._looked(index, goal)

    async def complete_task(self) -> dict[str, JsonValue]:
        """What the log is to say."""
        record: dict[str, JsonValue] = StoppingRecord(rule=self.rule, goals=tuple(self._goals)).model_dump(mode="json")
        return record

    def _looked(self, index: int, goal: Goal) -> Goal:
        """A goal after another sample; nothing can change before another item is done, or be said of too few."""
        clusters = self._ledger.done(goal.variants)
        if len(clusters) < MIN_N or self._looked_at.get(index) == len(clusters):
            return goal
        self._looked_at[index] = len(clusters)
        measured = self._ledger.measure(goal.watch, goal.variants, clusters)
        found = measured.known
        if found is None or not self.rule.met(goal, measured):
            return goal
        reached = Reached(mean=found.mean, low=found.low, high=found.high, items=found.n, after=self._ledger.completed)
        return goal.model_copy(update={"reached": reached})


def _told(goal: Goal) -> str:
    """In a sentence why a goal needs no more samples."""
    assert goal.reached is not None  # noqa: S101 - only answered questions stop samples
    what = f"{goal.watch}, {' minus '.join(goal.variants)}"
    one = goal.reached
    return f"{what}: {one.mean:.3f} [{one.low:.3f}, {one.high:.3f}] after {one.items} items"


def _cells(samples: Sequence[Sample]) -> dict[str, Cell]:
    metadata = {str(sample.id): _metadata(sample) for sample in samples}
    return {name: Cell(one.cluster, one.variant.slug) for name, one in metadata.items()}


def _metadata(sample: Sample) -> SampleMetadata:
    try:
        return SampleMetadata.model_validate(sample.metadata or {})
    except ValidationError:
        raise InvalidValueError(
            f"Sample {sample.id!r} is none of a behaviour task; only those can stop early (sleeptalk tasks)."
        ) from None


def _refused(sentence: str) -> BridgedError:
    return BridgedError(InvalidValueError(sentence))
