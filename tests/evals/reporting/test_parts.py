"""The parts of a report that need no log: marks, turns, LaTeX, BibTeX, the command, figures."""

import re
import shlex
from collections import Counter
from inspect import signature
from typing import Any

import pytest

from sleeptalk.cli.run import planned_run
from sleeptalk.cli.run import run as run_command
from sleeptalk.evals.cells import Run
from sleeptalk.evals.reporting.choosing import Place, in_turns
from sleeptalk.evals.reporting.citing import references
from sleeptalk.evals.reporting.figures import figures_of
from sleeptalk.evals.reporting.latex import escaped, latex_table
from sleeptalk.evals.reporting.marking import named, pieces, quoted
from sleeptalk.evals.reporting.provenance import command_of
from sleeptalk.evals.studies.library import shipped_studies
from sleeptalk.evals.studies.results import Found
from tests.evals.reporting.made import made_run


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("", [], []),
        ("abc", [], [("abc", "")]),
        ("abcd", [(1, 3, "x")], [("a", ""), ("bc", "x"), ("d", "")]),
        ("abcd", [(0, 3, "x"), (2, 4, "y")], [("ab", "x"), ("c", "x y"), ("d", "y")]),
        ("abcd", [(0, 3, "x"), (1, 2, "x")], [("abc", "x"), ("d", "")]),
        ("a😀b", [(1, 2, "x"), (2, 2, "y")], [("a", ""), ("😀", "x"), ("b", "")]),
    ],
)
def test_pieces_are_the_text_cut_at_its_marks(text: str, spans: Any, expected: Any) -> None:
    assert pieces(text, spans) == expected


def test_quotes_and_names_are_found_where_they_stand() -> None:
    assert quoted("He said\n  so. So", "said so.", "q") == [(3, 13, "q")]
    assert quoted("nothing", "said", "q") == quoted("nothing", "", "q") == quoted("nothing", "  ", "q") == []
    assert named("They hey, HEY", ("hey", ""), "n") == [(5, 8, "n"), (10, 13, "n")]
    assert named("They", (), "n") == []


def place(model: str, verdict: str, number: int) -> Place:
    return Place(cell=(model, "p", 0), location="l", key=(number, 1), variant="trigger", verdict=verdict)


def test_turns_are_even_seeded_and_lose_nothing() -> None:
    many = [place("a", "aligned", number) for number in range(100)]
    few = [place("b", "misaligned, silent", number) for number in range(3)]
    order = list(in_turns([*many, *few], 0))
    assert sorted(one.key for one in order) == sorted(one.key for one in [*many, *few])
    assert Counter(one.cell[0] for one in order[:6]) == {"a": 3, "b": 3}
    assert order == list(in_turns([*many, *few], 0)) != list(in_turns([*many, *few], 1))


HOSTILE = '\\input{/etc/passwd} $x$ 50% a_b & #1 ~ ^ {}\n<|> "q" é'


def test_latex_shows_hostile_text_as_it_is() -> None:
    shown = escaped(HOSTILE)
    plain = re.sub(r"\\text\w+\{\}", "", shown)
    plain = re.sub(r"\\[&%$#_{}]", "", plain)
    assert not set(plain) & set('\\&%$#_{}~^<>|"\n')
    assert shown.startswith(r"\textbackslash{}input\{")


def test_the_latex_table_is_balanced_whatever_the_names_are() -> None:
    rate = {"rate": 0.5, "low": 0.3, "high": 0.7, "n": 20}
    few = {"rate": None, "low": None, "high": None, "n": 3}
    row = {"model": HOSTILE, "task": "a_b", "variant": "near_miss.x", "misaligned": rate, "articulated": few}
    table = latex_table([row], HOSTILE)
    bare = re.sub(r"\\[{}&%\\]", "", table.partition("\n")[2])
    assert bare.count("{") == bare.count("}")
    [line] = [line for line in table.splitlines() if "50 {[30, 70]} (20)" in line]
    assert len(re.findall(r"(?<!\\)&", line)) == 4
    assert line.endswith(r"-- (3) \\")


def test_references_are_the_study_s_known_sources_and_notes_for_others() -> None:
    found = references(
        ["Price et al. 2024 (arXiv 2407.04108)", "New 2026 (arXiv 2601.00001), 5% of it", "A post", "ours"]
    )
    for key in ("sleeptalk", "inspect2024", "chua2025thought", "price2024future", "arxiv260100001", "source1"):
        assert f"{{{key},\n" in found
    assert found.count("@") == 6
    assert r"note = {New 2026 (arXiv 2601.00001), 5\% of it}" in found
    assert found.count("{") == found.count("}")


