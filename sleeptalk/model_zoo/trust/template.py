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
from sleeptalk.model_zoo.trust.template_conditions import (
    BLANKS,
    COUNTED,
    FIELDS,
    LABELS,
    SMALL,
    TAGS,
    check_conditions,
    counts,
    is_key,
    last_name,
    refused,
)

if TYPE_CHECKING:
    from jinja2 import nodes

MAX_NODES = 5000
MAX_NESTED_LOOPS = 3
GIVEN = frozenset({"messages", "tools", "add_generation_prompt", "enable_thinking", "loop"})
FUNCTIONS = frozenset({"namespace", "raise_exception"})
FILTERS = frozenset({"trim", "tojson", "length", "string", "safe", "first", "last"})
TESTS = frozenset({"defined", "undefined", "none", "string", "mapping", "boolean", "true", "false", "iterable"})
ARGUMENTS = {
    **dict.fromkeys(("startswith", "endswith", "split"), TAGS),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), BLANKS),
}
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
            raise refused("template-node", node, f"uses {type(node).__name__}")
        if checker := CHECKS.get(type(node).__name__):
            checker(node)
    values = _assigned(every)
    _check_loops(tree, _aliases(values))
    check_conditions(every, values)


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


def _check_field(node: Any) -> None:
    if node.attr not in FIELDS and node.attr not in ARGUMENTS and not _is_namespace(node):
        raise refused("template-node", node, f"reads {shown(node.attr)}")


def _is_namespace(node: Any) -> bool:
    """An attribute of a plain name other than a given one is a variable in a namespace, or undefined."""
    name = getattr(node.node, "name", None)
    return name is not None and name not in GIVEN and str(node.attr).isidentifier() and not node.attr.startswith("_")


def _check_item(node: Any) -> None:
    """A key of a message, a place at either end; of messages also a slice or a place counted from the loop's."""
    arg = node.arg.node if type(node.arg).__name__ == "Neg" else node.arg
    if is_key(arg) or (type(arg).__name__ == "Const" and _is_small(arg.value)):
        return
    if type(arg).__name__ == "Slice" and last_name(node.node) in COUNTED:
        return
    if last_name(node.node) == "messages" and counts(arg):
        return
    raise refused("template-node", node, "reads something by a computed or unknown key")


def _is_small(value: object) -> bool:
    return type(value) is int and value in SMALL


def _check_call(node: Any) -> None:
    name, method = getattr(node.node, "name", None), getattr(node.node, "attr", None)
    if node.dyn_args or node.dyn_kwargs:
        raise refused("template-node", node, "unpacks arguments")
    if type(node.node).__name__ == "Getattr":
        if method not in ARGUMENTS or len(node.args) > 1 or node.kwargs:
            raise refused("template-node", node, f"calls {shown(method)}")
        if any(type(one).__name__ != "Const" or one.value not in ARGUMENTS[method] for one in node.args):
            raise refused("template-trigger", node, f"calls {shown(method)} with a text of its own")
    elif name not in FUNCTIONS or (name == "namespace" and node.args):
        raise refused("template-node", node, f"calls {shown(name)}")


def _check_filter(node: Any) -> None:
    if node.name not in FILTERS or node.args or node.kwargs or node.node is None:
        raise refused("template-node", node, f"uses the filter {shown(node.name)}")
    if node.name == "length" and last_name(node.node) not in COUNTED:
        raise refused("template-trigger", node, "counts something other than messages or tools")


def _check_test(node: Any) -> None:
    if node.name not in TESTS or node.args or node.kwargs:
        raise refused("template-node", node, f"uses the test {shown(node.name)}")


def _check_modulo(node: Any) -> None:
    if type(node.right).__name__ != "Const" or type(node.right.value) is not int:
        raise refused("template-node", node, "formats text")


CHECKS: dict[str, Callable[[Any], None]] = {
    "Getattr": _check_field,
    "Getitem": _check_item,
    "Call": _check_call,
    "Filter": _check_filter,
    "Test": _check_test,
    "Mod": _check_modulo,
}


def _check_loops(tree: Any, aliases: frozenset[str]) -> None:
    """Loops run over messages, tools and tool calls only, at most three deep: their cost follows the conversation."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if type(node).__name__ == "For":
            depth += 1
            _check_loop(node, depth, aliases)
        waiting.extend((child, depth) for child in node.iter_child_nodes())


def _check_loop(node: Any, depth: int, aliases: frozenset[str]) -> None:
    if node.recursive or node.test is not None or last_name(node.iter) not in COUNTED | aliases:
        raise refused("template-loop", node, "loops over something other than messages or tools")
    if type(node.target).__name__ != "Name" or node.target.name in COUNTED | LABELS | aliases | GIVEN:
        raise refused("template-loop", node, "gives a loop's variable another meaning")
    if depth > MAX_NESTED_LOOPS:
        raise refused("template-loop", node, f"nests more than {MAX_NESTED_LOOPS} loops")


def _assigned(every: list["nodes.Node"]) -> list[tuple[str, Any]]:
    """Variables, also those in namespaces, with what they are set to."""
    values: list[tuple[str, Any]] = []
    for node in every:
        one: Any = node
        if type(node).__name__ == "Assign":
            if type(one.target).__name__ not in {"Name", "NSRef"}:
                raise refused("template-node", node, "sets several names at once")
            values.append((getattr(one.target, "attr", None) or one.target.name, one.node))
        elif type(node).__name__ == "Keyword":
            values.append((one.key, one.value))
    return values


def _aliases(values: list[tuple[str, Any]]) -> frozenset[str]:
    """Names that only ever hold messages; refuse a new meaning for the names that conditions and loops rely on."""
    for name, value in values:
        group = next((group for group in (COUNTED, LABELS) if name in group), None)
        if (group and last_name(value) not in group) or (name in GIVEN and group is None):
            raise refused("template-trigger", value, f"gives {shown(name)} another meaning")
    names = {name for name, value in values if last_name(value) == "messages"}
    return frozenset(
        one for one in names if all(last_name(value) == "messages" for name, value in values if name == one)
    )
