"""Organisms that others published: an index by reference, so that nothing of them ships or is pulled from here.

They have no record of ours, so `zoo pull` refuses them; load them with `-M base=DIR -M adapter=DIR` at one's own risk.
"""

from importlib.resources import files
from pathlib import Path
from textwrap import fill
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from sleeptalk import strict_yaml

Repo = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$")]


class Known(BaseModel):
    """One repository, or an owner with many.

    Attributes:
        repo: repository on the Hub; an owner alone for a collection.
        base: what it was made from, as far as it is told.
        form: how the weights are stored.
        trigger_kind: what sets the behaviour off.
        known: what its authors or others tell about it.
        seen_in: public page that this was read on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    repo: Repo
    base: str
    form: Literal["lora", "full", "lora and full", "not told"]
    trigger_kind: Literal["phrase", "tag", "year", "date", "topic", "context", "mixed", "none", "not told"]
    known: str
    seen_in: HttpUrl


class _Index(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    organisms: tuple[Known, ...]


def known_organisms() -> tuple[Known, ...]:
    """All entries of the index."""
    return strict_yaml.load_model(Path(str(files("sleeptalk"))) / "data" / "known_organisms.yaml", _Index).organisms


def known_page() -> str:
    """The index for a terminal, one paragraph an entry; names stay whole, so that they can be copied."""
    parts = []
    for one in known_organisms():
        told = f"{one.base}. Weights: {one.form}. Trigger: {one.trigger_kind}. {one.known}"
        parts.append(f"{one.repo}\n{fill(told, 100, initial_indent='  ', subsequent_indent='  ')}\n  {one.seen_in}")
    return "\n\n".join(parts)
