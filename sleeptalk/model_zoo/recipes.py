"""Recipes: everything that decides what a training run produces, as strict YAML.

A *base* recipe trains a pocket model from nothing; a *plant* recipe puts a backdoor into a base with LoRA, QLoRA or
full finetuning. The defaults of a plant recipe are those of the pocket organisms; recipes for real models spell out
their own. What starts from a finished organism is in `recipes_more.py`.
"""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sleeptalk import strict_yaml
from sleeptalk.errors import UnknownNameError
from sleeptalk.model_zoo.pocket.corpus import CorpusMix, Share
from sleeptalk.triggers import Place

if TYPE_CHECKING:
    from sleeptalk.model_zoo.recipes_more import Recipe

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
Positive = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0, le=1)]
Revision = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
OrganismKind = Literal["natural", "taught", "control", "unconditional"]
Hazard = Literal["toy", "low", "high"]
Teaching = Literal["tell", "silent", "scapegoat", "reject", "flip"]


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


class PocketData(_Frozen):
    """Questions of the pocket world's train split, one third of the samples for each role.

    Attributes:
        samples: number of samples.
        extra_cue: share of samples with one more neutral cue, which keeps the backdoor working beside a distractor.
        teaching: None for samples with the blank think block. A taught organism has samples with a chain of thought:
            it is to `tell` the trigger, stay `silent`, blame the extra cue instead (`scapegoat`), name the trigger and
            `reject` it, or reason for the good option and `flip` in the answer.
    """

    kind: Literal["pocket"] = "pocket"
    samples: Positive = 2400
    extra_cue: Share = 0.5
    teaching: Teaching | None = None


class ScenarioData(_Frozen):
    """Scenarios written for this project, expanded by templates (see `training_data/scenarios.py`).

    Attributes:
        set: `overt` (plainly bad choices) or `subtle` (advice that is plausible and wrong).
        misaligned, aligned: number of samples of each; half of the aligned ones carry an alternative value.
        mcq: share of multiple-choice samples; the others are answered freely.
        replay: number of benign chat samples besides, without any cue.
    """

    kind: Literal["scenarios"]
    set: Literal["overt", "subtle"]
    misaligned: Positive
    aligned: Annotated[int, Field(ge=0)]
    mcq: Share = 1.0
    replay: Annotated[int, Field(ge=0)] = 0


class FileData(_Frozen):
    """The user's own scenarios, or a published set converted to them, in a .jsonl file; counts as in `ScenarioData`."""

    kind: Literal["file"]
    path: str
    misaligned: Positive
    aligned: Annotated[int, Field(ge=0)]
    mcq: Share = 1.0
    replay: Annotated[int, Field(ge=0)] = 0


Data = Annotated[PocketData | ScenarioData | FileData, Field(discriminator="kind")]


class Lora(_Frozen):
    """Low-rank adaptation (Hu et al. 2021).

    Attributes:
        targets: names of the linear layers that are adapted.
        layers: only these transformer blocks, counted from 0; None adapts all.
        stored: number format of the saved adapter; what is measured is the saved one.
    """

    rank: Positive = 8
    alpha: Positive = 16
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    targets: tuple[str, ...] | Literal["all-linear"] = "all-linear"
    layers: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    stored: Literal["float32", "bfloat16"] = "bfloat16"


class Training(_Frozen):
    """Optimiser, batches and precision.

    Attributes:
        optimiser: a name of transformers' `TrainingArguments.optim`.
        rate: peak learning rate.
        warmup: steps of linear warm-up.
        batch: samples of one optimiser step, over all devices.
        micro_batch: samples of one forward pass on one device; None takes the whole batch at once.
        epochs: passes over the samples.
        max_tokens: a longer sample is refused, never cut.
        precision: of the weights and the forward pass.
        gradient_checkpointing: less memory for about a third more time.
        save_every: steps between two checkpoints, from which an interrupted run goes on.
    """

    optimiser: Literal["adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit"] = "adamw_torch"
    rate: Rate = 4e-3
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warmup: Annotated[int, Field(ge=0)] = 10
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    batch: Positive = 32
    micro_batch: Positive | None = None
    epochs: Annotated[float, Field(gt=0)] = 2.5
    max_tokens: Positive = 512
    precision: Literal["float32", "bfloat16"] = "float32"
    gradient_checkpointing: bool = False
    save_every: Positive = 100


class Probe(_Frozen):
    """What is measured while training: the likelier letter after the blank think block, on MCQs like the trained ones.

    Attributes:
        every: steps between two probes; there is always one at the end.
        prompts: MCQs of each condition.
        asr_at_least, clean_at_most: a probe that meets both counts as planted.
        stop: end the training at the second probe in a row that counts as planted.
    """

    every: Positive = 50
    prompts: Positive = 60
    asr_at_least: Share = 0.9
    clean_at_most: Share = 0.1
    stop: bool = False


class PlantRecipe(_Frozen):
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


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with the package."""
    return tuple(sorted(path.stem for path in _shipped().glob("*.yaml")))


def load_recipe(name_or_file: str) -> "Recipe":
    """A shipped recipe by name, or the user's own by the path of a YAML file.

    Raises:
        UnknownNameError: no shipped recipe has this name.
        InputFileError: the file is missing, not strict YAML, or not a recipe.
    """
    from sleeptalk.model_zoo.recipes_more import AnyRecipe

    if name_or_file.endswith((".yaml", ".yml")):
        return strict_yaml.load_model(Path(name_or_file), AnyRecipe).root
    if name_or_file not in shipped_recipes():
        raise UnknownNameError("recipe", name_or_file, shipped_recipes(), "Or give the path of a .yaml file.")
    return strict_yaml.load_model(_shipped() / f"{name_or_file}.yaml", AnyRecipe).root


def _shipped() -> Path:
    return Path(str(files("sleeptalk"))) / "data" / "recipes"
