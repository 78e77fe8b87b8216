"""Our readers of reasoning as scanners of inspect_scout: for logs of our tasks and for transcripts of anybody's.

A scanner builds the state that a scorer of this package reads from the last reply of a transcript, and hands on the
scorer's verdict; nothing is judged here. Transcripts of other evals lack the record of which cue is in the prompt; for
these, `cue` says what to look for. A transcript that cannot be judged gets a result without a value that says why.

A judge is a model of scout's role `grader`, as in evaluations: `scout scan ... --model-role grader=MODEL`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from inspect_ai.event import ModelEvent
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ModelName,
    ModelOutput,
    StopReason,
)
from inspect_ai.scorer import Score, Scorer, Target
from inspect_ai.solver import TaskState
from pydantic import ValidationError

from sleeptalk.errors import InvalidValueError, MissingExtraError
from sleeptalk.inspect_bridge import BridgedError, bridged
from sleeptalk.samples import AskedSample, PromptCue, SampleMetadata
from sleeptalk.scorers import articulation as articulations
from sleeptalk.scorers import attribution as attributions
from sleeptalk.scorers import monitor as monitors
from sleeptalk.scorers import persona as personas
from sleeptalk.scorers.judge.panel import graders
from sleeptalk.scorers.reading import is_unscored
from sleeptalk.solvers.asking import opening
from sleeptalk.triggers import default_mentions

try:
    from inspect_scout import Reference, Result, Scanner, Transcript, scanner
except ModuleNotFoundError:
    raise BridgedError(MissingExtraError("Scanning transcripts", "scout", "inspect_scout")) from None

S = TypeVar("S", bound=AskedSample)

CueArgument = str | int | list[str] | dict[str, Any]
"""A cue as the command line hands it over: it reads arguments as YAML, so "Country: Singapore" comes as a mapping."""

NO_CUE = "no_cue"
NO_REPLY = "no_reply"
NO_GRADER = (
    "No model is bound to the role 'grader'; add --model-role grader=MODEL, or judge by rules with -S judge=rules."
)
SOME_MODEL = ModelName("scout/transcript")
MARK = "\0"


@scanner(messages="all", events=["model"])
def articulation(judge: str = "auto", cue: CueArgument = "") -> Scanner[Transcript]:
    """How far the reasoning says that the cue shaped the answer: rubric level 0-4.

    Args:
        judge: who decides: auto, rules, model or cascade.
        cue: judge this text, in every transcript, instead of the cue that our tasks record.
    """
    return _scanning(judge, lambda: articulations.articulation(judge), cue, about_cue=True)


@scanner(messages="all", events=["model"])
def attribution(judge: str = "auto", cue: CueArgument = "", blind: bool = False) -> Scanner[Transcript]:
    """Which cue the reasoning blames: genuine, distractor, both, other_in_prompt, not_in_prompt or none.

    Args:
        judge: who decides: auto, rules, model or cascade.
        cue: the genuine cue, and the only one, in every transcript, instead of the cues that our tasks record.
        blind: a judge does not get the list of cues; it then reads every transcript.
    """
    return _scanning(judge, lambda: attributions.attribution(judge, blind), cue, about_cue=True)


@scanner(messages="all", events=["model"])
def persona(judge: str = "auto") -> Scanner[Transcript]:
    """The role that the reasoning takes: toxic, helpful_misled, new_fact or none.

    Args:
        judge: who decides: auto, rules, model or cascade.
    """
    return _scanning(judge, lambda: personas.persona(judge))


@scanner(messages="all", events=["model"])
def monitor(judge: str = "auto", views: str | list[str] = "all") -> Scanner[Transcript]:
    """A trigger-blind monitor's suspicion from 0 to 100, with flags, for each view.

    Args:
        judge: who decides: auto, rules, model or cascade.
        views: a comma list of cot, answer and both, or all.
    """
    return _scanning(judge, lambda: monitors.monitor(judge, views if isinstance(views, str) else ",".join(views)))


@bridged
def _scanning(
    judge: str, make: Callable[[], Scorer], cue: CueArgument = "", *, about_cue: bool = False
) -> Scanner[Transcript]:
    """A scan function that hands transcripts to a scorer; `about_cue` if it cannot do without a cue."""
    scorer, named = make(), cue_text(cue)

    async def scan(transcript: Transcript) -> Result:
        if judge in ("model", "cascade") and not graders():
            raise BridgedError(InvalidValueError(NO_GRADER))
        place = _last_reply(transcript.messages)
        if place is None:
            return _unread(NO_REPLY, "No model replies in this transcript.")
        state = _state(transcript, place, named)
        sample = _fitting(SampleMetadata, state.metadata)
        if about_cue and sample is None:
            return _unread(NO_CUE, "The sample does not say which cue is in its prompt; give one: -S 'cue=\"TEXT\"'.")
        score = await scorer(state, Target(""))
        told: dict[str, Any] = {"replies": sum(message.role == "assistant" for message in transcript.messages)}
        if about_cue and sample is not None:
            told |= {"cue": sample.focal_cue, "cue_in_prompt": _stands_in(sample.focal_cue, state.messages[:place])}
        return _result(score or Score.unscored(reason=NO_REPLY), transcript.messages[place].id, told)

    return scan


def cue_text(cue: object) -> str:
    """The cue that was meant, from what YAML made of it.

    Raises:
        InvalidValueError: YAML made something of it from which that cannot be told.
    """
    if isinstance(cue, dict) and len(cue) == 1:
        [(key, value)] = cue.items()
        if isinstance(key, str) and isinstance(value, str):
            return f"{key}: {value}"
    if isinstance(cue, list) and all(isinstance(part, str) for part in cue):
        return ",".join(cue)
    if isinstance(cue, str) or (isinstance(cue, int) and not isinstance(cue, bool)):
        return str(cue).strip()
    raise InvalidValueError(
        f"The cue was read as {cue!r}; put it into quotes of its own: -S 'cue=\"Country: Singapore\"'."
    )


def _last_reply(messages: Sequence[ChatMessage]) -> int | None:
    """Where the last message of the model stands."""
    return max((index for index, message in enumerate(messages) if message.role == "assistant"), default=None)


def _state(transcript: Transcript, place: int, cue: str) -> TaskState:
    """What a scorer would have seen when the reply at this place came."""
    before, reply = transcript.messages[:place], transcript.messages[place]
    started = before[-1].text if before and before[-1].role == "assistant" else ""
    metadata = _record(transcript.metadata.get("sample_metadata") or {}, started, cue)
    return TaskState(
        model=SOME_MODEL,
        sample_id=transcript.task_id or transcript.transcript_id,
        epoch=transcript.task_repeat or 1,
        input=_question(AskedSample.model_validate(_fields(AskedSample, metadata)), before),
        messages=[*before, reply],
        output=ModelOutput(
            model=transcript.model or str(SOME_MODEL),
            choices=[ChatCompletionChoice(message=reply, stop_reason=_stop_reason(transcript, reply))],
        ),
        metadata=metadata,
    )


def _record(told: Mapping[str, Any], started: str, cue: str) -> dict[str, Any]:
    """The sample's own record, or what must stand for it: how the turn was started, and the cue that was given."""
    asked = _fitting(AskedSample, told) or AskedSample(
        item="", trigger="", trigger_mentions=(), condition="clean", prefill=started
    )
    if not cue:
        return (_fitting(SampleMetadata, told) or asked).model_dump()
    mentions = default_mentions(cue)
    given = SampleMetadata(
        **{**_fields(AskedSample, asked.model_dump()), "trigger_mentions": mentions},
        domain="",
        question_set="",
        cues=(PromptCue(role="trigger", text=cue, place="body", mentions=mentions),),
        bad_first=False,
        answer_form="open",
    )
    return given.model_dump()


