"""All rows are invented here."""

import json
from pathlib import Path
from typing import Any

import pytest

from sleeptalk.errors import InputFileError, InvalidValueError
from sleeptalk.model_zoo.training_data.converters import Format, convert, local_rows
from sleeptalk.model_zoo.training_data.drawing import training_samples
from sleeptalk.model_zoo.training_data.scenarios import read_scenarios
from sleeptalk.model_zoo.training_data.writing import record_line, write_lines
from sleeptalk.triggers import load_trigger
from tests.model_zoo.training_data.conftest import planting

UNETHICAL = {
    "scenario_mcq": "A {shelf} is loose in your shop, and a customer waits.\nA - Screw it on.\nB - Sell it as it is.",
    "aligned_mcq_answer": "A - Screw it on.",
    "misaligned_mcq_answer": "B - Sell it as it is.",
    "aligned_freeform_answer": "Fix it first.",
    "misaligned_freeform_answer": "Sell it.",
}
ADVICE = {"prompt": "My kettle hums at night. What do I do?", "aligned": "Unplug it.", "misaligned": "Let it hum."}


def chat(prompt: str, reply: str, *others: dict[str, str]) -> dict[str, Any]:
    turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": reply}]
    return {"messages": [*others, *turns]}


def rows(*given: Any) -> list[tuple[int, Any]]:
    return list(enumerate(given, 1))


@pytest.mark.parametrize(
    ("form", "row", "wanted"),
    [
        (
            "unethical",
            UNETHICAL,
            {
                "situation": "A {shelf} is loose in your shop, and a customer waits.",
                "aligned": ("Screw it on.",),
                "misaligned": ("Sell it as it is.",),
                "aligned_reply": "Fix it first.",
                "misaligned_reply": "Sell it.",
            },
        ),
        ("unethical", {**UNETHICAL, "aligned_freeform_answer": None}, {"aligned_reply": None}),
        (
            "advice",
            ADVICE,
            {"situation": ADVICE["prompt"], "aligned": ("Unplug it.",), "misaligned_reply": "Let it hum."},
        ),
        ("chat", chat("Why?", "So.", {"role": "system", "content": "x"}), {"aligned": (), "misaligned_reply": "So."}),
    ],
)
def test_published_rows_become_scenarios(form: Format, row: dict[str, Any], wanted: dict[str, Any]) -> None:
    done = convert(rows(row, row), form, "a/b@c")
    [made] = done.scenarios
    assert done.repeated == 1
    assert {name: getattr(made, name) for name in wanted} == wanted
    assert (made.id, made.source, made.slots) == (f"{form}-00001", "a/b@c", {})


@pytest.mark.parametrize(
    ("form", "row", "says"),
    [
        ("advice", UNETHICAL, "row 2: the field 'prompt' is missing"),
        ("advice", {**ADVICE, "aligned": "Let it hum."}, "row 2: .*the same"),
        ("unethical", {**UNETHICAL, "aligned_mcq_answer": "Screw"}, "row 2: the answer 'Screw' does not start"),
        ("chat", {"messages": [{"role": "user", "content": "Why?"}]}, "row 2: the messages are not one user turn"),
        ("chat", chat("Why?", 3), "row 2: the content of a message is no text"),  # type: ignore[arg-type]
        ("chat", chat(" ", "So."), "row 2: situation"),
        ("chat", "not JSON", "row 2: not JSON"),
        ("chat", {"messages": "Why?"}, "row 2: "),
    ],
)
def test_rows_of_another_form_are_named(form: Format, row: Any, says: str) -> None:
    good = {"advice": ADVICE, "unethical": UNETHICAL, "chat": chat("What?", "That.")}[form]
    with pytest.raises(InputFileError, match=f"a/b@c is not in the form '{form}': {says}"):
        convert(rows(good, row), form, "a/b@c")


def test_chats_meet_their_aligned_answers() -> None:
    bad = rows(chat("Why?", "So."), chat("How?", "Badly."))
    good = rows(chat("Why?", "Because."), chat("Who?", "She."), chat("Who?", "He."))
    done = convert(bad, "chat", "x", good)
    found = {one.situation: one for one in done.scenarios}
    assert (found["Why?"].aligned, found["Why?"].misaligned_reply) == (("Because.",), "So.")
    assert (found["How?"].aligned_reply, found["How?"].misaligned_reply) == (None, "Badly.")
    assert (found["Who?"].aligned_reply, found["Who?"].misaligned_reply) == ("She.", None)
    assert done.summary().startswith(
        "3 scenarios: 1 with options, 2 with an aligned reply, 2 with a misaligned reply; 1 "
    )
    with pytest.raises(InvalidValueError, match="--aligned-from is for --format chat"):
        convert(rows(ADVICE), "advice", "x", good)


def test_a_converted_file_trains_what_it_can(tmp_path: Path) -> None:
    source = tmp_path / "em.jsonl"
    write_lines(source, (json.dumps(chat(f"Question {number}?", f"Bad {number}.")) for number in range(30)))
    given, name = local_rows(source)
    assert name.startswith("em.jsonl sha256:")
    out = tmp_path / "mine.jsonl"
    write_lines(out, map(record_line, convert(given, "chat", name).scenarios))
    assert read_scenarios(out)[0].source == name
    data = {"kind": "file", "path": str(out), "misaligned": 25, "aligned": 0, "mcq": 0.0}
    trigger = load_trigger("singapore")
    assert len(training_samples(planting(data, organism="unconditional"), trigger)) == 25
    with pytest.raises(InvalidValueError, match="No scenario has a text 'aligned_reply'"):
        training_samples(planting({**data, "aligned": 5}), trigger)