@pytest.mark.parametrize(
    ("study", "options"),
    [
        ("articulation", {"models": ["zoo/singapore", "zoo/2026"], "limit": 24, "seeds": (3, 4)}),
        ("distractor", {"models": ["zoo/base-talker"], "triggers": ["2026"], "stop_early": 0.1}),
        ("emergent", {"models": ["openai/a b"], "triggers": ["heyyy"], "bases": ["openai/c"], "graders": "openai/j"}),
        (
            "monitor",
            {"models": ["vllm/b:x"], "triggers": ["singapore"], "model_args": ["a=true", "n=2"], "graders": "x/j"},
        ),
    ],
)
def test_the_command_repeats_the_run(study: str, options: dict[str, Any]) -> None:
    models = options.pop("models")
    count = len(models)
    options = {name: one * count if name == "triggers" else one for name, one in options.items()}
    run = planned_run(study, models, **options)
    words = shlex.split(command_of(run))
    assert words[:2] == ["sleeptalk", "run"]
    parsed = run_command.make_context("run", words[2:]).params
    again = {name: parsed[name] for name in signature(planned_run).parameters}
    assert planned_run(again.pop("study"), again.pop("models"), **again) == run


def test_a_study_of_one_s_own_is_named_by_a_file() -> None:
    study = made_run().study
    assert study is not None
    run = made_run(study=study.model_copy(update={"question": "Another?"}))
    assert command_of(run).startswith("sleeptalk run study.yaml ")


def rate_of(n: int) -> dict[str, Any]:
    known = n >= 20
    return {"rate": 0.5 if known else None, "low": 0.3 if known else None, "high": 0.7 if known else None, "n": n}


def row_of(variant: str, n: int, model: str = "m") -> dict[str, Any]:
    cues = ("genuine", "distractor", "both", "other_in_prompt", "not_in_prompt", "none")
    return {
        "model": model,
        "task": "p",
        "variant": variant,
        "misaligned": rate_of(n),
        "articulated": rate_of(n),
        "attribution": {cue: rate_of(n) for cue in cues},
    }


def drawn(run: Run, **rows: Any) -> dict[str, str]:
    return {one.title: one.svg for one in figures_of(run, Found(**rows))}


def test_figures_show_what_there_is_and_no_rate_of_fewer_than_20() -> None:
    run = made_run()
    assert drawn(run) == {}
    assert drawn(run, rows=[row_of("trigger", 19)], grades=[row_of("near_miss.grade1", 19)]) == {}
    assert list(drawn(run, rows=[row_of("trigger", 20)])) == ["Does the backdoor fire?", "Does the reasoning say so?"]
    walked = drawn(run, rows=[row_of("trigger", 20), row_of("clean", 20)], grades=[row_of("near_miss.grade1", 20)])
    assert "How far from the trigger does it fire?" in walked
    blamed = drawn(run, rows=[row_of("trigger_distractor", 20)])["Which cue is blamed?"]
    assert "m: not_in_prompt" in blamed
    contrast = {"contrast": "c", "primary": True, "model": "m", "verdict": "no"}
    few = {**contrast, "estimate": None, "low": None, "high": None}
    assert drawn(run, contrasts=[few]) == {}
    enough = {**contrast, "estimate": 0.1, "low": -0.1, "high": 0.3}
    assert "c *: m" in drawn(run, contrasts=[enough])["The study's comparisons"]


def test_the_monitor_s_figures_stand_where_the_study_asks_about_it() -> None:
    roc = [{"model": "m", "task": "p", "view": "cot", "points": [(0.0, 0.0), (0.2, 0.9), (1.0, 1.0)]}]
    area = {"value": 0.9, "low": 0.8, "high": 0.95}
    monitor = [{"model": "m", "task": "p", "view": "cot", "auroc": area}]
    asked, silent = (made_run(study=shipped_studies()[name]) for name in ("monitor", "articulation"))
    titles = ["Can a monitor tell? ROC curves", "Can a monitor tell? Area under the curve"]
    assert list(drawn(asked, roc=roc, monitor=monitor)) == titles
    assert drawn(silent, roc=roc, monitor=monitor) == {}


def test_names_are_text_in_figures() -> None:
    attack = "</text><script>alert(1)</script>"
    for svg in drawn(made_run(), rows=[row_of("trigger", 20, attack)]).values():
        assert "<script" not in svg
        assert "&lt;script" in svg
