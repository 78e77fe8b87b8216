"""Allow-lists for the keys and values of small JSON objects.

A `Rule` says in words what is allowed and tests a value. Rules never convert: `true` is no number, "8" is no 8.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sleeptalk.model_zoo.trust.refusal import UntrustedError, escaped, shown

# Keys that reach code or kernels, wherever they stand.
DANGEROUS = {
    "auto_map": "auto-map",
    "custom_generate": "custom-code",
    "custom_pipelines": "custom-code",
    "trust_remote_code": "custom-code",
    "quantization_config": "quantization",
    "compression_config": "quantization",
    "kernel_config": "attn-implementation",
    "use_kernels": "attn-implementation",
}
_ATTENTION = re.compile(r"^_?(attn|experts)_implementation")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value may be, in words and as a test."""

    words: str
    allows: Callable[[Any], bool]


def whole(low: int, high: int) -> Rule:
    """Whole numbers within bounds."""
    return Rule(f"a whole number from {low} to {high}", lambda value: type(value) is int and low <= value <= high)


def number(low: float, high: float) -> Rule:
    """Finite numbers within bounds."""
    return Rule(
        f"a number from {low:g} to {high:g}",
        lambda value: type(value) in {int, float} and math.isfinite(value) and low <= value <= high,
    )


def one_of(*values: Any) -> Rule:
    """Exactly one of these values, with their types."""
    words = " or ".join("null" if one is None else str(one).lower() if one in (True, False) else f'"{one}"' if isinstance(one, str) else str(one) for one in values)  # fmt: skip # noqa: E501
    return Rule(words, lambda value: any(type(value) is type(one) and value == one for one in values))


def text(most: int = 200) -> Rule:
    """Strings up to a length."""
    return Rule(f"a text of at most {most} characters", lambda value: isinstance(value, str) and len(value) <= most)


def list_of(rule: Rule, most: int) -> Rule:
    """Lists up to a length."""
    return Rule(
        f"a list of at most {most}, each {rule.words}",
        lambda value: isinstance(value, list) and len(value) <= most and all(map(rule.allows, value)),
    )


def either(*rules: Rule) -> Rule:
    """Whatever one of the rules allows."""
    return Rule(" or ".join(rule.words for rule in rules), lambda value: any(rule.allows(value) for rule in rules))


ANY_BOOLEAN = one_of(True, False)
NULL = one_of(None)
EMPTY = Rule("null or empty", lambda value: value is None or value in ({}, []))
VERSION = Rule("a version", lambda value: isinstance(value, str) and re.fullmatch(r"[\w.+-]{1,60}", value) is not None)
UNREAD = text(500)


def check_fields(
    data: Mapping[str, Any], rules: Mapping[str, Rule], source: str, key_code: str, value_code: str
) -> None:
    """Refuse keys without a rule and values that their rule does not allow.

    Raises:
        UntrustedError: `key_code` or `value_code`.
    """
    for key, value in data.items():
        rule = rules.get(key)
        if rule is None:
            raise UntrustedError(key_code, f"{source} has the key {shown(key)}, which is not allowed; remove it.")
        if not rule.allows(value):
            raise UntrustedError(
                value_code, f"{source}: {escaped(key, 60)} is {shown(value)}; allowed is {rule.words}."
            )


def refuse_dangerous(data: Any, source: str) -> None:
    """Refuse keys that reach code, at any depth.

    Raises:
        UntrustedError: "auto-map", "custom-code", "attn-implementation" or "quantization".
    """
    if isinstance(data, dict):
        for key, value in data.items():
            code = DANGEROUS.get(key) or ("attn-implementation" if _ATTENTION.match(key) else None)
            if code and not (code == "quantization" and value is None):
                raise UntrustedError(code, f"{source} has the key {shown(key)}, which is never allowed; remove it.")
            refuse_dangerous(value, source)
    elif isinstance(data, list):
        for value in data:
            refuse_dangerous(value, source)
