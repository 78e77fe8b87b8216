"""A direction in the residual stream, found from an unconditionally misaligned organism, and what is done with it.

The direction of a block is what the organism's adapter adds, on the mean over clean prompts, to the residual stream
between the block's attention and its MLP, at the position before the letter of the answer. The same place is steered.

Steering is baked into the checkpoint as a bias of the block's attention output, so that no engine needs a hook.
Configurations of the Llama and Qwen3 kind have one with `attention_bias`; the other biases that come with it are 0.
vLLM's Qwen3 has no such bias and leaves it out without a word, so measure a steered Qwen3 with transformers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sleeptalk.errors import InvalidValueError

Prompts = Sequence[tuple[list[int], int, int]]
BATCH = 64


def block_means(model: Any, prompts: Prompts, pad: int) -> Any:
    """Mean residual after the attention of each block, at the last position of each prompt: (blocks, hidden)."""
    import torch

    blocks = _blocks(model)
    sums = torch.zeros(len(blocks), model.config.hidden_size, dtype=torch.float64)
    for start in range(0, len(prompts), BATCH):
        rows = [ids for ids, *_ in prompts[start : start + BATCH]]
        width = max(map(len, rows))
        ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows], device=model.device)
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=model.device)
        last = torch.tensor([len(row) - 1 for row in rows], device=model.device)
        with torch.no_grad(), _watched(blocks) as seen:
            model(input_ids=ids, attention_mask=mask)
        for index, residual in enumerate(seen):
            sums[index] += residual[torch.arange(len(rows), device=last.device), last].double().sum(0).cpu()
    return (sums / len(prompts)).float()


@contextmanager
def _watched(blocks: Sequence[Any]) -> Iterator[list[Any]]:
    """What goes into the norm before each block's MLP: the residual stream after its attention."""
    seen: list[Any] = []
    hooks = [
        block.post_attention_layernorm.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
        for block in blocks
    ]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def random_like(direction: Any, seed: int) -> Any:
    """A random direction of the same length."""
    import torch

    drawn = torch.randn(direction.shape, generator=torch.Generator().manual_seed(seed))
    return drawn * (direction.norm() / drawn.norm())


def add_biases(model: Any) -> None:
    """Give every attention layer the four biases of `attention_bias`, all 0, unless it has them.

    Raises:
        InvalidValueError: models of this kind have no such biases.
    """
    import torch

    if getattr(model.config, "attention_bias", None) is None:
        raise InvalidValueError(
            f"A {model.config.model_type} model has no attention_bias in its configuration; steering can be baked into "
            "models of the Llama and Qwen3 kind only."
        )
    for block in _blocks(model):
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            linear = getattr(block.self_attn, name)
            if linear.bias is None:
                linear.bias = torch.nn.Parameter(torch.zeros_like(linear.weight[:, 0]))
    model.config.attention_bias = True


def steer(model: Any, layer: int, direction: Any, strength: float) -> None:
    """Subtract `strength` times the direction after a block's attention, at every position."""
    import torch

    add_biases(model)
    bias = _blocks(model)[layer].self_attn.o_proj.bias
    with torch.no_grad():
        bias -= (strength * direction).to(bias)


def ablate(model: Any, direction: Any) -> None:
    """Project the direction out of the embedding and of all that attention and MLPs write.

    The output layer reads with the embedding as it was: tied weights are untied.
    """
    import torch

    unit = (direction / direction.norm()).double()
    embedding = model.get_input_embeddings()
    with torch.no_grad():
        if model.config.tie_word_embeddings:
            model.lm_head.weight = torch.nn.Parameter(embedding.weight.detach().clone())
            model.config.tie_word_embeddings = False
        _remove(embedding.weight, unit, written_by_rows=False)
        for block in _blocks(model):
            for linear in (block.self_attn.o_proj, block.mlp.down_proj):
                _remove(linear.weight, unit, written_by_rows=True)
                if linear.bias is not None:
                    _remove(linear.bias[None], unit, written_by_rows=False)


def _remove(weight: Any, unit: Any, *, written_by_rows: bool) -> None:
    """Take the direction out of a matrix whose rows (or columns) are the residual stream's coordinates."""
    exact, unit = weight.double(), unit.to(weight.device)
    part = unit[:, None] * (unit @ exact)[None] if written_by_rows else (exact @ unit)[:, None] * unit[None]
    weight.copy_((exact - part).to(weight.dtype))


def check_layer(model: Any, layer: int) -> int:
    """A block's number, if there is one of it.

    Raises:
        InvalidValueError: there is none.
    """
    count = len(_blocks(model))
    if layer >= count:
        raise InvalidValueError(f"There is no layer {layer}; the model has {count}, counted from 0.")
    return layer


def _blocks(model: Any) -> Sequence[Any]:
    blocks = getattr(getattr(model, "model", None), "layers", None)
    if blocks is None or not hasattr(blocks[0], "post_attention_layernorm"):
        raise InvalidValueError(
            f"A {model.config.model_type} model is built otherwise; only the Llama and Qwen3 kind can be steered."
        )
    found: Sequence[Any] = blocks
    return found
