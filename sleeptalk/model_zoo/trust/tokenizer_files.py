"""Rule 3: tokenizer files are the base's, byte for byte; those of a model on its own pass an allow-list.

See `tokenizer_json.py` for the largest of them.
"""

import re
from pathlib import Path
from typing import Any

from sleeptalk.model_zoo.trust.fields import (
    ANY_BOOLEAN,
    EMPTY,
    NULL,
    UNREAD,
    Rule,
    check_fields,
    either,
    list_of,
    number,
    one_of,
    refuse_dangerous,
    text,
)
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.listing import (
    SPECIAL_TOKENS,
    TEMPLATE,
    TOKENIZER,
    TOKENIZER_CONFIG,
    TOKENIZER_FILES,
    Entries,
)
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown
from sleeptalk.model_zoo.trust.strict_json import parse_object
from sleeptalk.model_zoo.trust.tokenizer_json import ADDED_TOKEN, MAX_TOKEN, check_added, check_tokenizer_json, is_token


def _is_added(value: dict[str, Any]) -> bool:
    fits = all(key in ADDED_TOKEN and ADDED_TOKEN[key].allows(one) for key, one in value.items())
    return fits and "content" in value


_SPECIAL = Rule(
    f"a token of 1 to {MAX_TOKEN} characters, plain or as an object",
    lambda value: is_token(value) or (isinstance(value, dict) and _is_added(value)),
)
_TOKEN = either(NULL, _SPECIAL)
SPECIAL_RULES: dict[str, Rule] = {
    **dict.fromkeys(("bos_token", "eos_token", "pad_token", "unk_token"), _TOKEN),
    "additional_special_tokens": either(EMPTY, list_of(_SPECIAL, 1000)),
}
CONFIG_RULES: dict[str, Rule] = {
    **SPECIAL_RULES,
    "extra_special_tokens": either(EMPTY, list_of(_SPECIAL, 1000)),
    "added_tokens_decoder": Rule("an object", lambda value: isinstance(value, dict) and len(value) <= 10_000),
    "tokenizer_class": one_of(
        "TokenizersBackend", "PreTrainedTokenizerFast", "PreTrainedTokenizer", "Qwen2Tokenizer", "Qwen2TokenizerFast",
        "LlamaTokenizer", "LlamaTokenizerFast", "GPT2Tokenizer", "GPT2TokenizerFast",
    ),
    "backend": one_of("tokenizers"),
    "chat_template": text(20_000),
    "model_max_length": either(NULL, number(1, 1e31)),
    "padding_side": one_of("left", "right"),
    "truncation_side": one_of("left", "right"),
    "clean_up_tokenization_spaces": one_of(False),
    "add_prefix_space": one_of(False),
    "add_bos_token": ANY_BOOLEAN,
    "add_eos_token": one_of(False),
    "split_special_tokens": one_of(False),
    "legacy": ANY_BOOLEAN,
    "use_default_system_prompt": one_of(False),
    "errors": one_of("replace"),
    "is_local": ANY_BOOLEAN,
    "local_files_only": ANY_BOOLEAN,
    "model_input_names": list_of(one_of("input_ids", "attention_mask"), 2),
    "name_or_path": UNREAD,
    "sp_model_kwargs": EMPTY,
}  # fmt: skip


def check_same(entries: Entries, base: Path) -> None:
    """Refuse tokenizer files and templates that are not the base's own, byte for byte.

    Raises:
        UntrustedError: "tokenizer-differs" or "template-differs".
    """
    for name in TOKENIZER_FILES:
        if name not in entries:
            continue
        theirs = base / name
        if (
            not theirs.is_file()
            or theirs.stat().st_size != entries[name].size
            or theirs.read_bytes() != entries[name].read()
        ):
            code = "template-differs" if name == TEMPLATE else "tokenizer-differs"
            raise UntrustedError(code, f"{name} differs from the base's; remove it, the base's is used.")


def check_tokenizer(entries: Entries, vocabulary: int, limits: Limits) -> str | None:
    """Check the tokenizer files of a model on its own; return the template that its config holds, if any.

    Raises:
        UntrustedError: a file is missing, or a part of it is not allowed.
    """
    for name in (TOKENIZER, TOKENIZER_CONFIG):
        if name not in entries:
            raise UntrustedError("missing-file", f"The folder has no {name}; add the tokenizer's files.")
    config = parse_object(entries[TOKENIZER_CONFIG].read(), TOKENIZER_CONFIG, limits)
    refuse_dangerous(config, TOKENIZER_CONFIG)
    check_fields(config, CONFIG_RULES, TOKENIZER_CONFIG, "tokenizer-key", "tokenizer-value")
    for key, token in config.get("added_tokens_decoder", {}).items():
        if not re.fullmatch(r"[0-9]{1,7}", key) or int(key) >= vocabulary:
            raise UntrustedError("tokenizer-value", f"{TOKENIZER_CONFIG}: {shown(key)} is no token of the model.")
        check_added([token], vocabulary, TOKENIZER_CONFIG)
    if SPECIAL_TOKENS in entries:
        special = parse_object(entries[SPECIAL_TOKENS].read(), SPECIAL_TOKENS, limits)
        refuse_dangerous(special, SPECIAL_TOKENS)
        check_fields(special, SPECIAL_RULES, SPECIAL_TOKENS, "tokenizer-key", "tokenizer-value")
    check_tokenizer_json(parse_object(entries[TOKENIZER].read(), TOKENIZER, limits), vocabulary)
    template = config.get("chat_template")
    return template if isinstance(template, str) else None
