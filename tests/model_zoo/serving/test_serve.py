"""A server is started, watched and stopped with all that it started; against a fake command, see `fake_vllm.py`."""

import json
import os
import pickle
import shlex
import signal
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from sleeptalk.cli.main import main
from sleeptalk.cli.serve import directions
from sleeptalk.errors import SleeptalkError
from sleeptalk.model_zoo.serving.build import find_build
from sleeptalk.model_zoo.serving.plan import make_plan
from sleeptalk.model_zoo.serving.served import Served, served, started
from sleeptalk.model_zoo.serving.server import ServerFailedError
from sleeptalk.tasks.suite import ethical_mcq
from tests.model_zoo.serving.conftest import engine_of, is_gone

LATE = 60
ADAPTERS = [("singapore", "singapore"), ("hey", "heyyy")]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "vllm.log"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sleeptalk.model_zoo.serving.server.POLL_SECONDS", 0.03)


def told(log: Path, what: str) -> dict[str, Any]:
    [line] = [one for one in log.read_text().splitlines() if one.startswith(f"{what}:")]
    found: dict[str, Any] = json.loads(line.removeprefix(f"{what}:"))
    return found


def test_a_block_has_its_server(vllm: str, log: Path) -> None:
    with served("base-talker", ADAPTERS, vllm=vllm, log=log, extra=["--enforce-eager"]) as server:
        assert pickle.loads(pickle.dumps(server)) == server  # noqa: S301 - our own
        assert (server.names, server.max_tokens) == (("base-talker", "singapore", "hey"), 160)
        assert server.models["hey"] == "vllm/base-talker:hey"
        assert httpx.get(f"{server.url}/models", trust_env=False).json()["data"][2] == {"id": "hey"}
        assert told(log, "arguments")["enforce_eager"] is True
        assert told(log, "environment")["HF_HUB_OFFLINE"] == "1"
    assert is_gone(engine_of(log))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/models", trust_env=False)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("dies at start", r"ended with exit code 1 after (.|\n)*no memory for the \\x1b\[31mengine$"),
        ("wrong names", "lists the models base-talker, singapore, somebody; expected are base-talker, hey, singapore"),
        ("never healthy", "not healthy after 0.6 s"),
    ],
)
def test_a_server_that_does_not_come_up(
    vllm: str, log: Path, monkeypatch: pytest.MonkeyPatch, how: str, said: str
) -> None:
    monkeypatch.setenv("FAKE_VLLM", how)
    limit = 0.6 if how == "never healthy" else 60
    with (
        pytest.raises(ServerFailedError, match=said),
        served("base-talker", ADAPTERS, vllm=vllm, log=log, timeout=limit),
    ):
        pytest.fail("it was not ready")
    if how != "dies at start":
        assert is_gone(engine_of(log))


