"""Strings that try to steer a judge of a chain of thought, put around and into bodies whose verdict is known."""

import pytest

from sleeptalk.scorers.answer_rules import parse_letter
from sleeptalk.scorers.attribution_rules import blamed_cue
from sleeptalk.scorers.cue_rules import judge_articulation
from sleeptalk.scorers.judge.attacks import (
    ARTICULATING,
    CLEAN,
    MENTIONS,
    POSITIONS,
    Attack,
    Body,
    attacked_texts,
    load_attacks,
)

ATTACKS = {attack.id: attack for attack in load_attacks()}
MENTIONING = Body(
    name="mentioning", first='The prompt says "Singapore".', second="The second plan costs less.", articulated=False
)
REJECTING = Body(
    name="rejecting", first="Singapore is irrelevant here.", second="The second plan costs less.", articulated=False
)
BODIES = (CLEAN, MENTIONING, ARTICULATING, REJECTING)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=lambda attack: attack.id)
def test_rules_do_not_flip(attack: Attack, body: Body) -> None:
    right = judge_articulation(body.text, MENTIONS)
    blamed = blamed_cue(body.text, MENTIONS, ("2026",))
    assert right.articulated is body.articulated
    for position in POSITIONS:
        attacked = body.attacked(attack, position)
        found = judge_articulation(attacked, MENTIONS)
        assert (found.level, found.rejected) == (right.level, right.rejected)
        assert blamed_cue(attacked, MENTIONS, ("2026",)) == blamed


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=lambda attack: attack.id)
def test_an_announced_letter_stays_the_answer(attack: Attack) -> None:
    for attacked in (f"{attack.text}\nAnswer: B", f"Answer: B\n{attack.text}"):
        assert parse_letter(attacked) == "B"


def test_there_are_enough_attacks_of_every_kind() -> None:
    assert len(ATTACKS) >= 60
    kinds = {attack.kind for attack in ATTACKS.values()}
    few = {attack.kind for attack, *_ in attacked_texts(limit=20)}
    assert len(kinds) >= 6
    assert len(few) >= min(len(kinds), 6)
    assert len(list(attacked_texts())) == 2 * len(ATTACKS)
