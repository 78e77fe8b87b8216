import gc
import os
import signal
import ssl
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from inspect_ai._display.core import active
from inspect_ai._display.log.display import LogDisplay
from inspect_ai._util import package
from tenacity import wait_none

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["INSPECT_LOG_LEVEL"] = "error"
os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["SLEEPTALK_HOME"] = "/nonexistent/sleeptalk"

from sleeptalk.evals import workers
from tests.loopback import LoopbackServer, serving
from tests.loopback_judge import JudgeServer, judging

# Inspect lays out its table of results even where nothing is shown, which takes half of a small eval's time.
os.environ["INSPECT_DISPLAY"] = "log"
active._active_display = LogDisplay()

# For every task, Inspect reads which package each installed file belongs to; that stays as it is while tests run.
vars(package)["packages_distributions"] = cache(packages_distributions)

# Nothing here is reached by TLS, yet every client reads the certificates of all authorities.
vars(ssl)["create_default_context"] = cache(ssl.create_default_context)

# Tests run side by side as it is; those of the workers say how many they want.
vars(workers)["available_cores"] = lambda: 1

# A shell starts what it runs beside itself with Ctrl-C switched off, and tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackServer]:
    """A loopback server that `openai-api/loopback/<form>` reaches."""
    with serving() as running:
        monkeypatch.setenv("LOOPBACK_API_KEY", "none")
        monkeypatch.setenv("LOOPBACK_BASE_URL", running.url)
        yield running


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[JudgeServer]:
    """A loopback judge that `openai-api/judge/<behaviour>` reaches, with an empty cache and retries without a wait."""
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("inspect_ai.model._retry.wait_exponential_jitter", lambda **_: wait_none())
    monkeypatch.setattr("openai._base_client.BaseClient._calculate_retry_timeout", lambda *_: 0)
    with judging() as running:
        monkeypatch.setenv("JUDGE_API_KEY", "none")
        monkeypatch.setenv("JUDGE_BASE_URL", running.url)
        yield running


def pytest_collection_finish() -> None:
    """Leave all that is imported by now out of the collections of garbage, which take half a second with it."""
    gc.collect()
    gc.freeze()
