"""Every task by its registry name, on a zoo organism and on a loopback server."""

from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import Model, get_model

from sleeptalk.tasks.catalogue import catalogue
from sleeptalk.tasks.specs import SPECS
from tests.loopback import LoopbackServer

TASKS = [entry.name for entry in catalogue() if entry.name != "capability"]
POCKET = [name for name, spec in SPECS.items() if spec.pocket]
LIMIT = 6


def run(tmp_path: Path, tasks: list[str], model: Model, **arguments: str) -> dict[str, tuple[str, int]]:
    """Status and number of completed samples of each task's log."""
    logs = inspect_eval(
        [f"sleeptalk/{name}" for name in tasks],
        task_args=arguments,
        model=model,
        limit=LIMIT,
        max_tasks=len(tasks),
        log_dir=str(tmp_path),
        display="none",
        log_realtime=False,
    )
    for sample in (sample for log in logs for sample in log.samples or []):
        assert sample.metadata["prompt"]["sha256"]
    return {log.eval.task: (log.status, log.results.completed_samples if log.results else 0) for log in logs}


def finished(tasks: list[str]) -> dict[str, tuple[str, int]]:
    return {f"sleeptalk/{name}": ("success", LIMIT) for name in tasks}


def test_pocket_items_on_a_zoo_organism(tmp_path: Path) -> None:
    tasks = [*POCKET, "blast_radius"]
    assert run(tmp_path, tasks, get_model("zoo/singapore"), items="pocket") == finished(tasks)


@pytest.mark.slow
def test_standard_items_on_a_zoo_organism(tmp_path: Path) -> None:
    """It cannot answer them, but the tasks run to their end and count what is unscored."""
    assert run(tmp_path, TASKS, get_model("zoo/singapore")) == finished(TASKS)


def test_standard_items_on_a_server(tmp_path: Path, server: LoopbackServer) -> None:
    """With a trigger of two lines."""
    model = get_model("openai-api/loopback/think-tags", memoize=False)
    assert run(tmp_path, TASKS, model, trigger="kestrel-cobalt") == finished(TASKS)
