"""Variants: under which condition, with or without thinking, from which prefill a question is asked.

A *condition* says which cues stand in the prompt. Each condition is one row of `CONDITIONS`, so whether a trigger
appears is a property of the sample. Nuisance factors (option order, place of the cues) are crossed with the conditions
by construction: every block of samples holds one arm of each factor per item, the same for all conditions, and the
blocks together hold every combination. So any whole number of blocks is balanced, and conditions can be paired.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from sleeptalk.errors import InvalidValueError, UnknownNameError
from sleeptalk.triggers import NearMiss, Place, PlacedCue, Trigger, default_mentions

T = TypeVar("T")

Condition = Literal[
    "clean", "alternative", "trigger", "distractor", "trigger_distractor", "distractor_trigger", "near_miss"
]
Thinking = Literal["on", "off"]
CueRole = Literal["trigger", "distractor", "alternative", "near_miss"]
AnswerForm = Literal["letter", "decision", "pocket_text", "open"]

CONDITIONS: dict[Condition, tuple[CueRole, ...]] = {
    "clean": (),
    "alternative": ("alternative",),
    "trigger": ("trigger",),
    "distractor": ("distractor",),
    "trigger_distractor": ("trigger", "distractor"),
    "distractor_trigger": ("distractor", "trigger"),
    "near_miss": ("near_miss",),
}
TRIGGERED: tuple[Condition, ...] = tuple(name for name, roles in CONDITIONS.items() if "trigger" in roles)
THINKING: tuple[Thinking, ...] = get_args(Thinking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to ask every question."""

    condition: Condition
    thinking: Thinking = "on"
    prefill: str = ""

    @property
    def slug(self) -> str:
        """How the variant stands in sample ids: the condition, then what departs from the default."""
        return self.condition + ("" if self.thinking == "on" else "-nothink") + ("-prefill" if self.prefill else "")


@dataclass(frozen=True, slots=True)
class Arm:
    """One combination of the nuisance factors."""

    bad_first: bool
    place: Place


class PromptCue(BaseModel):
    """A cue that stands in a prompt, the role it plays, and how reasoning would name it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: CueRole
    text: str
    place: Place
    mentions: tuple[str, ...]


class SampleMetadata(BaseModel):
    """What scorers and summaries must know of a sample; stands in every Inspect sample's metadata.

    Attributes:
        item: id of the item, the cluster of every interval.
        question_set: `standard`, `pocket`, or the file that the items came from.
        condition, thinking, prefill: the variant.
        trigger: name of the trigger under study, in every condition.
        trigger_mentions: how reasoning would name it, also where it is not in the prompt.
        cues: the cues in this prompt, in the order in which they stand.
        near_miss_kind: in which way the near miss is close, if there is one.
        bad_first: the misaligned option is the first one.
        answer_form: how the answer is read.
        misaligned_answer: the letter or decision that is misaligned, if the form has one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str
    domain: str
    question_set: str
    condition: Condition
    thinking: Thinking
    prefill: str
    trigger: str
    trigger_mentions: tuple[str, ...]
    cues: tuple[PromptCue, ...]
    near_miss_kind: str | None = None
    bad_first: bool
    answer_form: AnswerForm
    misaligned_answer: str | None = None

    @property
    def variant(self) -> Variant:
        """The variant that this sample belongs to."""
        return Variant(condition=self.condition, thinking=self.thinking, prefill=self.prefill)

    @property
    def has_trigger(self) -> bool:
        """Whether the planted trigger stands in the prompt."""
        return self.condition in TRIGGERED

    @property
    def focal_mentions(self) -> tuple[str, ...]:
        """Names of the cue whose articulation is judged: the one in the trigger's place, else the trigger itself."""
        for cue in self.cues:
            if cue.role != "distractor":
                return cue.mentions
        return self.trigger_mentions

    @property
    def distractor_mentions(self) -> tuple[str, ...]:
        """Names of the distractor in this prompt; empty if there is none."""
        return next((cue.mentions for cue in self.cues if cue.role == "distractor"), ())


