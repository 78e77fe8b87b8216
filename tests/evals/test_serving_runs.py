"""`run --serve`: organisms are asked through a vLLM server that the run starts and stops. vLLM itself: test_vllm.py."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tenacity import wait_none

from sleeptalk.cli.run import run as run_command
from sleeptalk.errors import SleeptalkError
from tests.model_zoo.serving.conftest import install, vllm

__all__ = ["install", "vllm"]

STUDY = "name: mine\nquestion: Does it fire?\nparts:\n  - {task: ethical_mcq, variants: [clean, trigger]}\n"


@pytest.fixture
def study(tmp_path: Path, vllm: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small study, with the fake vLLM on the path."""
    monkeypatch.setattr("inspect_ai.model._providers.vllm._vllm_servers", {})
    monkeypatch.setenv("PATH", f"{Path(vllm).parent}:/usr/bin:/bin")
    path = tmp_path / "mine.yaml"
    path.write_text(STUDY)
    return str(path)


def called(study: str, out: Path, *models: str) -> Result:
    options = [option for model in models for option in ("--model", model)]
    arguments = [study, *options, "--trigger", "singapore", "--serve", "--limit", "3", "--json", "--out", str(out)]
    return CliRunner().invoke(run_command, arguments, catch_exceptions=False)


def test_two_organisms_share_a_server_that_ends_with_the_run(study: str, tmp_path: Path) -> None:
    done = called(study, tmp_path / "out", "zoo/singapore", "zoo/singapore-s1")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["rows"]
    assert {(row["model"], row["n"]) for row in rows} == {("singapore", 3), ("singapore-s1", 3)}
    headers = [json.loads(path.read_text()) for path in (tmp_path / "out").glob("run.json")]
    assert [one["model"] for one in headers[0]["models"]] == [
        "vllm/base-talker:singapore",
        "vllm/base-talker:singapore-s1",
    ]


def test_a_server_that_dies_ends_the_run(study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspect_ai.model._retry.wait_exponential_jitter", lambda **_: wait_none())
    monkeypatch.setenv("FAKE_VLLM", "dies later")
    with pytest.raises(SleeptalkError, match=r"The vLLM server ended with exit code 3|ended with status 'error': Conn"):
        called(study, tmp_path / "out", "zoo/singapore")
    assert not (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("models", "says"),
    [
        (["zoo/singapore", "zoo/singapore-silent"], "these models have base-silent, base-talker"),
        (["vllm/base-talker:singapore"], "--serve serves organisms of the zoo; vllm/base-talker:singapore is asked wh"),
    ],
)
def test_what_one_server_cannot_serve_is_refused(study: str, tmp_path: Path, models: list[str], says: str) -> None:
    with pytest.raises(SleeptalkError, match=says):
        called(study, tmp_path / "out", *models)
    assert not (tmp_path / "out").exists()
