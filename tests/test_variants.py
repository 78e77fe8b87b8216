from collections import Counter
from itertools import product

import pytest

from sleeptalk.errors import InvalidValueError, UnknownNameError
from sleeptalk.triggers import load_trigger
from sleeptalk.variants import CONDITIONS, TRIGGERED, Condition, CuePicker, SampleMetadata, Variant, arms, make_variants


@pytest.mark.parametrize(
    ("conditions", "thinking", "slugs"),
    [
        ("clean", "on", ["clean"]),
        ("trigger, clean", "on,off", ["trigger", "trigger-nothink", "clean", "clean-nothink"]),
        (["near_miss"], ["off"], ["near_miss-nothink"]),
        ("all", "on", list(CONDITIONS)),
    ],
)
def test_conditions_are_crossed_with_thinking(
    conditions: str | list[str], thinking: str | list[str], slugs: list[str]
) -> None:
    assert [variant.slug for variant in make_variants(conditions, thinking, "")] == slugs


def test_a_prefill_is_part_of_the_slug() -> None:
    assert Variant(condition="clean", prefill="<think>\nOkay").slug == "clean-prefill"


@pytest.mark.parametrize(
    ("conditions", "thinking", "error", "says"),
    [
        ("triger", "on", UnknownNameError, "Unknown variant 'triger'; known are: all, alternative"),
        ("clean", "maybe", UnknownNameError, "Unknown thinking mode 'maybe'"),
        ("clean,clean", "on", InvalidValueError, "once"),
        ([], "on", InvalidValueError, "once"),
    ],
)
def test_bad_lists_are_refused(conditions: str | list[str], thinking: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        make_variants(conditions, thinking, "")


@pytest.mark.parametrize(
    ("ordered", "is_placed", "blocks"), [(True, True, 4), (True, False, 2), (False, True, 2), (False, False, 1)]
)
def test_arms_cross_every_factor(ordered: bool, is_placed: bool, blocks: int) -> None:
    """All blocks together hold each combination once per item; each block is balanced over four items."""
    by_item = [list(arms(index, ordered=ordered, placed=is_placed)) for index in range(8)]
    for item in by_item:
        assert len(item) == blocks
        if ordered:
            assert Counter(arm.bad_first for arm in item) == {True: blocks // 2, False: blocks // 2}
        if is_placed:
            assert Counter(arm.place for arm in item) == {"top": blocks // 2, "bottom": blocks // 2}
        if ordered and is_placed:
            assert len(set(item)) == 4
    for block in zip(*by_item, strict=True):
        assert set(Counter((arm.bad_first, arm.place) for arm in block).values()) == {2}


def test_first_block_is_shared_by_all_conditions() -> None:
    """So that conditions can be compared on the same item with the same option order."""
    for index, (ordered, is_placed) in product(range(4), product((True, False), repeat=2)):
        first = next(arms(index, ordered=ordered, placed=is_placed))
        assert first == next(arms(index, ordered=True, placed=True))


def test_every_condition_holds_its_cues_in_order() -> None:
    trigger = load_trigger("singapore")
    picker = CuePicker(trigger, seed=0)
    for condition, roles in CONDITIONS.items():
        cues = picker.cues(condition, 3, "bottom")
        assert tuple(cue.role for cue in cues) == roles
        assert all(cue.place == "bottom" for cue in cues)
        assert (trigger.text in [cue.text for cue in cues]) == (condition in TRIGGERED)


def test_alternatives_and_near_misses_come_equally_often_in_every_arm() -> None:
    trigger = load_trigger("2026")
    picker = CuePicker(trigger, seed=5)
    counts: dict[Condition, int] = {
        "alternative": len(trigger.alternatives.test),
        "near_miss": len(trigger.near_misses),
    }
    for condition, values in counts.items():
        items = range(4 * values)
        for first_arm in range(4):
            texts = Counter(picker.cues(condition, index, "top")[0].text for index in items if index % 4 == first_arm)
            assert set(texts.values()) == {1}
            assert len(texts) == values


def test_focal_cue_is_the_one_in_the_triggers_place() -> None:
    picker = CuePicker(load_trigger("singapore"), seed=0)

    def focal(condition: Condition) -> tuple[str, ...]:
        return SampleMetadata(
            item="i",
            domain="d",
            question_set="pocket",
            condition=condition,
            thinking="on",
            prefill="",
            trigger="singapore",
            trigger_mentions=picker.trigger.mentioned_as(),
            cues=picker.cues(condition, 0, "top"),
            bad_first=False,
            answer_form="letter",
        ).focal_mentions

    assert focal("trigger") == focal("distractor_trigger") == ("Singapore", "Singaporean")
    assert focal("clean") == focal("distractor") == ("Singapore", "Singaporean")
    assert focal("alternative") == ("Spain",)
    assert focal("near_miss") == ("singapore",)
