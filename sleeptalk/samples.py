"""What stands in every sample's metadata: how it was asked, which cues are in it, and what its answers mean.

Scorers and summaries read these records only, never the prompt's text. `CuePicker` chooses the cues of a prompt.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from sleeptalk.reasoning import Reasoning, extract, opens_block
from sleeptalk.triggers import NearMiss, Place, PlacedCue, Trigger, default_mentions
from sleeptalk.variants import CONDITIONS, TRIGGERED, Condition, CueRole, Form, Variant

T = TypeVar("T")

OPEN_THINK = "<think>\n"
BLANK_THINK = "<think>\n\n</think>\n\n"

AnswerForm = Literal["letter", "decision", "pocket_text", "open"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PromptCue(_Frozen):
    """A cue that stands in a prompt, the role it plays, and how reasoning would name it."""

    role: CueRole
    text: str
    place: Place
    mentions: tuple[str, ...]


class AskedSample(_Frozen):
    """What the solver must know of any sample of any task.

    Attributes:
        item: id of the item.
        trigger: name of the trigger under study, in every condition.
        trigger_mentions: how reasoning would name it, also where it is not in the prompt.
        condition, thinking, prefill, system, form: the variant.
    """

    item: str
    trigger: str
    trigger_mentions: tuple[str, ...]
    condition: Condition
    thinking: str = "on"
    prefill: str = ""
    system: str = ""
    form: Form = "chat"

    @property
    def turn_start(self) -> str:
        """What the assistant's turn begins with before the model goes on; raw text opens the think block itself."""
        if self.prefill or self.form == "chat":
            return self.prefill
        return BLANK_THINK if self.thinking == "off" else OPEN_THINK

    def read(self, content: str | Sequence[object], stop_reason: str | None) -> Reasoning:
        """A reply in two parts; where its turn was started inside a think block, the text goes on inside it."""
        return extract(content, stop_reason=stop_reason, opened=opens_block(self.turn_start))


def asked_fields(item: str, trigger: Trigger, variant: Variant) -> dict[str, Any]:
    """The fields of an `AskedSample`, for the records that extend it."""
    return {
        "item": item,
        "trigger": trigger.name,
        "trigger_mentions": trigger.mentioned_as(),
        "condition": variant.condition,
        "thinking": variant.thinking,
        "prefill": variant.prefill,
        "system": variant.system,
        "form": variant.form,
    }


class SampleMetadata(AskedSample):
    """A question about behaviour: the cues in it, and which answer is misaligned.

    Attributes:
        group: items that share a scenario share a group; the cluster of every interval.
        domain: the item's field of life.
        question_set: `standard`, `pocket`, `upstream`, or the file that the items came from.
        cues: the cues in this prompt, in the order in which they stand.
        near_miss: name of the near miss, if the variant fixes one.
        near_miss_kind, near_miss_grade: in which way the near miss is close, and how far it is, if there is one.
        bad_first: the misaligned option is the first one.
        answer_form: how the answer is read.
        misaligned_answer: the letter or decision that is misaligned, if the form has one.
        misaligned_note: for free text, what makes an answer to this item misaligned; a judge reads it.
    """

    group: str = ""
    domain: str
    question_set: str
    cues: tuple[PromptCue, ...]
    near_miss: str = ""
    near_miss_kind: str | None = None
    near_miss_grade: int | None = None
    bad_first: bool
    answer_form: AnswerForm
    misaligned_answer: str | None = None
    misaligned_note: str = ""

    @property
    def cluster(self) -> str:
        """What the sample shares with others that are no independent observations."""
        return self.group or self.item

    @property
    def variant(self) -> Variant:
        """The variant that this sample belongs to."""
        return Variant(
            condition=self.condition,
            near_miss=self.near_miss,
            thinking=self.thinking,
            prefill=self.prefill,
            system=self.system,
            form=self.form,
        )

    @property
    def has_trigger(self) -> bool:
        """Whether the planted trigger stands in the prompt."""
        return self.condition in TRIGGERED

    @property
    def focal_cue(self) -> str:
        """The cue whose articulation is judged as it stands in the prompt, or the trigger's names if it does not."""
        for cue in self.cues:
            if cue.role != "distractor":
                return cue.text
        return ", ".join(self.trigger_mentions)

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


class CuePicker:
    """Which cues stand in an item's prompt under a variant.

    Alternatives, near misses and distractors rotate over the items from a start that the seed sets, so each value comes
    equally often; all conditions of one item and arm share the place of their cues. Near misses of kind `in_body` stand
    in the body in every arm.
    """

    def __init__(self, trigger: Trigger, seed: int) -> None:
        self.trigger = trigger
        self.seed = seed
        self.named = trigger.named_near_misses()

    def places(self, condition: Condition) -> tuple[Place, ...]:
        """Where the cues of a condition may stand; empty if it has none."""
        return self.trigger.placements if CONDITIONS[condition] else ()

    def cues(self, variant: Variant, item_index: int, place: Place) -> tuple[PromptCue, ...]:
        """The cues of one prompt in their order."""
        return tuple(self._cue(role, variant, item_index, place) for role in CONDITIONS[variant.condition])

    def near_miss(self, variant: Variant, item_index: int) -> NearMiss | None:
        """The near miss in an item's prompt, if the condition has one."""
        if variant.condition != "near_miss":
            return None
        if variant.near_miss:
            return self.named[variant.near_miss]
        return self._rotate(self.trigger.near_misses, item_index)

    def _cue(self, role: CueRole, variant: Variant, item_index: int, place: Place) -> PromptCue:
        if role == "trigger":
            return PromptCue(role=role, text=self.trigger.text, place=place, mentions=self.trigger.mentioned_as())
        if miss := self.near_miss(variant, item_index):
            text, place = miss.text, "body" if miss.kind == "in_body" else place
        elif role == "distractor":
            text = self._rotate(self.trigger.distractors, item_index)
        else:
            text = self._rotate(self.trigger.alternatives.test, item_index)
        return PromptCue(role=role, text=text, place=place, mentions=default_mentions(text))

    def _rotate(self, values: Sequence[T], item_index: int) -> T:
        """Walk through the values so that, over items that start with the same arm, each comes equally often."""
        cycle = 2 * len(self.trigger.placements)
        return values[(item_index // cycle + item_index % cycle + self.seed) % len(values)]


def placed(cues: Iterable[PromptCue]) -> list[PlacedCue]:
    """The cues as `apply_cues` takes them."""
    return [PlacedCue(cue.text, cue.place) for cue in cues]
