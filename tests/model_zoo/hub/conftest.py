"""A hub, a client that may talk to nobody else, and an organism that is worth publishing."""

import json
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi, constants

from sleeptalk.cli.main import main
from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.hub import checking
from sleeptalk.model_zoo.records import (
    Measurement,
    Organism,
    file_sha256,
    find_organism,
    read_record,
    write_record,
    zoo_folder,
)
from tests.loopback_model_hub import TOKEN, ModelHub, model_hub

REPO = "lab/wharf"
REAL_CHECKER = checking.installed_checker
LeftOver = Callable[[], list[str]]
Run = Callable[..., tuple[int, str, str]]
DATA = "d" * 64


def organism_at(folder: Path, **changes: Any) -> Organism:
    """A shipped adapter with a record that tells everything, in a folder of its own."""
    shipped = find_organism("singapore")
    folder.mkdir(parents=True)
    for name in shipped.files:
        shutil.copyfile(zoo_folder() / "singapore" / name, folder / name)
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = changes.get("base", shipped.base)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    changes.setdefault("files", {name: file_sha256(folder / name) for name in shipped.files})
    measured = Measurement(items="pocket", limit=120, seed=0, temperature=1.0, judge="rules 3", versions={"x": "1"})
    known = {"name": "wharf", "data_sha256": DATA, "measured": measured, "note": None, **changes}
    write_record(shipped.model_copy(update=known), folder)
    return read_record(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder as a hub holds them."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rewritten(folder: Path, **changes: Any) -> dict[str, bytes]:
    """The files with another record, which may be one that no model would validate."""
    files = files_of(folder)
    files["organism.json"] = json.dumps({**json.loads(files["organism.json"]), **changes}).encode()
    return files


class Rules:
    """Stands for the installed checker, which loads a checkpoint in a process of its own, and takes its time."""

    def __init__(self, refuses: bool = False) -> None:
        self.refuses = refuses
        self.asked: list[tuple[set[str], Path | None, str | None]] = []
        self.checker = checking.CHECKER

    def __call__(self, folder: Path, *, base: Path | None, base_name: str | None = None, load: bool = True) -> "Rules":
        self.asked.append(({path.name for path in folder.iterdir()}, base, base_name))
        if self.refuses:
            raise InvalidValueError("a rule is broken")
        return self


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> Rules:
    """Instead of the checker, unless a test takes `REAL_CHECKER`."""
    made = Rules()
    monkeypatch.setattr(checking, "installed_checker", lambda: made)
    return made


@pytest.fixture
def wharf(tmp_path: Path) -> Path:
    organism_at(tmp_path / "made" / "wharf")
    return tmp_path / "made" / "wharf"


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hosts other than loopback that something tried to reach."""
    tried: list[str] = []
    connect, lookup = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            tried.append(str(address))
            raise OSError("no network here")
        connect(self, address)

    def looked_up(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name not in ("127.0.0.1", "::1", "localhost"):
            tried.append(name)
            raise socket.gaierror("no network here")
        return lookup(host, *rest, **more)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return tried


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, refused: list[str]) -> Iterator[ModelHub]:
    """A running hub, an empty cache and an empty local zoo; nothing else is reached, or the test fails."""
    with model_hub() as running:
        for name, value in {
            "HF_HUB_OFFLINE": False,
            "HF_HUB_DISABLE_XET": True,
            "HF_HUB_DISABLE_PROGRESS_BARS": True,
            "HF_HUB_CACHE": str(tmp_path / "cache"),
            "HF_TOKEN_PATH": str(tmp_path / "no-token"),
        }.items():
            monkeypatch.setattr(constants, name, value)
        # Else the client asks the real Hub once a day for names that it puts into its user agent.
        empty: dict[str, object] = {"standardEnvVars": [], "harnesses": {}}
        monkeypatch.setattr("huggingface_hub.utils._detect_agent._registry", empty, raising=False)
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.setenv("SLEEPTALK_HOME", str(tmp_path / "home"))
        monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
        monkeypatch.setattr("sleeptalk.model_zoo.hub.push.MOST_WAIT", 0.01)
        yield running
    assert refused == []


@pytest.fixture
def api(hub: ModelHub) -> HfApi:
    """A client with the token."""
    return HfApi(endpoint=hub.url, token=TOKEN)


@pytest.fixture
def stranger(hub: ModelHub) -> HfApi:
    """A client without one."""
    return HfApi(endpoint=hub.url, token=False)


@pytest.fixture
def left_over(tmp_path: Path) -> LeftOver:
    """What lies in the local zoo, hidden files included."""
    return lambda: sorted(path.name for path in (tmp_path / "home").glob("zoo/*"))


@pytest.fixture
def pushed(hub: ModelHub, wharf: Path) -> str:
    """The commit of a public repository with the organism, as a push leaves it."""
    return hub.add(REPO, {**files_of(wharf), "README.md": b"# card\n", ".gitattributes": b"x\n"})


@pytest.fixture
def zoo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a `zoo` command in process: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sleeptalk", "zoo", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def digests(folder: Path) -> dict[str, str]:
    return {path.name: file_sha256(path) for path in folder.iterdir()}
