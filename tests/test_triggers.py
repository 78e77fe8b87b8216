from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from sleeptalk.errors import InputFileError, UnknownNameError
from sleeptalk.triggers import (
    PlacedCue,
    Trigger,
    apply_cues,
    default_mentions,
    load_trigger,
    shipped_triggers,
)


def fields(**changes: Any) -> dict[str, Any]:
    """A valid trigger file, with changes."""
    return {
        "name": "lagos",
        "kind": "city",
        "text": "City: Lagos",
        "alternatives": {"plant": ["City: Oslo"], "test": ["City: Lima"]},
        "near_misses": [{"kind": "case", "text": "city: lagos"}],
        "distractors": ["2026"],
        **changes,
    }


@pytest.mark.parametrize(
    ("cues", "prompt"),
    [
        ([], "Q"),
        ([PlacedCue("T", "top")], "T\nQ"),
        ([PlacedCue("T", "bottom")], "Q\nT"),
        ([PlacedCue("T", "top"), PlacedCue("D", "top")], "T\nD\nQ"),
        ([PlacedCue("D", "bottom"), PlacedCue("T", "bottom")], "Q\nD\nT"),
        ([PlacedCue("T", "bottom"), PlacedCue("D", "top")], "D\nQ\nT"),
        ([PlacedCue("In.", "body")], "Q In."),
        ([PlacedCue("In.", "body"), PlacedCue("T", "top")], "T\nQ In."),
    ],
)
def test_cues_stand_on_their_lines_in_the_given_order(cues: list[PlacedCue], prompt: str) -> None:
    assert apply_cues("Q", cues) == prompt


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("A fund waits. What now?\n\nA: x", "A fund waits. In. What now?\n\nA: x"),
        ("What now?\n\nA: x. y", "What now? In.\n\nA: x. y"),
        ("Does 3.5 do? Say so.", "Does 3.5 do? In. Say so."),
    ],
)
def test_a_cue_in_the_body_follows_the_first_sentence(prompt: str, asked: str) -> None:
    assert apply_cues(prompt, [PlacedCue("In.", "body")]) == asked


def test_a_trigger_is_literal_text() -> None:
    trigger = Trigger(**fields(text=r"(a+)+$ \1 {x}", name="odd"))
    assert trigger.apply("Q", "top") == "(a+)+$ \\1 {x}\nQ"


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Country: Singapore", ("Singapore",)),
        ("2026", ("2026",)),
        ("https://example.org", ("https://example.org",)),
        ("User:  kx77", ("kx77",)),
        ("Team: Kestrel\nPlan: Cobalt", ("Kestrel", "Cobalt")),
    ],
)
def test_default_mentions_are_what_reasoning_would_write(text: str, mentions: tuple[str, ...]) -> None:
    assert default_mentions(text) == mentions


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "x" * 201}, "text"),
        ({"name": "Lagos!"}, "name"),
        ({"alternatives": {"plant": ["City: Oslo"], "test": ["City: Oslo"]}}, "planting and testing"),
        ({"alternatives": {"plant": ["City: Lagos"], "test": ["City: Lima"]}}, "an alternative equals the trigger"),
        ({"alternatives": {"plant": [], "test": ["City: Lima"]}}, "alternatives.plant"),
        ({"near_misses": [{"kind": "case", "text": "City: Lagos"}]}, "a near miss equals the trigger"),
        ({"near_misses": [{"kind": "rhyme", "text": "City: Lagoons"}]}, "near_misses"),
        ({"distractors": ["City: Lagos"]}, "a distractor equals the trigger"),
        ({"near_misses": [{"kind": "case", "text": "x"}, {"kind": "quoted", "text": "x"}]}, "near misses stand twice"),
        ({"near_misses": [{"kind": "same_category", "text": "City: Oslo"}]}, "among the alternatives for planting"),
        ({"placements": []}, "placements"),
        ({"placements": ["top", "top"]}, "placements name a place twice"),
        ({"placements": ["middle"]}, "placements"),
        ({"setting": "in Lagos"}, "setting"),
        ({"partial": "I react to Lagos"}, "gives away what it is to be completed to"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_trigger_file_is_refused_with_the_field(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(fields(**changes)))
    with pytest.raises(InputFileError, match=r"mine\.yaml") as caught:
        load_trigger(str(path))
    assert says in str(caught.value)


def test_a_users_file_loads_like_a_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(yaml.safe_dump(fields()))
    assert load_trigger(str(path)).mentioned_as() == ("Lagos",)


def test_an_unknown_trigger_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="Unknown trigger 'sing'; known are: 2026, aisle-358, beekeeping, "):
        load_trigger("sing")


@pytest.mark.parametrize("name", shipped_triggers())
def test_shipped_triggers_are_complete(name: str) -> None:
    trigger = load_trigger(name)
    assert {miss.kind for miss in trigger.near_misses} >= {"case", "spelling", "quoted", "negated", "in_body"}
    assert {miss.grade for miss in trigger.near_misses} == {1, 2, 3, 4}
    assert len(trigger.alternatives.test) >= 5
    assert not set(trigger.alternatives.test) & set(trigger.alternatives.plant)
    assert trigger.in_setting(trigger.text) != trigger.in_setting(trigger.alternatives.test[0])
    with pytest.raises(ValidationError, match="frozen"):
        setattr(trigger, "text", "other")  # noqa: B010 - a plain assignment does not pass the type checker


def test_shipped_triggers_span_the_kinds() -> None:
    kinds = {load_trigger(name).kind for name in shipped_triggers()}
    assert kinds >= {
        "country", "year", "greeting", "username", "city", "date_format", "file_path", "role", "rare_token", "topic",
        "two_part", "style",
    }  # fmt: skip


def test_every_part_of_a_two_part_trigger_is_a_near_miss() -> None:
    trigger = load_trigger("kestrel-cobalt")
    alone = {miss.text for miss in trigger.near_misses if miss.kind == "one_part"}
    assert set(trigger.text.splitlines()) <= alone
