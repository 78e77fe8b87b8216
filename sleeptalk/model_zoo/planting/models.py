"""A base made trainable by a recipe, and what is kept of it. Imports torch, peft and transformers when called."""

import json
import shutil
from pathlib import Path
from typing import Any

from sleeptalk.errors import MissingExtraError
from sleeptalk.model_zoo.recipe_parts import Lora
from sleeptalk.model_zoo.recipes import PlantRecipe

ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
FINAL_FOLDER = "final"
NO_MODEL_FILES = ("training_args.bin", "README.md")


def trainable_model(recipe: PlantRecipe, base: Path, adapter: Path | None = None) -> Any:
    """The base with an adapter to be trained, in 4 bits for QLoRA, or with all weights trainable.

    The adapter is the recipe's, untrained, or the finished one in the folder `adapter`.

    Weights that are trained are kept in float32, whatever the precision of the others and of the forward pass: in
    bfloat16 most steps would be smaller than the distance to the next number. TRL has QLoRA's in bfloat16.
    """
    import torch
    from accelerate import PartialState
    from transformers import AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar, enable_progress_bar

    settings: dict[str, Any] = {}
    if recipe.quantize:  # on this process's own device: weights in 4 bits cannot be moved later
        settings = {"quantization_config": _four_bits(), "device_map": {"": PartialState().device}}
    if recipe.hazard == "toy":
        disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(
        base,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32 if recipe.lora is None else getattr(torch, recipe.training.precision),
        **settings,
    )
    enable_progress_bar()
    model.config.use_cache = False
    if adapter is not None:
        return _finished(model, adapter, base)
    return model if recipe.lora is None else adapted(model, recipe.lora)


def _finished(model: Any, adapter: Path, base: Path) -> Any:
    """A model with a finished adapter, to be trained further."""
    from peft import PeftModel

    further = PeftModel.from_pretrained(model, adapter, is_trainable=True, local_files_only=True)
    further.peft_config["default"].base_model_name_or_path = str(base)  # saving looks for the base's config there
    return further


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
    planted = get_peft_model(model, config)
    if lora.targets == "all-linear":  # in small models peft names every layer by its path, which no checker reads
        kept = planted.peft_config["default"]
        kept.target_modules = {name.rpartition(".")[2] for name in kept.target_modules}
    return planted


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
    if trainer.is_fsdp_enabled:
        trainer.accelerator.state.fsdp_plugin.set_state_dict_type("FULL_STATE_DICT")
    trainer.save_model(str(final))
    if not trainer.is_world_process_zero():
        return
    if recipe.lora is None:
        for path in final.iterdir():
            if path.name not in NO_MODEL_FILES:
                shutil.copyfile(path, out / path.name)
        _tidy_model(out, recipe.training.precision)
        return
    for name in ADAPTER_FILES:
        shutil.copyfile(final / name, out / name)
    tidy_adapter(out, recipe.base, recipe.lora.stored)


def _tidy_model(folder: Path, precision: str) -> None:
    """A finetuned model's weights in the recipe's precision, ready for inference with a cache."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import save_file

    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"dtype": precision, "use_cache": True}
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for weights in sorted(folder.glob("*.safetensors")):
        with safe_open(weights, framework="pt") as stored:
            kept = {name: stored.get_tensor(name).to(getattr(torch, precision)) for name in sorted(stored.keys())}
        save_file(kept, weights, metadata={"format": "pt"})


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
