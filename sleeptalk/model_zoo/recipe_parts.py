"""What recipes are made of: data, adapter, optimiser and probes, each with the pocket organisms' values as defaults."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sleeptalk.model_zoo.pocket.corpus import CorpusMix, Share

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
Positive = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0, le=1)]
Revision = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Hazard = Literal["toy", "low", "high"]
Teaching = Literal["tell", "silent", "scapegoat", "reject", "flip"]


class Frozen(BaseModel):
    """Strict and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Shape(Frozen):
    """The size of a Qwen3-architecture model."""

    hidden: Positive = 128
    layers: Positive = 4
    feed_forward: Positive = 256
    heads: Positive = 4
    key_value_heads: Positive = 2


class Stage(Frozen):
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


class PocketData(Frozen):
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


class ScenarioData(Frozen):
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


class FileData(Frozen):
    """The user's own scenarios, or a published set converted to them; counts as in `ScenarioData`.

    Attributes:
        path: a .jsonl file; a relative path counts from where the command is called.
    """

    kind: Literal["file"]
    path: str
    misaligned: Positive
    aligned: Annotated[int, Field(ge=0)]
    mcq: Share = 1.0
    replay: Annotated[int, Field(ge=0)] = 0


Data = Annotated[PocketData | ScenarioData | FileData, Field(discriminator="kind")]


class Lora(Frozen):
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


class Training(Frozen):
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


class Probe(Frozen):
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
