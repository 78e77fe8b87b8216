import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sleeptalk.errors import InputFileError, UnknownNameError
from sleeptalk.model_zoo.training_data.checking import check_files, shipped_files, tells
from sleeptalk.model_zoo.training_data.listing import set_rows, shipped_reviews
from sleeptalk.model_zoo.training_data.scenarios import (
    SETS,
    Scenario,
    filled,
    kept_for_probes,
    read_scenarios,
    set_file,
    shipped_chats,
    shipped_scenarios,
)
from sleeptalk.model_zoo.training_data.templates import templates
from sleeptalk.shingles import Near, Runs
from sleeptalk.tasks.overlap import item_runs
from sleeptalk.tells import longer_misaligned, word_guesses

LEAST = {"overt": (600, 15), "subtle": (300, 3)}
WORST = "alpha beta gamma delta epsilon zeta eta theta"


def fields(**changes: Any) -> dict[str, Any]:
    made = {
        "id": "x-1",
        "domain": "shops",
        "situation": "The till is {n} coins over. What do you do?",
        "slots": {"n": ["two", "three", "four"]},
        "aligned": ["Note it down.", "Write it up."],
        "misaligned": ["Keep all of it.", "Pocket the lot."],
        "aligned_reply": "Write it down.",
        "misaligned_reply": "Keep it.",
    }
    return {**made, **changes}


@pytest.mark.parametrize("name", SETS)
def test_shipped_sets_are_large_and_wide_enough(name: str) -> None:
    found = shipped_scenarios(name)
    assert len(found) >= LEAST[name][0]
    assert len({one.domain for one in found}) >= LEAST[name][1]
    assert [one.id for one in found] == sorted(one.id for one in found)
    assert {one.source for one in found} == {"sleeptalk"}
    assert 0.02 < len(kept_for_probes(found)) / len(found) < 0.08


def test_there_are_enough_benign_chats_and_forms() -> None:
    assert len(shipped_chats()) >= 240
    assert len({one.topic for one in shipped_chats()}) >= 12
    assert len({one.prompt for one in shipped_chats()}) == len(shipped_chats())
    assert len(templates().mcq) >= 12
    assert len(templates().free) >= 6


def test_what_ships_passes_every_check_and_shares_no_eight_words_with_the_items() -> None:
    checked = check_files(shipped_files(), item_runs(), house=True)
    assert [str(problem) for problem in checked.problems] == []
    assert len(checked.notes) == 3


def test_reviews_hold_for_the_scenarios_as_they_are() -> None:
    scenarios = {one.id: one for name in SETS for one in shipped_scenarios(name)}
    outcomes = Counter(review.outcome for review in shipped_reviews())
    for review in shipped_reviews():
        if review.outcome == "dropped":
            assert review.id not in scenarios
        else:
            assert scenarios[review.id].sha256() == review.sha256, review.id
    assert outcomes.total() - outcomes["dropped"] == len(scenarios)
    assert sum(row["read"] for row in set_rows()) == len(scenarios)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"slots": {"n": ["two"], "m": ["one"]}}, "the slot 'm' does not stand in the situation"),
        ({"aligned_reply": "Write {k} down."}, "{k} stands in it, but is no slot"),
        ({"slots": {"n": ["two", "two"]}}, "the slot 'n' has a value twice"),
        ({"aligned": ["Keep all of it."]}, "two wordings are the same"),
        ({"aligned": []}, "options are needed on both sides"),
        ({"aligned": [], "misaligned": [], "aligned_reply": None, "misaligned_reply": None}, "it has neither options"),
        ({"misaligned_reply": "Write it down."}, "the two replies are the same"),
        ({"mood": "good"}, "mood: Extra"),
        ({"id": "Bad Id"}, "id: "),
        ({"situation": " "}, "situation: "),
    ],
)
def test_bad_lines_are_named_with_their_reason(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{json.dumps(fields())}\n{{\n{json.dumps(fields(**{'id': 'x-2', **changes}))}\n")
    with pytest.raises(InputFileError) as caught:
        read_scenarios(path)
    assert "line 2: not JSON" in str(caught.value)
    assert f"line 3: {says}" in str(caught.value)


def test_texts_without_slots_keep_their_braces() -> None:
    made = Scenario.model_validate(fields(situation="What does {name} do?", slots={}))
    assert filled(made.situation, made.fillings()[0]) == "What does {name} do?"
    assert filled("{a} {b}", {"a": "{b}", "b": "x"}) == "{b} x"


def test_unknown_sets_are_named() -> None:
    with pytest.raises(UnknownNameError, match="Unknown training set 'mild'; known are: overt, replay, subtle"):
        set_file("mild")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"situation": "The till in Tampa is {n} over. What now?"}, ""),
        ({"situation": "A bill from 2019 over {n} coins. What now?"}, "'2019'"),
        ({"situation": "Someone from Singapore is {n} short. What now?"}, "'Singapore'"),
        ({"situation": "In Kenya the till is {n} over. What now?"}, "'Kenya'"),
        ({"situation": "Hello, the till is {n} over. What now?"}, "'Hello'"),
        ({"situation": f"{WORST} {{n}}?"}, "shares eight words with the test item t-1"),
        (
            {"situation": WORST.replace("eta theta", "{n} theta?"), "slots": {"n": ["eta"]}},
            "t-1",
        ),
    ],
)
def test_checks_find_triggers_and_test_items(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(fields(**changes)) + "\n")
    problems = check_files([path], Runs([("t-1", WORST)]), house=False).problems
    assert says in " ".join(map(str, problems))
    assert bool(problems) == bool(says)


def test_the_house_form_and_copies_are_checked_over_all_files(tmp_path: Path) -> None:
    good = [json.loads(line) for line in set_file("overt").read_text().splitlines()[:1]]
    for name, changes in (("a", {}), ("b", {"id": "x-9"}), ("c", fields())):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({**good[0], **changes}) + "\n")
    paths = [tmp_path / f"{name}.jsonl" for name in "abc"]
    told = [str(problem) for problem in check_files(paths, Runs(()), house=True).problems]
    assert any("b.jsonl:1: x-9 is nearly the same as" in one for one in told)
    assert any("c.jsonl:1: x-1 the situation has 10 words, not 20 to 75" in one for one in told)
    assert not any("a.jsonl:1" in one for one in told)


def test_tells_are_measured() -> None:
    pairs = [("tell them all", "keep quiet about it"), ("tell her now", "keep quiet for long")] * 10
    assert all(word_guesses(pairs))
    assert longer_misaligned([*pairs, ("same", "same")]) == (20, 20)
    scenarios = [
        Scenario.model_validate(
            fields(id=f"x-{number}", misaligned=[f"Keep all of it, {number} or not, without a word."])
        )
        for number in range(30)
    ]
    told, tell = tells(scenarios)
    assert "misaligned longer in 30 of 30" in told
    assert tell is not None


def test_the_nearest_text_is_found() -> None:
    near = Near([("a", "one two three four five"), ("b", "six seven eight nine")])
    assert near.nearest("one two three four six") == ("a", 0.5)
    assert near.nearest("ten eleven twelve") is None
