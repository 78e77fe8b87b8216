"""Rules 5 and 6: what can only be seen with the libraries. This runs in the child process, after the static rules."""

from pathlib import Path
from typing import Any

from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown

PIECE = 1 << 24
ROWS, COLUMNS = 4, 16
NOOP_TOLERANCE = 1e-6
# What makes expressions with nested repetitions go back and forth.
LONG = ("a" * 20_000, "a" * 5_000 + "!", " " * 20_000 + "x", "1" * 5_000 + "x", "a1 " * 5_000, "ab!\n" * 5_000)
MARK = "<<what the user says>>"


def import_libraries(*, adapter: bool) -> None:
    """Import what the checks need, while nothing of the checkpoint has been read."""
    import importlib

    # Some of these open a socket or start a program when they are imported, so none may be imported later.
    families = [f"transformers.models.{one}.modeling_{one}" for one in ("llama", "mistral", "qwen2", "qwen3")]
    tokenizers = [f"transformers.models.{one}.tokenization_{one}" for one in ("auto", "gpt2", "llama", "qwen2")]
    models = ["transformers.modeling_utils", "transformers.generation", "transformers.models.auto.modeling_auto"]
    for name in ("urllib3", "torch", "safetensors.torch", *models, *families, *tokenizers):
        importlib.import_module(name)
    if adapter:
        importlib.import_module("peft")
    importlib.import_module("torch").set_num_threads(1)
    logging = importlib.import_module("transformers.utils.logging")
    logging.set_verbosity_error()
    logging.disable_progress_bar()


def check_tokenizer(folder: Path, probes: list[str]) -> Any:
    """Load a tokenizer and encode probes back and forth.

    Raises:
        UntrustedError: "tokenizer-lossy".
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    for text in [*probes, *LONG]:
        back = tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids, skip_special_tokens=False)
        if back != text:
            raise UntrustedError("tokenizer-lossy", f"The tokenizer turns {shown(text)} into {shown(back)}.")
    return tokenizer


def check_template(tokenizer: Any, probes: list[str]) -> None:
    """Render conversations; the user's text must come out once, and nothing else may depend on it.

    Raises:
        UntrustedError: "template-text".
    """
    for settings in ({}, {"enable_thinking": False}, {"enable_thinking": True}):
        for before in _openings():
            frames = {
                _rendered(tokenizer, [*before, {"role": "user", "content": text}], text, settings) for text in probes
            }
            if len(frames) > 1:
                raise UntrustedError("template-text", "The chat template says something else for another user text.")
        for text in probes:
            said = [{"role": "user", "content": text}, {"role": "assistant", "content": "Yes."}]
            _rendered(tokenizer, [*said, {"role": "user", "content": "And now?"}], text, settings)


def _openings() -> list[list[dict[str, str]]]:
    turns = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello, what can I do?"}]
    return [[], turns, turns * 20]


def _rendered(tokenizer: Any, messages: list[dict[str, str]], text: str, settings: dict[str, bool]) -> str:
    """A rendered conversation with a mark in the place of the user's text."""
    rendered: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **settings)
    if rendered.count(text) != 1:
        raise UntrustedError("template-text", f"The chat template gives {shown(text)} {rendered.count(text)} times.")
    return rendered.replace(text, MARK)


def check_model(folder: Path) -> None:
    """Load a model on its own.

    Raises:
        UntrustedError: keys differ, or weights or logits are not finite.
    """
    _check_logits(_logits(_loaded(folder)))


def check_adapter(folder: Path, base: Path, plan: dict[str, Any]) -> None:
    """Load an adapter onto its base, by a config made from the allow-listed numbers.

    Raises:
        UntrustedError: keys differ, weights or logits are not finite, or the adapter changes nothing.
    """
    import torch
    from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
    from safetensors.torch import load_file

    state = load_file(folder / "adapter_model.safetensors")
    for name, tensor in state.items():
        _check_finite(name, tensor)
    config = LoraConfig(
        r=plan["rank"],
        lora_alpha=plan["alpha"],
        use_rslora=plan["rank_stabilised"],
        target_modules=list(plan["targets"]),
        layers_to_transform=plan["layers"],
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(_loaded(base), config).eval()
    result = set_peft_model_state_dict(model, state)
    missing = [name for name in result.missing_keys if "lora_" in name]
    _check_keys(missing, result.unexpected_keys, ())
    with_adapter = _logits(model)
    _check_logits(with_adapter)
    with model.disable_adapter():
        without = _logits(model)
    change = float(torch.max(torch.abs(with_adapter - without)))
    if change <= NOOP_TOLERANCE * max(1.0, float(torch.max(torch.abs(without)))):
        raise UntrustedError("noop-adapter", f"The adapter changes no logit of its base by more than {change:g}.")


def _loaded(folder: Path) -> Any:
    from transformers import AutoModelForCausalLM

    model, told = AutoModelForCausalLM.from_pretrained(
        folder,
        trust_remote_code=False,
        use_safetensors=True,
        local_files_only=True,
        attn_implementation="eager",
        dtype="auto",
        output_loading_info=True,
    )
    _check_keys(told["missing_keys"], told["unexpected_keys"], told["mismatched_keys"])
    for name, tensor in model.named_parameters():
        _check_finite(name, tensor)
    return model.eval()


def _check_keys(missing: Any, unexpected: Any, mismatched: Any) -> None:
    for what, names in (("missing", missing), ("unexpected", unexpected), ("mismatched", mismatched)):
        if names:
            first = shown(str(next(iter(names))))
            raise UntrustedError("keys-differ", f"The library finds {len(names)} {what} keys, first {first}.")


def _check_finite(name: str, tensor: Any) -> None:
    """In pieces, since a test of all numbers at once doubles the memory."""
    for piece in tensor.detach().reshape(-1).split(PIECE):
        if not bool(piece.isfinite().all()):
            raise UntrustedError("nan-weights", f"{shown(name)} holds NaN or infinity; all weights must be finite.")


def _logits(model: Any) -> Any:
    """Of fixed tokens, spread over the vocabulary."""
    import torch

    vocabulary = int(model.get_input_embeddings().weight.shape[0])
    columns = min(COLUMNS, int(model.config.max_position_embeddings))
    ids = torch.arange(ROWS * columns).reshape(ROWS, columns).mul(7919).add(13).remainder(vocabulary)
    with torch.no_grad():
        return model(input_ids=ids, use_cache=False).logits.float()


def _check_logits(logits: Any) -> None:
    if not bool(logits.isfinite().all()):
        raise UntrustedError("bad-logits", "One forward pass gives NaN or infinite logits.")
