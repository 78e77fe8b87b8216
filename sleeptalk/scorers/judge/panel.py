"""One verdict out of all models that are bound to Inspect's role `grader`.

Several models are a panel: each fills in the form by itself, and more than half of them must give a valid one. Without
a model in the role nothing is judged; the model under test never judges itself by default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inspect_ai.model import Model, model_roles
from inspect_ai.util import collect

from sleeptalk.errors import InvalidValueError
from sleeptalk.inspect_bridge import BridgedError
from sleeptalk.scorers.judge.asking import Filled, Use, fill
from sleeptalk.scorers.judge.forms import Check
from sleeptalk.scorers.judge.material import Material, enclose
from sleeptalk.scorers.judge.rubrics import Rubric
from sleeptalk.verdicts import Verdict

ROLE = "grader"
FAILED = "judge_failed"
TIED = "judge_tied"
NO_VERDICT = (FAILED, TIED)
"""Reasons of unscored samples that were asked about and got no verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """What a panel made of a form.

    Attributes:
        verdict: theirs, or None if they failed or are tied.
        reason: `judge_failed` or `judge_tied` if there is none, else empty.
        explanation: what went wrong with whom.
        metadata: for the score: models, rubric and its hash, calls, tokens, cost, and each member's verdict.
    """

    verdict: Verdict | None
    reason: str
    explanation: str
    metadata: Mapping[str, Any]


def graders() -> list[Model]:
    """The models of the role `grader`; empty if none is bound."""
    bound = model_roles().get(ROLE, [])
    return bound if isinstance(bound, list) else [bound]


def required_graders() -> list[Model]:
    """The models of the role `grader`.

    Raises:
        BridgedError: none is bound.
    """
    found = graders()
    if not found:
        raise BridgedError(
            InvalidValueError(
                "No model is bound to the role 'grader', and a model does not judge itself; add --model-role "
                "grader=MODEL (a comma list is a panel), or judge by rules with -T judge=rules."
            )
        )
    return found


async def consult(
    models: Sequence[Model], rubric: Rubric, parts: Mapping[str, str], check: Check | None = None
) -> Consulted:
    """Have each model fill in the form, and bring their verdicts to one.

    Args:
        models: the panel, one or more.
        rubric: what they are told.
        parts: the material by the name of its part.
        check: as in `asking.fill`.
    """
    material = enclose(parts)
    filled = await collect(*(fill(model, rubric, material, check) for model in models))
    valid = [one.verdict for one in filled if one.verdict is not None]
    metadata = _metadata(rubric, material, filled)
    if 2 * len(valid) <= len(filled):
        failures = "; ".join(f"{one.model}: {one.failure}" for one in filled if one.failure)
        return Consulted(verdict=None, reason=FAILED, explanation=failures, metadata=metadata)
    verdict = rubric.form.pooled(valid)
    if verdict is None:
        return Consulted(verdict=None, reason=TIED, explanation="The panel is divided.", metadata=metadata)
    return Consulted(verdict=verdict, reason="", explanation="", metadata=metadata)


def _metadata(rubric: Rubric, material: Material, filled: Sequence[Filled]) -> dict[str, Any]:
    use = Use()
    for one in filled:
        use.add(one.use)
    found: dict[str, Any] = {
        "judge": ", ".join(one.model for one in filled),
        "decided_by": "judge",
        **rubric.provenance,
        "judge_calls": use.calls,
        "judge_input_tokens": use.input_tokens,
        "judge_output_tokens": use.output_tokens,
        "judge_cost": use.cost,
        "shortened": material.shortened,
    }
    if len(filled) > 1:
        found["panel"] = [
            {"model": one.model, "failure": one.failure}
            if one.verdict is None
            else {"model": one.model, "verdict": one.verdict.model_dump(mode="json")}
            for one in filled
        ]
    return found
