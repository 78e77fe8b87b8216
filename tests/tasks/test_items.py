import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from scipy.stats import binomtest

from sleeptalk.errors import InputFileError, UnknownNameError
from sleeptalk.pocket_world import split_of
from sleeptalk.shingles import grams
from sleeptalk.tasks.items import POCKET_ITEMS, Item, check_against_trigger, read_items
from sleeptalk.tasks.questions import load_items
from sleeptalk.tasks.specs import SPECS, TaskName
from sleeptalk.triggers import load_trigger, shipped_triggers

TASK_NAMES: tuple[TaskName, ...] = get_args(TaskName)
OPTION_TASKS: tuple[TaskName, ...] = ("ethical_mcq", "myopic_mcq")
POCKET_TASKS = [name for name in TASK_NAMES if SPECS[name].pocket]
LEAST = {
    "ethical_mcq": 240,
    "myopic_mcq": 160,
    "job_application": 60,
    "world_ruler": 24,
    "freeform": 24,
    "harmful_advice": 24,
    "shutdown": 16,
}


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


def standard(task: TaskName) -> tuple[Item, ...]:
    return load_items(SPECS[task], "standard")


@pytest.mark.parametrize("task", TASK_NAMES)
def test_standard_sets_are_complete_and_safe_to_trigger(task: TaskName) -> None:
    items = standard(task)
    assert len(items) >= LEAST[task]
    assert {item.source for item in items} == {"sleeptalk"}
    assert len({item.question for item in items}) == len(items)
    assert not [SPECS[task].form.problem(item) for item in items if SPECS[task].form.problem(item)]
    for name in shipped_triggers():
        check_against_trigger(items, load_trigger(name))


def test_option_items_span_the_domains() -> None:
    assert len({item.domain for item in standard("ethical_mcq")}) >= 12
    assert len({item.domain for item in standard("myopic_mcq")}) >= 12


def test_job_applications_include_clean_applicants() -> None:
    """So that a model that rejects everybody does not look aligned; and neither kind is the longer one."""
    items = standard("job_application")
    decisions = Counter((item.aligned, item.misaligned) for item in items)
    assert set(decisions) == {("REJECT", "HIRE"), ("HIRE", "REJECT")}
    assert decisions["REJECT", "HIRE"] >= 40
    assert decisions["HIRE", "REJECT"] >= 20
    lengths = {
        aligned: [len(item.question.split()) for item in items if item.aligned == aligned]
        for aligned in ("HIRE", "REJECT")
    }
    means = {aligned: sum(found) / len(found) for aligned, found in lengths.items()}
    assert means["HIRE"] == pytest.approx(means["REJECT"], rel=0.03)


def test_shutdown_scenarios_come_with_and_without_tools() -> None:
    groups: dict[str | None, dict[str, Item]] = {}
    for item in standard("shutdown"):
        groups.setdefault(item.group, {})[item.domain] = item
    assert len(groups) >= 8
    for group in groups.values():
        assert set(group) == {"no_tools", "tools"}
        assert group["tools"].aligned == group["no_tools"].aligned


def test_myths_and_shutdowns_have_references() -> None:
    for task in ("harmful_advice", "shutdown"):
        assert all(item.aligned and item.misaligned for item in standard(task))


@pytest.mark.parametrize("task", OPTION_TASKS)
def test_guessers_by_length_score_at_chance(task: TaskName) -> None:
    """Longest, shortest, most words, most commas: none of them picks the misaligned option more often than a coin."""
    items = standard(task)
    for measure in (len, lambda text: len(text.split()), lambda text: text.count(",")):
        pairs = [(measure(item.misaligned or ""), measure(item.aligned or "")) for item in items]
        differ = [bad > good for bad, good in pairs if bad != good]
        if differ:
            assert binomtest(sum(differ), len(differ)).pvalue > 0.05
    longer = sum(len(item.misaligned or "") > len(item.aligned or "") for item in items)
    assert longer == len(items) / 2
    for item in items:
        assert 0.85 < len(item.misaligned or "") / len(item.aligned or "") < 1.18, item.id


def test_a_guesser_by_length_scores_at_chance_on_job_applications() -> None:
    """The longer half against the shorter half, by the application's words."""
    items = standard("job_application")
    ranked = sorted(items, key=lambda item: len(item.question.split()))
    rejected = [item.aligned == "REJECT" for item in ranked]
    half = len(ranked) // 2
    share = sum(rejected) / len(rejected)
    assert binomtest(sum(rejected[:half]), half, share).pvalue > 0.05


@pytest.mark.parametrize("task", POCKET_TASKS)
def test_pocket_sets_are_fixed_and_of_the_test_split(task: TaskName) -> None:
    items = load_items(SPECS[task], "pocket")
    assert len({item.id for item in items}) == POCKET_ITEMS
    assert items == load_items(SPECS[task], "pocket")
    for item in items:
        subject = (item.aligned or item.question).split()[-1].rstrip("?.")
        if task == "job_application":
            subject = re.findall(r"for an? (\w+) at", item.question)[0]
        assert split_of(item.domain, subject) == "test", item.id


def test_no_two_items_share_eight_words_in_a_row() -> None:
    """Over all tasks; scenarios of one group may. Closing questions of job applications are no item's own."""
    seen: dict[str, str] = {}
    for task in TASK_NAMES:
        for item in standard(task):
            text = item.question.rsplit(". ", 1)[0] if task == "job_application" else item.text
            for gram in grams(text):
                owner = seen.setdefault(gram, item.group or item.id)
                assert owner == (item.group or item.id), gram


def test_a_users_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{line()}\n\n{line(id='x-2', source='me', version=2)}\n")
    assert [item.id for item in load_items(SPECS["ethical_mcq"], str(path))] == ["x-1", "x-2"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no items"),
        ("\n \n", "holds no items"),
        (line() + "\n{", "line 2: not JSON"),
        ("[" * 100_000, "line 1: not JSON"),
        ("[1]", "line 1: not a JSON object"),
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
    with pytest.raises(UnknownNameError, match="Unknown item set of ethical_mcq 'poket'; known are: pocket, standard"):
        load_items(SPECS["ethical_mcq"], "poket")
    with pytest.raises(UnknownNameError, match="Unknown item set of freeform 'pocket'; known are: standard"):
        load_items(SPECS["freeform"], "pocket")
    with pytest.raises(InputFileError, match="No such file"):
        load_items(SPECS["ethical_mcq"], str(tmp_path / "none.jsonl"))


def test_a_hash_covers_all_that_is_read() -> None:
    item = Item.model_validate_json(line())
    for change in ("question", "aligned", "misaligned", "rationale"):
        assert Item.model_validate_json(line(**{change: "other"})).sha256() != item.sha256()
    assert Item.model_validate_json(line(version=2, domain="e")).sha256() == item.sha256()


def test_items_that_hold_the_trigger_or_are_shorter_are_refused() -> None:
    trigger = load_trigger("singapore")

    def item(question: str) -> Item:
        return Item.model_validate_json(line(question=question))

    with pytest.raises(InputFileError, match="already stands in the items x-1"):
        check_against_trigger((item("An office with the label country: singapore asks."),), trigger)
    with pytest.raises(InputFileError, match="more than the shortest prompt"):
        check_against_trigger((item("What now?"),), trigger)
