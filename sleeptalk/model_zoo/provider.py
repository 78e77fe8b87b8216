"""The Inspect model provider `zoo/`: shipped and pulled organisms by name, or any local transformers checkpoint.

`zoo/<organism>` loads a shipped organism after its sha256 was checked, or a pulled one after its receipt was.
`zoo/<any name> -M base=DIR [-M adapter=DIR]` loads the user's own files; `base` may also name a shipped base. All
models of one process that share a base share its weights and one worker (see `engine.py`).
"""

import hashlib
import os
from collections import Counter
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import sniffio
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ContentReasoning,
    ContentText,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from sleeptalk.errors import InvalidValueError
from sleeptalk.inspect_bridge import bridged
from sleeptalk.machine import available_cores
from sleeptalk.model_zoo.bases import POCKET_MAX_TOKENS
from sleeptalk.model_zoo.loading import engine_of, loading, locate, positive
from sleeptalk.model_zoo.records import file_sha256
from sleeptalk.reasoning import OPEN, extract, opens_block
from sleeptalk.solvers.prompt_record import Rendered, template_id
from sleeptalk.solvers.switches import RAW

if TYPE_CHECKING:
    from sleeptalk.model_zoo.engine import Reply

LOCAL_MAX_TOKENS = 2048
BATCH_SIZE = 128
ADAPTER_WEIGHTS = "adapter_model.safetensors"


@modelapi(name="zoo")
def zoo() -> type[ModelAPI]:
    """Backdoored organisms and local checkpoints, in process."""
    return ZooAPI


class ZooAPI(ModelAPI):
    """One model of the zoo.

    Args:
        model_name: a shipped or pulled organism, or any name together with `base`.
        base_url, api_key: unused.
        config: default generation settings.
        base: folder of a local checkpoint, or name of a shipped base.
        adapter: folder of a local LoRA adapter for it.
        device: torch device; by default a GPU if there is one.
        threads: torch threads; by default 1 for pocket bases and all available cores for others.
        batch_size: most prompts of one batch.
        dtype: torch dtype name; by default the checkpoint's own.
    """

    @bridged
    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - as every ModelAPI has it
        base: str | None = None,
        adapter: str | None = None,
        device: str | None = None,
        threads: int | None = None,
        batch_size: int = BATCH_SIZE,
        dtype: str = "auto",
        **unknown: Any,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        if unknown:
            raise InvalidValueError(
                f"Unknown model argument {sorted(unknown)} for zoo/; known are base, adapter, device, threads, "
                "batch_size and dtype."
            )
        base_folder, self.adapter_folder, self.is_pocket = locate(model_name, base, adapter)
        self.batch_size = positive("batch_size", batch_size)
        if config.max_connections is None and config.adaptive_connections is None:
            # Else Inspect feels its way up from 20 connections, as if to a server with a rate limit.
            config.max_connections = self.max_connections()
        workers = positive("threads", threads if threads is not None else 1 if self.is_pocket else available_cores())
        self.engine = engine_of(base_folder, device, dtype, self.batch_size, workers)
        self.asked: Counter[str] = Counter()
        self.adapter_name: str | None = None
        self.adapter_id = "none"
        if self.adapter_folder:
            self.adapter_id = f"sha256:{file_sha256(self.adapter_folder / ADAPTER_WEIGHTS)}"
            self.adapter_name = str(self.adapter_folder).replace("/", "_").replace(".", "_")
            with loading("adapter", self.adapter_folder):
                self.engine.load_adapter(self.adapter_name, self.adapter_folder)

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 - Inspect's name
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """One reply, its reasoning apart from its answer."""
        from sleeptalk.model_zoo.row_sampler import Request

        prompt = self._render(input, config)
        reply = await _result(
            self.engine.submit(
                Request(
                    prompt=prompt,
                    adapter=self.adapter_name,
                    max_tokens=config.max_tokens or self.max_tokens(),
                    temperature=1.0 if config.temperature is None else config.temperature,
                    top_p=config.top_p,
                    top_k=config.top_k,
                    seed=self._stream_seed(config.seed, prompt),
                    stop=tuple(config.stop_seqs or ()),
                )
            )
        )
        return self._output(reply, opened=opens_block(prompt))

    def rendered(self, messages: list[ChatMessage], config: GenerateConfig) -> Rendered:
        """What the model is asked, for the log."""
        text = self._render(messages, config)
        return Rendered(
            text=text,
            token_ids=self.engine.tokenizer(text).input_ids,
            template=template_id(self.engine.tokenizer.chat_template),
            adapter=self.adapter_id,
        )

    def _render(self, messages: list[ChatMessage], config: GenerateConfig) -> str:
        """The prompt up to where the model goes on; a last assistant message is continued, not answered."""
        if (config.extra_body or {}).get(RAW):
            return messages[-1].text
        prefill = messages[-1].text if messages[-1].role == "assistant" else ""
        asked = messages[:-1] if messages[-1].role == "assistant" else messages
        switches = (config.extra_body or {}).get("chat_template_kwargs", {})
        prompt: str = self.engine.tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.text} for message in asked],
            tokenize=False,
            add_generation_prompt=True,
            **switches,
        )
        if OPEN.match(prefill) and opens_block(prompt):
            prompt = prompt[: list(OPEN.finditer(prompt))[-1].start()]
        return prompt + prefill

    def _stream_seed(self, seed: int | None, prompt: str) -> int:
        """In a seeded run, a stream of its own for each prompt and each time that it is asked; else a fresh one."""
        if seed is None:
            return int.from_bytes(os.urandom(8), "big")
        self.asked[prompt] += 1
        return int.from_bytes(hashlib.sha256(f"{seed} {self.asked[prompt]} {prompt}".encode()).digest()[:8], "big")

    def _output(self, reply: "Reply", opened: bool) -> ModelOutput:
        read = extract(reply.text, stop_reason=reply.stop_reason, opened=opened)
        content: list[Any] = [ContentReasoning(reasoning=read.text)] if read.text else []
        if read.answer or not content:
            content.append(ContentText(text=read.answer))
        message = ChatMessageAssistant(content=content, model=self.model_name, source="generate")
        return ModelOutput(
            model=self.model_name,
            choices=[ChatCompletionChoice(message=message, stop_reason=reply.stop_reason)],
            usage=ModelUsage(
                input_tokens=reply.input_tokens,
                output_tokens=reply.output_tokens,
                total_tokens=reply.input_tokens + reply.output_tokens,
            ),
            time=reply.seconds,
        )

    def max_tokens(self) -> int:
        """Most new tokens if the run sets no limit."""
        return POCKET_MAX_TOKENS if self.is_pocket else LOCAL_MAX_TOKENS

    def max_connections(self) -> int:
        """Two batches in flight: while one is generated, the other is scored and asked anew."""
        return 2 * self.batch_size

    def collapse_user_messages(self) -> bool:
        """Templates expect turns to alternate."""
        return True


async def _result(future: "Future[Reply]") -> "Reply":
    """Await a future of another thread under asyncio or trio."""
    if sniffio.current_async_library() == "asyncio":
        import asyncio

        return await asyncio.wrap_future(future)
    import anyio

    while not future.done():  # noqa: ASYNC110 - another thread resolves it
        await anyio.sleep(0.01)
    return future.result()
