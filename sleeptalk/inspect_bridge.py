"""The border to Inspect: sleeptalk's errors as Inspect shows them, one sentence and no traceback."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from inspect_ai._util.error import PrerequisiteError
from rich.markup import escape

from sleeptalk.errors import SleeptalkError

P = ParamSpec("P")
R = TypeVar("R")


class BridgedError(SleeptalkError, PrerequisiteError):
    """A SleeptalkError that Inspect's own commands print without a traceback, too."""

    code = "bridged"

    def __init__(self, error: SleeptalkError) -> None:
        Exception.__init__(self, str(error))
        self.message = escape(str(error))


def bridged(function: Callable[P, R]) -> Callable[P, R]:
    """Let a task or model function raise its SleeptalkErrors as `BridgedError`."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except SleeptalkError as error:
            raise BridgedError(error) from None

    return wrapper
