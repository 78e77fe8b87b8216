"""Rates corrected for the errors of the scorer or judge that made the verdicts.

What a judge finds is not what is there: of the traces that articulate it finds a share (sensitivity), and some of the
others it takes for articulating (1 - specificity). Both are estimated from traces with labels. The correction is Rogan
and Gladen's (1978); its interval carries the uncertainty of the rate and of both estimates. It holds if the judge errs
on the measured traces as often as on the labelled ones, and if these are other traces. `docs/statistics.md` has the
coverage.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, StrictInt, ValidationError

from sleeptalk.errors import InputFileError, InvalidValueError
from sleeptalk.stats import LEVEL, MAX_FAILED, MIN_N, Rate
from sleeptalk.strict_yaml import describe, read_text
from sleeptalk.verdicts import HEADLINE_LEVEL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MAKE_ONE = "Make one with: sleeptalk judge calibrate TRACES --json"


@dataclass(frozen=True, slots=True)
class JudgeError:
    """How often a judge was right about labelled traces.

    Attributes:
        true_positives: traces labelled positive that the judge found positive.
        positives: traces labelled positive.
        true_negatives: traces labelled negative that the judge found negative.
        negatives: traces labelled negative.
        judge, rubric_sha256: who was calibrated and by which rubric, as scores tell it; empty if nobody said.

    Raises:
        InvalidValueError: a count is out of range, a class is empty or has fewer than `MIN_N` labels, or the judge is
            no better than chance.
    """

    true_positives: int
    positives: int
    true_negatives: int
    negatives: int
    judge: str = ""
    rubric_sha256: str = ""

    def __post_init__(self) -> None:
        for right, labels, name in (
            (self.true_positives, self.positives, "positive"),
            (self.true_negatives, self.negatives, "negative"),
        ):
            if not 0 <= right <= labels:
                raise InvalidValueError(
                    f"The judge was right about {right} of {labels} traces labelled {name}; it must be between 0 and "
                    f"{max(0, labels)}."
                )
            if labels == 0:
                raise InvalidValueError(f"No trace is labelled {name}, so a rate cannot be corrected; label {MIN_N}.")
            if labels < MIN_N:
                raise InvalidValueError(
                    f"Only {labels} traces are labelled {name}; a correction needs at least {MIN_N} of each class."
                )
        if (
            self.true_positives * self.negatives + self.true_negatives * self.positives
            <= self.positives * self.negatives
        ):
            raise InvalidValueError(
                f"Sensitivity {self.sensitivity:.2f} and specificity {self.specificity:.2f} add up to 1 or less: the "
                "judge is no better than chance, no correction is possible."
            )

    @property
    def sensitivity(self) -> float:
        """Share of the labelled positives that the judge finds."""
        return self.true_positives / self.positives

    @property
    def specificity(self) -> float:
        """Share of the labelled negatives that the judge passes."""
        return self.true_negatives / self.negatives


class Estimate(NamedTuple):
    """A share, or an array of shares, with the bounds of its 95% interval."""

    value: "Floats | float"
    low: "Floats | float"
    high: "Floats | float"


def corrected(rate: Rate, error: JudgeError) -> Rate:
    """The share of observations that are truly positive, given the share that the judge found so.

    The value is (rate + specificity - 1) / (sensitivity + specificity - 1), clipped to between 0 and 1. The interval
    holds every true share that `excess` does not exclude, so it takes over the interval of `rate` as it is, of
    independent observations or of repeated items. Counts, n and clusters stay those observed, and too few stay too few.

    Raises:
        InvalidValueError: the rate is corrected already, or it lies further outside what the judge can give, from
            1 - specificity (nothing is true) to sensitivity (all is), than chance explains.
    """
    from scipy.optimize import brentq

    if rate.method == "judge error":
        raise InvalidValueError("The rate is corrected for the judge's error already; correct the observed one.")
    if rate.rate is None or rate.low is None or rate.high is None:
        return replace(rate, method="judge error")
    observed = Estimate(rate.rate, rate.low, rate.high)
    hits = jeffreys(error.true_positives, error.positives)
    alarms = jeffreys(error.negatives - error.true_negatives, error.negatives)

    def above(share: float) -> float:
        return float(excess(share, observed, hits, alarms)[0])

    def below(share: float) -> float:
        return float(excess(share, observed, hits, alarms)[1])

    if above(1) > 0 or below(0) > 0:
        raise InvalidValueError(
            f"The observed rate of {rate.count}/{rate.n} does not fit a judge with sensitivity {error.sensitivity:.2f} "
            f"({error.positives} labels) and specificity {error.specificity:.2f} ({error.negatives} labels), whatever "
            "the true rate is; label some of these traces."
        )
    value = (rate.rate + error.specificity - 1) / (error.sensitivity + error.specificity - 1)
    return replace(
        rate,
        value=min(1.0, max(0.0, value)),
        low=0.0 if above(0) <= 0 else float(brentq(above, 0, 1)),
        high=1.0 if below(1) <= 0 else float(brentq(below, 0, 1)),
        method="judge error",
    )


def excess(
    share: "Floats | float", observed: Estimate, hits: Estimate, alarms: Estimate
) -> tuple["Floats | float", "Floats | float"]:
    """How far a supposed true share lies outside the interval: (below its lower bound, above its upper bound).

    With a true share s, what is observed minus s * sensitivity - (1 - s) * (1 - specificity) would be 0. Its 95%
    interval follows from those of the three shares by MOVER (Zou and Donner 2008; the inversion, as in Fieller's
    theorem, is that of Donner and Zou 2012). Both numbers are at most 0 for a share that is not excluded.

    Args:
        share: the supposed true share.
        observed: share that the judge found positive.
        hits: sensitivity.
        alarms: 1 - specificity.
    """
    import numpy as np

    gap = observed.value - share * hits.value - (1 - share) * alarms.value
    down = (observed.value - observed.low) ** 2
    down = down + (share * (hits.high - hits.value)) ** 2 + ((1 - share) * (alarms.high - alarms.value)) ** 2
    up = (observed.high - observed.value) ** 2
    up = up + (share * (hits.value - hits.low)) ** 2 + ((1 - share) * (alarms.value - alarms.low)) ** 2
    return gap - np.sqrt(down), -gap - np.sqrt(up)


def jeffreys(count: Any, n: int) -> Estimate:
    """A binomial share, or an array of them, with Jeffreys' 95% interval (Brown, Cai and DasGupta 2001)."""
    import numpy as np
    from scipy.stats import beta

    tail = (1 - LEVEL) / 2
    low = np.where(count == 0, 0.0, beta.ppf(tail, count + 0.5, n - count + 0.5))
    high = np.where(count == n, 1.0, beta.ppf(1 - tail, count + 0.5, n - count + 0.5))
    return Estimate(count / n, low, high)


