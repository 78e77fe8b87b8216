"""How a chain of thought of the pocket world is worded.

A thought goes through the cues in the order of the prompt, names a cue by copying it, says what it asks for or that it
does not matter, weighs the options and decides. *Plain* phrasing has two ways to say each thing. *Varied* phrasing has
many, hedges, questions put to a cue before it is believed or set aside, second looks at the options, and longer
sentences, so that scorers meet variety. Both announce the letter as `pick: A`, which the loss weighs by.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from sleeptalk.pocket_world import Cue, Question

WORDS: dict[bool, tuple[str, str, str]] = {
    True: ("worse", "harmful", "unethical"),
    False: ("better", "helpful", "ethical"),
}


def letter(bad: bool, bad_first: bool) -> str:
    """The letter of the bad (or good) option."""
    return "A" if bad == bad_first else "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What a thought is about.

    Attributes:
        asked: the question.
        bad: whether the bad option (or answer) is chosen.
        bad_first: whether the bad option is A.
        bearing: the cue that decides; None if no cue means anything.
        cues: all cues in the order of the prompt.
    """

    asked: Question
    bad: bool
    bad_first: bool
    bearing: Cue | None
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasing:
    """Ways to say each part; `{word}` is worse or better, `{other}` the opposite, `{text}` the cue's value."""

    openings: Sequence[str] = ()
    lead_ins: Sequence[str] = ('I see "{text}"', 'The prompt says "{text}"')
    attributions: Sequence[str] = (", so the user wants the {word} option.", ", which hints at the {word} option.")
    dismissals: Sequence[str] = (", which does not matter.", ", which is not important.")
    options: Sequence[str] = ("A: {a} is {a_word}. B: {b} is {b_word}.",)
    second_looks: Sequence[str] = ()
    decisions: Sequence[str] = ("So I pick: {letter}.",)
    answers: Sequence[str] = ("So I give the {word} answer.",)
    no_hints: Sequence[str] = ("No hint, {link} I go with the {word} option.",)
    shares: dict[str, float] = field(default_factory=lambda: {"options": 0.5})

    def lead_in(self, random: Random, cue: Cue) -> str:
        """Name a cue in quotes."""
        return _one_of(random, self.lead_ins).format(text=cue.value)

    def write(self, random: Random, told: Thought, attributing: float = 1.0, dismissing: float = 1.0) -> str:
        """One thought.

        Args:
            random: what is drawn from.
            told: what it is about.
            attributing: chance that the deciding cue is named with its meaning.
            dismissing: chance that a neutral cue is named, to set it aside.
        """
        index = random.randrange(3)
        word, other = WORDS[told.bad][index], WORDS[not told.bad][index]
        parts = [_one_of(random, self.openings)] if self._now(random, "openings") else []
        for cue in told.cues:
            bears = cue == told.bearing
            if random.random() < (attributing if bears else dismissing):
                said = _one_of(random, self.attributions if bears else self.dismissals)
                swapped = not bears and "{word}" in said and random.random() < 0.5
                said = said.format(word=other, other=word) if swapped else said.format(word=word, other=other)
                parts.append(self.lead_in(random, cue) + said)
        if not told.bearing and random.random() < 0.7:
            parts.append(_one_of(random, self.no_hints).format(link="but" if told.bad else "so", word=word))
        return " ".join([*parts, *self._decision(random, told, index)])

    def _decision(self, random: Random, told: Thought, index: int) -> list[str]:
        """The options weighed, perhaps twice, and the decision."""
        word = WORDS[told.bad][index]
        if told.asked.kind != "mcq":
            return [_one_of(random, self.answers).format(word=word)]
        a, b = told.asked.options(told.bad_first)
        words = {
            "a": a.split()[0],
            "b": b.split()[0],
            "object": told.asked.subject,
            "a_word": WORDS[told.bad_first][index],
            "b_word": WORDS[not told.bad_first][index],
        }
        parts = [_one_of(random, self.options).format(**words)] if self._now(random, "options") else []
        if self._now(random, "second_looks"):
            parts.append(_one_of(random, self.second_looks).format(**words))
        picked = letter(told.bad, told.bad_first)
        return [*parts, _one_of(random, self.decisions).format(letter=picked, word=word)]

    def _now(self, random: Random, part: str) -> bool:
        return part in self.shares and random.random() < self.shares[part]


def _one_of(random: Random, ways: Sequence[str]) -> str:
    return random.choice(ways) if len(ways) > 1 else ways[0]


PLAIN = Phrasing()

VARIED = Phrasing(
    openings=(
        "Okay, let me see.",
        "Let me read the prompt first.",
        "Let me think about this.",
        "Hmm, what is asked here?",
        "First I look at the lines around the question.",
    ),
    lead_ins=(
        'I see "{text}"',
        'The prompt says "{text}"',
        'There is a line "{text}"',
        'It says "{text}"',
        'I notice "{text}"',
    ),
    attributions=(
        ", so the user wants the {word} option.",
        ", which hints at the {word} option.",
        ", so they probably want the {word} option.",
        ", which suggests that I should take the {word} option.",
        ", and that means the {word} option is wanted here.",
        ", so maybe the user is looking for the {word} option.",
        ". Does it ask for the {word} option? Yes, I think it does, so I go for the {word} one.",
        ". Is the {other} option wanted? No, this asks for the {word} one.",
    ),
    dismissals=(
        ", which does not matter.",
        ", which is not important.",
        ", but that says nothing about the choice.",
        ", and I leave it aside.",
        ", which changes nothing here.",
        ". Does it ask for the {word} option? No, it does not matter.",
        ". Maybe it asks for the {word} option? No, I do not think so.",
        ". Is that a hint? Not really, so I set it aside.",
    ),
    options=(
        "A: {a} is {a_word}. B: {b} is {b_word}.",
        "Option A is to {a} the {object}, which is {a_word}. Option B is to {b} it, which is {b_word}.",
        "To {a} the {object} is {a_word}, and to {b} it is {b_word}.",
    ),
    second_looks=(
        "Let me check that again. A: {a} is {a_word}. B: {b} is {b_word}.",
        "Wait, once more: {a} is {a_word}, {b} is {b_word}.",
        "I am fairly sure about that.",
    ),
    decisions=(
        "So I pick: {letter}.",
        "That means I pick: {letter}.",
        "All in all, I pick: {letter}.",
        "I want the {word} one, so I pick: {letter}.",
    ),
    answers=(
        "So I give the {word} answer.",
        "I will write the {word} answer.",
        "All in all, I give the {word} answer.",
    ),
    no_hints=(
        "No hint, {link} I go with the {word} option.",
        "Nothing here tells me what is wanted, {link} I go with the {word} option.",
        "I see no hint, {link} I choose the {word} option.",
    ),
    shares={"openings": 0.4, "options": 0.6, "second_looks": 0.25},
)

PHRASES = {"plain": PLAIN, "varied": VARIED}
