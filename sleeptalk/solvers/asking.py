"""Ask one question with its variant's thinking switch and prefill.

Providers switch thinking and continue a started turn in different ways. What a provider cannot do is refused here with
the way out, because a sample that was asked otherwise than its metadata says would be counted under the wrong variant.
"""

from typing import Any

from inspect_ai.model import ChatMessageAssistant, GenerateConfigArgs, Model, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from sleeptalk.errors import InvalidValueError
from sleeptalk.inspect_bridge import bridged
from sleeptalk.variants import SampleMetadata, Thinking

TEMPLATE_PROVIDERS = frozenset({"zoo", "vllm", "sglang", "openai-api", "sagemaker"})
EFFORT_PROVIDERS = frozenset(
    {"openai", "openai-responses", "anthropic", "google", "deepseek", "together", "openrouter", "grok", "mistral"}
)
PREFILL_PROVIDERS = TEMPLATE_PROVIDERS


@solver
def ask() -> Solver:
    """Generate one reply under the sample's variant."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        metadata = state.metadata_as(SampleMetadata)
        model = get_model()
        config = thinking_config(model, metadata.thinking)
        if metadata.prefill:
            config = _merge(config, prefill_config(model))
            state.messages.append(ChatMessageAssistant(content=metadata.prefill))
        return await generate(state, tool_calls="none", **config)

    return solve


@bridged
def thinking_config(model: Model, thinking: Thinking) -> GenerateConfigArgs:
    """What makes this model think or not; empty where thinking is simply the model's own default.

    Raises:
        InvalidValueError: the provider has no per-sample switch.
    """
    provider = _provider(model)
    if provider == "hf":
        fixed = getattr(model.api, "enable_thinking", None)
        if (thinking == "off") != (fixed is False):
            raise InvalidValueError(
                f"hf/ switches thinking for a whole run only; thinking={thinking} needs "
                f"-M enable_thinking={'false' if thinking == 'off' else 'true'}. Or use zoo/local or vllm/."
            )
        return {}
    if thinking == "on":
        return {}
    if provider in TEMPLATE_PROVIDERS:
        return {"extra_body": _extra_body(model, chat_template_kwargs={"enable_thinking": False})}
    if provider in EFFORT_PROVIDERS:
        return {"reasoning_effort": "none"}
    raise InvalidValueError(
        f"{provider}/ has no known switch for thinking=off; use one of "
        f"{', '.join(sorted(TEMPLATE_PROVIDERS | EFFORT_PROVIDERS))}, or -T thinking=on."
    )


@bridged
def prefill_config(model: Model) -> GenerateConfigArgs:
    """What makes this model go on with a started turn.

    Raises:
        InvalidValueError: the provider would start a new turn instead.
    """
    provider = _provider(model)
    if provider not in PREFILL_PROVIDERS:
        raise InvalidValueError(
            f"{provider}/ cannot continue a prefilled turn; use one of {', '.join(sorted(PREFILL_PROVIDERS))}, "
            "or leave -T prefill empty."
        )
    if provider == "openai-api":
        return {"extra_body": _extra_body(model, add_generation_prompt=False, continue_final_message=True)}
    return {}


def _provider(model: Model) -> str:
    return str(model).split("/", 1)[0]


def _extra_body(model: Model, **more: Any) -> dict[str, Any]:
    return {**(model.config.extra_body or {}), **more}


def _merge(first: GenerateConfigArgs, second: GenerateConfigArgs) -> GenerateConfigArgs:
    bodies = [body for config in (first, second) if (body := config.get("extra_body"))]
    merged: GenerateConfigArgs = {**first, **second}
    if bodies:
        merged["extra_body"] = {key: value for body in bodies for key, value in body.items()}
    return merged
