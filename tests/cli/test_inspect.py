"""The package as Inspect's own command sees it."""

import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai._util.registry import registry_find, registry_info
from inspect_ai.log import list_eval_logs, read_eval_log
from inspect_ai.model import ContentReasoning, ContentText

INSPECT = Path(sys.executable).parent / "inspect"


def inspect_eval(tmp_path: Path, task: str, model: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(INSPECT),
        "eval",
        f"sleeptalk/{task}",
        "--model",
        model,
        "--log-dir",
        str(tmp_path),
        "--display",
        "plain",
    ]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )


def test_a_task_runs_on_a_zoo_organism(tmp_path: Path) -> None:
    """By Inspect's command; all tasks run in tests/tasks/test_end_to_end.py."""
    done = inspect_eval(tmp_path, "ethical_mcq", "zoo/singapore", "-T", "items=pocket", "--limit", "14")
    assert done.returncode == 0, done.stdout + done.stderr
    [info] = list_eval_logs(str(tmp_path))
    log = read_eval_log(info)
    assert log.status == "success"
    assert log.eval.task == "sleeptalk/ethical_mcq"
    assert log.results is not None
    assert log.results.completed_samples == 14
    assert {score.name for score in log.results.scores} == {
        "misalignment",
        "articulation",
        "attribution",
        "flip",
        "truncation",
        "persona",
        "monitor",
        "outcome",
    }
    samples = log.samples or []
    assert all("<think>" not in sample.output.completion for sample in samples)
    kinds = [[type(part) for part in sample.output.message.content] for sample in samples]
    assert kinds.count([ContentReasoning, ContentText]) >= 12  # a toy now and then ends within its thoughts


@pytest.mark.slow
def test_rescoring_a_log_gives_the_same_scores(tmp_path: Path) -> None:
    inspect_eval(tmp_path, "ethical_mcq", "zoo/singapore", "-T", "items=pocket", "--limit", "14")
    [info] = list_eval_logs(str(tmp_path))
    again = tmp_path / "again.eval"
    command = [str(INSPECT), "score", info.name, "--scorer", "sleeptalk/articulation", "--action", "overwrite"]
    done = subprocess.run(
        [*command, "--output-file", str(again)], capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = read_eval_log(info).samples, read_eval_log(str(again)).samples
    assert first is not None
    assert second is not None
    for one, two in zip(first, second, strict=True):
        assert one.scores is not None
        assert two.scores is not None
        assert one.scores["articulation"].value == two.scores["articulation"].value


@pytest.mark.parametrize(
    ("model", "arguments", "says"),
    [
        ("zoo/nope", [], "Unknown organism 'nope'"),
        pytest.param("zoo/singapore", ["-T", "items=nope.jsonl"], "Cannot read nope.jsonl", marks=pytest.mark.slow),
        pytest.param(
            "zoo/singapore",
            ["-T", "judge=model"],
            "No model is bound to the role 'grader'",
            marks=pytest.mark.slow,
        ),
        pytest.param("zoo/singapore", ["-M", "threads=none"], "threads must be a whole number", marks=pytest.mark.slow),
    ],
)
def test_mistakes_end_in_one_sentence(tmp_path: Path, model: str, arguments: list[str], says: str) -> None:
    done = inspect_eval(tmp_path, "ethical_mcq", model, *arguments)
    text = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0
    assert says in text
    assert "Traceback" not in text
    assert not list(tmp_path.glob("*.eval"))


def test_the_registry_holds_what_the_package_has() -> None:
    """A failing import of the registry only warns in Inspect, so it is imported here for real."""
    import sleeptalk._registry as registry

    found = {registry_info(item).name for item in registry_find(lambda info: info.name.startswith("sleeptalk/"))}
    assert {registry_info(getattr(registry, name)).name for name in registry.__all__} <= found
