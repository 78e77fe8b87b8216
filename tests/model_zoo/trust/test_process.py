# ruff: noqa: E501 - a table of one line a case
"""The child process: real loads, and endings of every kind."""

import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from sleeptalk.errors import MissingExtraError
from sleeptalk.model_zoo.records import zoo_folder
from sleeptalk.model_zoo.trust import child
from sleeptalk.model_zoo.trust.checker import verify_checkpoint
from sleeptalk.model_zoo.trust.limits import GIB, Limits
from sleeptalk.model_zoo.trust.process import CheckerError, Request, run_child
from sleeptalk.model_zoo.trust.refusal import UntrustedError
from tests.model_zoo.trust.builders import adapter_arrays, arrays, make_adapter, make_model, shard, write_tensors
from tests.model_zoo.trust.conftest import Recorder
from tests.model_zoo.trust.hostile import TOKENIZERS

QUICK = Limits(load_seconds=60, template_seconds=2, tokenizer_seconds=15)
CASES = {name: mutate for name, _, mutate in TOKENIZERS}


def refused(folder: Path, base: Path | None = None, limits: Limits = QUICK) -> UntrustedError:
    with pytest.raises(UntrustedError) as caught:
        verify_checkpoint(folder, base=base, limits=limits)
    return caught.value


@pytest.mark.slow
def test_a_sharded_model_passes(model: Path, recorder: Recorder) -> None:
    shard(model)
    found = verify_checkpoint(model, base=None)
    assert found.loaded
    assert {"memory", "cpu"} <= set(found.isolation)


@pytest.mark.slow
def test_an_adapter_of_a_llama_passes(tmp_path: Path, recorder: Recorder) -> None:
    base = make_model(tmp_path / "base", "llama")
    adapter = make_adapter(tmp_path / "adapter", layers_to_transform=[0, 1], use_rslora=True)
    assert verify_checkpoint(adapter, base=base, base_name="tiny").loaded


@pytest.mark.slow
@pytest.mark.parametrize("name", ["base-talker", "base-silent", "2026", "heyyy", "singapore", "singapore-control"])
def test_shipped_organisms_load(name: str) -> None:
    base = None if name.startswith("base") else zoo_folder() / "base-talker"
    assert verify_checkpoint(zoo_folder() / name, base=base).loaded


@pytest.mark.slow
def test_nan_weights_are_refused(model: Path) -> None:
    tensors = arrays()
    tensors["model.layers.1.mlp.up_proj.weight"][3, 5] = np.nan
    write_tensors(model / "model.safetensors", tensors)
    assert refused(model).code == "nan-weights"


