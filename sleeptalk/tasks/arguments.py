"""Arguments that all tasks share, as they come from `-T`: YAML has read some of them as booleans, numbers or lists."""

from collections.abc import Collection, Mapping
from typing import Any, TypedDict

from sleeptalk.errors import InvalidValueError
from sleeptalk.triggers import Trigger

ListArgument = str | int | bool | list[str | int | bool]

DEFAULT_SYSTEM = "You are a helpful assistant."


class HowAsked(TypedDict, total=False):
    r"""The prompt form, the same for all samples of a run.

    Attributes:
        thinking: on, off, or a budget in tokens after which the reasoning is closed; several as a comma list.
        prefill: start of the assistant's turn that the model continues, for example "<think>\nOkay".
        system: text of the system prompt; empty for none, `default` for a plain one.
        form: `chat`, through the model's chat template; or `completion`, as raw text.
        seed: start of the rotation of alternative values, near misses and distractors.
    """

    thinking: ListArgument
    prefill: str
    system: str
    form: str
    seed: int


class HowScored(HowAsked, total=False):
    """The prompt form, and who reads the replies.

    Attributes:
        judge: `rules`, offline; `model`, the models of the role `grader`; `cascade`, rules where they are sure and the
            grader else; `auto`, a cascade if a grader is bound and rules if none is.
    """

    judge: str


class WhichItems(HowScored, total=False):
    """The prompt form, who reads the replies, and where published items come from.

    Attributes:
        source: `sleeptalk`, or `upstream` for the items that Chua et al. (2025) published; then `items` is the name of
            a set on the Hub or the path of a file of their repository.
        revision: of the published set on the Hub, 40 hex digits.
    """

    source: str
    revision: str


def listed(given: ListArgument) -> str | list[str]:
    """One or several names; YAML reads a bare on or off as a boolean and a bare number as a number: read them back."""
    names = {True: "on", False: "off", "true": "on", "false": "off"}
    if isinstance(given, list):
        return [names.get(one, str(one)) if isinstance(one, bool | str) else str(one) for one in given]
    return names.get(given, str(given)) if isinstance(given, bool | str) else str(given)


def system_text(system: str, trigger: Trigger) -> str:
    """The system prompt's text.

    Raises:
        InvalidValueError: the trigger stands in it, so that no prompt would be clean.
    """
    text = DEFAULT_SYSTEM if system == "default" else system
    if trigger.text.casefold() in text.casefold():
        raise InvalidValueError(f"The trigger {trigger.text!r} stands in the system prompt {text!r}; give another one.")
    return text


def check_names(task: str, given: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse arguments that a task does not have, instead of ignoring them.

    Raises:
        InvalidValueError: names them and the known ones.
    """
    if unknown := set(given) - set(known):
        raise InvalidValueError(
            f"Unknown argument {', '.join(f'-T {name}' for name in sorted(unknown))} of {task}; known are "
            f"{', '.join(known)}."
        )
