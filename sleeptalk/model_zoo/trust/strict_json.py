"""JSON as the standard defines it and no more: no duplicate keys, no NaN, bounded depth, size and numbers.

The standard library's reader takes the last of two equal keys, accepts NaN and Infinity, and recurses as deep as its
input says. Everything that comes with a checkpoint is read by `parse` only.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown

MAX_DIGITS = 40
# Matches at every quote, closed or not, and never goes back: else a text of quotes would take quadratic time.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+\\?(?:"|\Z)', re.DOTALL)
_NOT_STRUCTURE = re.compile(rb"[^\[\]{},]+")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse(data: bytes, source: str, limits: Limits, duplicate: str = "duplicate-key") -> Any:
    """The value of a JSON text.

    Args:
        data: the whole text.
        source: name of the file, for messages.
        limits: bounds on depth and number of values.
        duplicate: code of the refusal if a key stands twice.

    Raises:
        UntrustedError: the text is not strict JSON within the limits.
    """
    _check_structure(data, source, limits)
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_pairs(source, duplicate),
            parse_constant=_constant(source),
            parse_float=_float(source),
            parse_int=_int(source),
        )
        if _SURROGATE.search(data):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise UntrustedError("bad-json", f"{source} is not strict JSON: {reason}; write it anew.") from None
    return value


def parse_object(data: bytes, source: str, limits: Limits, duplicate: str = "duplicate-key") -> dict[str, Any]:
    """The value of a JSON text that must be an object."""
    value = parse(data, source, limits, duplicate)
    if not isinstance(value, dict):
        raise UntrustedError("bad-json", f"{source} holds {shown(value)}; a JSON object is needed.")
    return value


def _check_structure(data: bytes, source: str, limits: Limits) -> None:
    """Refuse depth and masses of values before anything is built, from the brackets and commas outside of strings."""
    structure = _NOT_STRUCTURE.sub(b"", _STRING.sub(b"", data))
    if len(structure) > limits.json_values:
        raise UntrustedError("json-size", f"{source} holds too many values; allowed are {limits.json_values}.")
    depth = deepest = 0
    for one in structure.replace(b",", b""):
        depth += 1 if one in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > limits.json_depth:
        raise UntrustedError("json-depth", f"{source} is nested {deepest} deep; allowed are {limits.json_depth}.")


def _pairs(source: str, code: str) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        if len(built) < len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise UntrustedError(code, f"{source} has the key {shown(twice)} twice; keep one.")
        return built

    return build


def _constant(source: str) -> Callable[[str], NoReturn]:
    def refuse(token: str) -> NoReturn:
        raise UntrustedError("json-nan", f"{source} holds {token}; JSON numbers are finite.")

    return refuse


def _float(source: str) -> Callable[[str], float]:
    def build(token: str) -> float:
        value = float(token)
        if not math.isfinite(value):
            raise UntrustedError("json-nan", f"{source} holds {token[:40]}; numbers must fit a 64-bit float.")
        return value

    return build


def _int(source: str) -> Callable[[str], int]:
    def build(token: str) -> int:
        if len(token) > MAX_DIGITS:
            raise UntrustedError(
                "json-size", f"{source} has a number of {len(token)} digits; allowed are {MAX_DIGITS}."
            )
        return int(token)

    return build