def read_judge_error(path: Path, trigger: str | None = None) -> JudgeError:
    """Read what `sleeptalk judge calibrate --json` printed.

    Args:
        path: of the JSON file.
        trigger: text of one trigger, to take its labelled traces only; None for all.

    Raises:
        InputFileError: the file cannot be read, does not hold a calibration at the headline's cut-off, has no traces of
            the trigger, or its counts allow no correction.
    """
    try:
        found = _Calibration.model_validate_json(read_text(path))
    except ValidationError as error:
        raise InputFileError(f"{path} holds no calibration: {describe(error)}. {MAKE_ONE}") from None
    if found.headline_cutoff != HEADLINE_LEVEL:
        raise InputFileError(
            f"{path} was made at cut-off {found.headline_cutoff}, but rates count from level {HEADLINE_LEVEL} on. "
            f"{MAKE_ONE}"
        )
    if trigger is not None and trigger not in found.by_trigger:
        known = ", ".join(map(repr, found.by_trigger)) or "none"
        raise InputFileError(f"{path} has no labelled traces of the trigger {trigger!r}; it has: {known}.")
    group = found.overall if trigger is None else found.by_trigger[trigger]
    if group.failed > MAX_FAILED * group.n:
        raise InputFileError(
            f"In {path} the judge gave no verdict on {group.failed} of {group.n} traces, more than "
            f"{100 * MAX_FAILED:.0f}%; mend the judge and calibrate again."
        )
    try:
        return JudgeError(
            group.true_positives,
            group.positives,
            group.true_negatives,
            group.negatives,
            judge=found.judge,
            rubric_sha256=found.rubric_sha256,
        )
    except InvalidValueError as error:
        whose = "all triggers" if trigger is None else f"the trigger {trigger!r}"
        raise InputFileError(f"{path}, {whose}: {error}") from None


class _Group(BaseModel):
    """The counts of one group; its other measures follow from them or are of other cut-offs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    true_positives: StrictInt
    positives: StrictInt
    true_negatives: StrictInt
    negatives: StrictInt
    n: StrictInt
    failed: StrictInt = 0


class _Calibration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    overall: _Group
    by_trigger: dict[str, _Group]
    headline_cutoff: StrictInt
    judge: str
    rubric: str
    rubric_sha256: str
