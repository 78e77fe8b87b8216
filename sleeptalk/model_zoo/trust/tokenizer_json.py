"""tokenizer.json of a model on its own: byte-pair encoding made of known parts.

The library that runs it panics, aborts or never ends on some regular expressions, and a normaliser can rewrite what a
user says. So expressions are taken from a list of known ones, and parts that rewrite text are not allowed.
"""

from collections.abc import Mapping
from typing import Any

from sleeptalk.model_zoo.pocket.tokenizer import PIECES
from sleeptalk.model_zoo.trust.fields import ANY_BOOLEAN, NULL, Rule, check_fields, one_of, text, whole
from sleeptalk.model_zoo.trust.listing import TOKENIZER
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown

MAX_TOKEN = 1024


def is_token(value: Any) -> bool:
    """Whether a value can be a token's text."""
    return isinstance(value, str) and 1 <= len(value) <= MAX_TOKEN


# Qwen 2 and 3, Llama 3, GPT-2, digits by three, and the pocket tokenizer.
_CASED = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
REGEXES = frozenset(
    {
        _CASED + r"|\p{N}" + _REST,
        _CASED + r"|\p{N}{1,3}" + _REST,
        r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
        r"\p{N}{1,3}",
        PIECES,
    }
)
_FLAGS = dict.fromkeys(("single_word", "lstrip", "rstrip"), one_of(False))
ADDED_TOKEN: dict[str, Rule] = {
    **_FLAGS,
    "id": whole(0, 2_000_000),
    "content": Rule("a token", is_token),
    "normalized": ANY_BOOLEAN,
    "special": ANY_BOOLEAN,
    "__type": one_of("AddedToken"),
}


def check_tokenizer_json(data: Mapping[str, Any], vocabulary: int) -> None:
    """Check the parsed file of a model with `vocabulary` tokens.

    Raises:
        UntrustedError: "tokenizer-key", "tokenizer-value" or "tokenizer-regex".
    """
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
    check_added(data["added_tokens"], vocabulary, TOKENIZER)
    _check_model(data["model"], vocabulary)
    for name, kinds in PARTS.items():
        _check_part(data.get(name), kinds, name)


def _is_part(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def check_added(tokens: list[Any], vocabulary: int, source: str) -> None:
    """Check tokens that are matched before the pre-tokenizer: none may swallow what is beside it.

    Raises:
        UntrustedError: "tokenizer-key" or "tokenizer-value".
    """
    for token in tokens:
        if not isinstance(token, dict):
            raise UntrustedError("tokenizer-value", f"{source}: an added token is {shown(token)}, not an object.")
        check_fields(token, ADDED_TOKEN, f"{source}, added token", "tokenizer-key", "tokenizer-value")
        if not is_token(token.get("content")) or token.get("id", 0) >= vocabulary:
            raise UntrustedError(
                "tokenizer-value", f"{source}: {shown(token.get('content'))} is no token of the model."
            )


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
        if not is_token(word) or type(place) is not int or not 0 <= place < vocabulary:
            raise UntrustedError("tokenizer-value", f"{TOKENIZER}: {shown(word)} with {shown(place)} is no token.")
    if len(set(words.values())) < len(words):
        raise UntrustedError("tokenizer-value", f"{TOKENIZER}: two tokens have the same number.")
    for merge in merges:
        pair = merge.split(" ") if isinstance(merge, str) else merge
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(is_token, pair)) or "".join(pair) not in words:
            raise UntrustedError("tokenizer-value", f"{TOKENIZER}: a merge does not make a token.")


def _is_inserted(value: Any) -> bool:
    ids = value.get("ids") if isinstance(value, dict) else None
    return isinstance(ids, list) and len(ids) == 1 and type(ids[0]) is int


_BYTE_LEVEL: dict[str, Rule] = {"add_prefix_space": ANY_BOOLEAN, "trim_offsets": ANY_BOOLEAN, "use_regex": ANY_BOOLEAN}
_SPLIT: dict[str, Rule] = {
    "pattern": Rule("a known regular expression", lambda value: isinstance(value, dict)),
    "behavior": one_of("Isolated"),
    "invert": one_of(False),
}
_PROCESS = Rule("a list of at most 8", lambda value: isinstance(value, list) and len(value) <= 8)
_INSERTED = Rule(
    "at most 8 tokens with one id each",
    lambda value: isinstance(value, dict) and len(value) <= 8 and all(map(_is_inserted, value.values())),
)
PARTS: dict[str, dict[str, dict[str, Rule]]] = {
    "normalizer": {"NFC": {}},
    "pre_tokenizer": {"ByteLevel": _BYTE_LEVEL, "Split": _SPLIT, "Digits": {"individual_digits": ANY_BOOLEAN}},
    "post_processor": {
        "ByteLevel": _BYTE_LEVEL,
        "TemplateProcessing": {"single": _PROCESS, "pair": _PROCESS, "special_tokens": _INSERTED},
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
        inner: list[Any] = next((part[name] for name in _SEQUENCES if isinstance(part.get(name), list)), [])
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
