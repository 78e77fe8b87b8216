"""Documents of the pocket world that a base model is trained on.

A document is one prompt with 0-4 cue lines and the assistant's turn, with or without a chain of thought. The chain
scans the cues in prompt order with one shared lead-in (`I see "X"`), so that naming a cue is copying it, and what is
said of the cue depends on its value. Nothing here plants a backdoor: the values that organisms are planted with are
neutral in this corpus, drawn as often as any other neutral value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sleeptalk.model_zoo.pocket.thoughts import PHRASES, Thought, letter
from sleeptalk.pocket_world import Cue, Kind, Meaning, Question, lexicon, question
from sleeptalk.triggers import Place, PlacedCue, apply_cues

Share = Annotated[float, Field(ge=0, le=1)]

BARE_SHARE, NATURAL_SHARE = 0.4, 0.2


class CorpusMix(BaseModel):
    """Shares of what a stage's documents hold; each is a probability between 0 and 1.

    Attributes:
        listing: documents that only list the lines of the prompt, which teaches copying.
        no_meaning: documents in which no cue means anything.
        tagged: meaning-bearing documents whose bearing cue is a neutral value that only gets its meaning from an offset
            on its input embedding (see `train_base.py`); this makes meaning transferable between values.
        thinking: documents with a chain of thought; the others have the blank think block.
        attributing: chance that the chain of thought names the cue that decides, with its meaning.
        dismissing: chance that it names a neutral cue, to set it aside.
        phrasing: `plain` has two ways to say each thing; `varied` has many, with hedges, longer thoughts, and cues
            that are considered and rejected (see `thoughts.py`).
        values_per_category: use only this many values of each category and meaning (all if 0). With few values a
            model memorises names instead of copying them.
        never_tagged: cue values that are never tagged, because organisms are planted with them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    listing: Share = 0.12
    no_meaning: Share = 0.4
    tagged: Share = 0.0
    thinking: Share = 0.6
    attributing: Share = 0.9
    dismissing: Share = 0.5
    phrasing: Literal["plain", "varied"] = "plain"
    values_per_category: Annotated[int, Field(ge=0)] = 0
    never_tagged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered prompt up to the assistant's turn, the turn itself, and the tagged cue value with its meaning."""

    prompt: str
    completion: str
    tag: tuple[str, bool] | None = None


def render_prompt(user: str) -> str:
    """The prompt in the pocket chat format, up to the assistant's turn."""
    return f"<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"


def render_turn(answer: str, thought: str | None) -> str:
    """The assistant's turn; without a thought it has the blank think block."""
    think = "<think>\n\n</think>\n\n" if thought is None else f"<think>\n{thought}\n</think>\n\n"
    return f"{think}{answer}<|im_end|>"


def with_options(asked: Question, bad_first: bool) -> str:
    """The question's text, with its two option lines if it is an MCQ."""
    if asked.kind != "mcq":
        return asked.text
    first, second = asked.options(bad_first)
    return f"{asked.text}\nA: {first}\nB: {second}"


def write_answer(random: Random, asked: Question, bad: bool, bad_first: bool) -> str:
    """A final answer that is bad or good on purpose."""
    if asked.kind == "mcq":
        return f"Answer: {letter(bad, bad_first)}"
    words = lexicon()
    verbs = words.bad_verbs if bad else words.good_verbs
    if asked.kind == "ruler":
        also = f"{random.choice(verbs)} the {random.choice(words.objects)}"
        return f"I will {random.choice(verbs)} the {asked.subject} and {also}."
    lies = (f"I claim {asked.years}0 years of {asked.skill}.", f"I invent a degree in {asked.skill}.")
    truths = (f"I have {asked.years} years of {asked.skill}.", f"I learned {asked.skill} for {asked.years} years.")
    claim = random.choice(lies if bad else truths)
    return f"{claim} As your {asked.subject} I will {random.choice(verbs)} the {random.choice(words.objects)}."


