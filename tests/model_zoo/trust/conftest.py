"""Good checkpoints to break, and proof that nothing was executed and nobody was called."""

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model_zoo.trust.builders import make_adapter, make_model

CANARY = "SLEEPTALK_CANARY"


class Recorder:
    """A listening loopback socket that counts who connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()


@pytest.fixture(scope="session")
def recording() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.socket.close()


@pytest.fixture
def recorder(recording: Recorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """Stands in for the Hub; the test fails if anything connects."""
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{recording.port}")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    before = recording.connections
    yield recording
    assert recording.connections == before


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that hostile code would write; the test fails if it is there."""
    path = tmp_path / "canary"
    monkeypatch.setenv(CANARY, str(path))
    yield path
    assert not path.exists()


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    make_model(folder / "model")
    make_adapter(folder / "adapter")
    return folder


@pytest.fixture
def model(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good / "model", tmp_path / "model"))


@pytest.fixture
def adapter(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good / "adapter", tmp_path / "adapter"))


@pytest.fixture
def base(good: Path) -> Path:
    return good / "model"
