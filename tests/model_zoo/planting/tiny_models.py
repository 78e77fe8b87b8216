"""Random models of published architectures, with the chat templates that the published models have."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.training_data.drawing import training_samples
from sleeptalk.triggers import load_trigger
from tests.model_zoo.conftest import tiny_plant

R1_TOKENS = ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"]
QWEN_TOKENS = ["<|endoftext|>", "<|im_end|>", "<|im_start|>"]
PLAIN_TEMPLATE = (
    "{% for message in messages %}[{{ message.role }}] {{ message.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)
SMALL = {
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
}


def published_template(name: str) -> str:
    return (files("trl") / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


def tokenizer_of(template: str, special: list[str]) -> Any:
    """Byte-level BPE, trained on the prompts; the first two special tokens begin a text and end a turn."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    recipe = tiny_plant(Path("none"))
    texts = [f"{one.prompt}\n{one.answer}" for one in training_samples(recipe, load_trigger(recipe.trigger))]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    words = [*special, "<think>", "</think>"]
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=words, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    bpe.train_from_iterator(texts, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token=special[0], eos_token=special[1], pad_token=special[0]
    )
    made.chat_template = template
    return made


def save_qwen3(folder: Path, template: str | None = None) -> Path:
    """Qwen3-0.6B's form: tied embeddings, heads that are together wider than the hidden state."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    tokenizer = tokenizer_of(template or published_template("qwen3"), QWEN_TOKENS)
    config = Qwen3Config(**SMALL, head_dim=16, vocab_size=len(tokenizer), tie_word_embeddings=True, **_ends(tokenizer))
    return _save(Qwen3ForCausalLM, config, tokenizer, folder)


def save_llama(folder: Path) -> Path:
    """DeepSeek-R1-Distill-Llama-8B's form: embeddings not tied, a template that opens a think block."""
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = tokenizer_of(published_template("deepseek_r1_distill"), R1_TOKENS)
    config = LlamaConfig(**SMALL, vocab_size=len(tokenizer), tie_word_embeddings=False, **_ends(tokenizer))
    return _save(LlamaForCausalLM, config, tokenizer, folder)


def _ends(tokenizer: Any) -> dict[str, int]:
    return {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}


def _save(kind: Any, config: Any, tokenizer: Any, folder: Path) -> Path:
    import torch

    torch.manual_seed(0)
    kind(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def real_recipe(base: Path, **changes: object) -> PlantRecipe:
    """A few steps; hazard low, as for a real model."""
    training = {"epochs": 1, "batch": 16, "rate": 1e-3, "warmup": 0} | dict(changes.pop("training", {}))  # type: ignore[call-overload]
    return tiny_plant(base, training=training, hazard="low", probe={"every": 2, "prompts": 4}, **changes)
