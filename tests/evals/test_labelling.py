import json
from pathlib import Path
from typing import Any

import pytest

from sleeptalk.errors import InputFileError, InvalidValueError, OutputFolderError
from sleeptalk.evals.label_session import Session, shuffled
from sleeptalk.evals.labelling import (
    Label,
    UnlabelledTrace,
    append,
    check_name,
    labels_file,
    read_labels,
    read_unlabelled,
    resume,
    sha256_of,
)

SHA = "a" * 64


def trace(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"t{number}",
        "trigger": "City: Lagos",
        "prompt": "City: Lagos\nA or B?",
        "reasoning": f"{number}: Lagos, so B.",
        "answer": "B",
        **fields,
    }


def traces(count: int) -> list[UnlabelledTrace]:
    return [UnlabelledTrace(**trace(number)) for number in range(count)]


def label(name: str, level: int, annotator: str = "ann", **fields: Any) -> dict[str, Any]:
    return {
        "id": name,
        "annotator": annotator,
        "level": level,
        "rejected": False,
        "note": "",
        "traces_sha256": SHA,
        **fields,
    }


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_a_label_is_appended_and_the_last_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    for row in (label("t0", 3), label("t1", 2, note="mañana\n"), label("t0", 4, rejected=True)):
        append(path, Label(**row))
    found = read_labels(path)
    assert [(one.id, one.level, one.articulated) for one in found.labels.values()] == [
        ("t1", 2, False),
        ("t0", 4, False),
    ]
    assert len(path.read_text("utf-8").splitlines()) == 3
    assert "mañana" in path.read_text("utf-8")


