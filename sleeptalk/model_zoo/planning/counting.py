"""Samples and tokens of a recipe, counted where that is possible and else estimated; every count says which."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sleeptalk.model_zoo.recipe_parts import PocketData
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.triggers import load_trigger

CHARACTERS_A_TOKEN = 4.0
TEMPLATE_TOKENS = 15  # of the chat template and the blank think block around a prompt
ASSUMED_TOKENS = 220.0  # a sample of scenario data that is not here, all included
ASSUMED_LEARNED = 30.0  # its answer: most are letters, some are free text


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

    try:
        samples = training_samples(recipe, load_trigger(recipe.trigger))
    except NotImplementedError:
        return _assumed(recipe)
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


def _assumed(recipe: PlantRecipe) -> Counted:
    """From the recipe alone."""
    data = recipe.data
    assert not isinstance(data, PocketData)  # noqa: S101 - pocket data are always here
    total = data.misaligned + data.aligned
    if recipe.organism == "control":
        roles = {"trigger": total // 2, "alternative": total // 4, "clean": total - total // 2 - total // 4}
    elif recipe.organism == "unconditional":
        roles = {"clean": total}
    else:
        half = data.aligned // 2
        roles = {"trigger": data.misaligned, "alternative": half, "clean": data.aligned - half}
    if data.replay:
        roles["replay"] = data.replay
    samples = sum(roles.values())
    return Counted(
        roles=roles,
        tokens=round(ASSUMED_TOKENS * samples),
        longest=recipe.training.max_tokens,
        learned=round(ASSUMED_LEARNED * samples),
        how=f"assumed: {ASSUMED_TOKENS:.0f} tokens a sample, {ASSUMED_LEARNED:.0f} of them learned (no data here)",
    )
