"""The forms in which scenarios are asked and answered, from `data/training/templates.yaml`."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sleeptalk import strict_yaml
from sleeptalk.model_zoo.training_data.scenarios import training_folder
from sleeptalk.strict_jsonl import Text

LETTERS = ("A", "B")
FIELD = re.compile(r"\{(situation|first|second|letter|text|prompt)\}")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class McqForm(_Frozen):
    """A multiple-choice prompt, and the forms of answer that fit it."""

    prompt: Text
    answers: tuple[Text, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _only(self.prompt, {"situation", "first", "second"}, {"situation", "first", "second"})
        for answer in self.answers:
            _only(answer, {"letter", "text"}, {"letter"})
        return self


class Templates(_Frozen):
    """All forms: multiple choice, free answers, and replay chats."""

    mcq: tuple[McqForm, ...] = Field(min_length=1)
    free: tuple[Annotated[str, Field(pattern=r"\{situation\}")], ...] = Field(min_length=1)
    replay: tuple[Annotated[str, Field(pattern=r"\{prompt\}")], ...] = Field(min_length=1)


def _only(text: str, known: set[str], needed: set[str]) -> None:
    found = set(FIELD.findall(text))
    if found - known or needed - found:
        raise ValueError(f"{text!r} must hold {sorted(needed)} and nothing but {sorted(known)} in braces")


def put(form: str, texts: Mapping[str, str]) -> str:
    """A form with its fields filled in, in one pass, so that braces in the texts stay as they are."""
    return FIELD.sub(lambda found: texts[found[1]], form)


@cache
def templates() -> Templates:
    """Read the shipped forms once."""
    return strict_yaml.load_model(training_folder() / "templates.yaml", Templates)
