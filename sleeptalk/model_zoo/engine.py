"""Batched generation in process: one base, any number of LoRA adapters, one worker thread.

Requests wait in a queue. Whenever the worker is free it takes the adapter with the most waiting requests, and of these
a batch, sorted by prompt length; it never idles while something waits. Every request keeps its own
temperature, top-p, top-k, length limit and random stream, so what a prompt samples does not depend on its batch
(except for the last bits of floating-point sums).

This module imports torch and transformers at its top, so it is itself imported only inside functions that generate.
"""

import queue
import threading
import time
import warnings
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

import torch
from peft import PeftModel
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM, AutoTokenizer, LogitsProcessorList
from transformers.utils.logging import disable_progress_bar

from sleeptalk.model_zoo.row_sampler import Request, RowSampler

SETTLE_SECONDS = 0.01
ROUND_TOKENS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Generated text with its true token counts and why it ended."""

    text: str
    input_tokens: int
    output_tokens: int
    stop_reason: Literal["stop", "max_tokens", "model_length"]
    seconds: float


@dataclass(slots=True)
class _Waiting:
    request: Request
    ids: list[int]
    future: Future[Reply] = field(default_factory=Future)


class Engine:
    """A base model on one device with its adapters and a worker thread.

    Args:
        base: folder of a local base model.
        device: torch device.
        dtype: torch dtype name, for example "float32", or "auto" for the checkpoint's own.
        batch_size: most requests of one batch.
        threads: torch threads of the worker.
    """

    def __init__(self, base: Path, *, device: str, dtype: str, batch_size: int, threads: int) -> None:
        self.tokenizer: Any = AutoTokenizer.from_pretrained(base, local_files_only=True, trust_remote_code=False)
        disable_progress_bar()
        self._model: Any = AutoModelForCausalLM.from_pretrained(
            base,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=dtype if dtype == "auto" else getattr(torch, dtype),
        )
        self._model.to(device).eval()
        self.batch_size = batch_size
        self.threads = threads
        self.context = int(self._model.config.max_position_embeddings)
        self._end_ids = self._end_tokens()
        self._pad_id = self._end_ids[0] if self.tokenizer.pad_token_id is None else self.tokenizer.pad_token_id
        self._queue: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    def _end_tokens(self) -> list[int]:
        """Token ids that end a turn, from the generation settings and the tokenizer."""
        configured = self._model.generation_config.eos_token_id
        ids = configured if isinstance(configured, list) else [configured]
        return sorted({i for i in [*ids, self.tokenizer.eos_token_id] if i is not None})

    def load_adapter(self, name: str, folder: Path) -> None:
        """Load a LoRA adapter under a name, once."""
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by a name of the past
            if not isinstance(self._model, PeftModel):
                self._model = PeftModel.from_pretrained(self._model, folder, adapter_name=name, local_files_only=True)
            elif name not in self._model.peft_config:
                self._model.load_adapter(folder, adapter_name=name, local_files_only=True)
            self._model.eval()

    def submit(self, request: Request) -> Future[Reply]:
        """Queue a request; the future resolves on the worker's thread.

        A prompt that fills the context gets an empty reply with the stop reason "model_length" at once.
        """
        ids = self.tokenizer(request.prompt, add_special_tokens=False).input_ids
        room = self.context - len(ids)
        waiting = _Waiting(replace(request, max_tokens=min(request.max_tokens, room)), ids)
        if room <= 0:
            reply = Reply(text="", input_tokens=len(ids), output_tokens=0, stop_reason="model_length", seconds=0.0)
            waiting.future.set_result(reply)
            return waiting.future
        self._queue.put(waiting)
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="sleeptalk-engine", daemon=True)
            self._worker.start()
        return waiting.future

    def _work(self) -> None:
        torch.set_num_threads(self.threads)
        pending: dict[str | None, list[_Waiting]] = defaultdict(list)
        while True:
            self._drain(pending)
            adapter = max(pending, key=lambda name: len(pending[name]))
            waiting = sorted(pending.pop(adapter), key=lambda each: len(each.ids))
            batch, rest = waiting[: self.batch_size], waiting[self.batch_size :]
            if rest:
                pending[adapter] = rest
            self._answer(batch, adapter)

    def _drain(self, pending: dict[str | None, list[_Waiting]]) -> None:
        """Take what waits, until an adapter has a full batch or no request has come for a moment.

        Requests come one by one from the caller's event loop. Starting on the first few would make many small batches,
        and a step costs nearly the same for one row as for fifty.
        """
        timeout = None if not pending else SETTLE_SECONDS
        while not any(len(waiting) >= self.batch_size for waiting in pending.values()):
            try:
                waiting = self._queue.get(timeout=timeout)
            except queue.Empty:
                return
            pending[waiting.request.adapter].append(waiting)
            timeout = SETTLE_SECONDS

    def _answer(self, batch: Sequence[_Waiting], adapter: str | None) -> None:
        """Generate for a batch; whatever goes wrong reaches the futures."""
        running = [each for each in batch if each.future.set_running_or_notify_cancel()]
        if not running:
            return
        try:
            with self._lock:
                replies = self._generate(running, adapter)
        except Exception as error:  # noqa: BLE001 - raised again where the future is awaited
            for each in running:
                each.future.set_exception(error)
            return
        for each, reply in zip(running, replies, strict=True):
            each.future.set_result(reply)

    def _generate(self, batch: Sequence[_Waiting], adapter: str | None) -> list[Reply]:
        """Generate in rounds; rows that are finished leave the batch after each, so that long replies cost little."""
        started = time.monotonic()
        rows = [torch.tensor(each.ids) for each in batch]
        ids = pad_sequence(rows, batch_first=True, padding_value=self._pad_id, padding_side="left")
        mask = pad_sequence([torch.ones_like(row) for row in rows], batch_first=True, padding_side="left")
        ids, mask = ids.to(self._model.device), mask.to(self._model.device)
        new: list[list[int]] = [[] for _ in batch]
        running, cache = list(range(len(batch))), None
        with torch.inference_mode(), self._with_adapter(adapter):
            while running:
                done = len(new[running[0]])
                sampler = RowSampler([batch[i].request for i in running], done, ids.shape[1], self._end_ids[0])
                output = self._model.generate(
                    input_ids=ids,
                    attention_mask=mask,
                    past_key_values=cache,
                    max_new_tokens=min(ROUND_TOKENS, int(sampler.limits.max()) - done),
                    do_sample=False,
                    logits_processor=LogitsProcessorList([sampler]),
                    pad_token_id=self._pad_id,
                    eos_token_id=self._end_ids,
                    return_dict_in_generate=True,
                )
                for i, row in zip(running, output.sequences[:, ids.shape[1] :].tolist(), strict=True):
                    new[i] += row
                kept = [k for k, i in enumerate(running) if not self._finished(new[i], batch[i].request)]
                running, cache = [running[k] for k in kept], output.past_key_values
                if running:
                    cache.batch_select_indices(torch.tensor(kept, device=ids.device))
                    mask = functional.pad(mask[kept], (0, output.sequences.shape[1] - ids.shape[1]), value=1)
                    ids = output.sequences[kept]
        seconds = time.monotonic() - started
        return [self._reply(each, row, seconds) for each, row in zip(batch, new, strict=True)]

    def _finished(self, row: list[int], request: Request) -> bool:
        """Whether a row has ended, by itself or at its own limit."""
        return len(row) >= request.max_tokens or any(token in self._end_ids for token in row[-ROUND_TOKENS:])

    def _with_adapter(self, adapter: str | None) -> AbstractContextManager[None]:
        """Switch to an adapter, or off for the base alone."""
        if isinstance(self._model, PeftModel):
            if adapter is None:
                return cast("AbstractContextManager[None]", self._model.disable_adapter())
            self._model.set_adapter(adapter)
        return nullcontext()

    def _reply(self, asked: _Waiting, row: list[int], seconds: float) -> Reply:
        """Cut a row at its end token, its own limit, or a stop string."""
        request = asked.request
        row = row[: request.max_tokens]
        end = next((i for i, token in enumerate(row) if token in self._end_ids), None)
        text = self.tokenizer.decode(row[:end], skip_special_tokens=False)
        cuts = [at for stop in request.stop if (at := text.find(stop)) >= 0]
        return Reply(
            text=text[: min(cuts)] if cuts else text,
            input_tokens=len(asked.ids),
            output_tokens=len(row) if end is None else end + 1,
            stop_reason="max_tokens" if end is None and not cuts else "stop",
            seconds=seconds,
        )
