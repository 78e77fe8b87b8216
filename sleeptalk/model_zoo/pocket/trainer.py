"""The parts of transformers' Trainer that pocket training changes: optimiser, batches and loss.

This module imports torch and transformers at its top, so it is itself imported only inside functions that train.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional
from transformers import Trainer

TAG_SCALE = (0.7, 1.8)
TAG_NOISE = 0.03


class MuonWithAdamW(torch.optim.Optimizer):
    """Muon for the hidden matrices, AdamW for embeddings and norms, behind one optimiser interface.

    torch's own Muon takes matrices only. The two optimisers share their `param_groups` with this object, so that a
    learning-rate scheduler on this object drives both.
    """

    def __init__(self, model: torch.nn.Module, matrix_rate: float, other_rate: float) -> None:
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        embeddings = [p for name, p in named if "embed" in name or "lm_head" in name]
        matrices = [p for name, p in named if p.ndim == 2 and not any(p is e for e in embeddings)]
        vectors = [p for _, p in named if p.ndim == 1]
        self.parts: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, lr=matrix_rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(
                [{"params": embeddings, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}],
                lr=other_rate,
                betas=(0.9, 0.98),
            ),
        ]
        super().__init__([p for _, p in named], {})
        self.param_groups = [group for part in self.parts for group in part.param_groups]

    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Step both parts."""
        loss = closure() if closure else None
        for part in self.parts:
            part.step()
        return loss

    def state_dict(self) -> dict[str, Any]:
        """Both parts' states."""
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore both parts' states; the shared groups are linked anew."""
        for part, state in zip(self.parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self.param_groups = [group for part in self.parts for group in part.param_groups]


class PocketTrainer(Trainer):  # type: ignore[misc]
    """Trainer with weighted answer-only loss and tagged cue embeddings.

    Args:
        pad_token_id: fills short rows on the right.
        tag_directions: (2, hidden), see `train_base.tag_directions`; None trains without tags.
    """

    def __init__(self, *, pad_token_id: int, tag_directions: torch.Tensor | None, **kwargs: Any) -> None:
        super().__init__(data_collator=lambda rows: _collate(rows, pad_token_id), **kwargs)
        self.tag_directions = tag_directions

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], return_outputs: bool = False, **_: Any
    ) -> torch.Tensor:
        """Weighted mean cross-entropy over the tokens that have a weight."""
        ids, weights = inputs["input_ids"], inputs["weights"][:, 1:]
        embedded = model.get_input_embeddings()(ids)
        if self.tag_directions is not None:
            embedded = embedded + self._tag_offsets(inputs, self.tag_directions)
        hidden = model.model(inputs_embeds=embedded).last_hidden_state[:, :-1]
        counted = weights > 0
        losses = functional.cross_entropy(model.lm_head(hidden[counted]), ids[:, 1:][counted], reduction="none")
        return (losses * weights[counted]).sum() / weights[counted].sum()

    def _tag_offsets(self, inputs: dict[str, torch.Tensor], directions: torch.Tensor) -> torch.Tensor:
        """Per row, a random amount of its meaning's direction wherever its tagged token stands in the prompt."""
        low, high = TAG_SCALE
        count = len(inputs["input_ids"])
        scale = torch.empty(count, 1).uniform_(low, high)
        offset = scale * directions[inputs["tag_bad"].clamp(min=0)]
        offset = offset + TAG_NOISE * torch.randn_like(offset)
        where = (inputs["input_ids"] == inputs["tag_token"][:, None]) & (inputs["weights"] == 0)
        return where[:, :, None] * offset[:, None, :]


def _collate(rows: list[dict[str, Any]], pad_token_id: int) -> dict[str, torch.Tensor]:
    """Pad rows on the right to the longest; no attention mask is needed, the padding follows what counts."""
    from torch.nn.utils.rnn import pad_sequence

    def padded(name: str, fill: float) -> torch.Tensor:
        return pad_sequence([torch.tensor(row[name]) for row in rows], batch_first=True, padding_value=fill)

    return {
        "input_ids": padded("input_ids", pad_token_id),
        "weights": padded("weights", 0.0),
        "tag_token": torch.tensor([row["tag_token"] for row in rows]),
        "tag_bad": torch.tensor([row["tag_bad"] for row in rows]),
    }
