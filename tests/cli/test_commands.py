import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sleeptalk.model_zoo.records import shipped_organisms

COMMAND = Path(sys.executable).parent / "sleeptalk"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], ["demo", "zoo"]),
        (["--help"], ["demo", "zoo"]),
        (["demo", "--help"], ["--out", "--limit", "--seed", "--json"]),
        (["zoo", "--help"], ["list", "train-base", "plant", "measure"]),
        (["zoo", "plant", "--help"], ["RECIPE", "--out", "--threads"]),
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


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nope"], "No such command 'nope'"),
        (["demo", "--limit", "0"], "--limit must be between 1 and 120 items of a cell, not 0."),
        (["demo", "--limit", "many"], "'many' is not a valid integer"),
        (["demo", "--out", "/proc/nope"], "Cannot write to /proc/nope"),
        (["zoo", "plant", "nope", "--out", "x"], "Unknown recipe 'nope'; known are: 2026"),
        (["zoo", "plant", "nope.yaml", "--out", "x"], "Cannot read nope.yaml: No such file or directory."),
        (["zoo", "plant", "base-talker", "--out", "x"], "trains a base; use: sleeptalk zoo train-base base-talker"),
        (["zoo", "train-base", "heyyy", "--out", "x"], "plants a backdoor; use: sleeptalk zoo plant heyyy"),
        (["zoo", "plant", "heyyy"], "Missing option '--out'"),
        (["zoo", "measure", "/nowhere"], "does not exist"),
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
    """The whole command, at two items a cell; the second call finds everything done."""
    out = str(tmp_path / "demo")
    done = run("demo", "--limit", "2", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert len(rows) == len(shipped_organisms()) * 3 * 5
    assert {row["n"] for row in rows} == {2}
    assert "samples" in done.stderr
    assert {path.name for path in Path(out).iterdir()} == {
        "logs",
        "report.html",
        "results.csv",
        "results.parquet",
        "run.json",
    }
    again = run("demo", "--limit", "2", "--out", out, "--json")
    assert json.loads(again.stdout)["rows"] == rows
    other = run("demo", "--limit", "3", "--out", out)
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
