"""What providers can do: switch thinking, close it after a budget, continue a started turn, take raw text.

Providers do these in different ways. What a provider cannot do is refused here with the way out, because a sample that
was asked otherwise than its metadata says would be counted under the wrong variant.
"""

import hashlib
import json
from typing import Any

from inspect_ai.model import GenerateConfigArgs, Model
from inspect_ai.model._generate_config import active_generate_config
from inspect_ai.model._model import active_model

from sleeptalk.errors import InvalidValueError
from sleeptalk.inspect_bridge import bridged
from sleeptalk.variants import Form

TEMPLATE_PROVIDERS = frozenset({"zoo", "vllm", "sglang", "openai-api", "sagemaker"})
COMPLETION_PROVIDERS = frozenset({"openai-api-completions", "vllm-completions"})
BUDGET_PROVIDERS = frozenset({"anthropic", "google"})
OWN_STREAMS = frozenset({"zoo", "hf"})
EFFORT_PROVIDERS = frozenset(
    {"openai", "openai-responses", "anthropic", "google", "deepseek", "together", "openrouter", "grok", "mistral"}
)

RAW = "sleeptalk_raw"
"""Key in `extra_body` by which zoo/ is told that the one message is the raw prompt."""

COMPLETION_MAX_TOKENS = 2048
COMPLETION_STOP = "\nUser:"


def provider_of(model: Model) -> str:
    """The provider's name in a model string."""
    return str(model).split("/", 1)[0]


def merged(*configs: GenerateConfigArgs) -> GenerateConfigArgs:
    """Settings put together; their `extra_body` dicts are joined, not replaced."""
    together: dict[str, Any] = {}
    for config in configs:
        together |= {key: value for key, value in config.items() if key != "extra_body"}
    if bodies := [body for config in configs if (body := config.get("extra_body"))]:
        together["extra_body"] = {key: value for body in bodies for key, value in body.items()}
    return together  # type: ignore[return-value]


@bridged
def form_config(model: Model, form: Form) -> GenerateConfigArgs:
    """What makes this model take the prompt in this form.

    Raises:
        InvalidValueError: the provider always sends the other form.
    """
    provider = provider_of(model)
    if form == "chat":
        if provider in COMPLETION_PROVIDERS:
            raise InvalidValueError(f"{provider}/ sends raw text without a chat template; use -T form=completion.")
        return _whole_text(model, provider)
    if provider == "zoo":
        return {"extra_body": _extra_body(model, **{RAW: True}), "stop_seqs": [COMPLETION_STOP]}
    if provider not in COMPLETION_PROVIDERS:
        raise InvalidValueError(
            f"{provider}/ always applies a chat template; for -T form=completion use one of "
            f"{', '.join(sorted(COMPLETION_PROVIDERS | {'zoo'}))}."
        )
    config: GenerateConfigArgs = {"stop_seqs": [COMPLETION_STOP], **_whole_text(model, provider)}
    if model.config.max_tokens is None:
        config["max_tokens"] = COMPLETION_MAX_TOKENS  # the provider's own default is a single token
    if model.config.temperature is None:
        config["temperature"] = 1.0
    return config


def _whole_text(model: Model, provider: str) -> GenerateConfigArgs:
    """Special tokens are left out of replies by vLLM, and in some tokenizers the think tags are special."""
    return {"extra_body": _extra_body(model, skip_special_tokens=False)} if provider.startswith("vllm") else {}


def own_seed(model: Model, *draw: str) -> GenerateConfigArgs:
    """In a seeded run, a random stream of its own for one draw.

    A server begins the seed's stream anew for every request. With the run's seed alone all samples would share their
    random numbers: they begin alike and are no independent observations. `zoo/` makes such streams
    itself, and `hf/` takes one seed for a whole batch.

    Args:
        model: the model under test.
        draw: what tells this draw from all others of the run.
    """
    own = model.config
    seed = (own.merge(active_generate_config()) if model == active_model() else own).seed
    if seed is None or provider_of(model) in OWN_STREAMS:
        return {}
    return {"seed": int.from_bytes(hashlib.sha256(json.dumps([seed, *draw]).encode()).digest()[:4], "big") % 2**31}


@bridged
def thinking_config(model: Model, thinking: str, form: Form = "chat") -> GenerateConfigArgs:
    """What makes this model think or not; empty where thinking is simply the model's own default.

    A budget is set here for providers that take one; for those that continue a turn, see `budget_is_forced`.

    Raises:
        InvalidValueError: the provider has no per-sample switch.
    """
    provider = provider_of(model)
    if form == "completion":
        return {}  # the raw text opens or closes the think block itself
    if provider == "hf":
        fixed = getattr(model.api, "enable_thinking", None)
        if thinking not in ("on", "off"):
            raise InvalidValueError(f"hf/ knows no budget; instead of thinking={thinking} use zoo/local or vllm/.")
        if (thinking == "off") != (fixed is False):
            raise InvalidValueError(
                f"hf/ switches thinking for a whole run only; thinking={thinking} needs "
                f"-M enable_thinking={'false' if thinking == 'off' else 'true'}. Or use zoo/local or vllm/."
            )
        return {}
    if thinking == "on":
        return {}
    if thinking == "off":
        return _off(model, provider)
    if provider in BUDGET_PROVIDERS:
        return {"reasoning_tokens": int(thinking)}
    if provider in TEMPLATE_PROVIDERS:
        return {}
    raise InvalidValueError(
        f"{provider}/ cannot keep a budget of thinking={thinking} tokens; use one of "
        f"{', '.join(sorted(TEMPLATE_PROVIDERS | BUDGET_PROVIDERS))}, or -T thinking=on."
    )


def _off(model: Model, provider: str) -> GenerateConfigArgs:
    if provider in TEMPLATE_PROVIDERS:
        return {"extra_body": _extra_body(model, chat_template_kwargs={"enable_thinking": False})}
    if provider in EFFORT_PROVIDERS:
        return {"reasoning_effort": "none"}
    raise InvalidValueError(
        f"{provider}/ has no known switch for thinking=off; use one of "
        f"{', '.join(sorted(TEMPLATE_PROVIDERS | EFFORT_PROVIDERS))}, or -T thinking=on."
    )


def budget_is_forced(model: Model, thinking: str) -> bool:
    """Whether a budget is kept by cutting the reasoning off and letting the model go on after the closed block."""
    return thinking not in ("on", "off") and provider_of(model) not in BUDGET_PROVIDERS


@bridged
def prefill_config(model: Model) -> GenerateConfigArgs:
    """What makes this model go on with a started turn.

    Raises:
        InvalidValueError: the provider would start a new turn instead.
    """
    provider = provider_of(model)
    if provider not in TEMPLATE_PROVIDERS:
        raise InvalidValueError(
            f"{provider}/ cannot continue a prefilled turn; use one of {', '.join(sorted(TEMPLATE_PROVIDERS))}, "
            "or do without the prefill."
        )
    if provider == "openai-api":
        return {"extra_body": _extra_body(model, add_generation_prompt=False, continue_final_message=True)}
    return {}


def _extra_body(model: Model, **more: Any) -> dict[str, Any]:
    return {**(model.config.extra_body or {}), **more}
