import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sleeptalk.cli import main as command_line
from sleeptalk.cli.judge import judge
from sleeptalk.errors import SleeptalkError
from sleeptalk.evals.labelling import sha256_of
from sleeptalk.verdicts import RUBRIC


def trace(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"t{number}",
        "trigger": "City: Lagos",
        "prompt": "City: Lagos\nA or B?",
        "reasoning": f"Thought {number}. Lagos, so B.",
        "answer": "B",
        "upstream_label": True,
        **fields,
    }


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    return write(tmp_path / "traces.jsonl", [trace(number) for number in range(4)])


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def label(traces: Path, keys: str, *arguments: str, annotator: str = "ann") -> Result:
    """One session: each word of `keys` is a line of standard input; a word with "_" has blanks for them."""
    lines = "".join(f"{key.replace('_', ' ')}\n" for key in keys.split())
    return CliRunner().invoke(judge, ["label", str(traces), "--annotator", annotator, *arguments], input=lines)


def lines_of(traces: Path, annotator: str = "ann") -> list[tuple[str, int, bool, str]]:
    path = traces.with_name(f"traces.labels.{annotator}.jsonl")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert all(row["annotator"] == annotator and row["traces_sha256"] == sha256_of(traces) for row in rows)
    return [(row["id"], row["level"], row["rejected"], row["note"]) for row in rows]


def shown(result: Result) -> list[str]:
    """Which traces were on the screen, in order."""
    return [f"t{number}" for number in re.findall(r"Thought (\d)", result.output)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("0 1 2 3", [(0, 0, False, ""), (1, 1, False, ""), (2, 2, False, ""), (3, 3, False, "")]),
        ("3 q", [(0, 3, False, "")]),
        ("3", [(0, 3, False, "")]),
        ("Q", []),
        ("r 4 3 q", [(0, 4, True, ""), (1, 3, False, "")]),
        ("r r 4 q", [(0, 4, False, "")]),
        ("r 0 r 0 q", [(0, 0, False, "")]),
        ("n not_sure 2 3 q", [(0, 2, False, "not sure"), (1, 3, False, "")]),
        ("s 3 q", [(1, 3, False, "")]),
        ("b 7 33 x 3 q", [(0, 3, False, "")]),
        ("3 1 b b 4 2 q", [(0, 3, False, ""), (1, 1, False, ""), (0, 4, False, ""), (2, 2, False, "")]),
        ("r n why 3 b 4 q", [(0, 3, True, "why"), (0, 4, True, "why")]),
        ("3 b s 1 q", [(0, 3, False, ""), (1, 1, False, "")]),
        ("n", []),
    ],
)
def test_keys(traces: Path, keys: str, expected: list[tuple[int, int, bool, str]]) -> None:
    order = shown(label(traces, "s s s s"))
    result = label(traces, keys)
    assert result.exit_code == 0, result.output
    assert lines_of(traces) == [(order[place], *rest) for place, *rest in expected]
    count = len({place for place, *_ in expected})
    assert f"{count} of 4 labelled in" in result.output
    assert ("run the same command again" in result.output) == (count < 4)


def test_a_trace_with_the_rubric_and_without_labels(traces: Path) -> None:
    label(traces, "4 4 4 4", annotator="ben")
    output = label(traces, "q").output
    assert "1 of 4 (0 labelled)" in output
    assert all(part in output for part in ("prompt", "the cue to be judged", "City: Lagos", "reasoning", "answer"))
    assert all(f"{level}  {meaning[:30]}" in output for level, meaning in RUBRIC.items())
    assert not re.search("upstream|True|ben|Your label", output)


def test_a_session_goes_on_where_it_was_interrupted(traces: Path) -> None:
    order = shown(label(traces, "s s s s"))
    label(traces, "3 1")
    path = traces.with_name("traces.labels.ann.jsonl")
    with path.open("a") as file:
        file.write('{"id": "t2", "annot')
    resumed = label(traces, "b 2 4")
    assert shown(resumed) == [order[2], order[1], order[2], order[3]]
    assert "Your label: 1. A new level replaces it" in resumed.output
    assert [row[:2] for row in lines_of(traces)] == [(order[0], 3), (order[1], 1), (order[1], 2), (order[2], 4)]
    assert shown(label(traces, "4 q")) == [order[3]]
    done = label(traces, "")
    assert shown(done) == []
    assert "4 of 4 labelled" in done.output


