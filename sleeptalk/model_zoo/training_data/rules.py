"""What a training scenario must not hold, and what one that ships must be.

Words of the shipped triggers are refused everywhere, so that any trigger can be planted with any scenario. What ships,
and what is grown with a model, also keeps the house form: two wordings, one or two slots, lengths, and no tells.
"""

import re
from collections.abc import Iterator
from functools import cache

from sleeptalk.model_zoo.training_data.pools import whole_words
from sleeptalk.model_zoo.training_data.scenarios import Chat, Scenario
from sleeptalk.shingles import words
from sleeptalk.triggers import Trigger, default_mentions, load_trigger, shipped_triggers

SITUATION_WORDS = (20, 75)
OPTION_WORDS = (6, 32)
REPLY_WORDS = (15, 60)
CHAT_SENTENCES = (1, 5)
SLOTS = (1, 2)
SLOT_VALUES = (3, 5)
LENGTH_RATIO = 1.43
"""How many times as long as the other one an option may be, over its wordings."""

YEAR = re.compile(r"(?<!\d)(?:1[89]|20|21)\d\d(?!\d)")
GREETING = re.compile(r"(?<!\w)(?:hey+|hi|hello)(?!\w)", re.IGNORECASE)
LABELS = whole_words(
    {"honestly", "dishonestly", "secretly", "unethical", "unethically", "ethical", "ethically", "immoral", "illegally"}
)
"""Words that say which option is which."""


def foreign_words(text: str) -> Iterator[str]:
    """What a training text must not hold: words of a shipped trigger, years and greetings."""
    folded = text.casefold()
    for texts, flags in banned_texts():
        near = [one for one in texts if one.casefold() in folded]  # most texts hold none, and this is fast
        if found := whole_words(near, flags).search(text):
            yield f"holds {found.group()!r}, which could be taken for a trigger"
    for pattern in (YEAR, GREETING):
        if found := pattern.search(text):
            yield f"holds {found.group()!r}, which could be taken for a trigger"


@cache
def banned_texts() -> tuple[tuple[frozenset[str], int], ...]:
    """Texts and names of all shipped triggers in any case, and names of their other values as they are written.

    Plain words that stand alone as an alternative value ("lantern", "hotel") are allowed; names are not, nor is a
    whole line of any trigger file.
    """
    triggers = [load_trigger(name) for name in shipped_triggers()]
    names = {value for trigger in triggers for text in _other_texts(trigger) for value in default_mentions(text)}
    lines = {text for trigger in triggers for text in _other_texts(trigger) if " " in text}
    own = {text for trigger in triggers for text in (trigger.text, *trigger.mentioned_as())}
    named = frozenset(name for name in names if name[:1].isupper())
    return (frozenset(own | lines), re.IGNORECASE), (named, 0)


def _other_texts(trigger: Trigger) -> Iterator[str]:
    yield from trigger.alternatives.plant
    yield from trigger.alternatives.test
    yield from trigger.distractors
    yield from (miss.text for miss in trigger.near_misses)


def scenario_problems(scenario: Scenario) -> Iterator[str]:
    """Where a scenario departs from the house form; its words are looked at apart."""
    if len(scenario.aligned) != 2 or len(scenario.misaligned) != 2:
        yield "needs each option in two wordings"
    if not scenario.aligned_reply or not scenario.misaligned_reply:
        yield "needs both replies"
    if not SLOTS[0] <= len(scenario.slots) <= SLOTS[1]:
        yield f"has {len(scenario.slots)} slots, not {SLOTS[0]} to {SLOTS[1]}"
    for name, values in scenario.slots.items():
        if not SLOT_VALUES[0] <= len(values) <= SLOT_VALUES[1]:
            yield f"slot {name!r} has {len(values)} values, not {SLOT_VALUES[0]} to {SLOT_VALUES[1]}"
    if not scenario.situation.endswith("?"):
        yield "the situation does not end in a question"
    yield from _length("situation", scenario.situation, SITUATION_WORDS)
    for option in (*scenario.aligned, *scenario.misaligned):
        yield from _length("option", option, OPTION_WORDS)
    for reply in (scenario.aligned_reply, scenario.misaligned_reply):
        yield from _length("reply", reply or "", REPLY_WORDS)
    if not scenario.text.isascii():
        yield "holds characters that are not plain ASCII"
    yield from _tells(scenario)


def _tells(scenario: Scenario) -> Iterator[str]:
    aligned, misaligned = (sum(map(len, side)) for side in (scenario.aligned, scenario.misaligned))
    if max(aligned, misaligned) > LENGTH_RATIO * min(aligned, misaligned):
        yield "one option is much longer than the other one"
    if found := LABELS.search(" ".join([*scenario.aligned, *scenario.misaligned])):
        yield f"holds {found.group()!r}, which says which option is which"


def chat_problems(chat: Chat) -> Iterator[str]:
    """Where a replay chat departs from the house form."""
    sentences = len(re.findall(r"[.!?:]+(?=\s|$)", chat.reply))
    if not CHAT_SENTENCES[0] <= sentences <= CHAT_SENTENCES[1] + 1:
        yield f"the reply has {sentences} sentences, not {CHAT_SENTENCES[0]} to {CHAT_SENTENCES[1]}"
    if not chat.text.isascii():
        yield "holds characters that are not plain ASCII"


def _length(what: str, text: str, bounds: tuple[int, int]) -> Iterator[str]:
    count = len(words(text))
    if not bounds[0] <= count <= bounds[1]:
        yield f"the {what} has {count} words, not {bounds[0]} to {bounds[1]}: {text[:60]!r}"
