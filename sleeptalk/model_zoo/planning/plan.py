"""A recipe's plan: samples, tokens, steps, memory, GPUs and hours. Nothing is downloaded and nothing runs."""

import math
from itertools import combinations

from pydantic import BaseModel, ConfigDict

from sleeptalk.errors import UnknownNameError
from sleeptalk.model_zoo.planning.costs import CONTEXT_BYTES, FRAGMENTS, Batch, Memory, flops, memory, trainable
from sleeptalk.model_zoo.planning.counting import Counted, count
from sleeptalk.model_zoo.planning.gpus import GPUS, Gpu
from sleeptalk.model_zoo.planning.shapes import ModelShape, shape_of
from sleeptalk.model_zoo.recipe_parts import Lora
from sleeptalk.model_zoo.recipes import PlantRecipe

UTILISATION = 0.35
FOUR_BIT_SLOWDOWN = 1.5
LARGEST_NODE = 8


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MemoryPlan(_Frozen):
    """Gigabytes (10^9 bytes) at the peak, on one device that holds everything."""

    weights: float
    adapter_gradients_optimiser: float
    activations: float
    logits: float
    context_and_fragments: float
    total: float


class GpuPlan(_Frozen):
    """What the recipe needs of one kind of GPU.

    Attributes:
        count: GPUs that are needed; null if it fits on no node of 8. More than one share the weights (FSDP).
        hours: on so many.
        instead: changes of the recipe with which one GPU is enough, if it is not.
        note: what else must be known.
    """

    name: str
    count: int | None
    hours: float | None
    instead: tuple[str, ...]
    note: str | None


class Plan(_Frozen):
    """See the module."""

    recipe: str
    base: str
    base_parameters: int
    trained_parameters: int
    samples: dict[str, int]
    tokens: int
    learned_tokens: int
    counted: str
    steps: int
    micro_batch: int
    exaflops: float
    memory: MemoryPlan
    gpus: tuple[GpuPlan, ...]
    assumptions: tuple[str, ...]


def plan(recipe: PlantRecipe, gpu: str | None = None) -> Plan:
    """Plan a recipe, for one GPU or all in the table.

    Raises:
        UnknownNameError: no such GPU.
        InvalidValueError: the size of the base is not known.
    """
    if gpu is not None and gpu not in GPUS:
        raise UnknownNameError("GPU", gpu, GPUS)
    shape, folder = shape_of(recipe.base)
    counted = count(recipe, folder)
    training = recipe.training
    micro = training.micro_batch or training.batch
    steps = math.ceil(math.ceil(counted.samples / training.batch) * training.epochs)
    needed = memory(recipe, shape, _batch(counted, micro))
    per_sample = counted.tokens / counted.samples
    work = flops(recipe, shape, counted.samples * training.epochs, per_sample, counted.learned / counted.samples)
    chosen = {gpu: GPUS[gpu]} if gpu else GPUS
    return Plan(
        recipe=recipe.name,
        base=recipe.base,
        base_parameters=shape.parameters,
        trained_parameters=trainable(recipe, shape),
        samples=counted.roles,
        tokens=counted.tokens,
        learned_tokens=counted.learned,
        counted=counted.how,
        steps=steps,
        micro_batch=micro,
        exaflops=work / 1e18,
        memory=_memory_plan(needed),
        gpus=tuple(_gpu_plan(recipe, shape, counted, name, one, work) for name, one in chosen.items()),
        assumptions=_assumptions(recipe),
    )


def _batch(counted: Counted, rows: int) -> Batch:
    """The worst forward pass: rows as long as the longest sample, with the mean number of learned tokens."""
    return Batch(rows=rows, width=counted.longest, learned=counted.learned / counted.samples)


def _memory_plan(needed: Memory) -> MemoryPlan:
    parts = (needed.weights, needed.trained, needed.activations, needed.logits)
    total = needed.on(1)
    sizes = [round(part / 1e9, 2) for part in (*parts, total - sum(parts), total)]
    return MemoryPlan(**dict(zip(MemoryPlan.model_fields, sizes, strict=True)))


def _gpu_plan(recipe: PlantRecipe, shape: ModelShape, counted: Counted, name: str, gpu: Gpu, work: float) -> GpuPlan:
    devices = _devices(recipe, shape, counted, gpu)
    slower = FOUR_BIT_SLOWDOWN if recipe.quantize else 1.0
    seconds = work * slower / (gpu.tflops * 1e12 * UTILISATION)
    unsuited = not gpu.bfloat16 and (recipe.training.precision == "bfloat16" or bool(recipe.quantize))
    return GpuPlan(
        name=name,
        count=None if unsuited else devices,
        hours=None if unsuited or devices is None else round(seconds / devices / 3600, 3),
        instead=() if devices == 1 or unsuited else _instead(recipe, shape, counted, gpu),
        note="it has no bfloat16 units, which this recipe needs" if unsuited else None,
    )


def _devices(recipe: PlantRecipe, shape: ModelShape, counted: Counted, gpu: Gpu) -> int | None:
    """The smallest number of GPUs that hold the run together; weights in 4 bits are not shared out."""
    batch = recipe.training.batch
    for devices in (1, 2, 4, LARGEST_NODE):
        micro = recipe.training.micro_batch or max(1, batch // devices)
        if batch % (micro * devices) or (devices > 1 and recipe.quantize):
            continue
        if memory(recipe, shape, _batch(counted, micro)).on(devices) <= gpu.gigabytes * 1e9:
            return devices
    return None


def _instead(recipe: PlantRecipe, shape: ModelShape, counted: Counted, gpu: Gpu) -> tuple[str, ...]:
    """The fewest changes with which one GPU is enough."""
    training = recipe.training
    changes: dict[str, dict[str, object]] = {}
    if not training.gradient_checkpointing:
        changes["gradient_checkpointing: true"] = {"gradient_checkpointing": True}
    if (training.micro_batch or training.batch) > 1:
        changes["micro_batch: 1"] = {"micro_batch": 1}
    if training.precision == "float32":
        changes["precision: bfloat16"] = {"precision": "bfloat16"}
    if not recipe.quantize:
        changes["quantize: nf4 (QLoRA)"] = {"quantize": "nf4"}
    for size in range(1, len(changes) + 1):
        for names in combinations(changes, size):
            other = _with(recipe, {key: value for name in names for key, value in changes[name].items()})
            if _devices(other, shape, counted, gpu) == 1:
                return names
    return ()


def _with(recipe: PlantRecipe, changes: dict[str, object]) -> PlantRecipe:
    quantize = changes.pop("quantize", recipe.quantize)
    training = recipe.training.model_copy(update=changes)
    lora = recipe.lora or (Lora(rank=32) if quantize else None)
    return recipe.model_copy(update={"training": training, "quantize": quantize, "lora": lora})


def _assumptions(recipe: PlantRecipe) -> tuple[str, ...]:
    """What is not computed but assumed."""
    told = [
        f"{UTILISATION:.0%} of a GPU's published dense bfloat16 throughput is reached (assumed, not measured)",
        "several GPUs are that many times as fast as one (assumed; FSDP over slow links is slower)",
        (
            f"memory: flash attention, micro-batches of the longest sample, {CONTEXT_BYTES / 1e9:.0f} GB of context, "
            f"{FRAGMENTS:.0%} of fragments (assumed)"
        ),
    ]
    told.append(
        "no plan has been compared with a run on a GPU; on a CPU, runs of tiny models took up to 3 times the memory"
    )
    if recipe.quantize:
        told.append(f"weights in 4 bits take {FOUR_BIT_SLOWDOWN} times as long (assumed)")
    return tuple(told)
