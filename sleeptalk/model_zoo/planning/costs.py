"""Memory and arithmetic of a training run, from the sizes alone.

Activations are what PyTorch keeps for the backward pass of a block with flash attention, term by term; everything that
is only assumed stands in a constant here and is told with each plan.
"""

from dataclasses import dataclass

from sleeptalk.model_zoo.planning.shapes import ModelShape
from sleeptalk.model_zoo.recipes import PlantRecipe

FOUR_BIT_BYTES = 0.516  # nf4 with doubly quantised constants (Dettmers et al. 2023): 4.127 bits
HEAD_TILE = 32_768  # vocabulary entries that TRL's fused head handles at once
HEAD_BYTES = 3 * 4  # a logit, its softmax and its gradient
CONTEXT_BYTES = 1.0e9  # the GPU's own context and kernels
FRAGMENTS = 0.08  # of the rest: what an allocator cannot use
OPTIMISER_BYTES = {"adamw_torch": 8, "adamw_torch_fused": 8, "adamw_8bit": 2, "paged_adamw_8bit": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One forward pass: rows, their length after padding, and learned tokens a row."""

    rows: int
    width: float
    learned: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes on one device that holds everything."""

    weights: float
    trained: float
    activations: float
    logits: float

    def on(self, devices: int, *, gpu: bool = True) -> float:
        """Bytes on each of some devices that share weights and optimiser states (FSDP), fragments included."""
        own = (self.weights + self.trained) / devices + self.activations + self.logits
        return own * (1 + FRAGMENTS) + CONTEXT_BYTES if gpu else own


def trainable(recipe: PlantRecipe, shape: ModelShape) -> int:
    """Number of trained parameters."""
    return shape.parameters if recipe.lora is None else shape.lora_parameters(recipe.lora)


def memory(recipe: PlantRecipe, shape: ModelShape, batch: Batch, *, gpu: bool = True) -> Memory:
    """Peak memory of a step."""
    width = 2 if recipe.training.precision == "bfloat16" else 4
    count, optimiser = trainable(recipe, shape), OPTIMISER_BYTES[recipe.training.optimiser]
    if recipe.quantize:
        weights = FOUR_BIT_BYTES * shape.block_matrices + width * (shape.parameters - shape.block_matrices)
        trained = count * (2 + 2 + min(optimiser, 4))  # adapters, gradients and states in bfloat16
    elif recipe.lora is not None:
        weights, trained = width * shape.parameters, count * (4 + 4 + optimiser)
    else:
        copies = 2 if width == 2 else 0  # autocast keeps the weights in bfloat16 besides
        weights, trained = (4 + copies) * shape.parameters, count * (4 + optimiser)
    positions = batch.rows * batch.learned
    logits = HEAD_BYTES * positions * (min(HEAD_TILE, shape.vocabulary) if gpu else shape.vocabulary)
    return Memory(weights=weights, trained=trained, activations=activations(recipe, shape, batch), logits=logits)


def activations(recipe: PlantRecipe, shape: ModelShape, batch: Batch) -> float:
    """Bytes kept for the backward pass; with checkpointing the input of each block, and one whole block."""
    tokens = batch.rows * batch.width
    width = 2 if recipe.training.precision == "bfloat16" else 4
    block = tokens * block_bytes(shape, width, lora=recipe.lora is not None)
    if recipe.training.gradient_checkpointing:
        return shape.layers * tokens * shape.hidden * width + block
    return shape.layers * block


def block_bytes(shape: ModelShape, width: int, *, lora: bool) -> float:
    """Bytes that one block keeps for one token, in numbers of `width` bytes; norms compute in float32.

    Trained norms keep their normalised input besides. An adapter below float32 keeps its own copy of each input.
    """
    hidden, queries, keys, inner = shape.hidden, shape.queries, shape.keys, shape.feed_forward
    normed = 0 if lora else width
    norms = 2 * hidden * (4 + width + normed)
    heads = (queries + keys) * (4 + normed) * shape.normed_heads
    attention = width * 2 * (queries + keys)  # queries, keys, values and what comes out
    feed_forward = width * 4 * inner  # gate, its activation, up, and their product
    adapters = width * (5 * hidden + queries + inner) if lora and width == 2 else 0
    return norms + heads + attention + feed_forward + adapters


def flops(recipe: PlantRecipe, shape: ModelShape, rows: float, width: float, learned: float) -> float:
    """Operations of training on some rows.

    A matrix takes 2 operations a token and weight forward and 2 for the gradient of its input; another 2 for that of
    its weights if they are trained, and 2 for the repeated forward pass of checkpointing.
    """
    passes = 2 + (recipe.lora is None) + recipe.training.gradient_checkpointing
    attention = 2 * 2 * shape.queries * shape.layers * width / 2
    adapters = 3 * 2 * trainable(recipe, shape) if recipe.lora is not None else 0
    blocks = passes * (2 * shape.block_matrices + attention) + adapters
    head = 2 * shape.vocabulary * shape.hidden * (2 + (recipe.lora is None))
    return rows * (width * blocks + learned * head)
