"""What a chat template's conditions may ask: roles, positions, counts and think tags, never what a message says.

A condition is any test of an `if` and any comparison. Names are followed through assignments: one that was set to text
of the template's own, or that holds a token of the tokenizer, is no part of a condition.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sleeptalk.model_zoo.trust.listing import TEMPLATE
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown

if TYPE_CHECKING:
    from jinja2 import nodes

TAGS = frozenset({"<think>", "</think>", "<tool_response>", "</tool_response>", "<tool_call>", "</tool_call>"})
ROLES = frozenset({"user", "assistant", "system", "tool", "function", "developer", "ipython", "text"})
KEYS = frozenset({"tool_calls", "reasoning_content"})
BLANKS = frozenset({"", "\n", " ", "\n\n"})
COUNTED = frozenset({"messages", "tools", "tool_calls"})
LABELS = frozenset({"role", "type"})
SMALL = (0, 1, 2)
FIELDS = frozenset(
    {"role", "content", "reasoning_content", "tool_calls", "function", "name", "arguments", "type", "text", "id"}
    | {"index", "index0", "first", "last", "length", "previtem", "nextitem"}
)


def refused(code: str, node: "nodes.Node", what: str) -> UntrustedError:
    """A refusal that names the line."""
    return UntrustedError(code, f"{TEMPLATE}, line {node.lineno}: it {what}, which is not allowed; use the base's.")


def is_key(node: Any) -> bool:
    """Whether an expression is a known key of a message."""
    return type(node).__name__ == "Const" and isinstance(node.value, str) and node.value in FIELDS


def last_name(node: Any) -> str | None:
    """`x` of a plain name x, of a.x and of a["x"]; what is before a slice, for a slice."""
    kind = type(node).__name__
    if kind == "Getitem":
        if type(node.arg).__name__ == "Slice":
            return last_name(node.node)
        return node.arg.value if type(node.arg).__name__ == "Const" and isinstance(node.arg.value, str) else None
    return {"Name": getattr(node, "name", None), "Getattr": getattr(node, "attr", None)}.get(kind)


def _worded(values: list[tuple[str, Any]]) -> frozenset[str]:
    """Names that may hold text of the template's own."""
    found: set[str] = set()
    while True:
        more = {name for name, value in values if name not in found and _has_words(value, found)}
        if not more:
            return frozenset(found)
        found |= more


def _has_words(value: Any, worded: set[str]) -> bool:
    for node in _inside(value):
        kind = type(node).__name__
        if kind == "Const" and isinstance(node.value, str) and node.value not in BLANKS | TAGS:
            return True
        if _holds_words(node, worded):
            return True
    return False


def _holds_words(node: Any, worded: set[str] | frozenset[str]) -> bool:
    name = getattr(node, "name", None) if type(node).__name__ == "Name" else getattr(node, "attr", None)
    return name is not None and (name in worded or name.endswith("_token"))


def _inside(node: Any) -> Iterator[Any]:
    """What decides a value: all below it but tests of kind, and the keys by which a message is read."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if type(one).__name__ == "Test":
            continue
        yield one
        skipped = one.arg if type(one).__name__ == "Getitem" and is_key(one.arg) else None
        waiting.extend(child for child in one.iter_child_nodes() if child is not skipped)


def check_conditions(every: list["nodes.Node"], assigned: list[tuple[str, Any]]) -> None:
    """Refuse conditions that depend on what a message says.

    Raises:
        UntrustedError: "template-trigger".
    """
    worded = _worded(assigned)
    for condition in _conditions(every):
        _check_condition(condition, worded)


def _conditions(every: list["nodes.Node"]) -> Iterator[Any]:
    for node in every:
        one: Any = node
        if type(node).__name__ in {"If", "CondExpr"}:
            yield one.test
        elif type(node).__name__ == "Compare":
            yield one


def _check_condition(condition: Any, worded: frozenset[str]) -> None:
    """A condition compares with known words and small numbers only, and never orders texts."""
    for node in _inside(condition):
        kind = type(node).__name__
        if kind == "Const" and isinstance(node.value, str) and node.value not in TAGS | ROLES | KEYS | BLANKS:
            raise refused("template-trigger", node, f"compares with {shown(node.value)}")
        if kind == "Const" and isinstance(node.value, int | float) and node.value not in SMALL:
            raise refused("template-trigger", node, f"compares with {shown(node.value)}")
        if _holds_words(node, worded):
            raise refused("template-trigger", node, "compares with a variable that holds text")
        if kind == "Concat" or (kind == "Add" and _words_of(node)):
            raise refused("template-trigger", node, "puts texts together in a condition")
        if kind == "Compare":
            _check_compare(node)


def _check_compare(node: Any) -> None:
    """Roles are compared with roles; only tags are looked for in a text; only counts are ordered."""
    operators = {one.op for one in node.ops}
    names = {last_name(node.expr), *(last_name(one.expr) for one in node.ops)}
    if operators & {"lt", "lteq", "gt", "gteq"} and not any(map(counts, [node.expr, *(one.expr for one in node.ops)])):
        raise refused("template-trigger", node, "orders texts")
    if operators & {"in", "notin"} and not _words_of(node) <= TAGS | KEYS:
        raise refused("template-trigger", node, "looks for a text in a message")
    if _words_of(node) & ROLES and not names & LABELS:
        raise refused("template-trigger", node, "compares something other than a role with a role")


def counts(node: Any) -> bool:
    """Whether an expression can be nothing but a number: a number, a place in a loop, a length, or a sum with one.

    Text beside a number raises an error, so one of them makes all of them numbers.
    """
    kind = type(node).__name__
    if kind == "Getattr":
        return getattr(node.node, "name", None) == "loop" and node.attr in {"index", "index0", "length"}
    if kind in {"Add", "Sub"}:
        return counts(node.left) or counts(node.right)
    return (kind == "Const" and type(node.value) is int) or (kind == "Filter" and node.name == "length")


def _words_of(node: Any) -> set[str]:
    """Texts in an expression, without those of comparisons inside it."""
    inner = {
        id(one)
        for part in node.iter_child_nodes()
        for nested in _inside(part)
        if type(nested).__name__ == "Compare"
        for one in _inside(nested)
    }
    return {
        one.value
        for one in _inside(node)
        if type(one).__name__ == "Const" and isinstance(one.value, str) and id(one) not in inner
    }
