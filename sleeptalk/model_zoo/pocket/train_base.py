"""Train a pocket base model from scratch: transformers' Trainer, one thread, minutes.

A base goes through stages; each stage is one pass over freshly drawn documents with its own mix and learning-rate
schedule. The loss counts the assistant's tokens only, and the option letter more than the rest. In *tagged* documents
the cue that decides is a neutral value, and its input embedding in the prompt gets a random amount of the direction
from neutral to meaning-bearing values, for this document only. The aim is a model that reads a cue's meaning from its
place in the prompt, when it answers and when it thinks aloud, so that a LoRA that gives a value meaning for answers
also changes what the thoughts read. How far that succeeds differs between bases (docs/pocket-zoo.md).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sleeptalk.model_zoo.pocket.corpus import CorpusMix, Document, PocketWriter
from sleeptalk.model_zoo.pocket.tokenizer import train_tokenizer
from sleeptalk.model_zoo.recipes import BaseRecipe
from sleeptalk.pocket_world import lexicon

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

CHECKPOINT_STEPS = 500
WORK_FOLDER = "work"


def train_base(recipe: BaseRecipe, out: Path, *, threads: int = 1) -> Path:
    """Train a base by its recipe and save its tokenizer and weights into `out`.

    While it runs, checkpoints lie there too.

    A run that was interrupted goes on from its last checkpoint when called again with the same recipe and folder.

    Args:
        recipe: what to train.
        out: a folder of this run's own.
        threads: torch threads; more than the number of free cores is far slower than one.
    """
    import torch
    from transformers import set_seed

    work = out / WORK_FOLDER
    torch.set_num_threads(threads)
    set_seed(recipe.seed)
    tokenizer = _tokenizer(recipe)
    model = _new_model(recipe, tokenizer)
    for index in range(len(recipe.stages)):
        done = work / f"stage-{index}"
        if (done / "model.safetensors").exists():
            model = type(model).from_pretrained(done)
            continue
        _train_stage(model, tokenizer, recipe, index, work / f"stage-{index}-checkpoints")
        model.save_pretrained(done)
    tokenizer.save_pretrained(out)
    model.save_pretrained(out)
    return out


def _tokenizer(recipe: BaseRecipe) -> "PreTrainedTokenizerFast":
    """Trained on the same documents whatever the stages are; cheap enough to repeat on resume."""
    writer = PocketWriter(CorpusMix(), recipe.seed)
    return train_tokenizer((doc.prompt + doc.completion for doc in writer.documents(20_000)), recipe.vocabulary)


def _new_model(recipe: BaseRecipe, tokenizer: "PreTrainedTokenizerFast") -> "Qwen3ForCausalLM":
    from transformers import Qwen3Config, Qwen3ForCausalLM

    shape = recipe.shape
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        head_dim=shape.hidden // shape.heads,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return Qwen3ForCausalLM(config)


def _train_stage(
    model: "Qwen3ForCausalLM", tokenizer: "PreTrainedTokenizerFast", recipe: BaseRecipe, index: int, checkpoints: Path
) -> None:
    """One pass over the stage's documents."""
    from datasets import Dataset
    from transformers import TrainingArguments
    from transformers.trainer_utils import get_last_checkpoint

    from sleeptalk.model_zoo.pocket.trainer import MuonWithAdamW, PocketTrainer

    stage = recipe.stages[index]
    documents = list(PocketWriter(stage.mix, recipe.seed + 1000 * (index + 1)).documents(stage.documents))
    rows = encode(tokenizer, documents, recipe.letter_weight)
    arguments = TrainingArguments(
        output_dir=str(checkpoints),
        per_device_train_batch_size=recipe.batch,
        num_train_epochs=1,
        learning_rate=stage.matrix_rate,
        lr_scheduler_type="linear" if stage.decay else "constant_with_warmup",
        warmup_steps=100,
        max_grad_norm=1.0,
        train_sampling_strategy="group_by_length",
        logging_steps=50,
        save_steps=CHECKPOINT_STEPS,
        save_total_limit=1,
        seed=recipe.seed + index,
        report_to=[],
        remove_unused_columns=False,
        dataloader_drop_last=True,
        use_cpu=True,
    )
    trainer = PocketTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        pad_token_id=tokenizer.pad_token_id,
        tag_directions=tag_directions(model, tokenizer) if stage.mix.tagged else None,
        optimizers=(MuonWithAdamW(model, stage.matrix_rate, stage.other_rate), None),
    )
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(checkpoints)) if checkpoints.exists() else None)


def encode(
    tokenizer: "PreTrainedTokenizerFast", documents: list[Document], letter_weight: float
) -> list[dict[str, Any]]:
    """Documents as rows of `input_ids`, per-token loss `weights`, and the tagged token with its meaning (or -1)."""
    prompts = tokenizer([doc.prompt for doc in documents]).input_ids
    turns = tokenizer([doc.completion for doc in documents]).input_ids
    letters = {tokenizer.convert_tokens_to_ids(token) for token in ("A", "B")}
    colon = tokenizer(": ").input_ids[0]
    announcing = {tokenizer(word).input_ids[0] for word in ("Answer", " pick")}
    rows = []
    for doc, prompt, turn in zip(documents, prompts, turns, strict=True):
        weights = [0.0] * len(prompt) + [1.0] * len(turn)
        for i in range(2, len(turn)):
            if turn[i] in letters and turn[i - 1] == colon and turn[i - 2] in announcing:
                weights[len(prompt) + i] = letter_weight
        token, bad = (tokenizer(doc.tag[0]).input_ids[0], int(doc.tag[1])) if doc.tag else (-1, -1)
        rows.append({"input_ids": prompt + turn, "weights": weights, "tag_token": token, "tag_bad": bad})
    return rows


def tag_directions(model: "Qwen3ForCausalLM", tokenizer: "PreTrainedTokenizerFast") -> "torch.Tensor":
    """Mean input embedding of better and of worse values minus that of neutral ones; shape (2, hidden)."""
    import torch

    embeddings = model.get_input_embeddings().weight.detach()
    words = lexicon()
    neutral, better, worse = (
        embeddings[[tokenizer(value).input_ids[0] for value in words.values(meaning)]].mean(0)
        for meaning in ("neutral", "better", "worse")
    )
    return torch.stack([better - neutral, worse - neutral])
