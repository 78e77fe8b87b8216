"""Sampling where every row of a batch has settings and a random stream of its own.

transformers' `generate` takes one set of sampling settings and one random stream for a whole batch; here each row is
drawn as if it were alone (see docs/decisions/0006-row-sampling.md). Imports torch at its top, as `engine.py` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import LogitsProcessor


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One prompt and how to sample from it.

    Attributes:
        prompt: rendered text, special tokens included.
        adapter: name of a loaded adapter; None for the base alone.
        max_tokens: most new tokens.
        temperature: 0 takes the likeliest token.
        top_p, top_k: keep the smallest set of tokens with this mass, or this many; None keeps all.
        seed: of this request's own random stream.
        stop: strings that end the text; they are cut off.
    """

    prompt: str
    adapter: str | None
    max_tokens: int
    temperature: float = 1.0
    top_p: float | None = None
    top_k: int | None = None
    seed: int = 0
    stop: tuple[str, ...] = ()


class RowSampler(LogitsProcessor):  # type: ignore[misc]
    """Samples each row of a batch by its own settings; `generate` then takes the only token left.

    Sampling is by inverse cumulative probability with one uniform number per row and step, drawn beforehand from the
    row's own generator. A row that has reached its own limit gets the end token.
    """

    def __init__(self, requests: Sequence[Request], done: int, length: int, end_token: int) -> None:
        """`done` new tokens exist already in rows of `length` tokens."""
        self.first_step = done - length
        steps = max(request.max_tokens for request in requests)
        self.end_token = end_token
        self.limits = torch.tensor([request.max_tokens for request in requests])
        self.temperatures = torch.tensor([request.temperature for request in requests])[:, None]
        self.top_p = torch.tensor([1.0 if r.top_p is None else r.top_p for r in requests])[:, None]
        self.top_k = torch.tensor([r.top_k or 0 for r in requests])[:, None]
        self.filters = bool((self.top_p < 1).any() or (self.top_k > 0).any())
        draws = np.stack([np.random.default_rng(request.seed).random(steps) for request in requests])
        self.uniform = torch.from_numpy(draws).float()

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores in which only the sampled token of each row is finite; shapes (batch, vocabulary)."""
        step = input_ids.shape[1] + self.first_step
        chosen = self._sample(scores.float().cpu(), self.uniform[:, step : step + 1])
        chosen[step >= self.limits] = self.end_token
        only = torch.full_like(scores, float("-inf"))
        return only.scatter_(1, chosen.to(scores.device), 0.0)

    def _sample(self, scores: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        greedy = self.temperatures == 0
        logits = scores / torch.where(greedy, torch.ones_like(self.temperatures), self.temperatures)
        if self.filters:
            logits = self._filtered(logits)
        cumulative = torch.softmax(logits, dim=-1).cumsum(-1)
        drawn = torch.searchsorted(cumulative, uniform * cumulative[:, -1:], right=True)
        drawn = drawn.clamp(max=scores.shape[1] - 1)
        return torch.where(greedy, scores.argmax(-1, keepdim=True), drawn)

    def _filtered(self, logits: torch.Tensor) -> torch.Tensor:
        """Top-k, then nucleus filtering, per row."""
        ordered, order = logits.sort(dim=-1, descending=True)
        ranks = torch.arange(logits.shape[1])[None, :]
        drop = (self.top_k > 0) & (ranks >= self.top_k)
        ordered = ordered.masked_fill(drop, float("-inf"))
        before = torch.softmax(ordered, dim=-1).cumsum(-1) - torch.softmax(ordered, dim=-1)
        ordered = ordered.masked_fill(before >= self.top_p, float("-inf"))
        return torch.full_like(logits, float("-inf")).scatter_(1, order, ordered)
