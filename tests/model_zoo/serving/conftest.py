"""An environment that holds a fake vLLM, and what tests ask of running processes."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.model_zoo.serving import fake_vllm

Install = Callable[[str], Path]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Make an environment with the fake command and the metadata of this version; returns the command."""

    def made(version: str) -> Path:
        command = tmp_path / "env" / "bin" / "vllm"
        command.parent.mkdir(parents=True)
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -I {fake_vllm.__file__} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        if version:
            metadata = (
                tmp_path / "env" / "lib" / "python3.11" / "site-packages" / f"vllm-{version}.dist-info" / "METADATA"
            )
            metadata.parent.mkdir(parents=True)
            metadata.write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\n", encoding="utf-8")
        return command

    return made


@pytest.fixture
def vllm(install: Install) -> str:
    """A fake CPU build."""
    return str(install("0.32.0+cpu"))


def engine_of(log: Path) -> int:
    """Id of the process that the fake server started."""
    [line] = [one for one in log.read_text().splitlines() if one.startswith("engine:")]
    return int(line.split()[1])


def is_gone(process: int, seconds: float = 30.0) -> bool:
    """Whether a process ends in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False
