"""With inspect_evals installed: capability tasks on invented data, and register entries by the register's own linter.

Run by `make test-inspect-evals`, which has an environment of its own, because Inspect imports all of inspect_evals
whenever it looks something up.
"""

import importlib
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

from tests.loopback import LoopbackServer
from tests.loopback_hub import COMMIT, Hub, hub

pytestmark = pytest.mark.inspect_evals

INSPECT = Path(sys.executable).parent / "inspect"
ROOT = Path(__file__).parents[1]


def parquet(*rows: dict[str, Any]) -> bytes:
    import pandas as pd

    return pd.DataFrame(list(rows)).to_parquet()


SUM = {"question": "A hen lays 6 eggs a day. How many in 7 days?", "answer": "6 times 7.\n#### 42"}
CHOICE = {
    "question_id": 1,
    "question": "Which of these is a hen?",
    "options": ["A bird", "A fish", "A tin"],
    "answer": "A",
    "category": "Biology",
    "cot_content": "",
}


@pytest.fixture(scope="module")
def data() -> Iterator[Hub]:
    card = b"---\nconfigs:\n- config_name: default\n  data_files:\n  - split: test\n    path: test.parquet\n---\n"
    repos = {
        "openai/gsm8k": {"main/test-00000-of-00001.parquet": parquet(SUM)},
        "TIGER-Lab/MMLU-Pro": {"README.md": card, "test.parquet": parquet(CHOICE)},
    }
    with hub(repos, any_commit=True) as running:
        yield running


def evaluate(tmp_path: Path, environment: dict[str, str], *arguments: str) -> tuple[EvalLog | None, str]:
    command = [str(INSPECT), "eval", "sleeptalk/capability", *arguments, "--log-dir", str(tmp_path / "logs"),
               "--display", "plain"]  # fmt: skip
    environment = {**os.environ, **environment, "HF_HOME": str(tmp_path / "hf"), "CI": ""}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    logs = list_eval_logs(str(tmp_path / "logs"))
    return read_eval_log(logs[0]) if logs else None, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("name", "arguments", "model"), [("gsm8k", ("-T", "fewshot=0"), "sum"), ("mmlu_pro", (), "letter")]
)
def test_reasoning_is_taken_off_before_the_answer_is_read(
    tmp_path: Path, data: Hub, server: LoopbackServer, name: str, arguments: tuple[str, ...], model: str
) -> None:
    """The loopback server thinks of a wrong answer, then gives the right one."""
    given = ("-T", f"name={name}", *arguments, "--model", f"openai-api/loopback/{model}")
    log, said = evaluate(tmp_path, data.environment, *given)
    assert log is not None, said
    assert log.status == "success", log.error
    assert log.samples is not None
    [sample] = log.samples
    assert "<think>" not in sample.output.completion
    assert sample.scores is not None
    assert next(iter(sample.scores.values())).value == "C"
    assert log.eval.task == "sleeptalk/capability"
    assert (log.eval.metadata or {})["capability"] == name


@pytest.mark.parametrize(
    ("arguments", "offline", "says"),
    [
        (
            ("-T", "name=ifeval"),
            False,
            "needs the module 'instruction_following_eval'; install it with: pip install git+",
        ),
        (("-T", "name=chess"), False, "Unknown capability 'chess'; known are: gsm8k, ifeval, mmlu_pro"),
        (("-T", "name=mmlu_pro"), True, "Cannot get the data of mmlu_pro from the Hub"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(
    tmp_path: Path, data: Hub, arguments: tuple[str, ...], offline: bool, says: str
) -> None:
    environment = data.environment | ({"HF_HUB_OFFLINE": "1"} if offline else {})
    log, said = evaluate(tmp_path, environment, *arguments, "--model", "mockllm/model")
    assert log is None
    assert says in said
    assert "Traceback" not in said


def test_register_entries_pass_the_registers_own_checks() -> None:
    metadata = importlib.import_module("inspect_evals.metadata")
    resolver = importlib.import_module("register_tooling.task_resolver")
    register = runpy.run_path(str(ROOT / "docs" / "register.py"))
    for name, entry in register["entries"](COMMIT).items():
        read = metadata.ExternalEvalMetadata.model_validate({**entry, "id": name})
        [task] = read.tasks
        path = ROOT / task.task_path
        lines = path.read_text().splitlines()
        anchor = next(number for number, line in enumerate(lines, 1) if line.startswith(f"def {task.name}("))
        assert resolver.resolve_task(path.read_text(), line_anchor=anchor).name == task.name
