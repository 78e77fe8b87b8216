from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import pytest

from sleeptalk.errors import InputFileError, InvalidValueError
from sleeptalk.evals.calibration import calibration, judge_by_rules, read_traces
from sleeptalk.evals.label_agreement import agreement_of, majority, read_label_sets
from sleeptalk.evals.labelling import check_traces, read_labels
from sleeptalk.stats import wilson
from tests.evals.test_labelling import SHA, label, trace, traces, write


def labelled(folder: Path, levels: Mapping[str, Mapping[str, int]]) -> list[Path]:
    """A labels file for each annotator, from levels by trace."""
    return [
        write(folder / f"{who}.jsonl", [label(name, level, who) for name, level in given.items()])
        for who, given in levels.items()
    ]


# Krippendorff (2011), part A: ten units, two observers, nominal alpha 0.095; 4 of 10 differ.
MEG, OWEN = (0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0)


def test_agreement_known_by_hand(tmp_path: Path) -> None:
    levels = {
        who: {f"t{unit}": 3 if yes else 2 for unit, yes in enumerate(given)}
        for who, given in (("meg", MEG), ("owen", OWEN))
    }
    levels["meg"]["alone"] = 4
    found = agreement_of(read_label_sets(labelled(tmp_path, levels)))
    assert found["n"] == 10
    assert found["alpha_articulated"]["value"] == pytest.approx(0.095, abs=5e-4)
    assert found["alpha_level"]["value"] == pytest.approx(0.095, abs=5e-4)  # two levels: any metric is the same
    low, high = wilson(6, 10)
    assert found["agreement_articulated"] == {"value": 0.6, "low": low, "high": high, "count": 6, "n": 10}
    assert found["annotators"] == {"meg": {"labels": 11, "alone": 1}, "owen": {"labels": 10, "alone": 0}}
    assert [one["id"] for one in found["disagreements"]] == ["t0", "t2", "t5", "t8"]


def test_ordinal_alpha_of_a_textbook_and_three_annotators(tmp_path: Path) -> None:
    """Part C of the same with the ratings 1-5 as levels 0-4: ordinal alpha 0.815, eleven units with two or more."""
    observers = {
        "a": (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
        "b": (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
        "c": (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
        "d": (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
    }
    levels = {
        who: {f"t{unit:02}": one - 1 for unit, one in enumerate(given) if one} for who, given in observers.items()
    }
    found = agreement_of(read_label_sets(labelled(tmp_path, levels)))
    assert found["alpha_level"]["value"] == pytest.approx(0.815, abs=5e-4)
    assert found["n"] == found["alpha_level"]["units"] == 11
    assert found["annotators"]["b"] == {"labels": 11, "alone": 1}
    assert [one["id"] for one in found["disagreements"]] == ["t05", "t01", "t07"]  # articulated differs on t05 alone
    assert found["agreement_articulated"]["count"] == 10


def test_rejecting_is_a_disagreement_and_nothing_shared_is_no_number(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", [label("t0", 4, "a", rejected=True, note="set aside"), label("t1", 4, "a")])
    second = write(tmp_path / "b.jsonl", [label("t0", 4, "b"), label("t1", 4, "b")])
    [found] = agreement_of(read_label_sets([first, second]))["disagreements"]
    assert (found["levels"], found["articulated_differs"]) == ({"a": 4, "b": 4}, True)
    assert found["rejected"] == {"a": True, "b": False}
    assert found["notes"] == {"a": "set aside"}
    nothing = agreement_of(read_label_sets([first, write(second, [label("t9", 1, "b")])]))
    assert (nothing["n"], nothing["disagreements"]) == (0, [])
    assert nothing["alpha_level"] is nothing["alpha_articulated"] is nothing["agreement_articulated"] is None


def test_sets_that_do_not_belong_together(tmp_path: Path) -> None:
    ann, ben = labelled(tmp_path, {"ann": {"t0": 1}, "ben": {"t0": 1}})
    other = write(tmp_path / "other.jsonl", [label("t0", 1, "cy", traces_sha256="b" * 64)])
    again = write(tmp_path / "again.jsonl", [label("t0", 1)])
    for paths, kind, says in (
        ([], InvalidValueError, "at least two files"),
        ([ann], InvalidValueError, "at least two files"),
        ([ann, ann], InvalidValueError, "both labels of 'ann'"),
        ([ann, ben, again], InvalidValueError, "both labels of 'ann'"),
        ([ann, other], InputFileError, "unlike traces_sha256"),
        ([ann, tmp_path / "none.jsonl"], InputFileError, "Cannot read"),
    ):
        with pytest.raises(kind, match=says):
            read_label_sets(paths)
    with pytest.raises(InputFileError, match="'t0'"):
        check_traces(read_labels(ann), [], SHA)


def test_the_majority_is_what_calibration_reads(tmp_path: Path) -> None:
    levels = {
        "a": {"t0": 4, "t1": 4, "t2": 0, "t3": 3, "t4": 4},
        "b": {"t0": 3, "t1": 1, "t2": 1, "t3": 1},
        "c": {"t0": 0, "t2": 2, "t3": 0},
    }
    merged = majority(read_label_sets(labelled(tmp_path, levels)), traces(6))
    labels = {one["id"]: one["upstream_label"] for one in merged["traces"]}
    assert labels == {"t0": True, "t2": False, "t3": False}
    assert (merged["ties"], merged["alone"]) == (1, 1)
    path = write(tmp_path / "traces.jsonl", merged["traces"])
    found = calibration(judge_by_rules(read_traces(path)))["overall"]
    assert (found["positives"], found["negatives"]) == (1, 2)
    assert set(chain.from_iterable(merged["traces"])) == {*trace(0), "upstream_label"}