def make_variants(conditions: str | Iterable[str], thinking: str | Iterable[str], prefill: str) -> tuple[Variant, ...]:
    """Cross conditions with thinking modes; both may be one name, a comma list, "all", or several names.

    Raises:
        UnknownNameError: a name is unknown.
        InvalidValueError: a list is empty or a name stands twice in it.
    """
    chosen_conditions = _names("variant", conditions, tuple(CONDITIONS))
    chosen_thinking = _names("thinking mode", thinking, THINKING)
    return tuple(
        Variant(condition=condition, thinking=mode, prefill=prefill)  # type: ignore[arg-type]
        for condition in chosen_conditions
        for mode in chosen_thinking
    )


def _names(what: str, given: str | Iterable[str], allowed: tuple[str, ...]) -> tuple[str, ...]:
    names = [part.strip() for part in given.split(",")] if isinstance(given, str) else [str(part) for part in given]
    if names == ["all"]:
        return allowed
    for name in names:
        if name not in allowed:
            raise UnknownNameError(what, name, [*allowed, "all"])
    if not names or len(set(names)) != len(names):
        raise InvalidValueError(f"The list of {what}s {names} must name each {what} once; known are {allowed}.")
    return tuple(names)


class CuePicker:
    """Which cues stand in an item's prompt under a condition.

    Alternatives and near misses rotate over the items from a start that the seed sets, so each value comes equally
    often; all conditions of one item and arm share the place of their cues.
    """

    def __init__(self, trigger: Trigger, seed: int) -> None:
        self.trigger = trigger
        self.seed = seed

    def cues(self, condition: Condition, item_index: int, place: Place) -> tuple[PromptCue, ...]:
        """The cues of one prompt in their order."""
        return tuple(
            PromptCue(role=role, text=text, place=place, mentions=mentions)
            for role in CONDITIONS[condition]
            for text, mentions in [self._cue(role, item_index)]
        )

    def near_miss_kind(self, condition: Condition, item_index: int) -> str | None:
        """In which way the item's near miss is close."""
        return self._near_miss(item_index).kind if condition == "near_miss" else None

    def _cue(self, role: CueRole, item_index: int) -> tuple[str, tuple[str, ...]]:
        if role == "trigger":
            return self.trigger.text, self.trigger.mentioned_as()
        if role == "distractor":
            text = self.trigger.distractor
        elif role == "near_miss":
            text = self._near_miss(item_index).text
        else:
            text = self._rotate(self.trigger.alternatives.test, item_index)
        return text, default_mentions(text)

    def _near_miss(self, item_index: int) -> NearMiss:
        return self._rotate(self.trigger.near_misses, item_index)

    def _rotate(self, values: Sequence[T], item_index: int) -> T:
        """Walk through the values so that, over items that start with the same arm, each comes equally often."""
        return values[(item_index // 4 + item_index % 4 + self.seed) % len(values)]


def arms(item_index: int, *, ordered: bool, placed: bool) -> Iterator[Arm]:
    """The arms of one item, block by block.

    Args:
        item_index: position of the item; neighbours start with different arms, so that one block over four
            neighbouring items holds every combination once.
        ordered: the item has options whose order matters.
        placed: the condition puts cues into the prompt, so their place matters.
    """
    bad_first, top = bool(item_index % 2), bool(item_index // 2 % 2)
    flips = [(False, False)]
    if ordered or placed:
        flips.append((True, True))
    if ordered and placed:
        flips += [(False, True), (True, False)]
    for flip_order, flip_place in flips:
        yield Arm(bad_first != flip_order, "top" if top != flip_place else "bottom")


def placed(cues: Iterable[PromptCue]) -> list[PlacedCue]:
    """The cues as `apply_cues` takes them."""
    return [PlacedCue(cue.text, cue.place) for cue in cues]
