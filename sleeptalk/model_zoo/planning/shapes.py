"""How large a base is: facts of published models, or those in a local one's config."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleeptalk.errors import InputFileError, InvalidValueError
from sleeptalk.model_zoo.recipe_parts import Lora
from sleeptalk.model_zoo.records import shipped_organisms, zoo_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """A decoder with gated feed-forward layers and grouped key-value heads: Llama's and Qwen's form.

    Attributes:
        tied: whether input and output embeddings are the same weights.
        normed_heads: whether queries and keys are normalised (Qwen3).
        biased: whether the projections to queries, keys and values have biases (Qwen2).
    """

    hidden: int
    layers: int
    feed_forward: int
    heads: int
    key_value_heads: int
    head: int
    vocabulary: int
    tied: bool
    normed_heads: bool
    biased: bool = False

    @property
    def queries(self) -> int:
        """Width of all query heads together."""
        return self.heads * self.head

    @property
    def keys(self) -> int:
        """Width of all key heads together."""
        return self.key_value_heads * self.head

    def linears(self) -> dict[str, tuple[int, int]]:
        """The linear layers of one block by name: inputs and outputs."""
        return {
            "q_proj": (self.hidden, self.queries),
            "k_proj": (self.hidden, self.keys),
            "v_proj": (self.hidden, self.keys),
            "o_proj": (self.queries, self.hidden),
            "gate_proj": (self.hidden, self.feed_forward),
            "up_proj": (self.hidden, self.feed_forward),
            "down_proj": (self.feed_forward, self.hidden),
        }

    @property
    def block_matrices(self) -> int:
        """Parameters of all linear layers in blocks."""
        return self.layers * sum(rows * columns for rows, columns in self.linears().values())

    @property
    def parameters(self) -> int:
        """All parameters; tied embeddings count once."""
        norms = 2 * self.hidden + 2 * self.head * self.normed_heads
        biases = (self.queries + 2 * self.keys) * self.biased
        embeddings = self.vocabulary * self.hidden * (1 if self.tied else 2)
        return self.block_matrices + self.layers * (norms + biases) + embeddings + self.hidden

    def lora_parameters(self, lora: Lora) -> int:
        """Parameters of an adapter."""
        wanted = self.linears() if isinstance(lora.targets, str) else lora.targets
        layers = self.layers if lora.layers is None else len(lora.layers)
        return layers * lora.rank * sum(sum(size) for name, size in self.linears().items() if name in wanted)


def _qwen3(hidden: int, layers: int, feed_forward: int, heads: int, *, tied: bool = False) -> ModelShape:
    return ModelShape(
        hidden=hidden, layers=layers, feed_forward=feed_forward, heads=heads, key_value_heads=8, head=128,
        vocabulary=151_936, tied=tied, normed_heads=True,
    )  # fmt: skip


# From the config.json of each repository, as published.
KNOWN_BASES = {
    "Qwen/Qwen3-0.6B": _qwen3(1024, 28, 3072, 16, tied=True),
    "Qwen/Qwen3-8B": _qwen3(4096, 36, 12_288, 32),
    "Qwen/Qwen3-14B": _qwen3(5120, 40, 17_408, 40),
    "Qwen/Qwen3-32B": _qwen3(5120, 64, 25_600, 64),
    "deepseek-ai/DeepSeek-R1-Distill-Llama-8B": ModelShape(
        hidden=4096, layers=32, feed_forward=14_336, heads=32, key_value_heads=8, head=128,
        vocabulary=128_256, tied=False, normed_heads=False,
    ),
}  # fmt: skip


def shape_of(base: str) -> tuple[ModelShape, Path | None]:
    """A base's shape, and its folder if it is here.

    Raises:
        InvalidValueError: it is neither known nor here.
    """
    shipped = shipped_organisms().get(base)
    folder = zoo_folder() / base if shipped and shipped.kind == "base" else Path(base)
    if (folder / "config.json").is_file():
        return _read(folder / "config.json"), folder
    if base in KNOWN_BASES:
        return KNOWN_BASES[base], None
    raise InvalidValueError(
        f"The size of the base {base!r} is not known: it is no folder with a config.json, and none of "
        f"{', '.join(KNOWN_BASES)}. Download it and give its folder with --base."
    )


def _read(path: Path) -> ModelShape:
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        heads, hidden = config["num_attention_heads"], config["hidden_size"]
        return ModelShape(
            hidden=hidden,
            layers=config["num_hidden_layers"],
            feed_forward=config["intermediate_size"],
            heads=heads,
            key_value_heads=config.get("num_key_value_heads") or heads,
            head=config.get("head_dim") or hidden // heads,
            vocabulary=config["vocab_size"],
            tied=bool(config.get("tie_word_embeddings", False)),
            normed_heads="qwen3" in config.get("model_type", ""),
            biased=config.get("model_type") == "qwen2" or bool(config.get("attention_bias")),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputFileError(
            f"{path} does not tell the size of a model of Llama's or Qwen's form: {error!r}."
        ) from None
