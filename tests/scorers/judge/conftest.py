from collections.abc import Callable
from typing import Any

import pytest
from inspect_ai.model import GenerateConfig, Model, get_model

from tests.loopback_judge import JudgeServer


@pytest.fixture
def model(judge: JudgeServer) -> Callable[..., Model]:
    """Models of the judge by its behaviour."""

    def made(behaviour: str, **config: Any) -> Model:
        settings = GenerateConfig(**{"max_retries": 1, "attempt_timeout": 1 if behaviour == "never" else 30, **config})
        return get_model(f"openai-api/judge/{behaviour}", config=settings, memoize=False)

    return made
