"""One draft of a scenario, from any Inspect model: by a forced tool call, else a response schema, else plain JSON.

Not every server knows each way, so they are tried in this order, and the first one that a server does not refuse is
kept. Whatever comes back is only a draft; `growing.py` decides whether it is taken.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    ResponseSchema,
)
from inspect_ai.tool import ToolFunction, ToolInfo, ToolParams
from inspect_ai.util import json_schema
from pydantic import BaseModel, ConfigDict, ValidationError

from sleeptalk import strict_yaml
from sleeptalk.model_zoo.training_data.scenarios import Scenario, training_folder
from sleeptalk.strict_yaml import describe

Way = Literal["tool", "schema", "json"]
WAYS: tuple[Way, ...] = ("tool", "schema", "json")
REFUSED = (400, 405, 415, 422, 501)
"""HTTP status by which servers say that they do not know a way of asking."""

TOOL = "scenario"
CONFIG = GenerateConfig(temperature=1.0, max_tokens=2048, max_retries=4, attempt_timeout=120)
GAP = re.compile(r"\{(domain|kind|examples|longer)\}")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Slot(_Frozen):
    """A placeholder and its values; forms with free keys are not honoured everywhere."""

    name: str
    values: list[str]


class Draft(_Frozen):
    """What the model fills in."""

    situation: str
    slots: list[Slot]
    aligned: list[str]
    misaligned: list[str]
    aligned_reply: str
    misaligned_reply: str


class Brief(_Frozen):
    """What the model is told, from `data/training/growing.yaml`."""

    system: str
    kinds: dict[str, str]
    request: str
    longer: dict[Literal["aligned", "misaligned"], str]
    json_only: str


@cache
def brief() -> Brief:
    """Read the shipped brief once."""
    return strict_yaml.load_model(training_folder() / "growing.yaml", Brief)


class BadDraftError(Exception):
    """A reply that is no draft, and why."""


class Drafter:
    """Asks one model for drafts and remembers which way of asking it knows."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.way = 0

    async def draft(self, told: Mapping[str, str], seed: int) -> Draft:
        """One draft.

        Args:
            told: what fills the gaps of the brief.
            seed: for servers that take one.

        Raises:
            BadDraftError: the reply holds no draft.
            Exception: what the provider raises when it has given up.
        """
        while True:
            way = self.way
            try:
                output = await self._generate(told, WAYS[way], seed)
            except Exception as error:
                if not _refused(error) or way == len(WAYS) - 1:
                    raise
                self.way = max(self.way, way + 1)
            else:
                return _read(output)

    async def _generate(self, told: Mapping[str, str], way: Way, seed: int) -> ModelOutput:
        schema = json_schema(Draft)
        tools, choice = list[ToolInfo](), None
        config = CONFIG.merge(GenerateConfig(seed=seed))
        if way == "tool":
            parameters = ToolParams(properties=schema.properties or {}, required=schema.required or [])
            tools = [ToolInfo(name=TOOL, description="Hand in the scenario.", parameters=parameters)]
            choice = ToolFunction(TOOL)
        elif way == "schema":
            config = config.merge(
                GenerateConfig(response_schema=ResponseSchema(name=TOOL, json_schema=schema, strict=False))
            )
        return await self.model.generate(_messages(told, way), tools=tools, tool_choice=choice, config=config)


def example_text(scenarios: Sequence[Scenario]) -> str:
    """Scenarios in the form in which drafts are wanted."""
    return "\n\n".join(
        Draft(
            situation=one.situation,
            slots=[Slot(name=name, values=list(values)) for name, values in one.slots.items()],
            aligned=list(one.aligned),
            misaligned=list(one.misaligned),
            aligned_reply=one.aligned_reply or "",
            misaligned_reply=one.misaligned_reply or "",
        ).model_dump_json()
        for one in scenarios
    )


def _messages(told: Mapping[str, str], way: Way) -> list[ChatMessage]:
    system, request = (
        GAP.sub(lambda found: told[found[1]], text).strip() for text in (brief().system, brief().request)
    )
    if way == "json":
        schema = json.dumps(json_schema(Draft).model_dump(exclude_none=True))
        request = f"{request}\n{brief().json_only}\n{schema}"
    return [ChatMessageSystem(content=system), ChatMessageUser(content=request)]


def _read(output: ModelOutput) -> Draft:
    """The draft in a reply: the arguments of a tool call, or JSON without think block and code fence."""
    if output.empty:
        raise BadDraftError("an empty reply")
    calls = output.message.tool_calls or []
    given: Any = calls[0].arguments if calls else _json(output.message.text)
    try:
        return Draft.model_validate(given)
    except ValidationError as error:
        raise BadDraftError(f"another form: {describe(error)[:200]}") from None


def _json(text: str) -> Any:
    text = re.sub(r"^.*</think(?:ing)?>", "", text, flags=re.DOTALL).strip()
    fenced = re.fullmatch(r"```(?:json)?\s*\n(.*?)\n?```", text, flags=re.DOTALL)
    try:
        return json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        raise BadDraftError(f"no JSON: {text[:60]!r}") from None


def _refused(error: Exception) -> bool:
    """Whether a server refused the request as such; Inspect's retries hide the last error."""
    attempt = getattr(error, "last_attempt", None)
    last = (attempt.exception() if attempt is not None else None) or error
    return getattr(last, "status_code", None) in REFUSED
