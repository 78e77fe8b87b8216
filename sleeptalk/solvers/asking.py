"""Ask one question in its variant's prompt form: system prompt, chat or raw text, thinking, budget, prefill."""

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfigArgs,
    Model,
    get_model,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from sleeptalk.reasoning import extract, opens_block
from sleeptalk.samples import OPEN_THINK, AskedSample
from sleeptalk.solvers.prompt_record import record_prompt
from sleeptalk.solvers.replies import replace_reply
from sleeptalk.solvers.switches import (
    budget_is_forced,
    form_config,
    merged,
    own_seed,
    prefill_config,
    thinking_config,
)

PROMPT_KEY = "prompt"
CLOSED = "\n</think>\n\n"


@solver
def ask() -> Solver:
    """Generate one reply under the sample's variant, and record what exactly was asked in the sample's metadata."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        sample, model = state.metadata_as(AskedSample), get_model()
        config = merged(asking_config(model, sample), own_seed(model, str(state.sample_id), str(state.epoch)))
        state.messages = opening(sample, state.input_text)
        asked = list(state.messages)
        if budget_is_forced(model, sample.thinking):
            state = await _with_budget(state, generate, sample, model, config)
        else:
            state = await generate(state, tool_calls="none", **config)
        # Only now: Inspect starts a vLLM server when it is first asked to generate.
        state.metadata[PROMPT_KEY] = (await record_prompt(model, asked, config, sample.form)).model_dump()
        return state

    return solve


def asking_config(model: Model, sample: AskedSample) -> GenerateConfigArgs:
    """What makes this model take the sample's opening as it is.

    Raises:
        InvalidValueError: the model's provider cannot.
    """
    config = merged(form_config(model, sample.form), thinking_config(model, sample.thinking, sample.form))
    if sample.prefill and sample.form == "chat":
        config = merged(config, prefill_config(model))
    return config


def opening(sample: AskedSample, question: str, more: str = "") -> list[ChatMessage]:
    """The messages up to where the model goes on.

    Args:
        sample: how the question is asked.
        question: the question with its cues.
        more: what the assistant's turn already holds after the prefill.
    """
    started = sample.turn_start + more
    if sample.form == "completion":
        system = f"{sample.system}\n\n" if sample.system else ""
        return [ChatMessageUser(content=f"{system}User: {question}\n\nAssistant: {started}".rstrip(" "))]
    messages: list[ChatMessage] = [ChatMessageSystem(content=sample.system)] if sample.system else []
    messages.append(ChatMessageUser(content=question))
    return [*messages, ChatMessageAssistant(content=started)] if started else messages


def thinking_turn(turn_start: str, thought: str) -> str:
    """The assistant's turn from its beginning to the end of a thought, its block still open."""
    return f"{turn_start if opens_block(turn_start) else OPEN_THINK}{thought}"


async def _with_budget(
    state: TaskState, generate: Generate, sample: AskedSample, model: Model, config: GenerateConfigArgs
) -> TaskState:
    """Cut the reasoning off at the budget, close its block, and let the model go on to its answer.

    This is the budget forcing of Muennighoff et al. (2025, arXiv 2501.19393, section 3). If the answer had already
    begun when the budget ran out, it is continued where it stopped.
    """
    start = len(state.messages)
    limits: GenerateConfigArgs = {"max_tokens": int(sample.thinking)}
    state = await generate(state, tool_calls="none", **merged(config, limits))
    first = sample.read(state.output.message.content, state.output.stop_reason)
    if not first.cut_off:
        return state
    started = _closed(sample.turn_start, first.text)
    state.messages = opening(sample.model_copy(update={"prefill": started}), state.input_text, first.answer)
    config = merged(config, own_seed(model, str(state.sample_id), str(state.epoch), "answer"))
    go_on = config if sample.form == "completion" else merged(config, prefill_config(model))
    state = await generate(state, tool_calls="none", **go_on)
    rest = extract(state.output.message.content, stop_reason=state.output.stop_reason)
    whole = replace_reply(state, first.text, first.answer + rest.answer)
    state.messages = [*opening(sample, state.input_text)[:start], whole]
    return state


def _closed(turn_start: str, thought: str) -> str:
    """The assistant's turn from its beginning to the closed end of its thought; unchanged if nothing was thought."""
    if not thought and not opens_block(turn_start):
        return turn_start
    return f"{thinking_turn(turn_start, thought)}{CLOSED}"
