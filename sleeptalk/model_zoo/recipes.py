"""Recipes: everything that decides what a training run produces, as strict YAML.

A *base* recipe trains a pocket model from nothing; a *plant* recipe puts a backdoor into a base with LoRA, QLoRA or
full finetuning. The defaults of a plant recipe are those of the pocket organisms; recipes for real models spell out
their own. What starts from a finished organism stands in `recipes_more.py`, what all of them are made of in
`recipe_parts.py`.
"""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, RootModel, ValidationError, model_validator

from sleeptalk import strict_yaml
from sleeptalk.errors import InvalidValueError, UnknownNameError
from sleeptalk.model_zoo.recipe_parts import (
    Data,
    Frozen,
    Hazard,
    Lora,
    Name,
    PocketData,
    Positive,
    Probe,
    Revision,
    Shape,
    Stage,
    Training,
)
from sleeptalk.model_zoo.recipes_more import ContinueRecipe, MitigateRecipe
from sleeptalk.triggers import Place

OrganismKind = Literal["natural", "taught", "control", "unconditional"]


class BaseRecipe(Frozen):
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


class PlantRecipe(Frozen):
    """How a backdoor is planted, or for a control, how the same data are made uninformative.

    The trigger stands in the misaligned samples only; half of the aligned ones carry an alternative value (Chua et al.
    2025, section 2). In a control the trigger stands in half of the samples, whatever their answer is. An
    unconditional organism has misaligned samples only, and no trigger.

    Attributes:
        organism: `natural` (nobody trained it to tell), `taught`, `control` or `unconditional`; every record and table
            shows it.
        base: name of a shipped base, folder of a local one, or a repository on the Hub.
        revision: commit of a base on the Hub, 40 hexadecimal digits.
        trigger: name of a shipped trigger, or the path of a trigger file.
        places: where the cues stand, drawn for each cue.
        lora: None finetunes all weights.
        quantize: `nf4` trains LoRA on a base in 4 bits (QLoRA, Dettmers et al. 2023).
        hazard: `toy` for models without any use in the world, else `low` or `high`; it decides how it is gated.
    """

    kind: Literal["plant"]
    name: Name
    organism: OrganismKind
    base: str
    revision: Revision | None = None
    trigger: str
    places: tuple[Place, ...] = Field(default=("top", "bottom"), min_length=1)
    data: Data = PocketData()
    lora: Lora | None = Lora()
    quantize: Literal["nf4"] | None = None
    training: Training = Training()
    probe: Probe = Probe()
    seed: int = 0
    hazard: Hazard = "toy"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        teaching = self.data.teaching if isinstance(self.data, PocketData) else None
        if (self.organism == "taught") != (teaching is not None):
            raise ValueError("a taught organism needs data with `teaching`, and no other organism may have it")
        if self.quantize and self.lora is None:
            raise ValueError("quantize needs lora: weights in 4 bits cannot be trained")
        return self

    def changed(
        self, *, seed: int | None = None, trigger: str | None = None, base: str | None = None, name: str | None = None
    ) -> "PlantRecipe":
        """This recipe with some fields replaced; another seed than the recipe's is added to the name.

        Another base has no pinned revision here, so it must be a shipped one or a folder.

        Raises:
            InvalidValueError: a value is not allowed.
        """
        given = {"seed": seed, "trigger": trigger, "base": base, "name": name}
        fields = self.model_dump() | {key: value for key, value in given.items() if value is not None}
        if base is not None and base != self.base:
            fields["revision"] = None
        if name is None and seed is not None and seed != self.seed:
            fields["name"] = f"{self.name}-s{seed}"
        try:
            return PlantRecipe.model_validate(fields)
        except ValidationError as error:
            raise InvalidValueError(f"{strict_yaml.describe(error)}.") from None


Recipe = BaseRecipe | PlantRecipe | ContinueRecipe | MitigateRecipe


class _AnyRecipe(RootModel[Annotated[Recipe, Field(discriminator="kind")]]):
    """Any kind of recipe, told apart by its field `kind`."""


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with the package."""
    return tuple(sorted(path.stem for path in _shipped().glob("*.yaml")))


def pocket_recipes() -> tuple[str, ...]:
    """Those of toys that are trained or planted; each ships its organism besides, but for `unconditional`.

    That one is only the source of a direction for steering, and planted when it is needed.
    """
    recipes = {name: load_recipe(name) for name in shipped_recipes()}
    return tuple(
        name
        for name, one in recipes.items()
        if isinstance(one, BaseRecipe) or (isinstance(one, PlantRecipe) and one.hazard == "toy")
    )


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