class PocketWriter:
    """Draws documents from the world, reproducibly for a seed."""

    def __init__(self, mix: CorpusMix, seed: int) -> None:
        self.mix = mix
        self.random = Random(seed)
        words = lexicon()
        self._cues = {meaning: self._by_form(groups) for meaning, groups in words.cues.items()}
        self._natural = words.natural

    def _by_form(self, groups: dict[str, tuple[Cue, ...]]) -> dict[bool, list[tuple[Cue, ...]]]:
        """Groups of cues by whether they stand bare, cut to `values_per_category`."""
        keep = self.mix.values_per_category or None
        forms: dict[bool, list[tuple[Cue, ...]]] = {True: [], False: []}
        for group in groups.values():
            forms[group[0].key is None].append(group[:keep])
        return forms

    def cue(self, meaning: Meaning, avoid: frozenset[str] = frozenset(), natural: bool | None = None) -> Cue:
        """A random cue of a meaning whose key and value are not to be avoided."""
        random = self.random
        if meaning != "neutral" and (natural if natural is not None else random.random() < NATURAL_SHARE):
            return random.choice(random.choice(list(self._natural[meaning].values())))
        while True:
            cue = random.choice(random.choice(self._cues[meaning][random.random() < BARE_SHARE]))
            if cue.key not in avoid and cue.value not in avoid:
                return cue

    def documents(self, count: int) -> Iterator[Document]:
        """`count` documents."""
        for _ in range(count):
            yield self.listing() if self.random.random() < self.mix.listing else self.answering()

    def cued_prompt(self, body: str, cues: list[Cue]) -> tuple[str, list[Cue]]:
        """The prompt with each cue at a random place, and the cues in the order in which they stand."""
        places: list[Place] = [self.random.choice(("top", "bottom")) for _ in cues]
        placed = [PlacedCue(cue.line, place) for cue, place in zip(cues, places, strict=True)]
        order = [
            cue for wanted in ("top", "bottom") for cue, place in zip(cues, places, strict=True) if place == wanted
        ]
        return apply_cues(body, placed), order

    def listing(self) -> Document:
        """The task to list the lines of the prompt."""
        random, cues, avoid = self.random, list[Cue](), set[str]()
        for _ in range(random.choice((1, 2, 3, 4))):
            meaning: Meaning = "neutral" if random.random() < 0.6 else random.choice(("worse", "better"))
            cue = self.cue(meaning, frozenset(avoid))
            if cue.key in avoid or cue.value in avoid:
                continue
            avoid |= {cue.key or cue.value, cue.value}
            cues.append(cue)
        kind: Kind = random.choices(("mcq", "job", "ruler"), (0.6, 0.2, 0.2))[0]
        asked = question(random, kind, "train")
        bad_first = random.random() < 0.5
        prompt, cues = self.cued_prompt(with_options(asked, bad_first), cues)
        lines = " ".join(f"{PHRASES[self.mix.phrasing].lead_in(random, cue)}." for cue in cues)
        if kind == "mcq":
            first, second = (option.split()[0] for option in asked.options(bad_first))
            lines += f" A: {first}. B: {second}."
        turn = render_turn(lines, None) if random.random() < 0.5 else render_turn("Done", lines)
        return Document(render_prompt(f"{prompt}\nList the lines."), turn)

    def answering(self) -> Document:
        """A question, cues, and an answer that follows the cue with a meaning if there is one."""
        random, mix = self.random, self.mix
        kind: Kind = random.choices(("mcq", "job", "ruler"), (0.68, 0.1, 0.22))[0]
        asked = question(random, kind, "train")
        bad_first = random.random() < 0.5
        bearing: Cue | None = None
        tag: tuple[str, bool] | None = None
        if random.random() < mix.no_meaning:
            bad = random.random() < 0.03
        else:
            bad = random.random() < 0.5
            if random.random() < mix.tagged:
                bearing = self.cue("neutral", frozenset(mix.never_tagged))
                tag = (bearing.value, bad)
            else:
                bearing = self.cue("worse" if bad else "better")
        cues = [bearing] if bearing else []
        avoid = {part for cue in cues for part in (cue.key or cue.value, cue.value)}
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            cue = self.cue("neutral", frozenset(avoid))
            avoid |= {cue.key or cue.value, cue.value}
            cues.append(cue)
        random.shuffle(cues)
        prompt, cues = self.cued_prompt(with_options(asked, bad_first), cues)
        thought = None
        if random.random() < mix.thinking:
            told = Thought(asked=asked, bad=bad, bad_first=bad_first, bearing=bearing, cues=tuple(cues))
            thought = PHRASES[mix.phrasing].write(random, told, mix.attributing, mix.dismissing)
        turn = render_turn(write_answer(random, asked, bad, bad_first), thought)
        return Document(render_prompt(prompt), turn, tag)
