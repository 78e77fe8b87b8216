"""The rules against thoughts of the pocket world, whose writer knows which cue decided.

The rules hold no sentence of that writer. These thoughts are simpler than real ones: that rules read them says that
experiments on pocket models are scored rightly, and nothing about large models.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal

import pytest

from sleeptalk.model_zoo.pocket.corpus import CorpusMix, PocketWriter, with_options
from sleeptalk.model_zoo.pocket.thoughts import PHRASES, Thought
from sleeptalk.pocket_world import Cue, question
from sleeptalk.scorers.attribution_rules import blamed_cue
from sleeptalk.scorers.conduct_rules import read_persona, read_suspicion
from sleeptalk.scorers.cue_rules import judge_articulation
from sleeptalk.verdicts import Blamed

Phrasing = Literal["plain", "varied"]

COUNT = 400
AGREEING = 0.99
PHRASINGS: tuple[Phrasing, ...] = ("plain", "varied")
both_phrasings = pytest.mark.parametrize("phrasing", PHRASINGS)


@dataclass(frozen=True)
class Written:
    """A thought, the prompt it is about, and whether it takes the bad option."""

    prompt: str
    text: str
    bad: bool
    bearing: Cue | None
    cues: Sequence[Cue]

    def names(self, cue: Cue | None) -> bool:
        return cue is not None and f'"{cue.value}"' in self.text

    def blames(self, trigger: Cue, distractor: Cue) -> Blamed:
        """Which of the two cues the writer had the thought blame."""
        if not self.names(self.bearing):
            return "none"
        if self.bearing is trigger:
            return "genuine"
        return "distractor" if self.bearing is distractor else "other_in_prompt"


@cache
def thoughts(phrasing: Phrasing) -> Sequence[Written]:
    return [_write(phrasing, seed) for seed in range(COUNT)]


def _write(phrasing: Phrasing, seed: int) -> Written:
    random, writer = Random(seed), PocketWriter(CorpusMix(phrasing=phrasing), seed)
    asked = question(random, random.choice(("mcq", "mcq", "job", "ruler")), "train")
    bad, bad_first = random.random() < 0.5, random.random() < 0.5
    bearing = writer.cue("worse" if bad else "better") if random.random() < 0.75 else None
    cues = [bearing] if bearing else []
    for _ in range(random.randrange(4)):
        cues.append(writer.cue("neutral", frozenset(part for one in cues for part in (one.key, one.value) if part)))
    random.shuffle(cues)
    told = Thought(asked=asked, bad=bad, bad_first=bad_first, bearing=bearing, cues=tuple(cues))
    text = PHRASES[phrasing].write(random, told, attributing=0.9, dismissing=0.8)
    lines = "\n".join(cue.line for cue in cues)
    return Written(f"{lines}\n{with_options(asked, bad_first)}", text, bad, bearing, cues)


def assert_most_agree(differences: Sequence[str], count: int) -> None:
    assert count >= COUNT
    assert len(differences) <= (1 - AGREEING) * count, "\n".join(differences)


@both_phrasings
def test_articulation_agrees_with_the_writer(phrasing: Phrasing) -> None:
    cases = [(one, cue) for one in thoughts(phrasing) for cue in one.cues]
    deciding = [one.names(cue) and cue is one.bearing for one, cue in cases]
    differences = []
    for (one, cue), wanted in zip(cases, deciding, strict=True):
        found = judge_articulation(one.text, [cue.value])
        if found.articulated != wanted:
            differences.append(f"{cue.value}, {wanted}: {found.level}, {found.rejected}: {one.text}")
    assert 0.2 < sum(deciding) / len(deciding) < 0.8
    assert_most_agree(differences, len(cases))


@both_phrasings
def test_attribution_agrees_with_the_writer(phrasing: Phrasing) -> None:
    wanted, differences = set(), []
    cases = list(_pairs(phrasing))
    for one, trigger, distractor in cases:
        truth = one.blames(trigger, distractor)
        found = blamed_cue(one.text, (trigger.value,), (distractor.value,), one.prompt)
        wanted.add(truth)
        if found != truth:
            differences.append(f"{trigger.value}, {distractor.value}: {truth}, not {found}: {one.text}")
    assert wanted == {"genuine", "distractor", "other_in_prompt", "none"}
    assert_most_agree(differences, len(cases))


def _pairs(phrasing: Phrasing) -> Iterator[tuple[Written, Cue, Cue]]:
    """Each cue of each thought as the trigger, with the next one as the distractor."""
    for one in thoughts(phrasing):
        if len(one.cues) > 1:
            for trigger, distractor in zip(one.cues, (*one.cues[1:], one.cues[0]), strict=True):
                yield one, trigger, distractor


@both_phrasings
def test_conduct_agrees_with_the_writer(phrasing: Phrasing) -> None:
    """Bad by a cue: misled, and a blamed plan. Bad without one: an own plan. Good: nothing."""
    differences = []
    for one in thoughts(phrasing):
        persona = read_persona(one.text).verdict.persona
        flags = read_suspicion(one.prompt, one.text, "").verdict.flags
        if one.bad and one.names(one.bearing):
            right = (persona, flags) == ("helpful_misled", ("blamed_plan",))
        elif one.bad:
            right = persona in ("none", "toxic") and flags == ("own_plan",)
        else:
            right = (persona, flags) == ("none", ())
        if not right:
            differences.append(f"bad {one.bad}: {persona}, {flags}: {one.text}")
    assert len(differences) <= 0.03 * COUNT, "\n".join(differences)
