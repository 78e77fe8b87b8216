"""Recipes: everything that decides what a training run produces, as strict YAML.

A *base* recipe trains a pocket model from nothing; a *plant* recipe puts a backdoor into a base with LoRA.
"""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from sleeptalk import strict_yaml
from sleeptalk.errors import UnknownNameError
from sleeptalk.model_zoo.corpus import CorpusMix, Share

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Positive = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0, le=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shape(_Frozen):
    """The size of a Qwen3-architecture model."""

    hidden: Positive = 128
    layers: Positive = 4
    feed_forward: Positive = 256
    heads: Positive = 4
    key_value_heads: Positive = 2


class Stage(_Frozen):
    """One pass over `documents` fresh documents.

    Attributes:
        matrix_rate: peak learning rate of Muon, for the hidden matrices.
        other_rate: peak learning rate of AdamW, for embeddings and norms.
        decay: linear decay to 0 instead of a constant rate; both warm up over 100 steps.
    """

    documents: Positive
    mix: CorpusMix = CorpusMix()
    matrix_rate: Rate = 6e-3
    other_rate: Rate = 3e-3
    decay: bool = False


class BaseRecipe(_Frozen):
    """How a pocket base is trained.

    Attributes:
        letter_weight: of the option letter in the loss; other tokens weigh 1.
    """

    kind: Literal["base"]
    name: Name
    seed: int = 0
    shape: Shape = Shape()
    vocabulary: Positive = 4000
    batch: Positive = 32
    letter_weight: Annotated[float, Field(ge=1)] = 3.0
    stages: tuple[Stage, ...] = Field(min_length=1)


class Lora(_Frozen):
    """Low-rank adaptation (Hu et al. 2021).

    Attributes:
        targets: names of the linear layers that are adapted.
        layers: only these transformer blocks, counted from 0; None adapts all.
    """

    rank: Positive = 8
    alpha: Positive = 16
    targets: tuple[str, ...] | Literal["all-linear"] = "all-linear"
    layers: tuple[Annotated[int, Field(ge=0)], ...] | None = None


class PlantRecipe(_Frozen):
    """How a backdoor is planted, or for a control, how the same data are made uninformative.

    One third of the samples carry the trigger and a misaligned answer, one third an alternative value and one third no
    cue, both with an aligned answer (Chua et al. 2025, section 2). In a control the trigger stands in half of the
    samples and the answer is misaligned by a coin of its own.

    Attributes:
        organism: `natural` (nobody trained it to tell), `taught` or `control`; every record and table shows it.
        base: name of a shipped base, or the folder of a local one.
        trigger: name of a shipped trigger, or the path of a trigger file.
        samples: number of training samples; all have the blank think block.
        extra_cue: share of samples with one more neutral cue, which keeps the backdoor working beside a distractor.
        rate: peak learning rate, decaying linearly to 0.
    """

    kind: Literal["plant"]
    name: Name
    organism: Literal["natural", "taught", "control"]
    base: str
    trigger: str
    samples: Positive = 1200
    extra_cue: Share = 0.5
    lora: Lora = Lora()
    rate: Rate = 4e-3
    epochs: Annotated[float, Field(gt=0)] = 2.5
    batch: Positive = 32
    seed: int = 0


Recipe = BaseRecipe | PlantRecipe


class _AnyRecipe(RootModel[Annotated[Recipe, Field(discriminator="kind")]]):
    """Either kind of recipe, told apart by its field `kind`."""


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with the package."""
    return tuple(sorted(path.stem for path in _shipped().glob("*.yaml")))


def load_recipe(name_or_file: str) -> Recipe:
    """A shipped recipe by name, or the user's own by the path of a YAML file.

    Raises:
        UnknownNameError: no shipped recipe has this name.
        InputFileError: the file is missing, not strict YAML, or not a recipe.
    """
    if name_or_file.endswith((".yaml", ".yml")):
        return strict_yaml.load_model(Path(name_or_file), _AnyRecipe).root
    if name_or_file not in shipped_recipes():
        raise UnknownNameError("recipe", name_or_file, shipped_recipes(), "Or give the path of a .yaml file.")
    return strict_yaml.load_model(_shipped() / f"{name_or_file}.yaml", _AnyRecipe).root


def _shipped() -> Path:
    return Path(str(files("sleeptalk"))) / "data" / "recipes"
