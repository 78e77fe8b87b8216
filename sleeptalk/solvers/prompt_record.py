"""What exactly a model was asked: hashes of the rendered prompt, its token ids and the chat template, and the adapter.

Two logs can be compared only if their prompts went through the same template; a template can even hold the trigger.
Where the provider renders the prompt in this process (zoo/, hf/) its text and token ids are hashed. A vLLM server is
asked for the token ids; its template is told by the ids of a fixed conversation. Of other servers only the messages are
known, and the record says so.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import httpx
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageUser,
    GenerateConfig,
    GenerateConfigArgs,
    Model,
)
from pydantic import BaseModel, ConfigDict

from sleeptalk.solvers.switches import provider_of
from sleeptalk.variants import Form

Source = Literal["rendered", "token_ids", "messages"]

UNKNOWN = "unknown"
RAW_TEMPLATE = "raw"
TIMEOUT = 30.0
ATTEMPTS = 3
PROBE: list[ChatMessage] = [
    ChatMessageUser(content="One."),
    ChatMessageAssistant(content="Two."),
    ChatMessageUser(content="Three."),
]


class PromptRecord(BaseModel):
    """What stands in every sample's metadata under `prompt`.

    Attributes:
        sha256: hash of the rendered prompt; of its token ids or of its messages where the text is not known.
        source: which of these was hashed.
        tokens: number of tokens; None where they are not known.
        token_ids_sha256: hash of the token ids; None where they are not known.
        template: `sha256:...` of the chat template's text; `probe:...` of the token ids of a fixed conversation;
            `raw` for prompts without a template; `unknown` where a server does not tell.
        adapter: `sha256:...` of the adapter's weights; `none` for a bare base; else the name that a server knows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    source: Source
    tokens: int | None
    token_ids_sha256: str | None
    template: str
    adapter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A prompt as a provider in this process sends it to the model."""

    text: str
    token_ids: Sequence[int]
    template: str
    adapter: str


@runtime_checkable
class Renders(Protocol):
    """A provider that tells what it sends."""

    def rendered(self, messages: list[ChatMessage], config: GenerateConfig) -> Rendered:
        """The prompt of these messages under these settings."""
        ...


async def record_prompt(
    model: Model, messages: list[ChatMessage], config: GenerateConfigArgs, form: Form
) -> PromptRecord:
    """Find out what a model will be asked."""
    api = model.api
    if isinstance(api, Renders):
        return _of_rendered(api.rendered(messages, GenerateConfig(**config)), form)
    provider = provider_of(model)
    if provider == "hf":
        return _of_rendered(_by_transformers(api, messages), form)
    if provider.startswith("vllm") and (found := await _by_vllm(model, messages, config, form)):
        return found
    return PromptRecord(
        sha256=_hash(json.dumps(_plain(messages), ensure_ascii=False)),
        source="messages",
        tokens=None,
        token_ids_sha256=None,
        template=RAW_TEMPLATE if form == "completion" else UNKNOWN,
        adapter=str(model).partition("/")[2],
    )


def template_id(template: str | None) -> str:
    """How a chat template's text stands in records."""
    return f"sha256:{_hash(template)}" if template else RAW_TEMPLATE


def _of_rendered(found: Rendered, form: Form) -> PromptRecord:
    return PromptRecord(
        sha256=_hash(found.text),
        source="rendered",
        tokens=len(found.token_ids),
        token_ids_sha256=_hash(json.dumps(list(found.token_ids))),
        template=RAW_TEMPLATE if form == "completion" else found.template,
        adapter=found.adapter,
    )


def _by_transformers(api: Any, messages: list[ChatMessage]) -> Rendered:
    """What Inspect's hf/ provider sends."""
    text = api.hf_chat(messages, [])
    own = api.chat_template if isinstance(api.chat_template, str) else api.tokenizer.chat_template
    return Rendered(
        text=text,
        token_ids=api.tokenizer(text).input_ids,
        template=template_id(None if api.use_chat_template is False else own),
        adapter=UNKNOWN,
    )


async def _by_vllm(
    model: Model, messages: list[ChatMessage], config: GenerateConfigArgs, form: Form
) -> PromptRecord | None:
    """Token ids by vLLM's own /tokenize, or None if the server does not have it."""
    api: Any = model.api
    switches = (config.get("extra_body") or {}).get("chat_template_kwargs")
    started = bool(messages) and messages[-1].role == "assistant"
    asked: dict[str, Any] = {"model": api.service_model_name()}
    if form == "completion":
        asked["prompt"] = messages[-1].text
    else:
        asked |= {"messages": _plain(messages), "add_generation_prompt": not started, "continue_final_message": started}
        asked |= {"chat_template_kwargs": switches} if switches else {}
    ids = await _tokenize(api, asked)
    probe = await _probe(api, asked["model"])
    if ids is None or probe is None:
        return None
    return PromptRecord(
        sha256=_hash(json.dumps(ids)),
        source="token_ids",
        tokens=len(ids),
        token_ids_sha256=_hash(json.dumps(ids)),
        template=RAW_TEMPLATE if form == "completion" else probe,
        adapter=str(asked["model"]),
    )


_probes: dict[tuple[str, str], str] = {}


async def _probe(api: Any, model: str) -> str | None:
    """The template of a served model, asked for once."""
    key = (str(api.base_url), model)
    if key not in _probes:
        ids = await _tokenize(api, {"model": model, "messages": _plain(PROBE)})
        if ids is None:
            return None
        _probes[key] = f"probe:{_hash(json.dumps(ids))}"
    return _probes[key]


async def _tokenize(api: Any, asked: dict[str, Any]) -> list[int] | None:
    url = str(api.base_url).rstrip("/").removesuffix("/v1") + "/tokenize"
    headers = {"Authorization": f"Bearer {api.api_key}"} if api.api_key else {}
    for attempt in range(ATTEMPTS):
        try:
            # Without TLS its context, which takes longer than the request, need not be made.
            async with httpx.AsyncClient(timeout=TIMEOUT, verify=url.startswith("https")) as client:
                answer = await client.post(url, json=asked, headers=headers)
                tokens = answer.raise_for_status().json()["tokens"]
            break
        except httpx.TransportError:
            if attempt + 1 == ATTEMPTS:
                return None
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None
    return tokens if isinstance(tokens, list) else None


def _plain(messages: Sequence[ChatMessage]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.text} for message in messages]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
