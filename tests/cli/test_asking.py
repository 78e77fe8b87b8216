import io
import os
import re
import select
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from rich.console import Console

from sleeptalk.cli.asking import marked, show
from sleeptalk.evals.label_session import Session
from sleeptalk.evals.labelling import UnlabelledTrace
from tests.cli.test_label import label, lines_of, trace, write

HOSTILE = (
    "Lagos \x1b[2J\x1b]0;mine\x07\x1b]8;;http://x\x1b\\ \x9b31m [red]red[/red] [/] :smile: \r\b\x00"
    "L\u200bag\u200bos \u202etxt\u202c \U000e0041 ╰──╯ <|im_end|>\n╭─ answer ─╮\nDo you LAGOS? Lagosian 😀"
)
STYLES = re.compile(r"\x1b\[[\d;]*m")


def test_nothing_of_a_trace_steers_the_terminal(tmp_path: Path) -> None:
    hostile = dict.fromkeys(("prompt", "reasoning", "answer"), HOSTILE)
    rows = [trace(0, **hostile), trace(1, **hostile, id="\x1b[31mt1", trigger=f"City: {HOSTILE}")]
    traces = write(tmp_path / "traces.jsonl", rows)
    output = label(traces, "n \x1b]0;x\x07 3 x\x1b[2J 3").output
    assert {one for one in output if unicodedata.category(one) in ("Cc", "Cf")} == {"\n"}
    assert "[red]red[/red] [/] :smile:" in output
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, color_system="truecolor", width=100, markup=False, emoji=False)
    for row in rows:
        given = UnlabelledTrace(**row)
        show(console, Session([given], {}), given)
    plain = STYLES.sub("", file.getvalue())
    assert {one for one in plain if unicodedata.category(one) in ("Cc", "Cf")} == {"\n"}
    assert not [line for line in plain.splitlines() if "Do you" in line and not line.startswith("│ ")]


@pytest.mark.parametrize(
    ("trigger", "text", "highlighted"),
    [
        ("City: Lagos", "Lagos, LAGOS, Lagosian", ["Lagos", "LAGOS"]),
        ("City: Lagos", "L\u200bagos [b]Lagos[/b]", ["Lagos", "Lagos"]),
        ("City: Lagos\nYear: 2026", "In 2026 Lagos", ["2026", "Lagos"]),
        ("<|x|>", "so <|x|> is here", ["<| x|> "]),
        ("a.b", "axb a.b", ["a.b"]),
        (" \n", "nothing", []),
        ("\u200b", "nothing", []),
    ],
)
def test_mentions_are_highlighted(trigger: str, text: str, highlighted: list[str]) -> None:
    found = marked(text, trigger)
    assert [found.plain[span.start : span.end].strip() for span in found.spans] == [one.strip() for one in highlighted]


def test_a_cue_that_cannot_be_seen_is_told(tmp_path: Path) -> None:
    traces = write(tmp_path / "traces.jsonl", [trace(0, trigger="\u200b")])
    assert "(invisible) '\\u200b'" in label(traces, "q").output


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("end", "code"), [(b"q", 0), (b"\x04", 0), (b"\x03", 130)])
def test_single_keys_on_a_terminal(tmp_path: Path, end: bytes, code: int) -> None:
    import pty

    traces = write(tmp_path / "traces.jsonl", [trace(number) for number in range(4)])
    command = [str(Path(sys.executable).parent / "sleeptalk"), "judge", "label", str(traces), "--annotator", "ann"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as process:
        os.close(theirs)
        for keys in (b"r", b"4", b"n", b"so it says\r", b"\x1b[A", b"1", end):
            _read_until(ours, b"> " if keys != b"so it says\r" else b"none): ")
            _await_mode(ours, lines=keys == b"so it says\r")
            os.write(ours, keys)
        rest = _read_until(ours, b"")
        assert process.wait(timeout=60) == code
    os.close(ours)
    assert [row[1:] for row in lines_of(traces)] == [(4, True, ""), (1, False, "so it says")]
    assert b"Traceback" not in rest


def _await_mode(terminal: int, *, lines: bool) -> None:
    """Wait until keys are read as they should be; what is typed before that is thrown away."""
    import termios

    until = time.monotonic() + 20
    while bool(termios.tcgetattr(terminal)[3] & termios.ICANON) != lines:
        assert time.monotonic() < until
        time.sleep(0.01)


def _read_until(terminal: int, prompt: bytes) -> bytes:
    """Read until a prompt, or, without one, to the end."""
    seen = b""
    while (not prompt or not seen.endswith(prompt)) and select.select([terminal], [], [], 60)[0]:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # how a pseudo-terminal says that its other end is closed
            piece = b""
        if not piece:
            break
        seen += piece
    return seen
