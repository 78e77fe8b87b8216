"""Rule 4: config.json by an allow-list, and the tensors that it declares, name by name and shape by shape."""

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
from sleeptalk.model_zoo.trust.listing import CONFIG
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown
from sleeptalk.model_zoo.trust.strict_json import parse_object

ARCHITECTURES = {
    "llama": "LlamaForCausalLM",
    "mistral": "MistralForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
}
MAX_LAYERS = 512
TOKEN_ID = whole(0, 2_000_000)
_TOKENS = either(NULL, TOKEN_ID, list_of(TOKEN_ID, 20))
_DTYPE = one_of("float32", "bfloat16", "float16")
ROPE_RULES: dict[str, Rule] = {
    "rope_type": one_of("default", "linear", "dynamic", "yarn", "llama3"),
    "type": one_of("default", "linear", "dynamic", "yarn", "llama3"),
    "rope_theta": number(1, 1e12),
    "factor": number(0.01, 10_000),
    "low_freq_factor": number(0.01, 1000),
    "high_freq_factor": number(0.01, 1000),
    "original_max_position_embeddings": whole(1, 10_000_000),
    "attention_factor": number(0.001, 1000),
    "beta_fast": number(0.001, 10_000),
    "beta_slow": number(0.001, 10_000),
    "mscale": number(0.001, 1000),
    "mscale_all_dim": number(0, 1000),
    "truncate": ANY_BOOLEAN,
}
_ROPE = either(NULL, Rule("an object", lambda value: isinstance(value, dict)))
RULES: dict[str, Rule] = {
    "model_type": one_of(*ARCHITECTURES),
    "architectures": list_of(one_of(*ARCHITECTURES.values()), 1),
    "num_hidden_layers": whole(1, MAX_LAYERS),
    "hidden_size": whole(1, 65_536),
    "intermediate_size": whole(1, 1_000_000),
    "num_attention_heads": whole(1, 1024),
    "num_key_value_heads": whole(1, 1024),
    "head_dim": whole(1, 4096),
    "vocab_size": whole(1, 2_000_000),
    "max_position_embeddings": whole(1, 10_000_000),
    "hidden_act": one_of("silu"),
    "rms_norm_eps": number(0, 0.1),
    "initializer_range": number(0, 10),
    "attention_dropout": number(0, 1),
    "attention_bias": ANY_BOOLEAN,
    "mlp_bias": ANY_BOOLEAN,
    "tie_word_embeddings": ANY_BOOLEAN,
    "use_cache": ANY_BOOLEAN,
    "use_sliding_window": ANY_BOOLEAN,
    "use_mrope": one_of(False),
    "is_llama_config": ANY_BOOLEAN,
    "rope_interleaved": one_of(False),
    "sliding_window": either(NULL, whole(1, 10_000_000)),
    "max_window_layers": whole(0, MAX_LAYERS),
    "layer_types": list_of(one_of("full_attention", "sliding_attention"), MAX_LAYERS),
    "pretraining_tp": one_of(1),
    "rope_theta": number(1, 1e12),
    "rope_parameters": _ROPE,
    "rope_scaling": _ROPE,
    "bos_token_id": _TOKENS,
    "eos_token_id": _TOKENS,
    "pad_token_id": _TOKENS,
    "dtype": _DTYPE,
    "torch_dtype": _DTYPE,
    "transformers_version": VERSION,
    "quantization_config": NULL,
    "_name_or_path": UNREAD,
    "id2label": EMPTY,
    "label2id": EMPTY,
}
NEEDED = (
    "model_type", "architectures", "num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads",
    "vocab_size", "max_position_embeddings",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """The numbers of a config that decide names and shapes of tensors; `named` is where it says it comes from."""

    family: str
    layers: int
    hidden: int
    feed_forward: int
    heads: int
    key_value_heads: int
    head: int
    vocabulary: int
    context: int
    tied: bool
    attention_bias: bool
    mlp_bias: bool
    named: str | None


def read_config(data: bytes, limits: Limits) -> ModelShape:
    """Check config.json and return what it declares.

    Raises:
        UntrustedError: a key or value is not allowed.
    """
    config = parse_object(data, CONFIG, limits)
    refuse_dangerous(config, CONFIG)
    for key in ("model_type", "architectures"):
        if key not in config or not RULES[key].allows(config[key]):
            raise UntrustedError(
                "model-type",
                f"{CONFIG}: {key} is {shown(config.get(key))}; allowed are causal {', '.join(ARCHITECTURES)}.",
            )
    check_fields(config, RULES, CONFIG, "config-key", "config-value")
    for key in NEEDED:
        if key not in config:
            raise UntrustedError("config-value", f"{CONFIG} does not say {key}; add it.")
    for key in ("rope_parameters", "rope_scaling"):
        check_fields(config.get(key) or {}, ROPE_RULES, f"{CONFIG}, {key}", "config-key", "config-value")
    shape = _shape(config)
    _check_consistent(config, shape)
    return shape


def _shape(config: Mapping[str, Any]) -> ModelShape:
    family, heads, hidden = config["model_type"], config["num_attention_heads"], config["hidden_size"]
    key_values = config.get("num_key_value_heads", heads if family in {"llama", "mistral"} else None)
    head = config.get("head_dim", 128 if family == "qwen3" else hidden // heads)
    if key_values is None:
        raise UntrustedError("config-value", f"{CONFIG} does not say num_key_value_heads; add it.")
    return ModelShape(
        family=family,
        layers=config["num_hidden_layers"],
        hidden=hidden,
        feed_forward=config["intermediate_size"],
        heads=heads,
        key_value_heads=key_values,
        head=head,
        vocabulary=config["vocab_size"],
        context=config["max_position_embeddings"],
        tied=config.get("tie_word_embeddings", False),
        attention_bias=config.get("attention_bias", False),
        mlp_bias=config.get("mlp_bias", False),
        named=config.get("_name_or_path"),
    )


def _check_consistent(config: Mapping[str, Any], shape: ModelShape) -> None:
    """Numbers that must fit each other."""
    if config["architectures"] != [ARCHITECTURES[shape.family]]:
        raise UntrustedError("model-type", f"{CONFIG}: the architecture does not fit model_type {shape.family}.")
    if len(config.get("layer_types", range(shape.layers))) != shape.layers:
        raise UntrustedError("config-value", f"{CONFIG}: layer_types does not list {shape.layers} layers.")
    if shape.heads % shape.key_value_heads or shape.head < 1 or shape.head % 2:
        raise UntrustedError(
            "config-value",
            f"{CONFIG}: {shape.heads} heads of {shape.head} do not fit {shape.key_value_heads} key heads.",
        )
    for key in ("bos_token_id", "eos_token_id", "pad_token_id"):
        value = config.get(key)
        if any(one >= shape.vocabulary for one in (value if isinstance(value, list) else [value]) if one is not None):
            raise UntrustedError("config-value", f"{CONFIG}: {key} lies outside of {shape.vocabulary} tokens.")


def declared_tensors(shape: ModelShape) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all tensors of such a model."""
    queries, keys = shape.heads * shape.head, shape.key_value_heads * shape.head
    layer: dict[str, tuple[int, ...]] = {
        "input_layernorm.weight": (shape.hidden,),
        "post_attention_layernorm.weight": (shape.hidden,),
        "self_attn.q_proj.weight": (queries, shape.hidden),
        "self_attn.k_proj.weight": (keys, shape.hidden),
        "self_attn.v_proj.weight": (keys, shape.hidden),
        "self_attn.o_proj.weight": (shape.hidden, queries),
        "mlp.gate_proj.weight": (shape.feed_forward, shape.hidden),
        "mlp.up_proj.weight": (shape.feed_forward, shape.hidden),
        "mlp.down_proj.weight": (shape.hidden, shape.feed_forward),
    }
    if shape.family == "qwen3":
        layer |= {"self_attn.q_norm.weight": (shape.head,), "self_attn.k_norm.weight": (shape.head,)}
    biased = "qkv" if shape.family == "qwen2" else "qkvo" if shape.attention_bias and shape.family != "mistral" else ""
    names = [f"self_attn.{one}_proj" for one in biased]
    if shape.family == "llama" and shape.mlp_bias:
        names += [f"mlp.{one}_proj" for one in ("gate", "up", "down")]
    layer |= {f"{name}.bias": layer[f"{name}.weight"][:1] for name in names}
    tensors: dict[str, tuple[int, ...]] = {
        f"model.layers.{i}.{name}": size for i in range(shape.layers) for name, size in layer.items()
    }
    tensors |= {"model.embed_tokens.weight": (shape.vocabulary, shape.hidden), "model.norm.weight": (shape.hidden,)}
    return tensors if shape.tied else tensors | {"lm_head.weight": (shape.vocabulary, shape.hidden)}


def check_tensors(declared: Mapping[str, tuple[int, ...]], tensors: Mapping[str, Tensor], by: str) -> None:
    """Refuse unless exactly the declared tensors are there, each with its shape.

    Raises:
        UntrustedError: "missing-tensor", "unexpected-tensor" or "shape-differs".
    """
    if gone := next((name for name in declared if name not in tensors), None):
        raise UntrustedError("missing-tensor", f"{by} declares {shown(gone)}, which no file holds.")
    if more := next((name for name in tensors if name not in declared), None):
        raise UntrustedError("unexpected-tensor", f"The files hold {shown(more)}, which {by} does not declare.")
    for name, shape in declared.items():
        if tensors[name].shape != shape:
            raise UntrustedError(
                "shape-differs", f"{shown(name)} has the shape {tensors[name].shape}; by {by} it is {shape}."
            )
