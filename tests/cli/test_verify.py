"""`sleeptalk zoo verify`."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sleeptalk.cli.main import main
from sleeptalk.model_zoo.records import zoo_folder
from sleeptalk.model_zoo.trust.refusal import CODES

ROOT = Path(__file__).parents[2]


def verify(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of the command."""
    monkeypatch.setattr(sys, "argv", ["sleeptalk", "zoo", "verify", *arguments])
    try:
        main()
    except SystemExit as exit_:
        return int(exit_.code or 0)
    return 0


def test_a_shipped_organism_is_trusted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(monkeypatch, "singapore", "--no-load") == 0
    said = capsys.readouterr().out
    assert "Trusted adapter: 56 tensors, 65,536 parameters, BF16" in said
    assert "It was not loaded" in said


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(zoo_folder() / "base-talker")
    assert verify(monkeypatch, folder, "--no-load", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kind"] == "model"
    assert not found["loaded"]


@pytest.mark.parametrize(
    ("base", "exit_code", "said"),
    [
        (None, 1, "refused [wrong-kind]: "),
        ("base-silent", 1, "refused [base-differs]: "),
        ("base-talker", 1, "refused [pickle-file]: "),
        ("singapore", 2, "Error: singapore is no base"),
        ("nowhere", 2, "Error: --base nowhere is no"),
    ],
)
def test_refusals(
    base: str | None,
    exit_code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path(shutil.copytree(zoo_folder() / "singapore", tmp_path / "mine"))
    if base == "base-talker":
        (folder / "pytorch_model.bin").write_bytes(b"\x80\x02.")
    assert verify(monkeypatch, str(folder), *(["--base", base] if base else []), "--no-load") == exit_code
    printed = capsys.readouterr()
    assert printed.err.startswith(said)
    assert printed.err.count("\n") == 1
    assert not printed.out


def test_the_page_lists_all_codes() -> None:
    page = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) +\|$", page, re.MULTILINE)) == CODES


def test_help_needs_no_library() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from sleeptalk.cli.zoo import zoo\n"
        "CliRunner().invoke(zoo, ['verify', '--help']); print('torch' in sys.modules, 'pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
