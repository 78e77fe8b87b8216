"""Reading a form that a judge has filled in: it must fit its schema, and its evidence must stand in the material."""

import json
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from sleeptalk.scorers.judge.material import Material, is_quoted
from sleeptalk.scorers.judge.rubrics import Rubric
from sleeptalk.strict_yaml import describe
from sleeptalk.verdicts import Verdict

MAX_ANSWER = 20_000

WRITTEN_BY_THE_MODEL = ("reasoning", "answer")
"""Parts of the material from which evidence may be copied where the rubric does not name one."""

Check = Callable[[Verdict], str | None]
"""Says what is wrong with a form that fits its schema, None if nothing is."""


class BadFormError(ValueError):
    """A judge's answer that is no valid form; its message is for the judge."""


def read_form(
    answered: str | dict[str, Any], rubric: Rubric, material: Material, check: Check | None = None
) -> Verdict:
    """A verdict that fits its schema, quotes what stands in the material, and passes the check.

    Args:
        answered: a tool call's arguments, or text that should be one JSON object.
        rubric: by which it was asked for.
        material: what the judge read.
        check: as in `fill`.

    Raises:
        BadFormError: says what is wrong with it.
    """
    try:
        verdict = rubric.form.model_validate(_object(answered))
    except ValidationError as error:
        raise BadFormError(f"the form is not valid: {describe(error)}") from None
    quoted = material.parts.get(rubric.quotes) or "\n".join(
        text for name, text in material.parts.items() if name in WRITTEN_BY_THE_MODEL
    )
    if not is_quoted(verdict.evidence, quoted):
        raise BadFormError(f"the evidence does not stand word for word in the {rubric.quotes}")
    if check and (problem := check(verdict)):
        raise BadFormError(problem)
    return verdict


def _object(answered: str | dict[str, Any]) -> dict[str, Any]:
    """One JSON object whose keys are all different."""
    if isinstance(answered, dict):
        return answered
    if len(answered) > MAX_ANSWER:
        raise BadFormError(f"the answer has {len(answered)} characters, more than {MAX_ANSWER}")
    try:
        found = json.loads(answered, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise BadFormError(f"the answer is not one JSON object ({first_line(error)})") from None
    if not isinstance(found, dict):
        raise BadFormError("the answer is not one JSON object")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys are all different."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def first_line(error: BaseException) -> str:
    """What went wrong, without the request that Inspect puts into some messages."""
    told = getattr(error, "provider_message", None) or str(error)
    return (told.strip().partition("\n")[0] or "no message")[:200]
