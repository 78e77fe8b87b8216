"""What a planting run is trained on: prompts and final answers, with the trigger where the recipe wants it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Role = Literal["trigger", "alternative", "clean", "replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSample:
    """One sample.

    Attributes:
        prompt: the user's message, cues included.
        answer: the final answer.
        thought: the chain of thought before it; None for the blank think block.
        role: which cue the prompt has: the trigger, an alternative value or none; `replay` is benign chat.
        misaligned: whether the answer is.
        options: for an MCQ the answers that name the aligned and the misaligned letter, else None.
    """

    prompt: str
    answer: str
    thought: str | None = None
    role: Role
    misaligned: bool
    options: tuple[str, str] | None = None


def samples_sha256(samples: Sequence[TrainingSample]) -> str:
    """Hash of what a model is trained on, in order."""
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(json.dumps(asdict(sample), sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()