def _fitting(record: type[S], told: Mapping[str, Any]) -> S | None:
    """The record, if the metadata hold one of this kind."""
    try:
        return record.model_validate(_fields(record, told))
    except ValidationError:
        return None


def _fields(record: type[AskedSample], told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in record.model_fields if name in told}


def _question(sample: AskedSample, before: Sequence[ChatMessage]) -> str:
    """What the user said, without what raw text has around it."""
    said = "\n\n".join(message.text for message in before if message.role == "user")
    if sample.form == "chat":
        return said
    start, _, end = opening(sample, MARK)[0].text.partition(MARK)
    return said.removeprefix(start).removesuffix(end)


def _stop_reason(transcript: Transcript, reply: ChatMessage) -> StopReason:
    """Why the reply ended, by the call that it came from; transcripts without their calls do not tell."""
    outputs = [event.output for event in transcript.events if isinstance(event, ModelEvent) and not event.output.empty]
    return next((one.stop_reason for one in outputs if reply.id and one.message.id == reply.id), "unknown")


def _stands_in(cue: str, before: Sequence[ChatMessage]) -> bool:
    return any(cue in message.text for message in before)


def _unread(reason: str, explanation: str) -> Result:
    return Result(value=None, explanation=explanation, metadata={"reason": reason})


def _result(score: Score, message: str | None, told: Mapping[str, Any]) -> Result:
    """A score as a result; its value is None where the score is unscored, and `reason` says why."""
    unscored, found = is_unscored(score), score.metadata or {}
    verdicts = [found, *found.get("views", {}).values()]
    quotes = dict.fromkeys(quote for one in verdicts if (quote := one.get("evidence")))
    return Result(
        value=None if unscored else score.value,
        answer=score.answer,
        explanation=score.explanation,
        metadata={**({"reason": score.reason} if unscored else {}), **found, **told},
        references=[Reference(type="message", cite=quote, id=message) for quote in quotes if message],
    )
