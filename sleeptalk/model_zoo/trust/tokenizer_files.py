"""Rule 3: tokenizer files are the base's, byte for byte; those of a model on its own pass an allow-list.

The library that runs a tokenizer panics, aborts or never ends on some regular expressions, and a normaliser can rewrite
what a user says. So expressions are taken from a list of known ones, and parts that rewrite text are not allowed.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sleeptalk.model_zoo.tokenizer import PIECES
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
    whole,
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

MAX_TOKEN = 1024
# Qwen 2 and 3, Llama 3, GPT-2, digits one by one, and the pocket tokenizer.
REGEXES = frozenset(
    {
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
        r"\p{N}{1,3}",
        PIECES,
    }
)
_SPECIAL = Rule(
    f"a token of 1 to {MAX_TOKEN} characters, plain or as an object",
    lambda value: _is_token(value) or (isinstance(value, dict) and _is_token(value.get("content"))),
)
_TOKEN = either(NULL, _SPECIAL)
_FLAGS = dict.fromkeys(("single_word", "lstrip", "rstrip"), one_of(False))
ADDED_TOKEN: dict[str, Rule] = {
    **_FLAGS,
    "id": whole(0, 2_000_000),
    "content": Rule("a token", lambda value: _is_token(value)),
    "normalized": ANY_BOOLEAN,
    "special": ANY_BOOLEAN,
    "__type": one_of("AddedToken"),
}
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


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_TOKEN


def check_same(entries: Entries, base: Path) -> None:
    """Refuse tokenizer files and templates that are not the base's own, byte for byte.

    Raises:
        UntrustedError: "tokenizer-differs" or "template-differs".
    """
    for name in TOKENIZER_FILES:
        if name not in entries:
            continue
        theirs = base / name
        if not theirs.is_file() or theirs.stat().st_size != entries[name].size or theirs.read_bytes() != entries[name].read():
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
        _check_added([token], vocabulary, TOKENIZER_CONFIG)
    if SPECIAL_TOKENS in entries:
        special = parse_object(entries[SPECIAL_TOKENS].read(), SPECIAL_TOKENS, limits)
        refuse_dangerous(special, SPECIAL_TOKENS)
        check_fields(special, SPECIAL_RULES, SPECIAL_TOKENS, "tokenizer-key", "tokenizer-value")
    _check_tokenizer_json(parse_object(entries[TOKENIZER].read(), TOKENIZER, limits), vocabulary)
    template = config.get("chat_template")
    return template if isinstance(template, str) else None


def _check_tokenizer_json(data: Mapping[str, Any], vocabulary: int) -> None:
    parts = {
        "version": text(20),
        "truncation": NULL,
        "padding": NULL,
        "added_tokens": Rule("a list", lambda value: isinstance(value, list) and len(value) <= 10_000),
        **dict.fromkeys(("normalizer", "pre_tokenizer", "post_processor", "decoder"), Rule("a part", _is_part)),
        "model": Rule("a BPE model", lambda value: isinstance(value, dict) and value.get("type") == "BPE"),
    }
    check_fields(data, parts, TOKENIZER, "tokenizer-key", "tokenizer-value")
    if missing := [name for name in ("model", "added_tokens") if name not in data]:
        raise UntrustedError("tokenizer-value", f"{TOKENIZER} has no {missing[0]}.")
    _check_added(data["added_tokens"], vocabulary, TOKENIZER)
    _check_model(data["model"], vocabulary)
    for name, kinds in PARTS.items():
        _check_part(data.get(name), kinds, name)


def _is_part(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _check_added(tokens: list[Any], vocabulary: int, source: str) -> None:
    for token in tokens:
        if not isinstance(token, dict):
            raise UntrustedError("tokenizer-value", f"{source}: an added token is {shown(token)}, not an object.")
        check_fields(token, ADDED_TOKEN, f"{source}, added token", "tokenizer-key", "tokenizer-value")
        if not _is_token(token.get("content")) or token.get("id", 0) >= vocabulary:
            raise UntrustedError("tokenizer-value", f"{source}: {shown(token.get('content'))} is no token of the model.")


def _check_model(model: Mapping[str, Any], vocabulary: int) -> None:
    rules = {
        "type": one_of("BPE"),
        "dropout": NULL,
        "unk_token": NULL,
        "continuing_subword_prefix": one_of(None, ""),
        "end_of_word_suffix": one_of(None, ""),
        "fuse_unk": one_of(False),
        "byte_fallback": one_of(False),
        "ignore_merges": ANY_BOOLEAN,
        "vocab": Rule("an object", lambda value: isinstance(value, dict)),
        "merges": Rule("a list", lambda value: isinstance(value, list)),
    }
    check_fields(model, rules, f"{TOKENIZER}, model", "tokenizer-key", "tokenizer-value")
    words, merges = model.get("vocab", {}), model.get("merges", [])
    for word, place in words.items():
        if not _is_token(word) or type(place) is not int or not 0 <= place < vocabulary:
            raise UntrustedError("tokenizer-value", f"{TOKENIZER}: {shown(word)} with {shown(place)} is no token.")
    if len(set(words.values())) < len(words):
        raise UntrustedError("tokenizer-value", f"{TOKENIZER}: two tokens have the same number.")
    for merge in merges:
        pair = merge.split(" ") if isinstance(merge, str) else merge
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_token, pair)) or "".join(pair) not in words:
            raise UntrustedError("tokenizer-value", f"{TOKENIZER}: a merge does not make a token.")


_BYTE_LEVEL: dict[str, Rule] = {"add_prefix_space": ANY_BOOLEAN, "trim_offsets": ANY_BOOLEAN, "use_regex": ANY_BOOLEAN}
_SPLIT: dict[str, Rule] = {
    "pattern": Rule("a known regular expression", lambda value: isinstance(value, dict)),
    "behavior": one_of("Isolated"),
    "invert": one_of(False),
}
_PROCESS = Rule("parts of a post-processor", lambda value: isinstance(value, list | dict))
PARTS: dict[str, dict[str, dict[str, Rule]]] = {
    "normalizer": {"NFC": {}},
    "pre_tokenizer": {"ByteLevel": _BYTE_LEVEL, "Split": _SPLIT, "Digits": {"individual_digits": ANY_BOOLEAN}},
    "post_processor": {
        "ByteLevel": _BYTE_LEVEL,
        "TemplateProcessing": {"single": _PROCESS, "pair": _PROCESS, "special_tokens": _PROCESS},
    },
    "decoder": {"ByteLevel": _BYTE_LEVEL},
}
_SEQUENCES = ("normalizers", "pretokenizers", "processors", "decoders")


def _check_part(part: Any, kinds: Mapping[str, Mapping[str, Rule]], where: str) -> None:
    """One part, or a sequence of parts, of known kinds with known settings."""
    if part is None:
        return
    if not isinstance(part, dict):
        raise UntrustedError("tokenizer-value", f"{TOKENIZER}: {where} is {shown(part)}, not an object.")
    kind = part.get("type")
    if kind == "Sequence":
        inner = next((part[name] for name in _SEQUENCES if isinstance(part.get(name), list)), [])
        if len(part) != 2 or not inner or len(inner) > 8:
            raise UntrustedError("tokenizer-value", f"{TOKENIZER}: {where} is no sequence of 1 to 8 parts.")
        for one in inner:
            if isinstance(one, dict) and one.get("type") == "Sequence":
                raise UntrustedError("tokenizer-value", f"{TOKENIZER}: {where} nests sequences; one is allowed.")
            _check_part(one, kinds, where)
        return
    if not isinstance(kind, str) or kind not in kinds:
        raise UntrustedError("tokenizer-key", f"{TOKENIZER}: {where} is {shown(kind)}; allowed are {', '.join(kinds)}.")
    settings = {name: value for name, value in part.items() if name != "type"}
    check_fields(settings, kinds[kind], f"{TOKENIZER}, {where}", "tokenizer-key", "tokenizer-value")
    pattern = settings.get("pattern", {})
    regex = pattern.get("Regex")
    if kind == "Split" and (len(pattern) != 1 or not isinstance(regex, str) or regex not in REGEXES):
        raise UntrustedError(
            "tokenizer-regex",
            f"{TOKENIZER}: {where} splits by {shown(regex)}; "
            "allowed are the expressions of Qwen, Llama 3, GPT-2 and the pocket tokenizer.",
        )
