"""One form, filled in by one model: by a forced tool call, else by a response schema, else as plain JSON.

Not every server knows each of these ways, so they are tried in this order; whatever comes back is held against the
schema and against the material. A form that does not fit is sent back once with what is wrong. The number of calls is
bounded, and so is the time of each. A judge that fails says why; it never yields a verdict by default.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from inspect_ai.model import (
    CachePolicy,
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    ModelUsage,
    ResponseSchema,
)
from inspect_ai.tool import ToolFunction, ToolInfo, ToolParams
from inspect_ai.util import LimitExceededError, json_schema

from sleeptalk.scorers.judge.forms import BadFormError, Check, first_line, read_form
from sleeptalk.scorers.judge.material import Material
from sleeptalk.scorers.judge.rubrics import Rubric
from sleeptalk.verdicts import Verdict

Way = Literal["tool", "schema", "json"]

WAYS: tuple[Way, ...] = ("tool", "schema", "json")
TRIES_EACH = 2
REFUSED = (400, 405, 415, 422, 501)
"""HTTP status by which servers say that they do not know a way of asking."""

TOOL = "verdict"

DEFAULTS = GenerateConfig(temperature=0.0, max_tokens=2048, max_retries=4, attempt_timeout=120)
"""Used where the model that is bound to the role does not say otherwise."""


@dataclass(slots=True)
class Use:
    """What a verdict cost.

    Attributes:
        calls: calls of the model, those that failed and those answered from the cache included.
        input_tokens, output_tokens: of all calls.
        cost: in dollars, None if the model's price is not known to Inspect.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None

    def count(self, usage: ModelUsage | None) -> None:
        """Add one call."""
        self.calls += 1
        if usage:
            self.input_tokens += usage.input_tokens + (usage.input_tokens_cache_read or 0)
            self.output_tokens += usage.output_tokens
            if usage.total_cost is not None:
                self.cost = (self.cost or 0.0) + usage.total_cost

    def add(self, other: "Use") -> None:
        """Add what another verdict cost."""
        self.calls += other.calls
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        if other.cost is not None:
            self.cost = (self.cost or 0.0) + other.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What one model made of a form.

    Attributes:
        model: its name.
        verdict: the form, or None if it failed.
        failure: why it failed, empty if it did not.
        way: by which way the last answer came.
        use: what it cost.
    """

    model: str
    verdict: Verdict | None
    failure: str
    way: Way
    use: Use = field(default_factory=Use)


async def fill(model: Model, rubric: Rubric, material: Material, check: Check | None = None) -> Filled:
    """Have one model fill in the form of a rubric.

    Args:
        model: the judge.
        rubric: what it is told.
        material: what it reads.
        check: says what is wrong with a form that fits its schema, None if nothing is; evidence is always checked.
    """
    use, failure, way = Use(), "", WAYS[0]
    for way in WAYS:
        messages = _messages(rubric, material, way)
        for _ in range(TRIES_EACH):
            try:
                output = await _generate(model, rubric, messages, way)
            except LimitExceededError:
                raise
            except Exception as raised:  # noqa: BLE001 - providers fail in ways of their own
                error = _last_attempt(raised)
                use.count(None)
                failure = f"{way}: {type(error).__name__}: {first_line(error)}"
                if _is_refused_form(error):
                    break
                return Filled(model=str(model), verdict=None, failure=failure, way=way, use=use)
            use.count(output.usage)
            answered = _answer(output)
            if answered is None or (way != WAYS[-1] and not _looks_like_a_form(answered)):
                failure = f"{way}: no form in the answer (stop reason {output.stop_reason!r})"
                break
            try:
                verdict = read_form(answered, rubric, material, check)
            except BadFormError as problem:
                failure = f"{way}: {problem}"
                messages = [*_messages(rubric, material, way), ChatMessageUser(content=_complaint(str(problem)))]
            else:
                return Filled(model=str(model), verdict=verdict, failure="", way=way, use=use)
    return Filled(model=str(model), verdict=None, failure=failure, way=way, use=use)


def _messages(rubric: Rubric, material: Material, way: Way) -> list[ChatMessage]:
    """The rubric, the material, and again what to do, so that the last word is not the material's."""
    last = rubric.after if way != "json" else f"{rubric.after}\n{rubric.json_only.replace('{schema}', rubric.schema)}"
    return [
        ChatMessageSystem(content=rubric.before.replace("{mark}", f"[{material.mark}]")),
        ChatMessageUser(content=f"{material.text}\n\n{last}"),
    ]


def _complaint(problem: str) -> str:
    return f"Your form could not be used: {problem}. Fill it in again, by the rubric and from the material above."


async def _generate(model: Model, rubric: Rubric, messages: list[ChatMessage], way: Way) -> ModelOutput:
    given = model.config
    settings = {
        name: value for name, value in DEFAULTS.model_dump(exclude_none=True).items() if getattr(given, name) is None
    }
    schema = json_schema(rubric.form)
    tools, choice = list[ToolInfo](), None
    if way == "tool":
        parameters = ToolParams(properties=schema.properties or {}, required=schema.required or [])
        tools = [ToolInfo(name=TOOL, description="Hand in the form.", parameters=parameters)]
        choice = ToolFunction(TOOL)
    elif way == "schema":
        settings["response_schema"] = ResponseSchema(name=TOOL, json_schema=schema, strict=False)
    return await model.generate(
        messages,
        tools=tools,
        tool_choice=choice,
        config=GenerateConfig(**settings),
        cache=CachePolicy(expiry=None, per_epoch=False, scopes={"sleeptalk_rubric": rubric.sha256}),
    )


def _answer(output: ModelOutput) -> str | dict[str, Any] | None:
    """The arguments of the one tool call, or the text without its think block and code fence; None if there is none."""
    if output.empty:
        return None
    calls = output.message.tool_calls or []
    if calls:
        good = len(calls) == 1 and calls[0].function == TOOL and not calls[0].parse_error
        return calls[0].arguments if good else None
    text = re.sub(r"^.*</think(?:ing)?>", "", output.message.text, flags=re.DOTALL).strip()
    fenced = re.fullmatch(r"```(?:json)?\s*\n(.*?)\n?```", text, flags=re.DOTALL)
    return (fenced.group(1) if fenced else text) or None


def _looks_like_a_form(answered: str | dict[str, Any]) -> bool:
    """Whether it is worth telling the judge what is wrong with its form; prose calls for another way of asking."""
    return isinstance(answered, dict) or (answered.startswith("{") and answered.endswith("}"))


def _last_attempt(error: Exception) -> BaseException:
    """What went wrong in the last of several tries, which Inspect's retries hide."""
    attempt = getattr(error, "last_attempt", None)
    return (attempt.exception() if attempt is not None else None) or error


def _is_refused_form(error: BaseException) -> bool:
    """Whether a server refused the request as such, so that another way of asking may do."""
    return getattr(error, "status_code", None) in REFUSED