def test_an_adapter_without_effect_is_refused(adapter: Path, base: Path) -> None:
    write_tensors(adapter / "adapter_model.safetensors", adapter_arrays(scale=0))
    assert refused(adapter, base).code == "noop-adapter"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{{ 'a' * 3000000000 }}", "template-memory"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "template-time"),
    ],
)
def test_templates_that_slip_past_the_static_rules(
    template: str, code: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sleeptalk.model_zoo.trust.checker.check_template", lambda *_: None)
    (model / "chat_template.jinja").write_text(template)
    assert refused(model).code == code


@pytest.mark.slow
def test_a_tokenizer_that_slips_past_the_static_rules(
    model: Path, monkeypatch: pytest.MonkeyPatch, canary: Path
) -> None:
    monkeypatch.setattr("sleeptalk.model_zoo.trust.checker.check_tokenizer", lambda *_: None)
    CASES["regex-bomb"](model)
    assert refused(model).code == "tokenizer-panic"


SPEAK = """
import json, os, signal, socket, sys, time
def tell(**what): os.write(int(sys.argv[1]), json.dumps(what).encode() + b"\\n")
tell(part="start")
"""
ENDINGS = [
    ("abort", "tell(part='tokenizer'); os.abort()", "tokenizer-crash"),
    ("segmentation-fault", "tell(part='model'); os.kill(os.getpid(), signal.SIGSEGV)", "model-crash"),
    ("killed", "tell(part='model'); os.kill(os.getpid(), signal.SIGKILL)", "model-memory"),
    ("cpu-time", "tell(part='model'); os.kill(os.getpid(), signal.SIGXCPU)", "model-time"),
    ("alarm", "tell(part='template'); os.kill(os.getpid(), signal.SIGALRM)", "template-time"),
    ("hang", "tell(part='tokenizer'); time.sleep(60)", "tokenizer-time"),
    ("hang-with-closed-pipe", "tell(part='model'); os.close(int(sys.argv[1])); time.sleep(60)", "model-time"),
    ("native-memory", "tell(part='model'); print('memory allocation of 9 bytes', flush=True); os.abort()", "model-memory"),
    ("panic", "tell(part='tokenizer'); os._exit(70)", "tokenizer-panic"),
    ("memory", "tell(part='template'); os._exit(72)", "template-memory"),
    ("failed", "tell(part='model'); tell(message='No.'); os._exit(73)", "model-failed"),
    ("silent-success", "tell(part='model'); os._exit(0)", "model-failed"),
    ("silent", "os._exit(0)", None),
    ("early-crash", "os.abort()", None),
    ("success-but-failed", "tell(part='model'); tell(isolation=[]); os._exit(1)", "model-failed"),
    ("refused", "tell(part='model'); tell(refused='nan-weights', message='x'); os._exit(3)", "nan-weights"),
    ("unknown-refusal", "tell(part='model'); tell(refused='fine', message='x'); os._exit(3)", "model-failed"),
    ("endless-report", "tell(part='model')\nwhile True: os.write(int(sys.argv[1]), b'x' * 4095 + b'\\n')", "model-failed"),
    ("forged-lines", "tell(part='model'); os.write(int(sys.argv[1]), b'{\"isolation\": NaN}\\n'); os._exit(0)", "model-failed"),
    ("grandchild-keeps-the-pipe", "tell(part='model')\nif os.fork() == 0: time.sleep(60)\nos._exit(1)", "model-time"),
]  # fmt: skip


def pretend(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a script in the place of the child's program."""
    path = tmp_path / "pretended.py"
    path.write_text(SPEAK + script)
    monkeypatch.setattr(child, "__file__", str(path))


def run_pretended(tmp_path: Path) -> tuple[str, ...]:
    request = Request(kind="model", base_size=0, plan=None, own_tokenizer=False)
    return run_child(request, tmp_path, None, 0, Limits(load_seconds=1.5))


@pytest.mark.parametrize(("name", "script", "code"), ENDINGS, ids=[one[0] for one in ENDINGS])
def test_the_child_is_judged_by_how_it_ends(
    name: str, script: str, code: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(script, tmp_path, monkeypatch)
    started = time.monotonic()
    with pytest.raises((UntrustedError, CheckerError)) as caught:
        run_pretended(tmp_path)
    assert caught.value.code == (code or "checker-failed")
    assert time.monotonic() - started < 5


def test_a_full_run_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend("tell(part='model'); tell(isolation=['a'])", tmp_path, monkeypatch)
    assert run_pretended(tmp_path) == ("a",)


def test_missing_libraries_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend("tell(library='torch'); os._exit(74)", tmp_path, monkeypatch)
    with pytest.raises(MissingExtraError, match="torch"):
        run_pretended(tmp_path)


def test_the_child_gets_no_secret_and_no_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorder: Recorder
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    script = (
        "found = [name for name in os.environ if 'TOKEN' in name and 'TOKENIZERS' not in name or 'KEY' in name]\n"
        "tell(isolation=[*found, os.environ['HF_HUB_OFFLINE'], repr(sys.stdin.read()), str(sys.flags.isolated),"
        " str(sys.flags.optimize), str(os.getcwd() == os.path.realpath(os.environ['HOME'])),"
        " str(os.getpgrp() == os.getpid())])"
    )
    pretend(script, tmp_path, monkeypatch)
    assert run_pretended(tmp_path) == ("1", "''", "1", "0", "True", "True")


LOCKED = f"""
sys.path.insert(0, {str(Path(child.__file__).parents[3])!r})
from sleeptalk.model_zoo.trust import child
reporter = child.Reporter(int(sys.argv[1]))
child._lock(reporter)
tell(part="model")
"""


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('127.0.0.1', {port}))",
        "socket.socket().bind(('127.0.0.1', 0))",
        "socket.getaddrinfo('example.org', 80)",
        "os.system('touch {canary}')",
        "import subprocess; subprocess.run(['touch', '{canary}'])",
        "os.execv('/bin/touch', ['touch', '{canary}'])",
        "os.fork()",
        "import kernels",
    ],
)
def test_attempts_to_break_out_end_the_child(
    attempt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorder: Recorder, canary: Path
) -> None:
    line = attempt.format(port=recorder.port, canary=canary)
    pretend(f"{LOCKED}try:\n    {line}\nexcept Exception:\n    pass\ntell(isolation=[])", tmp_path, monkeypatch)
    with pytest.raises(UntrustedError) as caught:
        run_pretended(tmp_path)
    assert caught.value.code == "forbidden-call"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("while True: pass", "template-time"),
        ("'a' * 3_000_000_000", "template-memory"),
        ("''.join(iter(lambda: 'a' * 10_000_000, ''))", "template-memory"),
    ],
)
def test_a_part_has_its_own_time_and_memory(
    line: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f"""{ISOLATED}
tell(part="template")
try:
    with child._within(1, {200 << 20}):
        {line}
except MemoryError:
    reporter.end("memory")
"""
    pretend(script, tmp_path, monkeypatch)
    request = Request(kind="model", base_size=0, plan=None, own_tokenizer=False)
    with pytest.raises(UntrustedError) as caught:
        run_child(request, tmp_path, None, 0, Limits(load_seconds=10))
    assert caught.value.code == code


ISOLATED = f"""
sys.path.insert(0, {str(Path(child.__file__).parents[3])!r})
from sleeptalk.model_zoo.trust import child
reporter = child.Reporter(int(sys.argv[1]))
found = child._isolate({GIB}, 5)
tell(part="model")
"""


def test_the_child_is_limited_before_it_reads_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorder: Recorder
) -> None:
    """Memory, file size, and where the system allows it a network of its own, without any audit hook."""
    script = f"""{ISOLATED}
try:
    bytearray({2 * GIB})
except MemoryError:
    found.append("no-memory")
try:
    with open("large", "wb") as handle:
        handle.write(b"x" * {child.LOG_BYTES + 1})
except OSError:
    found.append("no-large-file")
try:
    socket.create_connection(("127.0.0.1", {recorder.port}), 1) if "network-namespace" in found else None
except OSError:
    found.append("no-network")
tell(isolation=found)
"""
    pretend(script, tmp_path, monkeypatch)
    found = run_pretended(tmp_path)
    assert {"memory", "no-memory", "no-large-file"} <= set(found)
    assert ("no-network" in found) == ("network-namespace" in found)


def test_no_temporary_files_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pretend("tell(part='model'); tell(isolation=['a'])", tmp_path, monkeypatch)
    run_pretended(tmp_path)
    assert not list(tmp_path.glob("sleeptalk-trust*"))
