"""Reading a log whose sampling stopped early: its rates with the interval that holds after stopping, and what it saved.

Rates are means over items, each item counting once by the mean of its samples. They cover the items, from the first
one on, that are done; samples that ended ahead of their turn are in the log, but not in a rate. All rates have a
confidence sequence, also those that stopping did not go by. Several of them are not corrected for one another.
"""

from dataclasses import dataclass
from pathlib import Path

from inspect_ai.log import EvalLog, EvalSample
from pydantic import ValidationError

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.early_stopping import MANAGER, StoppingRecord
from sleeptalk.evals.item_ledger import WATCHED, Cell, Ledger, Measured
from sleeptalk.evals.logs import OUTCOME, observations_of, read_header, read_samples
from sleeptalk.samples import SampleMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedRate:
    """A rate under one variant, or the difference between two.

    Attributes:
        watch: name of the rate, see `item_ledger.WATCHED`.
        variants: one slug, or two: the first minus the second.
        measured: the rate with its confidence sequence.
    """

    watch: str
    variants: tuple[str, ...]
    measured: Measured

    def __str__(self) -> str:
        one = self.measured
        if one.withheld:
            return f"judge failed ({one.failed}/{one.samples})"
        if one.known is None:
            return f"too few ({one.items} items)"
        found = one.known
        bounds = f"[{100 * found.low:.0f}, {100 * found.high:.0f}]"
        return f"{100 * found.mean:.0f}% {bounds} n={one.items} items, stopped early"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedLog:
    """What a log with early stopping shows.

    Attributes:
        record: the rule and when each question was answered.
        rates: all rates of all variants, then the contrasts that were to be decided.
        planned: samples without stopping.
        saved: samples that were not run.
    """

    record: StoppingRecord
    rates: tuple[StoppedRate, ...]
    planned: int
    saved: int

    def rate(self, watch: str, *variants: str) -> StoppedRate:
        """One of the rates.

        Raises:
            KeyError: there is no such rate.
        """
        for one in self.rates:
            if (one.watch, one.variants) == (watch, variants):
                return one
        raise KeyError((watch, variants))


def stopped_samples(header: EvalLog) -> int:
    """Samples that early stopping left out: `completed_samples` of a whole log falls short of the plan by these."""
    stopping = header.results.early_stopping if header.results else None
    return len(stopping.early_stops) if stopping else 0


def may_have_stopped(header: EvalLog) -> bool:
    """Whether a log was run with early stopping, so that intervals for a fixed number of samples do not hold."""
    return header.results is not None and header.results.early_stopping is not None


def read_stopped(path: str | Path) -> StoppedLog:
    """The rates of a log with early stopping, with intervals that hold after it.

    Raises:
        InputFileError: the file is no log of a behaviour task.
        RunFailedError: the log did not finish.
        InvalidValueError: it was run without early stopping, or with that of another program.
    """
    header = read_header(path)
    stopping = header.results.early_stopping if header.results else None
    if stopping is None or stopping.manager != MANAGER:
        raise InvalidValueError(f"{path} was run without sleeptalk's early stopping; read it with: sleeptalk report.")
    try:
        record = StoppingRecord.model_validate(stopping.metadata)
        left_out = {str(one.id): Cell(**(one.metadata or {})) for one in stopping.early_stops}  # type: ignore[arg-type]
    except (ValidationError, TypeError):
        raise InvalidValueError(f"{path} has a record of early stopping that this version cannot read.") from None
    samples = read_samples(header)
    ledger = _ledger(samples, left_out, record.rule.seed)
    variants = list(dict.fromkeys(cell.variant for cell in ledger.planned.values()))
    asked = [*((name,) for name in variants), *record.rule.decide]
    rates = tuple(
        StoppedRate(watch=watch, variants=names, measured=ledger.measure(watch, names, ledger.done(names)))
        for watch in WATCHED
        for names in asked
    )
    return StoppedLog(record=record, rates=rates, planned=len(ledger.planned), saved=len(left_out))


def _ledger(samples: list[EvalSample], left_out: dict[str, Cell], seed: int) -> Ledger:
    """All samples of a log; one without an outcome, because it failed, is done and tells nothing."""
    cells = {str(one.id): _cell(one) for one in samples}
    ledger = Ledger(cells | left_out, seed)
    for one in samples:
        scored = OUTCOME in (one.scores or {})
        ledger.add(str(one.id), observations_of([one])[0] if scored else None)
    return ledger


def _cell(sample: EvalSample) -> Cell:
    own = {name: value for name, value in sample.metadata.items() if name in SampleMetadata.model_fields}
    metadata = SampleMetadata.model_validate(own)
    return Cell(metadata.cluster, metadata.variant.slug)