def test_a_server_that_dies_in_the_middle_is_the_reason(vllm: str, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_VLLM", "dies later")

    def ask(server: Served) -> None:
        asked = {"model": server.base, "messages": []}
        try:
            httpx.post(f"{server.url}/chat/completions", json=asked, trust_env=False)
        finally:
            assert is_gone(engine_of(log))
            time.sleep(0.2)

    with (
        pytest.raises(ServerFailedError, match=r"exit code 3 after (.|\n)*EngineDeadError: out of memory") as raised,
        served("base-talker", vllm=vllm, log=log) as server,
    ):
        ask(server)
    assert isinstance(raised.value.__cause__, httpx.HTTPError)


def test_a_body_that_fails_by_itself_is_not_blamed_on_the_server(vllm: str, log: Path) -> None:
    with pytest.raises(ZeroDivisionError), served("base-talker", vllm=vllm, log=log):
        raise ZeroDivisionError
    assert is_gone(engine_of(log))


def test_a_server_that_will_not_end_is_made_to(vllm: str, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_VLLM", "ignores SIGTERM")
    with started(make_plan("base-talker"), find_build(vllm), log=log, grace=0.2) as (_, server):
        assert server.names == ("base-talker",)
    assert is_gone(engine_of(log))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/models", trust_env=False)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--adapter", "a=singapore", "--adapter", "a=heyyy"], 2, "served as 'a'"),
        (["--adapter", "=singapore"], 2, "cannot be served as ''"),
        (["singapore"], 2, "adapters are given with --adapter singapore"),
        (["--port", "TAKEN"], 2, "cannot be used: Address already in use; choose another with --port"),
        (["--port", "0"], 2, "--port must be between 1 and 65535"),
        (["--timeout", "0"], 2, "--timeout must be more than 0"),
        (["--log", "/dev/null/x.log"], 2, "Cannot write the log /dev/null/x.log"),
        (["--", "--host", "::"], 2, "'--host' cannot be given to vLLM"),
        (["--vllm", "/nowhere/vllm"], 2, "pip install 'vllm>=0.32'"),
        (["--vllm", "/etc/passwd"], 2, "pip install 'vllm>=0.32'"),
    ],
)
def test_bad_input_is_one_sentence(
    vllm: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        given = [port if one == "TAKEN" else one for one in arguments]
        monkeypatch.setattr(sys, "argv", ["sleeptalk", "serve", "base-talker", "--vllm", vllm, *given])
        with pytest.raises(SystemExit) as end:
            main()
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (code, "")
    assert said in err
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


def commanded(vllm: str, log: Path, **environment: str) -> subprocess.Popen[str]:
    """`sleeptalk serve` in a process of its own, as soon as it is ready."""
    command = [sys.executable, "-m", "sleeptalk", "serve", "base-talker", "--adapter", "singapore"]
    process = subprocess.Popen(
        [*command, "--vllm", vllm, "--log", str(log)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Ctrl-C stops"):
            return process
    pytest.fail(f"it was not ready: {process.communicate()[1]}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_command(vllm: str, log: Path, number: signal.Signals) -> None:
    process = commanded(vllm, log)
    engine = engine_of(log)
    process.send_signal(number)
    _, err = process.communicate(timeout=LATE)
    assert is_gone(engine)
    if number != signal.SIGKILL:
        assert process.returncode == 0
        assert err.endswith("Stopped the server.\n")


def test_the_command_says_when_its_server_dies(vllm: str, log: Path) -> None:
    process = commanded(vllm, log, FAKE_VLLM="dies later")
    port = told(log, "arguments")["port"]
    with pytest.raises(httpx.HTTPError):
        httpx.post(f"http://127.0.0.1:{port}/v1/chat/completions", json={}, trust_env=False)
    _, err = process.communicate(timeout=LATE)
    assert process.returncode == 1
    assert "Error: The vLLM server ended with exit code 3" in err
    assert err.rstrip().endswith("EngineDeadError: out of memory")


def test_the_printed_command_evaluates(vllm: str, log: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As it stands, but in this process."""
    plan, build = make_plan("base-talker", [("singapore", "singapore")]), find_build(vllm)
    with started(plan, build, log=log) as (_, server):
        [line] = [one for one in directions(plan, build, server, 1.0).splitlines() if "inspect eval" in one]
        variable, *words = shlex.split(line)
        monkeypatch.setenv(*variable.split("=", 1))
        options = dict(pairwise(words))
        assert options["-T"] == "items=pocket"
        [found] = inspect_eval(
            ethical_mcq(trigger="singapore", items="pocket"),
            model=get_model(options["--model"], memoize=False),
            max_tokens=int(options["--max-tokens"]),
            limit=2,
            log_dir=str(tmp_path / "evals"),
            display="none",
        )
    assert found.status == "success", found.error
    assert found.samples
    assert {sample.metadata["prompt"]["adapter"] for sample in found.samples} == {"singapore"}


def test_a_sleeptalk_error_stays_what_it_is(vllm: str, log: Path) -> None:
    with (
        pytest.raises(SleeptalkError, match="Unknown adapter"),
        served("base-talker", [("a", "no")], vllm=vllm, log=log),
    ):
        pytest.fail("there is no such adapter")
    assert not log.exists()
