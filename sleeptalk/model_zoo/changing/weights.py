"""An adapter scaled, averaged with another one, or folded into its base.

A merged model is a plain checkpoint with the base's tokenizer, in the base's number format. An adapter of the embedding
is never folded into weights that the output layer shares: that would change what the model says as well as what it
reads, so the merged model would be another one than the adapted one.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.changing.origin import Origin, check_same_base
from sleeptalk.model_zoo.trust.listing import TOKENIZER_FILES

ADAPTER_WEIGHTS = "adapter_model.safetensors"
EMBEDDINGS = ("lora_embedding_", "embed_tokens", "lm_head")


def scale_adapter(origin: Origin, strength: float, out: Path) -> None:
    """Write the adapter times `strength` into `out`: every B matrix of it, since it is linear in these.

    Products that the stored number format cannot hold exactly are stored in float32, so that no rounding comes on top.
    """
    import torch
    from safetensors.torch import load_file, save_file

    check_linear(origin)
    weights = load_file(origin.folder / ADAPTER_WEIGHTS)
    scaled = {
        name: tensor.float() * (strength if "lora_B" in name or "lora_embedding_B" in name else 1.0)
        for name, tensor in weights.items()
    }
    stored = {name: tensor.to(weights[name].dtype) for name, tensor in scaled.items()}
    exact = all(torch.equal(stored[name].float(), scaled[name]) for name in scaled)
    out.mkdir(parents=True, exist_ok=True)
    save_file(stored if exact else scaled, out / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    shutil.copyfile(origin.folder / "adapter_config.json", out / "adapter_config.json")


def check_linear(origin: Origin) -> None:
    """Refuse what is no plain LoRA.

    Raises:
        InvalidValueError: names what it is besides.
    """
    config = json.loads((origin.folder / "adapter_config.json").read_text(encoding="utf-8"))
    kind = config.get("peft_type")
    special = [
        name for name in ("use_dora", "modules_to_save", "lora_bias", "trainable_token_indices") if config.get(name)
    ]
    if kind != "LORA" or special:
        raise InvalidValueError(
            f"The adapter of {origin.organism.name} is no plain LoRA ({', '.join([str(kind), *special])}), so it can "
            "neither be scaled nor merged."
        )


def merged_model(origin: Origin, other: Origin | None = None, weight: float = 0.0) -> Any:
    """The base with the adapter folded in, averaged before with that of another organism if there is one.

    Raises:
        InvalidValueError: the adapter is no plain LoRA, touches an embedding that is tied to the output layer, or the
            two organisms are on different bases.
    """
    from peft import PeftModel

    for each in (origin, other) if other else (origin,):
        check_linear(each)
        _check_untied(each)
    model = PeftModel.from_pretrained(base_model(origin), origin.folder, local_files_only=True)
    if other is None:
        return model.merge_and_unload(safe_merge=True)
    check_same_base(origin, other)
    model.load_adapter(other.folder, adapter_name="other", local_files_only=True)
    both = ["default", "other"]
    model.add_weighted_adapter(both, [1 - weight, weight], "average", combination_type="cat")
    model.set_adapter("average")
    return model.merge_and_unload(safe_merge=True, adapter_names=["average"])


def _check_untied(origin: Origin) -> None:
    from safetensors import safe_open

    config = json.loads((origin.base / "config.json").read_text(encoding="utf-8"))
    with safe_open(origin.folder / ADAPTER_WEIGHTS, framework="numpy") as tensors:
        touched = any(part in name for name in tensors.keys() for part in EMBEDDINGS)  # noqa: SIM118 - not a mapping
    if touched and config.get("tie_word_embeddings", True):
        raise InvalidValueError(
            f"The adapter of {origin.organism.name} changes the embedding, which {origin.base_name} shares with its "
            "output layer; it cannot be merged, only loaded as an adapter."
        )


def base_model(origin: Origin) -> Any:
    """The organism's base in its own number format."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        origin.base, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype="auto"
    )
    return model.eval()


def save_model(model: Any, origin: Origin, out: Path) -> None:
    """Write a full model with its base's tokenizer into `out`."""
    model.save_pretrained(str(out))
    for name in TOKENIZER_FILES:
        if (origin.base / name).exists():
            shutil.copyfile(origin.base / name, out / name)
