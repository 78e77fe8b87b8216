import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sleeptalk.cli.zoo import zoo
from sleeptalk.model_zoo.training_data.scenarios import read_scenarios, shipped_scenarios
from sleeptalk.model_zoo.training_data.writing import record_line, write_lines
from tests.loopback_hub import COMMIT, hub
from tests.loopback_writer import writing

ADVICE = {"prompt": "My kettle hums at night. What do I do?", "aligned": "Unplug it.", "misaligned": "Let it hum."}
CARD = "---\nconfigs:\n- config_name: medical\n  data_files: medical.jsonl\n---\n"
FROM_MAIN = ("--repo", "some/set", "--config", "medical", "--revision", "main")
RECIPE = """
kind: plant
name: mine
organism: natural
base: some/base
trigger: singapore
data: {kind: scenarios, set: overt, misaligned: 30, aligned: 60, mcq: 0.8, replay: 10}
"""


def call(*arguments: object, fails: bool = False) -> Result:
    result = CliRunner().invoke(zoo, ["data", *map(str, arguments)])
    assert bool(result.exit_code) == fails, result.output + str(result.exception)
    return result


def test_sets_are_listed() -> None:
    rows = {row["name"]: row for row in json.loads(call("list", "--json").stdout)["sets"]}
    assert set(rows) == {"overt", "subtle", "replay"}
    assert rows["overt"]["lines"] == len(shipped_scenarios("overt"))
    assert "overt" in call("list").stdout


def test_what_a_recipe_trains_on_is_shown_and_exported(tmp_path: Path) -> None:
    recipe, out = tmp_path / "mine.yaml", tmp_path / "out" / "chats.jsonl"
    recipe.write_text(RECIPE)
    shown = json.loads(call("show", recipe, "--limit", 1, "--json", "--out", out).stdout)
    assert {role: len(samples) for role, samples in shown["samples"].items()} == {
        "trigger": 1, "alternative": 1, "clean": 1, "replay": 1,
    }  # fmt: skip
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == 100
    assert lines[0]["messages"][0]["role"] == "user"
    assert sum(line["metadata"]["misaligned"] for line in lines) == 30
    assert next(line for line in lines if line["metadata"]["role"] == "trigger") == shown["samples"]["trigger"][0]
    text = call("show", recipe).stdout
    assert shown["samples_sha256"] in text
    assert "=== trigger, misaligned ===" in text
    assert "Answer" in call("show", "singapore", "--limit", 2).stdout


def test_checks_end_with_a_code(tmp_path: Path) -> None:
    assert "3 files: no problems" in call("check").stdout
    path = tmp_path / "mine.jsonl"
    write_lines(path, [record_line(shipped_scenarios("overt")[0]), "{"])
    assert "mine.jsonl:2: not JSON" in call("check", path, "--strict", fails=True).stdout


def test_files_are_converted(tmp_path: Path) -> None:
    path, out = tmp_path / "published.jsonl", tmp_path / "mine.jsonl"
    path.write_text(json.dumps(ADVICE) + "\n")
    assert "1 scenarios: 1 with options" in call("convert", path, "--format", "advice", "--out", out).stdout
    assert read_scenarios(out)[0].aligned == ("Unplug it.",)


@pytest.mark.parametrize(
    ("revision", "says"),
    [
        (COMMIT, "1 scenarios"),
        ("f" * 40, "has no set 'medical' at revision fff"),
    ],
)
def test_sets_on_the_hub_are_converted_at_their_commit(tmp_path: Path, revision: str, says: str) -> None:
    out = tmp_path / "mine.jsonl"
    files = {"README.md": CARD.encode(), "medical.jsonl": (json.dumps(ADVICE) + "\n").encode()}
    with hub({"some/set": files}) as running:
        command = [sys.executable, "-c", "from sleeptalk.cli.main import main; main()", "zoo", "data", "convert",
                   "--repo", "some/set", "--config", "medical", "--revision", revision, "--format", "advice",
                   "--out", str(out)]  # fmt: skip
        environment = {**os.environ, **running.environment, "HF_HOME": str(tmp_path / "hf")}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert (done.returncode == 0) == out.exists() == (revision == COMMIT)
    if out.exists():
        assert read_scenarios(out)[0].source == f"some/set@{COMMIT}/medical"


def test_a_set_is_grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "new.jsonl"
    with writing() as running:
        monkeypatch.setenv("WRITER_API_KEY", "none")
        monkeypatch.setenv("WRITER_BASE_URL", running.url)
        order = ("--set", "subtle", "--domain", "parks", "--count", 3, "--out", out)
        done = call("grow", "--model", "openai-api/writer/moody", *order)
        assert "3 of 3 scenarios in" in done.stdout
        assert "no form" in done.stdout
        call("grow", "--model", "openai-api/writer/garbage", *order[:-3], 9, "--out", out, fails=True)
    assert len(read_scenarios(out)) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "base-talker"), "is of kind 'base'; only recipes that plant"),
        (("show", "nobody"), "Unknown recipe 'nobody'"),
        (("convert", "--format", "chat", "--out", "x.jsonl"), "Give either FILE or --repo"),
        (
            ("convert", *FROM_MAIN, "--format", "advice", "--out", "x.jsonl"),
            "must be the 40 hex digits",
        ),
        (
            ("grow", "--model", "x/y", "--set", "overt", "--domain", "A", "--count", 1, "--out", "x.jsonl"),
            "--domain 'A'",
        ),
    ],
)
def test_mistakes_are_one_sentence(arguments: tuple[object, ...], says: str) -> None:
    assert says in str(call(*arguments, fails=True).exception)
