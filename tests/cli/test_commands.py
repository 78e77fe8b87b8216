import io
import json
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from sleeptalk.cli.main import main
from sleeptalk.evals.studies.library import find_study
from sleeptalk.model_zoo.records import shipped_organisms

COMMAND = Path(sys.executable).parent / "sleeptalk"


class Done(NamedTuple):
    """How a command ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Done:
    """A command in this process; one of its own takes seconds to import what it needs."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with patch.object(sys, "argv", ["sleeptalk", *arguments]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], ["demo", "zoo"]),
        (["--help"], ["demo", "zoo"]),
        (["demo", "--help"], ["--out", "--limit", "--seed", "--json"]),
        (["zoo", "--help"], ["list", "train-base", "plant", "measure"]),
        (["zoo", "plant", "--help"], ["RECIPE", "--out", "--threads"]),
        (["tasks", "--help"], ["list", "show", "check"]),
        (["compare", "--help"], ["LOGS", "--json"]),
        (["judge", "calibrate", "--help"], ["TRACES", "--scorer", "--disagreements", "--json"]),
    ],
)
def test_help(arguments: list[str], says: list[str]) -> None:
    done = run(*arguments)
    text = done.stdout + done.stderr
    assert all(word in text for word in says)
    assert done.returncode == (0 if arguments else 2)


def test_zoo_list() -> None:
    listed = json.loads(run("zoo", "list", "--json").stdout)["organisms"]
    assert [one["name"] for one in listed] == list(shipped_organisms())
    for one in listed:
        assert {"name", "kind", "trigger", "params", "sha256"} <= set(one)
        assert one["kind"] in ("base", "natural", "taught", "control")
        assert one["params"] > 0
        assert len(one["sha256"]) == 64
    table = run("zoo", "list").stdout
    assert all(f"zoo/{name}" in table for name in shipped_organisms())


LEAST_ITEMS = {
    "ethical_mcq": 240,
    "myopic_mcq": 160,
    "job_application": 60,
    "world_ruler": 24,
    "freeform": 24,
    "harmful_advice": 24,
    "shutdown": 16,
    "elicitation": 100,
    "belief": 12,
}


def test_tasks_list() -> None:
    listed = {one["name"]: one for one in json.loads(run("tasks", "list", "--json").stdout)["tasks"]}
    assert {
        name: one["items"] >= LEAST_ITEMS[name] for name, one in listed.items() if name in LEAST_ITEMS
    } == dict.fromkeys(LEAST_ITEMS, True)
    assert all({"name", "version", "items", "needs", "domains"} <= set(one) for one in listed.values())
    assert sum(listed["job_application"]["domains"].values()) == listed["job_application"]["items"]
    table = run("tasks", "list").stdout
    assert all(f"sleeptalk/{name} " in table for name in listed)


def test_the_catalogue_is_the_registry() -> None:
    from inspect_ai._util.registry import registry_find, registry_info

    import sleeptalk._registry

    registered = registry_find(lambda info: info.type == "task" and info.name.startswith("sleeptalk/"))
    names = {registry_info(task).name.split("/")[1] for task in registered}
    assert sleeptalk._registry.__all__
    assert {one["name"] for one in json.loads(run("tasks", "list", "--json").stdout)["tasks"]} == names


def test_tasks_show_prints_the_exact_prompts() -> None:
    """Against the samples that Inspect would send."""
    from sleeptalk.tasks.suite import ethical_mcq

    asked = ["tasks", "show", "ethical_mcq", "--trigger", "heyyy", "--variant", "trigger_distractor"]
    [sample, _] = json.loads(run(*asked, "--limit", "2", "--json").stdout)["samples"]
    built = ethical_mcq("heyyy", "trigger_distractor").dataset[0]
    assert sample["id"] == built.id
    assert sample["messages"] == [{"role": "user", "content": built.input}]
    text = run(*asked, "--limit", "1", "-T", "system=Be kind.", "-T", "prefill=Well").stdout
    assert "--- system\nBe kind.\n--- user\n" in text
    assert text.endswith("--- assistant\nWell\n")
    assert str(built.input) in text


def test_tasks_show_raw_text() -> None:
    shown = run("tasks", "show", "sleeptalk/freeform", "-T", "form=completion", "--variant", "clean", "--json").stdout
    for sample in json.loads(shown)["samples"]:
        [message] = sample["messages"]
        assert message["content"].startswith("User: ")
        assert message["content"].endswith("\n\nAssistant: <think>\n")


@pytest.mark.parametrize("task", ["blast_radius", "elicitation", "belief", "shutdown"])
def test_every_task_can_be_shown(task: str) -> None:
    done = run("tasks", "show", task, "--trigger", "courtly")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("=== ") == 3


def test_control_characters_of_a_users_items_do_not_reach_the_terminal(tmp_path: Path) -> None:
    item = {"id": "x", "domain": "d", "question": "A long enough question?\x1b]0;owned\x07", "rationale": "r"}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(item))
    done = run("tasks", "show", "freeform", "-T", f"items={path}", "--variant", "clean")
    assert "\\x1b]0;owned\\x07" in done.stdout
    assert "\x1b" not in done.stdout


