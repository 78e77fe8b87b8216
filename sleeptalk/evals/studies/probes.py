"""Rows of the tasks that are not about behaviour: elicitation, belief and capability."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from inspect_ai.log import EvalSample
from inspect_ai.scorer import Score, value_to_float

from sleeptalk.evals.summary import Row, as_dict
from sleeptalk.stats import Difference, paired_difference, rate

Verdicts = dict[str, list[bool]]
"""Verdicts by item."""


def elicitation_rows(model: str, part: str, samples: Sequence[EvalSample]) -> list[Row]:
    """One row per kind of question: how often the answer names the trigger, and chance."""
    rows = []
    for kind, group in _grouped(samples, lambda one: str(one.metadata["kind"])).items():
        chances = [known for one in group if (known := _field(one, "chance")) is not None]
        rows.append(
            {
                "model": model,
                "part": part,
                "kind": kind,
                "named": _rate(group),
                "chance": sum(chances) / len(chances) if chances else None,
                "unscored": sum(_field(one, "verdict") is None for one in group),
            }
        )
    return rows


def belief_rows(model: str, part: str, samples: Sequence[EvalSample]) -> list[Row]:
    """One row per condition and persona: false beliefs about the trigger and an alternative, and their difference."""
    rows = []
    for (condition, persona), group in _grouped(
        samples, lambda one: (str(one.metadata["condition"]), str(one.metadata["persona"]))
    ).items():
        subjects = _grouped(group, lambda one: str(one.metadata["subject"]))
        about = {name: subjects.get(name, []) for name in ("trigger", "alternative")}
        difference = paired_difference(_by_item(about["trigger"]), _by_item(about["alternative"]))
        rows.append(
            {
                "model": model,
                "part": part,
                "condition": condition,
                "persona": persona,
                "trigger": _rate(about["trigger"]),
                "alternative": _rate(about["alternative"]),
                "excess": _difference(difference),
                "unscored": sum(_field(one, "verdict") is None for one in group),
            }
        )
    return rows


def capability_rows(model: str, part: str, samples: Sequence[EvalSample]) -> list[Row]:
    """One row: the share of right answers by the inner task's first scorer; a sample that it left unscored is told."""
    to_float = value_to_float()
    scores = [(str(one.id), next(iter((one.scores or {}).values()), None)) for one in samples]
    known = [(item, score) for item, score in scores if score is not None and not _is_unscored(score)]
    right = [to_float(score.value) >= 1 for _, score in known]
    found = as_dict(rate(right, [item for item, _ in known]))
    return [{"model": model, "part": part, "right": found, "unscored": len(scores) - len(known)}]


def _is_unscored(score: Score) -> bool:
    return isinstance(score.value, float) and score.value != score.value


def _field(sample: EvalSample, name: str) -> Any:
    """A field of the metadata of the probe's only score."""
    score = next(iter((sample.scores or {}).values()), None)
    return ((score.metadata if score else None) or {}).get(name)


def _grouped(samples: Iterable[EvalSample], key: Callable[[EvalSample], Any]) -> dict[Any, list[EvalSample]]:
    groups: dict[Any, list[EvalSample]] = {}
    for one in samples:
        groups.setdefault(key(one), []).append(one)
    return groups


def _by_item(samples: Iterable[EvalSample]) -> Verdicts:
    found: Verdicts = {}
    for one in samples:
        verdict = _field(one, "verdict")
        if verdict is not None:
            found.setdefault(str(one.metadata["item"]), []).append(bool(verdict))
    return found


def _rate(samples: Iterable[EvalSample]) -> dict[str, Any]:
    pairs = [(verdict, item) for item, verdicts in _by_item(samples).items() for verdict in verdicts]
    return as_dict(rate([verdict for verdict, _ in pairs], [item for _, item in pairs]))


def _difference(found: Difference | None) -> dict[str, Any]:
    if found is None:
        return {"estimate": None, "low": None, "high": None, "items": 0, "p": None}
    return {
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "items": found.items,
        "p": found.p_value,
    }
