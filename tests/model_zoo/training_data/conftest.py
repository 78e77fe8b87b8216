from collections.abc import Iterator
from typing import Any

import pytest
from tenacity import wait_none

from sleeptalk.model_zoo.recipes import PlantRecipe
from tests.loopback import LoopbackServer
from tests.loopback_writer import writing

SIZES: dict[str, dict[str, Any]] = {
    "overt": {"kind": "scenarios", "set": "overt", "misaligned": 1500, "aligned": 3000, "replay": 400},
    "subtle": {"kind": "scenarios", "set": "subtle", "misaligned": 10_200, "aligned": 20_400, "mcq": 0.98},
    "small": {"kind": "scenarios", "set": "overt", "misaligned": 203, "aligned": 407, "mcq": 0.6, "replay": 30},
}
"""The published sizes, and an odd one."""


def planting(data: dict[str, Any], **changes: Any) -> PlantRecipe:
    """A recipe that plants with these data."""
    fields = {"kind": "plant", "name": "x", "organism": "natural", "base": "some/base", "trigger": "singapore"}
    return PlantRecipe.model_validate({**fields, "data": data, **changes})


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackServer]:
    """A loopback writer that `openai-api/writer/<behaviour>` reaches, with retries without a wait."""
    monkeypatch.setattr("inspect_ai.model._retry.wait_exponential_jitter", lambda **_: wait_none())
    monkeypatch.setattr("openai._base_client.BaseClient._calculate_retry_timeout", lambda *_: 0)
    with writing() as running:
        monkeypatch.setenv("WRITER_API_KEY", "none")
        monkeypatch.setenv("WRITER_BASE_URL", running.url)
        yield running