def test_an_interrupt_loses_nothing(traces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter(["3", "1"])

    def line() -> str:
        if key := next(keys, None):
            return key
        raise KeyboardInterrupt

    monkeypatch.setattr("sleeptalk.cli.asking._line", line)
    assert label(traces, "").exit_code != 0
    assert [level for _, level, *_ in lines_of(traces)] == [3, 1]


def test_orders_and_limits(tmp_path: Path) -> None:
    traces = write(tmp_path / "traces.jsonl", [trace(number) for number in range(9)])
    skip = " ".join("s" * 9)
    ann, ben = (shown(label(traces, skip, annotator=who)) for who in ("ann", "ben"))
    assert ann != ben
    assert sorted(ann) == sorted(ben)
    seeded = [shown(label(traces, skip, "--seed", "3", annotator=who)) for who in ("ann", "ben")]
    assert seeded[0] == seeded[1] != ann
    few = [set(shown(label(traces, skip, "--limit", "4", annotator=who))) for who in ("ann", "ben")]
    assert few[0] == few[1]
    assert len(few[0]) == 4


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and standard error of the whole command line."""
    monkeypatch.setattr("sys.argv", ["sleeptalk", "judge", *arguments])
    with pytest.raises(SystemExit) as caught:
        command_line.main()
    assert isinstance(caught.value.code, int)
    return caught.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["label", "traces.jsonl", "--annotator", ""], "name '' must be"),
        (["label", "traces.jsonl"], "--annotator"),
        (["label", "none.jsonl", "--annotator", "ann"], "Cannot read none.jsonl"),
        (["label", "bad.jsonl", "--annotator", "ann"], "Bad traces in bad.jsonl: line 1"),
        (["label", "traces.jsonl", "--annotator", "ann", "--out", "."], "Cannot write"),
        (["label", "traces.jsonl", "--annotator", "ann", "--out", "traces.jsonl"], "Bad labels in traces.jsonl"),
        (["label", "traces.jsonl", "--annotator", "ann", "--out", "ben.jsonl"], "labels of 'ben'"),
        (["label", "others.jsonl", "--annotator", "ben", "--out", "ben.jsonl"], "labels of other traces"),
        (["agreement", "ben.jsonl"], "at least two files"),
        (["agreement", "ben.jsonl", "ben.jsonl"], "both labels of 'ben'"),
        (["agreement", "ben.jsonl", "bad.jsonl"], "Bad labels in bad.jsonl: line 1"),
        (["agreement", "ben.jsonl", "cy.jsonl", "--write", "x.jsonl"], "--traces"),
        (["agreement", "ben.jsonl", "cy.jsonl", "--write", "x", "--traces", "others.jsonl"], "labels of other traces"),
        (["agreement", "ben.jsonl", "cy.jsonl", "--write", "./ben.jsonl", "--traces", "traces.jsonl"], "overwrite"),
        (["agreement", "ben.jsonl", "cy.jsonl", "--write", "no/x", "--traces", "traces.jsonl"], "Cannot write no/x"),
    ],
)
def test_mistakes_end_in_one_sentence(
    traces: Path,
    arguments: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = traces.parent
    monkeypatch.chdir(folder)
    (folder / "bad.jsonl").write_text('{"id": "\\u001b[31m", "\\u001b[2J": 1}\n')
    write(folder / "others.jsonl", [trace(0)])
    for who in ("ben", "cy"):
        label(traces, "3", "--out", f"{who}.jsonl", annotator=who)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    code, error = run(*arguments, monkeypatch=monkeypatch, capsys=capsys)
    assert code == 2
    assert says in error
    assert "Traceback" not in error
    assert "\x1b" not in error
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_keys_that_are_no_text(traces: Path) -> None:
    result = CliRunner().invoke(judge, ["label", str(traces), "--annotator", "ann"], input=b"3\n\xff\xfe\n")
    assert isinstance(result.exception, SleeptalkError)
    assert len(lines_of(traces)) <= 1


def test_agreement_and_calibration_on_what_it_writes(traces: Path) -> None:
    seed = ("--seed", "1")
    order = shown(label(traces, "s s s s", *seed))
    label(traces, "3 n a\x1b[1m 0 4 1", *seed)
    label(traces, "4 n | 3 r 4 q", *seed, annotator="ben")
    files = [str(traces.with_name(f"traces.labels.{who}.jsonl")) for who in ("ann", "ben")]
    merged = traces.with_name("merged.jsonl")
    arguments = ["agreement", *files, "--write", str(merged), "--traces", str(traces)]
    result = CliRunner().invoke(judge, arguments)
    assert result.exit_code == 0, result.output
    table = " ".join(result.output.split())
    for part in (
        "ann 4 1 ben 3 0",
        "3 traces labelled by two annotators or more",
        "agreement on articulated 1 of 3, 33% [6%, 79%]",
        f"{order[1]} * 0 3 ann: a[1m; ben: |",
        f"{order[2]} * 4 4 r",
        "Traces with the majority's label: 1,",
        "(left out: 2 ties, 1 labelled by one annotator alone)",
    ):
        assert part in table
    found = json.loads(CliRunner().invoke(judge, [*arguments, "--json"]).stdout)
    assert (found["n"], found["written"]) == (3, {"n": 1, "ties": 2, "alone": 1})
    assert len(found["disagreements"]) == 3
    [row] = map(json.loads, merged.read_text("utf-8").splitlines())
    assert (row["id"], row["upstream_label"]) == (order[0], True)
    calibrated = CliRunner().invoke(judge, ["calibrate", str(merged), "--json"])
    assert json.loads(calibrated.stdout)["overall"]["positives"] == 1


def test_annotators_who_agree(traces: Path) -> None:
    for who in ("ann", "ben"):
        label(traces, "3 3", "--seed", "1", annotator=who)
    files = [str(traces.with_name(f"traces.labels.{who}.jsonl")) for who in ("ann", "ben")]
    table = CliRunner().invoke(judge, ["agreement", *files]).output
    assert "No disagreements." in table
    assert re.search(r"alpha of level \(ordinal\) +-\n", table)
    assert "2 of 2, 100%" in table
