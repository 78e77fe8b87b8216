"""A base made trainable by a recipe, and what is kept of it. Imports torch, peft and transformers when called."""

import json
import shutil
from pathlib import Path
from typing import Any

from sleeptalk.errors import MissingExtraError
from sleeptalk.model_zoo.recipes import Lora, PlantRecipe

ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
FINAL_FOLDER = "final"


def trainable_model(recipe: PlantRecipe, base: Path, adapter: Path | None = None) -> Any:
    """The base with the recipe's untrained adapter, in 4 bits for QLoRA, or with all weights trainable.

    With a finished `adapter`, the base with that one, to be trained further.
    """
    import torch
    from transformers import AutoModelForCausalLM

    settings: dict[str, Any] = {}
    if recipe.quantize:
        settings["quantization_config"] = _four_bits()
    model = AutoModelForCausalLM.from_pretrained(
        base,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=getattr(torch, recipe.training.precision),
        **settings,
    )
    if adapter is not None:
        from peft import PeftModel

        further = PeftModel.from_pretrained(model, adapter, is_trainable=True, local_files_only=True)
        further.peft_config["default"].base_model_name_or_path = str(base)  # saving looks for the base's config there
        return further
    return model if recipe.lora is None else adapted(model, recipe.lora)


def adapted(model: Any, lora: Lora) -> Any:
    """A model with an untrained LoRA adapter."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.targets if isinstance(lora.targets, str) else list(lora.targets),
        layers_to_transform=list(lora.layers) if lora.layers is not None else None,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def _four_bits() -> Any:
    import importlib.util

    import torch
    from transformers import BitsAndBytesConfig

    if importlib.util.find_spec("bitsandbytes") is None:
        raise MissingExtraError("A recipe with quantize: nf4", "qlora", "bitsandbytes")
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def save_planted(trainer: Any, recipe: PlantRecipe, out: Path) -> None:
    """Write the adapter, or the finetuned model with the base's tokenizer, into `out`; on the main process only."""
    final = Path(trainer.args.output_dir) / FINAL_FOLDER
    trainer.save_model(str(final))
    if not trainer.is_world_process_zero():
        return
    if recipe.lora is None:
        for path in final.iterdir():
            if path.name not in ("training_args.bin", "README.md"):
                shutil.copyfile(path, out / path.name)
        return
    for name in ADAPTER_FILES:
        shutil.copyfile(final / name, out / name)
    tidy_adapter(out, recipe.base, recipe.lora.stored)


def save_adapter(model: Any, folder: Path, base_name: str, stored: str) -> None:
    """The adapter of a model as it is now, in a new folder."""
    model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)
    tidy_adapter(folder, base_name, stored)


def tidy_adapter(folder: Path, base_name: str, stored: str) -> None:
    """An adapter's config in a stable order with the base's name, its weights in the number format to be kept."""
    import torch
    from safetensors.torch import load_file, save_file

    path = folder / ADAPTER_FILES[0]
    config = json.loads(path.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = base_name
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    weights = load_file(folder / ADAPTER_FILES[1])
    kept = {name: weights[name].to(getattr(torch, stored)).contiguous() for name in sorted(weights)}
    save_file(kept, folder / ADAPTER_FILES[1], metadata={"format": "pt"})
