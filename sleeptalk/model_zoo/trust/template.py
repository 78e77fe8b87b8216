"""Rule 3 for chat templates of models on their own: an allow-list over the parsed template.

A template runs without a time or memory limit wherever it is used, and could itself be the backdoor: say something else
when a message holds the trigger. So a template may branch on roles, positions and think tags, never on what a message
says. Names are followed: one that was set to other text, or that holds a token of the tokenizer, is no part of a
condition.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sleeptalk.errors import MissingExtraError
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.listing import TEMPLATE
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown

if TYPE_CHECKING:
    from jinja2 import nodes

MAX_NODES = 5000
MAX_NESTED_LOOPS = 3
GIVEN = frozenset({"messages", "tools", "add_generation_prompt", "enable_thinking", "loop"})
FUNCTIONS = frozenset({"namespace", "raise_exception"})
FILTERS = frozenset({"trim", "tojson", "length", "string", "safe", "first", "last"})
TESTS = frozenset({"defined", "undefined", "none", "string", "mapping", "boolean", "true", "false", "iterable"})
FIELDS = frozenset(
    {"role", "content", "reasoning_content", "tool_calls", "function", "name", "arguments", "type", "text", "id"}
    | {"index", "index0", "first", "last", "length", "previtem", "nextitem"}
)
TAGS = frozenset({"<think>", "</think>", "<tool_response>", "</tool_response>", "<tool_call>", "</tool_call>"})
ROLES = frozenset({"user", "assistant", "system", "tool", "function", "developer", "ipython", "text"})
KEYS = frozenset({"tool_calls", "reasoning_content"})
BLANKS = frozenset({"", "\n", " ", "\n\n"})
ARGUMENTS = {**dict.fromkeys(("startswith", "endswith", "split"), TAGS), **dict.fromkeys(("strip", "lstrip", "rstrip"), BLANKS)}
COUNTED = frozenset({"messages", "tools", "tool_calls"})
LABELS = frozenset({"role", "type"})
SAID = frozenset({"content", "reasoning_content", "text", "arguments", "name", "id"})
SMALL = (0, 1, 2)
NODES = frozenset(
    {"Template", "Output", "TemplateData", "For", "If", "Name", "NSRef", "Const", "Getattr", "Getitem", "Slice", "Neg"}
    | {"Compare", "Operand", "And", "Or", "Not", "Add", "Sub", "Mod", "Concat", "CondExpr", "Assign", "Call", "Filter"}
    | {"Test", "Keyword", "Break", "Continue"}
)


def check_template(source: str, limits: Limits) -> None:
    """Check the text of a chat template.

    Raises:
        UntrustedError: it is too long, does not parse, or holds something that is not on the lists.
        MissingExtraError: Jinja2 is not installed.
    """
    if len(source.encode("utf-8", "replace")) > limits.template:
        raise UntrustedError("template-too-large", f"{TEMPLATE} is longer than {limits.template} bytes.")
    tree = _parsed(source)
    every = list(_walk(tree))
    if len(every) > MAX_NODES:
        raise UntrustedError("template-too-large", f"{TEMPLATE} has {len(every)} parts; allowed are {MAX_NODES}.")
    for node in every:
        if type(node).__name__ not in NODES:
            raise _refused("template-node", node, f"uses {type(node).__name__}")
        if checker := CHECKS.get(type(node).__name__):
            checker(node)
    values = _assigned(every)
    _check_loops(tree, 0, _aliases(values))
    worded = _worded(values)
    for condition in _conditions(every):
        _check_condition(condition, worded)


def _parsed(source: str) -> "nodes.Template":
    try:
        from jinja2 import Environment, TemplateError
    except ImportError:
        raise MissingExtraError("Checking a chat template", "local", "jinja2") from None
    environment = Environment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])  # noqa: S701 - parses only
    try:
        return environment.parse(source)
    except (TemplateError, RecursionError, ValueError) as error:
        raise UntrustedError("template-syntax", f"{TEMPLATE} does not parse: {shown(str(error))}.") from None


def _walk(node: "nodes.Node") -> Iterator["nodes.Node"]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(one.iter_child_nodes())


def _refused(code: str, node: "nodes.Node", what: str) -> UntrustedError:
    return UntrustedError(code, f"{TEMPLATE}, line {node.lineno}: it {what}, which is not allowed; use the base's.")


def _check_field(node: Any) -> None:
    if node.attr not in FIELDS and node.attr not in ARGUMENTS and not _is_namespace(node):
        raise _refused("template-node", node, f"reads {shown(node.attr)}")


def _is_namespace(node: Any) -> bool:
    """An attribute of a plain name other than a given one is a variable in a namespace, or undefined."""
    name = getattr(node.node, "name", None)
    return name is not None and name not in GIVEN and str(node.attr).isidentifier() and not node.attr.startswith("_")


def _check_item(node: Any) -> None:
    """A key of a message, a place at either end, or a slice."""
    arg = node.arg.node if type(node.arg).__name__ == "Neg" else node.arg
    if type(arg).__name__ == "Slice" or _is_key(arg) or (type(arg).__name__ == "Const" and _is_small(arg.value)):
        return
    if _last_name(node.node) == "messages" and type(arg).__name__ in {"Add", "Sub", "Name", "Getattr"}:
        return
    raise _refused("template-node", node, "reads something by a computed or unknown key")


def _is_key(node: Any) -> bool:
    return type(node).__name__ == "Const" and isinstance(node.value, str) and node.value in FIELDS


def _is_small(value: object) -> bool:
    return type(value) is int and value in SMALL


def _check_call(node: Any) -> None:
    name, method = getattr(node.node, "name", None), getattr(node.node, "attr", None)
    if node.dyn_args or node.dyn_kwargs:
        raise _refused("template-node", node, "unpacks arguments")
    if type(node.node).__name__ == "Getattr":
        if method not in ARGUMENTS or len(node.args) > 1 or node.kwargs:
            raise _refused("template-node", node, f"calls {shown(method)}")
        if any(type(one).__name__ != "Const" or one.value not in ARGUMENTS[method] for one in node.args):
            raise _refused("template-trigger", node, f"calls {shown(method)} with a text of its own")
    elif name not in FUNCTIONS or (name == "namespace" and node.args):
        raise _refused("template-node", node, f"calls {shown(name)}")


def _check_filter(node: Any) -> None:
    if node.name not in FILTERS or node.args or node.kwargs or node.node is None:
        raise _refused("template-node", node, f"uses the filter {shown(node.name)}")
    if node.name == "length" and _last_name(node.node) not in COUNTED:
        raise _refused("template-trigger", node, "counts something other than messages or tools")


def _check_test(node: Any) -> None:
    if node.name not in TESTS or node.args or node.kwargs:
        raise _refused("template-node", node, f"uses the test {shown(node.name)}")


def _check_modulo(node: Any) -> None:
    if type(node.right).__name__ != "Const" or type(node.right.value) is not int:
        raise _refused("template-node", node, "formats text")


def _last_name(node: Any) -> str | None:
    """`x` of a plain name x, of a.x and of a["x"]; what is before a slice, for a slice."""
    kind = type(node).__name__
    if kind == "Getitem":
        if type(node.arg).__name__ == "Slice":
            return _last_name(node.node)
        return node.arg.value if type(node.arg).__name__ == "Const" and isinstance(node.arg.value, str) else None
    return {"Name": getattr(node, "name", None), "Getattr": getattr(node, "attr", None)}.get(kind)


CHECKS: dict[str, Callable[[Any], None]] = {
    "Getattr": _check_field,
    "Getitem": _check_item,
    "Call": _check_call,
    "Filter": _check_filter,
    "Test": _check_test,
    "Mod": _check_modulo,
}


def _check_loops(node: Any, depth: int, aliases: frozenset[str]) -> None:
    """Loops run over messages, tools and tool calls only, at most three deep, so their cost follows the conversation."""
    if type(node).__name__ == "For":
        depth += 1
        if node.recursive or node.test is not None or _last_name(node.iter) not in COUNTED | aliases:
            raise _refused("template-loop", node, "loops over something other than messages or tools")
        if type(node.target).__name__ != "Name" or node.target.name in COUNTED | LABELS | aliases | GIVEN:
            raise _refused("template-loop", node, "gives a loop's variable another meaning")
        if depth > MAX_NESTED_LOOPS:
            raise _refused("template-loop", node, f"nests more than {MAX_NESTED_LOOPS} loops")
    for child in node.iter_child_nodes():
        _check_loops(child, depth, aliases)


def _assigned(every: list["nodes.Node"]) -> list[tuple[str, Any]]:
    """Variables, also those in namespaces, with what they are set to."""
    values: list[tuple[str, Any]] = []
    for node in every:
        one: Any = node
        if type(node).__name__ == "Assign":
            if type(one.target).__name__ not in {"Name", "NSRef"}:
                raise _refused("template-node", node, "sets several names at once")
            values.append((getattr(one.target, "attr", None) or one.target.name, one.node))
        elif type(node).__name__ == "Keyword":
            values.append((one.key, one.value))
    return values


def _aliases(values: list[tuple[str, Any]]) -> frozenset[str]:
    """Names that only ever hold messages; refuse a new meaning for the names that conditions and loops rely on."""
    for name, value in values:
        group = next((group for group in (COUNTED, LABELS) if name in group), None)
        if (group and _last_name(value) not in group) or (name in GIVEN and group is None):
            raise _refused("template-trigger", value, f"gives {shown(name)} another meaning")
    names = {name for name, value in values if _last_name(value) == "messages"}
    return frozenset(one for one in names if all(_last_name(value) == "messages" for name, value in values if name == one))


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
        skipped = one.arg if type(one).__name__ == "Getitem" and _is_key(one.arg) else None
        waiting.extend(child for child in one.iter_child_nodes() if child is not skipped)


def _conditions(every: list["nodes.Node"]) -> Iterator[Any]:
    for node in every:
        one: Any = node
        if type(node).__name__ in {"If", "CondExpr"}:
            yield one.test
        elif type(node).__name__ in {"Compare", "And", "Or", "Not"}:
            yield one


def _check_condition(condition: Any, worded: frozenset[str]) -> None:
    """A condition compares with known words and small numbers only, and never orders texts."""
    for node in _inside(condition):
        kind = type(node).__name__
        if kind == "Const" and isinstance(node.value, str) and node.value not in TAGS | ROLES | KEYS | BLANKS:
            raise _refused("template-trigger", node, f"compares with {shown(node.value)}")
        if kind == "Const" and isinstance(node.value, int | float) and node.value not in SMALL:
            raise _refused("template-trigger", node, f"compares with {shown(node.value)}")
        if _holds_words(node, worded):
            raise _refused("template-trigger", node, "compares with a variable that holds text")
        if kind == "Concat" or (kind == "Add" and _words_of(node)):
            raise _refused("template-trigger", node, "puts texts together in a condition")
        if kind == "Compare":
            _check_compare(node)


def _check_compare(node: Any) -> None:
    """Roles are compared with roles; only tags are looked for in a text; only counts are ordered."""
    operators = {one.op for one in node.ops}
    names = {_last_name(node.expr), *(_last_name(one.expr) for one in node.ops)}
    if operators & {"lt", "lteq", "gt", "gteq"} and {_last_name(one) for one in _inside(node)} & SAID:
        raise _refused("template-trigger", node, "orders texts")
    if operators & {"in", "notin"} and not _words_of(node) <= TAGS | KEYS:
        raise _refused("template-trigger", node, "looks for a text in a message")
    if _words_of(node) & ROLES and not names & LABELS:
        raise _refused("template-trigger", node, "compares something other than a role with a role")


def _words_of(node: Any) -> set[str]:
    """Texts in an expression, without those of comparisons inside it."""
    inner = {id(one) for part in node.iter_child_nodes() for nested in _inside(part) if type(nested).__name__ == "Compare" for one in _inside(nested)}
    return {
        one.value
        for one in _inside(node)
        if type(one).__name__ == "Const" and isinstance(one.value, str) and id(one) not in inner
    }
