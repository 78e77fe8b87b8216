"""Rules, a model, or both: who decides a verdict, and how that stands in the score.

`rules` are offline. `model` asks the models of the role `grader` about every sample. `cascade` lets the rules decide
what is clear to them and asks about the rest. `auto`, the default, is `cascade` where a grader is bound and `rules`
where none is. Every score says who decided it, by which rubric, and what that cost.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast, get_args

from inspect_ai.model import Model
from inspect_ai.scorer import Score, Value
from inspect_ai.solver import Generate, Solver, TaskState, solver

from sleeptalk.errors import UnknownNameError
from sleeptalk.inspect_bridge import bridged
from sleeptalk.scorers.cue_rules import RULES_VERSION
from sleeptalk.scorers.judge.forms import Check
from sleeptalk.scorers.judge.panel import consult, graders, required_graders
from sleeptalk.scorers.judge.rubrics import load_rubric
from sleeptalk.verdicts import Verdict

Judging = Literal["auto", "rules", "model", "cascade"]
JUDGINGS: tuple[Judging, ...] = get_args(Judging)

NEEDS_JUDGE = "needs_judge"

V = TypeVar("V", bound=Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled(Generic[V]):
    """What rules make of a text.

    Attributes:
        verdict: theirs.
        clear: whether they are sure enough that a cascade need not ask a model.
    """

    verdict: V
    clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Generic[V]):
    """A verdict with where it came from, or the reason why there is none.

    Attributes:
        verdict: None if nobody could decide.
        reason, explanation: why not, else empty.
        metadata: for the score.
    """

    verdict: V | None
    metadata: Mapping[str, Any]
    reason: str = ""
    explanation: str = ""

    def score(self, value: Callable[[V], Value], answer: str | None = None, **more: Any) -> Score:
        """The verdict as a score; unscored with its reason if there is none.

        Args:
            value: the score's value.
            answer: the score's answer.
            more: further metadata.
        """
        if self.verdict is None:
            return Score.unscored(reason=self.reason, explanation=self.explanation, metadata={**self.metadata, **more})
        return Score(
            value=value(self.verdict),
            answer=answer,
            explanation=self.verdict.evidence,
            metadata={"evidence": self.verdict.evidence, **more, **self.metadata},
        )


@bridged
def parse_judging(judge: str) -> Judging:
    """Who decides, by its name.

    Raises:
        UnknownNameError: there is no such way.
    """
    for known in JUDGINGS:
        if judge == known:
            return known
    raise UnknownNameError("value of judge", judge, JUDGINGS)


@solver
def grader_is_bound() -> Solver:
    """Stop before anything is generated if a judge is asked for and no model is bound to the role `grader`."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        required_graders()
        return state

    return solve


def by_rules(rubric: str, verdict: V) -> Decision[V]:
    """The rules' verdict as a decision."""
    return Decision(verdict=verdict, metadata=rules_metadata(rubric))


def rules_metadata(rubric: str) -> dict[str, Any]:
    """What a score by rules says of where it came from."""
    return {"judge": f"rules {RULES_VERSION}", "decided_by": "rules", **load_rubric(rubric).provenance}


def judges(judging: Judging, *, clear: bool) -> list[Model]:
    """The models to ask about a case that is clear to the rules, or not; empty where the rules decide.

    Raises:
        BridgedError: a judge is asked for and none is bound.
    """
    models = graders() if judging == "auto" else [] if judging == "rules" else required_graders()
    return [] if clear and judging != "model" else models


async def decide(
    judging: Judging,
    rubric: str,
    rules: Ruled[V] | None,
    parts: Callable[[], Mapping[str, str]],
    check: Check | None = None,
) -> Decision[V]:
    """Let rules or the grader decide.

    Args:
        judging: who decides.
        rubric: name of the rubric.
        rules: what the rules make of it; None where rules cannot tell.
        parts: the material for a judge, by the name of its part.
        check: what else must hold of a judge's verdict.

    Raises:
        BridgedError: a judge is asked for and none is bound.
    """
    models = judges(judging, clear=rules is not None and rules.clear)
    if rules is not None and not models:
        return by_rules(rubric, rules.verdict)
    if not models:
        return Decision(
            verdict=None,
            metadata=rules_metadata(rubric),
            reason=NEEDS_JUDGE,
            explanation="Rules cannot read this; score it with a judge: --model-role grader=MODEL.",
        )
    found = await consult(models, load_rubric(rubric), parts(), check)
    return Decision(
        verdict=cast("V | None", found.verdict),
        metadata=found.metadata,
        reason=found.reason,
        explanation=found.explanation,
    )