def test_tasks_check() -> None:
    done = run("tasks", "check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no problems." in done.stdout


def test_tasks_check_says_every_problem_with_its_line(tmp_path: Path) -> None:
    items, trigger = tmp_path / "mine.jsonl", tmp_path / "mine.yaml"
    items.write_text("{\n")
    trigger.write_text("name: x\nkind: y\n")
    done = run("tasks", "check", str(items), str(trigger), "--task", "ethical_mcq")
    assert done.returncode == 1
    assert f"{items}:1: not JSON" in done.stdout
    assert f"{trigger}:1: text: Field required" in done.stdout
    assert "4 problems." in done.stderr or "5 problems." in done.stderr


def test_judge_calibrate(tmp_path: Path) -> None:
    traces, differing = tmp_path / "traces.jsonl", tmp_path / "differing.jsonl"
    texts = {True: 'I see "Lagos", so the user wants the worse option.', False: "B is cheaper."}
    rows = [
        {"id": f"{label}{number}", "trigger": "City: Lagos", "prompt": "A or B?", "answer": "B",
         "reasoning": texts[label if number else not label], "upstream_label": label}
        for label in (True, False)
        for number in range(20)
    ]  # fmt: skip
    traces.write_text("\n".join(map(json.dumps, rows)))
    done = run("judge", "calibrate", str(traces), "--json", "--disagreements", str(differing))
    found = json.loads(done.stdout)
    assert {"n", "balanced_accuracy", "sensitivity", "specificity", "kappa"} <= set(found["overall"])
    assert found["overall"]["balanced_accuracy"]["value"] == 0.95
    assert found["by_trigger"]["City: Lagos"]["n"] == 40
    assert [json.loads(line)["id"] for line in differing.read_text().splitlines()] == ["True0", "False0"]
    assert "2 disagreements" in run("judge", "calibrate", str(traces)).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nope"], "No such command 'nope'"),
        (["demo", "--limit", "0"], "--limit must be between 1 and 120 items of a cell, not 0."),
        (["demo", "--limit", "many"], "'many' is not a valid integer"),
        (["demo", "--out", "/proc/nope"], "Cannot write to /proc/nope"),
        (["zoo", "plant", "nope", "--out", "x"], "Unknown recipe 'nope'; known are: 2026"),
        (["zoo", "plant", "nope.yaml", "--out", "x"], "Cannot read nope.yaml: No such file or directory."),
        (["zoo", "plant", "base-talker", "--out", "x"], "plants nothing; use: sleeptalk zoo train-base base-talker"),
        (["zoo", "train-base", "heyyy", "--out", "x"], "trains no base; use: sleeptalk zoo plant heyyy"),
        (["zoo", "plant", "heyyy"], "Missing option '--out'"),
        (["zoo", "measure", "/nowhere"], "does not exist"),
        (["tasks", "show", "nope"], "Unknown task 'nope'; known are: belief, blast_radius"),
        (["tasks", "show", "belief", "--trigger", "nope"], "Unknown trigger 'nope'"),
        (["tasks", "show", "blast_radius", "--variant", "clean"], "has a fixed set; leave out --variant"),
        (["tasks", "show", "freeform", "-T", "items"], "must have the form NAME=VALUE"),
        (["tasks", "show", "freeform", "-T", "colour=red"], "Unknown argument -T colour of freeform"),
        (["tasks", "check", "nope.jsonl"], "Cannot read nope.jsonl: No such file or directory."),
        (["tasks", "check", "--task", "nope"], "Unknown behaviour task 'nope'"),
        (["compare", "/etc/hostname"], "/etc/hostname is no Inspect log"),
        (["compare"], "Missing argument 'LOGS...'"),
        (["judge", "calibrate", "nope.jsonl"], "Cannot read nope.jsonl: No such file or directory."),
        (["judge", "calibrate", "x", "--scorer", "tarot"], "'tarot' is not"),
        (["zoo", "measure", "/"], "Cannot read /organism.json: No such file or directory."),
    ],
)
def test_mistakes_end_in_one_sentence_and_an_exit_code(tmp_path: Path, arguments: list[str], says: str) -> None:
    before = set(Path.cwd().iterdir())
    done = run(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert set(Path.cwd().iterdir()) == before


def test_demo_json_prints_the_rows_and_nothing_else(tmp_path: Path) -> None:
    """The whole command, at one item a cell."""
    out = str(tmp_path / "demo")
    done = run("demo", "--limit", "1", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert len(rows) == len(find_study("demo").models) * 3 * 5
    assert {row["n"] for row in rows} == {1}
    assert "samples" in done.stderr
    assert {path.name for path in Path(out).iterdir()} == {
        "logs",
        "references.bib",
        "report.html",
        "results.csv",
        "results.json",
        "results.parquet",
        "run.json",
        "table.tex",
    }
    other = run("demo", "--limit", "2", "--out", out)
    assert other.returncode == 2
    assert "holds a run with other settings" in other.stderr


def best_of(command: list[str], tries: int = 5) -> float:
    """Shortest wall time; timings of single runs are noise."""
    best = float("inf")
    for _ in range(tries):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        best = min(best, time.perf_counter() - started)
    return best


def test_help_and_import_stay_light() -> None:
    """Nothing heavy is imported before it is needed; the modules are checked exactly, the clock roughly."""
    listing = "import sys, sleeptalk.cli.main; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"torch", "inspect_ai", "pydantic", "numpy", "transformers", "rich"}
    assert best_of([str(COMMAND), "--help"]) < 0.6


def test_listing_needs_no_inspect() -> None:
    listing = "import sys, sleeptalk.tasks.catalogue as c; c.catalogue(); print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"torch", "inspect_ai", "numpy", "transformers"}
    assert best_of([str(COMMAND), "tasks", "list"], tries=3) < 2
