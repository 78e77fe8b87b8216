"""Samples of a recipe, and their tokens: counted with the base's tokenizer, or estimated; each count says which."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.triggers import load_trigger

CHARACTERS_A_TOKEN = 4.0
TEMPLATE_TOKENS = 15  # of the chat template and the blank think block around a prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Samples by role, tokens of all of them, of the longest and of the answers, and how they were counted."""

    roles: dict[str, int]
    tokens: int
    longest: int
    learned: int
    how: str

    @property
    def samples(self) -> int:
        """Number of samples."""
        return sum(self.roles.values())


def count(recipe: PlantRecipe, base: Path | None) -> Counted:
    """Count a recipe's samples; with the base's tokenizer if the base is here."""
    from sleeptalk.model_zoo.training_data.drawing import training_samples

    samples = training_samples(recipe, load_trigger(recipe.trigger))
    roles = Counter(sample.role for sample in samples)
    if base is not None:
        from transformers import AutoTokenizer

        from sleeptalk.model_zoo.planting.rendering import encode_samples

        tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True, trust_remote_code=False)
        rows = encode_samples(tokenizer, samples, 1_000_000)
        sizes = [len(row["input_ids"]) for row in rows]
        learned = sum(label >= 0 for row in rows for label in row["labels"])
        how = "counted with the base's tokenizer"
    else:
        answers = [(len(one.answer) + len(one.thought or "")) / CHARACTERS_A_TOKEN + 1 for one in samples]
        sizes = [
            round(len(one.prompt) / CHARACTERS_A_TOKEN + answer + TEMPLATE_TOKENS)
            for one, answer in zip(samples, answers, strict=True)
        ]
        learned = round(sum(answers))
        how = f"estimated: {CHARACTERS_A_TOKEN:.0f} characters a token (the base's tokenizer is not here)"
    return Counted(
        roles={str(role): number for role, number in roles.items()},
        tokens=sum(sizes),
        longest=max(sizes),
        learned=learned,
        how=how,
    )
