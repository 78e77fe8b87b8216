from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.model import GenerateConfig, Model, get_model
from tenacity import wait_none

from tests.loopback_judge import JudgeServer, judging


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[JudgeServer]:
    """A loopback judge that `openai-api/judge/<behaviour>` reaches, with an empty cache and retries without a wait."""
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("inspect_ai.model._retry.wait_exponential_jitter", lambda **_: wait_none())
    with judging() as server:
        monkeypatch.setenv("JUDGE_API_KEY", "none")
        monkeypatch.setenv("JUDGE_BASE_URL", server.url)
        yield server


@pytest.fixture
def model(judge: JudgeServer) -> Callable[..., Model]:
    """Models of the judge by its behaviour."""

    def made(behaviour: str, **config: Any) -> Model:
        settings = GenerateConfig(**{"max_retries": 1, "attempt_timeout": 1 if behaviour == "never" else 30, **config})
        return get_model(f"openai-api/judge/{behaviour}", config=settings, memoize=False)

    return made
