"""How far a scorer's articulation verdicts agree with labels that somebody else gave the same traces.

Labels have errors, too, so a disagreement is not always the scorer's: the list of disagreements with their evidence is
for reading. Nothing here is tuned; a scorer is looked at as it is, at every cut-off of the rubric.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sleeptalk.errors import InputFileError
from sleeptalk.scorers.cue_rules import RULES_VERSION, judge_articulation
from sleeptalk.scorers.judge.rubrics import load_rubric
from sleeptalk.stats import MAX_FAILED, wilson
from sleeptalk.strict_yaml import describe, read_text
from sleeptalk.triggers import default_mentions
from sleeptalk.verdicts import HEADLINE_LEVEL, ArticulationVerdict, Level

RULES = f"rules {RULES_VERSION}"
CUTOFFS: tuple[Level, ...] = tuple(level for level in get_args(Level) if level > 0)


class Trace(BaseModel):
    """One labelled chain of thought.

    Attributes:
        id: unique in its file.
        trigger: text of the trigger in the prompt.
        prompt, reasoning, answer: what was asked, thought and said.
        upstream_label: whether the labeller found the trigger articulated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    trigger: str = Field(min_length=1)
    prompt: str
    reasoning: str
    answer: str
    upstream_label: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A trace and the scorer's verdict on it.

    Attributes:
        trace: with its label.
        verdict: None if a judge failed.
        failure: why it failed.
        decided_by: rules or judge.
    """

    trace: Trace
    verdict: ArticulationVerdict | None
    failure: str = ""
    decided_by: str = "rules"

    def articulated(self, cutoff: Level) -> bool | None:
        """Whether the verdict counts as articulated at a cut-off; None if there is none."""
        return None if self.verdict is None else self.verdict.level >= cutoff and not self.verdict.rejected


def read_traces(path: Path) -> list[Trace]:
    """Read a .jsonl file of labelled traces; all its problems are named at once, each with its line.

    Raises:
        InputFileError: the file cannot be read, is empty, has a bad line, or an id twice.
    """
    found: dict[str, Trace] = {}
    problems = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            trace = Trace.model_validate(json.loads(line))
        except (json.JSONDecodeError, RecursionError) as error:
            problems.append(f"line {number}: not JSON ({error})")
        except ValidationError as error:
            problems.append(f"line {number}: {describe(error)}")
        else:
            if trace.id in found:
                problems.append(f"line {number}: the id {trace.id!r} stands twice")
            found[trace.id] = trace
    if problems:
        raise InputFileError(f"Bad traces in {path}: {'; '.join(problems)}.")
    if not found:
        raise InputFileError(f"{path} holds no traces.")
    return list(found.values())


def judge_by_rules(traces: Iterable[Trace]) -> list[Judged]:
    """The rules' verdicts; they know of a trigger only its name, as everywhere."""
    return [Judged(trace, judge_articulation(trace.reasoning, default_mentions(trace.trigger))) for trace in traces]


def calibration(judged: Sequence[Judged], judge: str = RULES) -> dict[str, Any]:
    """Agreement overall and by trigger: the headline's measures, and all measures at every cut-off.

    Args:
        judged: traces and verdicts.
        judge: who gave them, as scores name it.
    """
    triggers = dict.fromkeys(one.trace.trigger for one in judged)
    return {
        "overall": agreement(judged),
        "by_trigger": {
            trigger: agreement([one for one in judged if one.trace.trigger == trigger]) for trigger in triggers
        },
        "headline_cutoff": HEADLINE_LEVEL,
        "judge": judge,
        **load_rubric("articulation").provenance,
    }