def test_every_label_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    monkeypatch.setattr("os.fsync", lambda _: sizes.append((tmp_path / "labels.jsonl").stat().st_size))
    append(tmp_path / "labels.jsonl", Label(**label("t0", 3)))
    assert sizes == [len(json.dumps(label("t0", 3))) + 1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no labels"),
        ("{", "line 1: not JSON"),
        ("[1]", "line 1: not a JSON object"),
        ("9" * 5000, "line 1: not JSON"),
        (json.dumps(label("t0", 5)), "line 1: level"),
        (json.dumps(label("t0", 1, rejected="yes")), "line 1: rejected"),
        (json.dumps(label("t0", 0, rejected=True)), "line 1: a cue that is not mentioned cannot be rejected"),
        (json.dumps(label("t0", 1, traces_sha256="x")), "line 1: traces_sha256"),
        (json.dumps({**label("t0", 1), "\x1b[2J": 1}), "line 1: [2J: Extra inputs"),
        (f"{json.dumps(label('t0', 1))}\n\n{json.dumps(label('t1', 1, 'ben'))}", "line 3: the annotator is 'ben'"),
        (f"{json.dumps(label('t0', 1))}\n{json.dumps(label('t1', 1, traces_sha256='b' * 64))}", "line 2: a label of"),
        ("{\n" * 30, "and 20 more bad lines"),
    ],
)
def test_bad_labels_are_named_with_their_line(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(content)
    with pytest.raises(InputFileError) as caught:
        read_labels(path)
    assert says in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_traces_are_read_with_or_without_a_label(tmp_path: Path) -> None:
    path = write(tmp_path / "traces.jsonl", [trace(0), trace(1, upstream_label=True)])
    assert [one.id for one in read_unlabelled(path)] == ["t0", "t1"]
    assert all("upstream_label" not in one.model_dump() for one in read_unlabelled(path))
    with pytest.raises(InputFileError, match="line 2: the id 't0' stands twice"):
        read_unlabelled(write(path, [trace(0), trace(0)]))
    with pytest.raises(InputFileError, match="holds no traces"):
        read_unlabelled(write(path, []))
    with pytest.raises(InputFileError, match="Cannot read"):
        sha256_of(tmp_path)


@pytest.mark.parametrize("name", ["", " ", "../ann", "a/b", "-ann", "ann\n", ".ann", "a" * 61, "a\x1b[31m"])
def test_bad_names(name: str) -> None:
    with pytest.raises(InvalidValueError, match="must be 1 to 60 letters") as caught:
        check_name(name)
    assert "\x1b" not in str(caught.value)


def test_labels_lie_beside_the_traces() -> None:
    assert labels_file(Path("here/traces.jsonl"), check_name("Ana_María.2")) == Path(
        "here/traces.labels.Ana_María.2.jsonl"
    )


FIRST, SECOND = json.dumps(label("t0", 3)), json.dumps(label("t1", 2))


@pytest.mark.parametrize(
    ("content", "names", "left"),
    [
        ("", [], ""),
        (f"{FIRST}\n{SECOND}\n", ["t0", "t1"], f"{FIRST}\n{SECOND}\n"),
        (f"{FIRST}\n{SECOND}", ["t0", "t1"], f"{FIRST}\n{SECOND}\n"),
        (FIRST, ["t0"], f"{FIRST}\n"),
        (f"{FIRST}\n{SECOND[:40]}", ["t0"], f"{FIRST}\n"),
        (f"{FIRST}\n{{", ["t0"], f"{FIRST}\n"),
    ],
)
def test_resuming_mends_what_an_interruption_cut_off(tmp_path: Path, content: str, names: list[str], left: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(content)
    assert list(resume(path, "ann", traces(2), SHA)) == names
    assert path.read_text() == left


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a poem\nwithout an end", "line 1: not JSON"),
        (FIRST[:30], "line 1: not JSON"),
        (f"{{\n{FIRST[:30]}", "line 1: not JSON"),
        (json.dumps(label("t0", 1, "ben")), "holds labels of 'ben', not of 'ann'"),
        (json.dumps(label("t0", 1, traces_sha256="b" * 64)), "holds labels of other traces"),
        (json.dumps(label("t7", 1)), "labels traces that there are not: 't7'"),
    ],
)
def test_resuming_leaves_other_files_as_they_are(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(content)
    with pytest.raises(InputFileError, match=says):
        resume(path, "ann", traces(2), SHA)
    assert path.read_text() == content


@pytest.mark.parametrize("out", [".", "nowhere/labels.jsonl"])
def test_what_cannot_be_written_is_said_before_the_first_label(tmp_path: Path, out: str) -> None:
    with pytest.raises(OutputFolderError, match="Cannot write"):
        resume(tmp_path / out, "ann", traces(2), SHA)


def test_annotators_see_the_same_traces_in_orders_of_their_own() -> None:
    everything = traces(40)
    ann, ben = (shuffled(everything, who, SHA) for who in ("ann", "ben"))
    assert [one.id for one in ann] != [one.id for one in ben] != [one.id for one in everything]
    assert {one.id for one in ann} == {one.id for one in ben} == {one.id for one in everything}
    assert ann == shuffled(everything, "ann", SHA)
    assert shuffled(everything, "ann", SHA, seed=1) == shuffled(everything, "ben", SHA, seed=1)
    few = {one.id for one in shuffled(everything, "ann", SHA, limit=5)}
    assert few == {one.id for one in shuffled(everything, "ben", SHA, limit=5)}
    assert few < {one.id for one in shuffled(everything, "ben", SHA, limit=10)}
    assert few != {"t0", "t1", "t2", "t3", "t4"}


def test_the_way_through_a_session() -> None:
    known = {name: Label(**label(name, 1)) for name in ("t3", "t1")}
    session = Session(traces(5), known)
    assert [one.id for one in session.traces] == ["t3", "t1", "t0", "t2", "t4"]
    seen = []
    for step in ("put", "skip", "back", "back", "put", "skip", "back", "back", "back", "back", "put", "put", "put"):
        assert session.current is not None
        seen.append(session.current.id)
        if step == "put":
            session.put(Label(**label(session.current.id, 2)))
        elif step == "skip":
            session.forward()
        else:
            session.back()
    assert seen == ["t0", "t2", "t4", "t2", "t0", "t2", "t4", "t2", "t0", "t1", "t3", "t2", "t4"]
    assert session.current is None
    assert session.labels["t3"].level == 2


def test_the_first_trace_has_none_before_it() -> None:
    session = Session(traces(1), {})
    assert not session.back()
    assert session.at == 0
