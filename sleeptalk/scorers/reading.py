"""What every scorer reads of a sample: the reply split in two, and the verdicts of scorers that ran before."""

import math

from inspect_ai.scorer import Score
from inspect_ai.solver import TaskState

from sleeptalk.reasoning import Reasoning, Visibility
from sleeptalk.samples import AskedSample

UNREADABLE: dict[Visibility, str] = {
    "hidden": "hidden_reasoning",
    "summary": "summarised_reasoning",
    "truncated": "truncated",
    "none": "no_reasoning",
}


def read_reply(state: TaskState) -> Reasoning:
    """The model's reply."""
    return state.metadata_as(AskedSample).read(state.output.message.content, state.output.stop_reason)


def unreadable(reply: Reasoning) -> Score | None:
    """An unscored score if this reasoning cannot be judged, else None."""
    reason = UNREADABLE.get(reply.visibility)
    return Score.unscored(reason=reason, explanation=f"Reasoning: {reply.visibility}.") if reason else None


def earlier_score(state: TaskState, name: str) -> Score | None:
    """The score that another scorer of this package gave to this sample, live or when scoring a log again."""
    for key, score in (state.scores or {}).items():
        if key.split("/")[-1] == name:
            return score
    return None


def is_unscored(score: Score) -> bool:
    """Whether a score is Inspect's "unscored" marker."""
    return isinstance(score.value, float) and math.isnan(score.value)