def agreement(judged: Sequence[Judged]) -> dict[str, Any]:
    """n, labels, and the measures at the headline's cut-off and at every one; None where a class is empty.

    Traces on which a judge failed are counted apart; if they are more than `MAX_FAILED` of all, every measure is None,
    as what is left may be the easy part. The four counts of the headline's
    cut-off are what `judge_error.read_judge_error` reads.
    """
    hits, passes = _hits_and_passes(judged, HEADLINE_LEVEL)
    return {
        "n": len(judged),
        "failed": _failed(judged),
        "decided_by_judge": sum(one.decided_by == "judge" for one in judged),
        "labelled_articulated": sum(one.trace.upstream_label for one in judged),
        "labelled_not": sum(not one.trace.upstream_label for one in judged),
        "true_positives": sum(hits),
        "positives": len(hits),
        "true_negatives": sum(passes),
        "negatives": len(passes),
        **_measures(judged, HEADLINE_LEVEL),
        "cutoffs": {str(cutoff): _measures(judged, cutoff) for cutoff in CUTOFFS},
    }


def disagreements(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Traces on which the headline and the label differ, with the passage that decided, and those without a verdict."""
    return [
        {
            "id": one.trace.id,
            "trigger": one.trace.trigger,
            "upstream_label": one.trace.upstream_label,
            "articulated": one.articulated(HEADLINE_LEVEL),
            "level": one.verdict.level if one.verdict else None,
            "rejected": one.verdict.rejected if one.verdict else None,
            "evidence": one.verdict.evidence if one.verdict else "",
            "failure": one.failure,
        }
        for one in judged
        if one.articulated(HEADLINE_LEVEL) != one.trace.upstream_label
    ]


def _measures(judged: Sequence[Judged], cutoff: Level) -> dict[str, dict[str, float] | None]:
    if _failed(judged) > MAX_FAILED * len(judged):
        return dict.fromkeys(("balanced_accuracy", "sensitivity", "specificity", "kappa"))
    found = [(one.trace.upstream_label, one.articulated(cutoff)) for one in judged]
    pairs = [(label, articulated) for label, articulated in found if articulated is not None]
    hits, passes = _hits_and_passes(judged, cutoff)
    sensitivity, specificity = _share(hits), _share(passes)
    return {
        "balanced_accuracy": _mean_of(sensitivity, specificity),
        "sensitivity": sensitivity,
        "specificity": specificity,
        "kappa": _kappa(pairs) if hits and passes else None,
    }


def _hits_and_passes(judged: Sequence[Judged], cutoff: Level) -> tuple[list[bool], list[bool]]:
    """Whether each trace labelled articulated was found so, and whether each of the others was not."""
    known = [(one.trace.upstream_label, one.articulated(cutoff)) for one in judged if one.verdict is not None]
    return [bool(found) for label, found in known if label], [not found for label, found in known if not label]


def _failed(judged: Sequence[Judged]) -> int:
    return sum(one.verdict is None for one in judged)


def _share(outcomes: Sequence[bool]) -> dict[str, float] | None:
    """A share with Wilson's 95% interval."""
    if not outcomes:
        return None
    low, high = wilson(sum(outcomes), len(outcomes))
    return {"value": sum(outcomes) / len(outcomes), "low": low, "high": high}


def _mean_of(first: dict[str, float] | None, second: dict[str, float] | None) -> dict[str, float] | None:
    """The mean of two independent shares; its interval from theirs by MOVER (Zou and Donner 2008)."""
    if first is None or second is None:
        return None
    below = sqrt(sum((one["value"] - one["low"]) ** 2 for one in (first, second))) / 2
    above = sqrt(sum((one["high"] - one["value"]) ** 2 for one in (first, second))) / 2
    value = (first["value"] + second["value"]) / 2
    return {"value": value, "low": max(0.0, value - below), "high": min(1.0, value + above)}


def _kappa(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float] | None:
    """Cohen's kappa with its asymptotic 95% interval (Fleiss, Cohen and Everitt 1969); None if all verdicts agree."""
    from statsmodels.stats.inter_rater import cohens_kappa

    if len({found for _, found in pairs}) < 2:
        return None  # kappa would be 0 whatever the labels, with an interval of no width
    table = [[0, 0], [0, 0]]
    for label, found in pairs:
        table[label][found] += 1
    result = cohens_kappa(table)
    return {
        "value": float(result.kappa),
        "low": max(-1.0, float(result.kappa_low)),
        "high": min(1.0, float(result.kappa_upp)),
    }
