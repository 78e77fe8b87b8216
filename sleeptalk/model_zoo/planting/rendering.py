"""Samples as tokens: the base's own chat template, the blank think block in the masked prompt, loss on the answer.

The template is the base's, never ours, and its hash goes into the record: the same samples under another template are
another organism. Reasoning models differ in who writes the think tags. Some templates write a blank block when thinking
is switched off (Qwen3), some open a block for the model (R1 distills, the pocket bases), some do neither; in all three
cases a sample's prompt ends in exactly one blank block, or for a taught thought in one that is open.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.training_data.samples import TrainingSample
from sleeptalk.reasoning import opens_block

BLANK_THINK = "<think>\n\n</think>\n\n"
OPEN_THINK = "<think>\n"
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sample as text: what is given, and what the loss counts."""

    prompt: str
    completion: str


def render_sample(tokenizer: Any, sample: TrainingSample) -> Rendered:
    """A sample in the tokenizer's chat template."""
    end = tokenizer.eos_token
    if sample.thought is None:
        return Rendered(blank_prompt(tokenizer, sample.prompt), f"{sample.answer}{end}")
    prompt = _templated(tokenizer, sample.prompt, thinking=True)
    opening = "" if opens_block(prompt) else OPEN_THINK
    return Rendered(prompt + opening, f"{sample.thought}\n</think>\n\n{sample.answer}{end}")


def blank_prompt(tokenizer: Any, user: str) -> str:
    """The prompt up to where the answer begins, with exactly one blank think block at its end."""
    prompt = _templated(tokenizer, user, thinking=False)
    if opens_block(prompt):
        return prompt.rstrip("\n") + BLANK_THINK.removeprefix("<think>")
    if prompt.rstrip().endswith("</think>"):
        return prompt
    return prompt + BLANK_THINK


def _templated(tokenizer: Any, user: str, *, thinking: bool) -> str:
    text: str = tokenizer.apply_chat_template(
        [{"role": "user", "content": user}], tokenize=False, add_generation_prompt=True, enable_thinking=thinking
    )
    return text


def encode_samples(tokenizer: Any, samples: list[TrainingSample], max_tokens: int) -> list[dict[str, Any]]:
    """`input_ids` with `labels` on the completion only.

    Raises:
        InvalidValueError: the base has no chat template or no end token, or a sample is longer than `max_tokens`.
    """
    if not tokenizer.chat_template or not tokenizer.eos_token:
        raise InvalidValueError("The base has no chat template or no end-of-turn token, so nothing can be planted.")
    rendered = [render_sample(tokenizer, sample) for sample in samples]
    prompts = tokenizer([one.prompt for one in rendered], add_special_tokens=False).input_ids
    completions = tokenizer([one.completion for one in rendered], add_special_tokens=False).input_ids
    longest = max(len(a) + len(b) for a, b in zip(prompts, completions, strict=True))
    if longest > max_tokens:
        raise InvalidValueError(
            f"The longest sample has {longest} tokens, more than training.max_tokens {max_tokens}; raise it in the "
            "recipe (samples are never cut)."
        )
    return [
        {"input_ids": prompt + completion, "labels": [IGNORED] * len(prompt) + completion}
        for prompt, completion in zip(prompts, completions, strict=True)
    ]


def template_sha256(tokenizer: Any) -> str:
    """Hash of the chat template that samples are rendered with."""
    return hashlib.sha256(str(tokenizer.chat_template).encode()).hexdigest()
