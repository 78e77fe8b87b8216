"""TRL's SFTTrainer with the loss where a CPU can afford it. Imports trl at its top, so only functions import it."""

from typing import Any

import torch
from torch.nn import functional
from trl import SFTTrainer

from sleeptalk.model_zoo.planting.rendering import IGNORED


class AnswerTrainer(SFTTrainer):  # type: ignore[misc]
    """On a CPU, only positions whose next token is learned are projected onto the vocabulary.

    TRL's fused head does so on GPUs; elsewhere it projects every position and measures entropies besides, which costs
    a third of a pocket planting. The loss is the same number.
    """

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Mean cross-entropy over the learned tokens of the whole step, all devices and micro-batches together."""
        if inputs["input_ids"].device.type != "cpu":
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        targets = inputs["labels"][:, 1:]
        kept = (targets != IGNORED).any(0).nonzero()[:, 0]
        outputs = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            use_cache=False,
            logits_to_keep=kept,
        )
        losses = functional.cross_entropy(
            outputs.logits.float().flatten(0, 1), targets[:, kept].flatten(), ignore_index=IGNORED, reduction="sum"
        )
        counted = (targets != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        loss = losses / torch.as_tensor(counted).clamp(min=1)
        if self.args.average_tokens_across_devices and num_items_in_batch is not None:
            loss = loss * self.accelerator.num_processes
        return (loss, outputs) if return_outputs else loss
