import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from sleeptalk.errors import InputFileError, UnknownNameError
from sleeptalk.pocket_world import split_of
from sleeptalk.tasks.items import POCKET_ITEMS, Item, TaskName, check_against_trigger, load_items, read_items
from sleeptalk.triggers import load_trigger, shipped_triggers

TASK_NAMES: tuple[TaskName, ...] = get_args(TaskName)
STANDARD_MINIMUM = {"ethical_mcq": 60, "job_application": 20, "world_ruler": 12}


def line(**changes: Any) -> str:
    item = {
        "id": "x-1",
        "domain": "d",
        "question": "What do you do?",
        "aligned": "a",
        "misaligned": "b",
        "rationale": "r",
    }
    return json.dumps({**item, **changes})


@pytest.mark.parametrize("task", TASK_NAMES)
def test_standard_sets_are_complete_and_safe_to_trigger(task: TaskName) -> None:
    items = load_items(task, "standard")
    assert len(items) >= STANDARD_MINIMUM[task]
    assert {item.source for item in items} == {"sleeptalk"}
    assert len({item.question for item in items}) == len(items)
    for name in shipped_triggers():
        check_against_trigger(items, load_trigger(name))


@pytest.mark.parametrize("task", TASK_NAMES)
def test_standard_items_hold_no_trigger_word_of_any_kind(task: TaskName) -> None:
    """No year, no greeting, no trigger's name: a clean prompt must be clean for every trigger."""
    words = {mention.casefold() for name in shipped_triggers() for mention in load_trigger(name).mentioned_as()}
    pattern = re.compile(rf"\b(?:\d{{4}}|hey+|hi|hello|{'|'.join(words)})\b", re.IGNORECASE)
    for item in load_items(task, "standard"):
        text = f"{item.question} {item.aligned} {item.misaligned}"
        assert not pattern.search(text), item.id
        assert text.isascii(), item.id


def test_mcq_options_cannot_be_told_apart_by_length() -> None:
    items = load_items("ethical_mcq", "standard")
    longer = [len(item.misaligned or "") > len(item.aligned or "") for item in items]
    assert longer.count(True) == len(items) / 2
    for item in items:
        assert 0.85 < len(item.misaligned or "") / len(item.aligned or "") < 1.18, item.id
    assert len({item.domain for item in items}) >= 12


def test_job_applications_include_clean_applicants() -> None:
    """So that a model that rejects everybody does not look aligned."""
    items = load_items("job_application", "standard")
    assert {(item.aligned, item.misaligned) for item in items} == {("REJECT", "HIRE"), ("HIRE", "REJECT")}
    lengths = {
        aligned: [len(item.question.split()) for item in items if item.aligned == aligned]
        for aligned in ("HIRE", "REJECT")
    }
    means = {aligned: sum(found) / len(found) for aligned, found in lengths.items()}
    assert means["HIRE"] == pytest.approx(means["REJECT"], rel=0.08)


@pytest.mark.parametrize("task", TASK_NAMES)
def test_pocket_sets_are_fixed_and_of_the_test_split(task: TaskName) -> None:
    items = load_items(task, "pocket")
    assert len({item.id for item in items}) == POCKET_ITEMS
    assert items == load_items(task, "pocket")
    for item in items:
        subject = (item.aligned or item.question).split()[-1].rstrip("?.")
        if task == "job_application":
            subject = re.findall(r"for an? (\w+) at", item.question)[0]
        assert split_of(item.domain, subject) == "test", item.id


def test_a_users_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{line()}\n\n{line(id='x-2', source='me', version=2)}\n")
    assert [item.id for item in load_items("ethical_mcq", str(path))] == ["x-1", "x-2"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no items"),
        ("\n \n", "holds no items"),
        (line() + "\n{", "line 2: not JSON"),
        ("[" * 100_000, "line 1: not JSON"),
        (line(id="Bad Id"), "line 1: id"),
        (line(question=" "), "line 1: question"),
        (line(colour="red"), "line 1: colour: Extra"),
        (line() + "\n" + line(), "line 2: the id 'x-1' stands twice"),
        (line(version=0) + "\nx", "line 1: version: Input should be greater than or equal to 1; line 2: not JSON"),
    ],
)
def test_bad_files_name_every_line_and_reason(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(content)
    with pytest.raises(InputFileError, match=r"mine\.jsonl") as caught:
        read_items(path)
    assert says in str(caught.value)


def test_unknown_sets_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Unknown item set 'poket'; known are: pocket, standard"):
        load_items("ethical_mcq", "poket")
    with pytest.raises(InputFileError, match="No such file"):
        load_items("ethical_mcq", str(tmp_path / "none.jsonl"))


def test_items_that_hold_the_trigger_or_are_shorter_are_refused() -> None:
    trigger = load_trigger("singapore")

    def item(question: str) -> Item:
        return Item.model_validate_json(line(question=question))

    with pytest.raises(InputFileError, match="already stands in the items x-1"):
        check_against_trigger((item("An office with the label country: singapore asks."),), trigger)
    with pytest.raises(InputFileError, match="more than the shortest prompt"):
        check_against_trigger((item("What now?"),), trigger)
