"""Rule 4 for adapters: plain LoRA, described by a few numbers, whose tensors fit layers of the base.

Of adapter_config.json only `AdapterPlan` is used further on. The base that it names is compared and never loaded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sleeptalk.model_zoo.trust.fields import (
    ANY_BOOLEAN,
    EMPTY,
    NULL,
    UNREAD,
    VERSION,
    Rule,
    check_fields,
    either,
    list_of,
    number,
    one_of,
    refuse_dangerous,
    whole,
)
from sleeptalk.model_zoo.trust.header import Tensor
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.listing import ADAPTER_CONFIG
from sleeptalk.model_zoo.trust.model_config import check_tensors
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown
from sleeptalk.model_zoo.trust.strict_json import parse_object

ALL_LINEAR = "all-linear"
MAX_RANK = 256
OFF = either(EMPTY, one_of(False))
_NULLS = (
    "alora_invocation_tokens", "arrow_config", "corda_config", "eva_config", "exclude_modules", "kasa_config",
    "layer_replication", "layers_pattern", "lora_ga_config", "megatron_config", "modules_to_save", "monteclora_config",
    "target_parameters", "trainable_token_indices", "velora_config", "loftq_config", "rank_pattern",
    "alpha_pattern", "runtime_config",
)  # fmt: skip
RULES: dict[str, Rule] = {
    **dict.fromkeys(_NULLS, EMPTY),
    **dict.fromkeys(
        ("use_dora", "use_qalora", "use_bdlora", "lora_bias", "fan_in_fan_out", "ensure_weight_tying"), OFF
    ),
    "auto_mapping": NULL,
    "revision": NULL,
    "base_model_name_or_path": either(NULL, UNREAD),
    "bias": one_of("none"),
    "inference_mode": ANY_BOOLEAN,
    "init_lora_weights": ANY_BOOLEAN,
    "layers_to_transform": either(NULL, whole(0, 511), list_of(whole(0, 511), 512)),
    "lora_alpha": number(0.001, 4096),
    "lora_dropout": number(0, 1),
    "megatron_core": one_of("megatron.core", None),
    "peft_type": one_of("LORA"),
    "peft_version": VERSION,
    "qalora_group_size": whole(1, 1024),
    "r": whole(1, MAX_RANK),
    "target_modules": Rule("a list of names, or all-linear", lambda value: isinstance(value, str | list)),
    "task_type": one_of("CAUSAL_LM"),
    "use_rslora": ANY_BOOLEAN,
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_LAYER = re.compile(r"model\.layers\.(\d{1,3})\.(?:\w+\.)*\w+", re.ASCII)
PREFIX = "base_model.model."


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterPlan:
    """The numbers of an adapter, from which its LoRA is built anew.

    Attributes:
        targets: names of adapted layers, every one a linear layer in the base's blocks.
        layers: only these blocks, or None for all.
    """

    rank: int
    alpha: float
    rank_stabilised: bool
    targets: tuple[str, ...]
    layers: tuple[int, ...] | None


def read_adapter(
    data: bytes, base: Mapping[str, Tensor], base_name: str | None, limits: Limits
) -> tuple[AdapterPlan, dict[str, tuple[int, ...]]]:
    """Check adapter_config.json; return its plan, and names and shapes of its tensors.

    Args:
        data: the file.
        base: tensors of the trusted base.
        base_name: the name that the adapter must give for its base, or None for any.
        limits: bounds of the JSON.

    Raises:
        UntrustedError: a key or value is not allowed, or the targets are no layers of the base.
    """
    config = parse_object(data, ADAPTER_CONFIG, limits)
    refuse_dangerous(config, ADAPTER_CONFIG)
    _check_type(config, base_name)
    check_fields(config, RULES, ADAPTER_CONFIG, "adapter-key", "adapter-value")
    for key in ("r", "lora_alpha", "target_modules"):
        if key not in config:
            raise UntrustedError("adapter-value", f"{ADAPTER_CONFIG} does not say {key}; add it.")
    plan = _plan(config, base)
    return plan, _declared(plan, base)


def _check_type(config: Mapping[str, Any], base_name: str | None) -> None:
    if config.get("auto_mapping") is not None:
        raise UntrustedError("auto-map", f"{ADAPTER_CONFIG} names classes in auto_mapping; only null is allowed.")
    for key, wanted in (("peft_type", "LORA"), ("task_type", "CAUSAL_LM")):
        if config.get(key) != wanted:
            raise UntrustedError("adapter-type", f"{ADAPTER_CONFIG}: {key} is {shown(config.get(key))}, not {wanted}.")
    named = config.get("base_model_name_or_path")
    if base_name is not None and named != base_name:
        raise UntrustedError(
            "base-differs", f"{ADAPTER_CONFIG} names the base {shown(named)}; expected is {shown(base_name)}."
        )


def _linear(base: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
    """Linear layers in the blocks of the base, each with its output and input width."""
    found: dict[str, tuple[int, int]] = {}
    for name, tensor in base.items():
        module = name.removesuffix(".weight")
        if module != name and _LAYER.fullmatch(module) and len(tensor.shape) == 2:
            found[module] = (tensor.shape[0], tensor.shape[1])
    return found


def _plan(config: Mapping[str, Any], base: Mapping[str, Tensor]) -> AdapterPlan:
    known = {module.rpartition(".")[2] for module in _linear(base)}
    targets, layers = config["target_modules"], config.get("layers_to_transform")
    if targets == ALL_LINEAR:
        targets = sorted(known)
    if isinstance(targets, str):
        raise UntrustedError(
            "adapter-targets",
            f"{ADAPTER_CONFIG}: target_modules is the pattern {shown(targets)}; allowed are a list, or {ALL_LINEAR}.",
        )
    for one in targets:
        if not isinstance(one, str) or not _NAME.fullmatch(one) or one not in known:
            raise UntrustedError(
                "adapter-targets",
                f"{ADAPTER_CONFIG}: {shown(one)} is no linear layer of the base; it has {', '.join(sorted(known))}.",
            )
    if not targets or len(set(targets)) < len(targets):
        raise UntrustedError("adapter-targets", f"{ADAPTER_CONFIG}: target_modules is empty or repeats a name.")
    return AdapterPlan(
        rank=config["r"],
        alpha=config["lora_alpha"],
        rank_stabilised=config.get("use_rslora", False),
        targets=tuple(sorted(targets)),
        layers=None if layers is None else (layers,) if isinstance(layers, int) else tuple(sorted(set(layers))),
    )


def _declared(plan: AdapterPlan, base: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors that such an adapter has on this base."""
    declared: dict[str, tuple[int, ...]] = {}
    blocks = set()
    for module, (outputs, inputs) in _linear(base).items():
        block = int(_LAYER.fullmatch(module).group(1))  # type: ignore[union-attr] # _linear matched it
        blocks.add(block)
        if module.rpartition(".")[2] in plan.targets and (plan.layers is None or block in plan.layers):
            declared[f"{PREFIX}{module}.lora_A.weight"] = (plan.rank, inputs)
            declared[f"{PREFIX}{module}.lora_B.weight"] = (outputs, plan.rank)
    if plan.layers is not None and not set(plan.layers) <= blocks:
        raise UntrustedError("adapter-targets", f"{ADAPTER_CONFIG}: layers_to_transform lies outside of the base.")
    return declared


def check_adapter_tensors(declared: Mapping[str, tuple[int, ...]], tensors: Mapping[str, Tensor]) -> None:
    """Refuse unless the adapter has exactly the tensors that its config declares on this base.

    Raises:
        UntrustedError: "noop-adapter" if none fits; "missing-tensor", "unexpected-tensor" or "shape-differs".
    """
    if not any(name in declared for name in tensors):
        first = shown(next(iter(tensors)))
        raise UntrustedError(
            "noop-adapter", f"No tensor of the adapter fits the base; its first is {first}. It would change nothing."
        )
    check_tensors(declared, tensors, ADAPTER_CONFIG)
