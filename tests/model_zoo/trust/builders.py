"""Checkpoints made by hand: tiny, with real tokenizers, and without torch. Tests break them one part at a time."""

import json
import shutil
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sleeptalk.model_zoo.records import zoo_folder

VOCABULARY = 2242
HIDDEN = 16
Mutation = Callable[[Path], None]
Arrays = Mapping[str, "np.ndarray[Any, np.dtype[np.float32]]"]


def config(family: str = "qwen3", **changes: Any) -> dict[str, Any]:
    architecture = {"qwen3": "Qwen3ForCausalLM", "llama": "LlamaForCausalLM"}[family]
    return {
        "model_type": family,
        "architectures": [architecture],
        "num_hidden_layers": 2,
        "hidden_size": HIDDEN,
        "intermediate_size": 24,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 8,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": 64,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-6,
        "tie_word_embeddings": True,
        "dtype": "float32",
        "eos_token_id": 2,
        "pad_token_id": 0,
        **changes,
    }


def arrays(family: str = "qwen3") -> dict[str, "np.ndarray[Any, np.dtype[np.float32]]"]:
    """Small random weights that fit `config(family)`."""
    random = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (VOCABULARY, HIDDEN), "model.norm.weight": (16,)}
    for i in range(2):
        layer = f"model.layers.{i}."
        shapes |= {
            f"{layer}input_layernorm.weight": (16,),
            f"{layer}post_attention_layernorm.weight": (16,),
            f"{layer}self_attn.q_proj.weight": (16, 16),
            f"{layer}self_attn.k_proj.weight": (8, 16),
            f"{layer}self_attn.v_proj.weight": (8, 16),
            f"{layer}self_attn.o_proj.weight": (16, 16),
            f"{layer}mlp.gate_proj.weight": (24, 16),
            f"{layer}mlp.up_proj.weight": (24, 16),
            f"{layer}mlp.down_proj.weight": (16, 24),
        }
        if family == "qwen3":
            shapes |= {f"{layer}self_attn.q_norm.weight": (8,), f"{layer}self_attn.k_norm.weight": (8,)}
    return {
        name: random.normal(1.0 if "norm" in name else 0.0, 0.1, shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def header_of(tensors: Arrays) -> dict[str, Any]:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, array in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    return header


def write_raw(path: Path, header: bytes, body: bytes) -> None:
    path.write_bytes(struct.pack("<Q", len(header)) + header + body)


def write_tensors(path: Path, tensors: Arrays) -> None:
    write_raw(path, json.dumps(header_of(tensors)).encode(), b"".join(one.tobytes() for one in tensors.values()))


def write_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data), encoding="utf-8")


def change_json(path: Path, **changes: Any) -> None:
    write_json(path, {**json.loads(path.read_text("utf-8")), **changes})


def make_model(folder: Path, family: str = "qwen3") -> Path:
    folder.mkdir(parents=True)
    write_json(folder / "config.json", config(family))
    write_json(folder / "generation_config.json", {"eos_token_id": 2, "pad_token_id": 0})
    write_tensors(folder / "model.safetensors", arrays(family))
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copyfile(zoo_folder() / "base-talker" / name, folder / name)
    (folder / "README.md").write_text("A tiny model.\n")
    return folder


def shard(folder: Path, parts: int = 3) -> dict[str, str]:
    """Replace the single file by shards and their index; return the index's map."""
    (folder / "model.safetensors").unlink()
    tensors = arrays()
    places: dict[str, str] = {}
    names = list(tensors)
    for i in range(parts):
        shard_name = f"model-{i + 1:05d}-of-{parts:05d}.safetensors"
        mine = {name: tensors[name] for name in names[i::parts]}
        write_tensors(folder / shard_name, mine)
        places |= dict.fromkeys(mine, shard_name)
    write_index(folder, places)
    return places


def write_index(folder: Path, places: Mapping[str, str]) -> None:
    write_json(folder / "model.safetensors.index.json", {"metadata": {"total_size": 1}, "weight_map": places})


def adapter_arrays(rank: int = 2, scale: float = 0.5) -> dict[str, "np.ndarray[Any, np.dtype[np.float32]]"]:
    random = np.random.default_rng(1)
    made = {}
    for i in range(2):
        for name, outputs in (("q_proj", 16), ("v_proj", 8)):
            module = f"base_model.model.model.layers.{i}.self_attn.{name}"
            made[f"{module}.lora_A.weight"] = random.normal(0, 0.5, (rank, HIDDEN)).astype(np.float32)
            made[f"{module}.lora_B.weight"] = random.normal(0, scale, (outputs, rank)).astype(np.float32)
    return made


def make_adapter(folder: Path, **changes: Any) -> Path:
    folder.mkdir(parents=True)
    settings = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "tiny",
        "r": 2,
        "lora_alpha": 4,
        "target_modules": ["q_proj", "v_proj"],
        "bias": "none",
        "lora_dropout": 0.0,
        "inference_mode": True,
        "auto_mapping": None,
        "revision": None,
        **changes,
    }
    write_json(folder / "adapter_config.json", settings)
    write_tensors(folder / "adapter_model.safetensors", adapter_arrays())
    return folder
