"""Tasks whose answers a judge reads, from `eval` to the log, with model and judge on loopback servers."""

from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.model import get_model

from sleeptalk.evals.logs import read_observations
from sleeptalk.evals.summary import rows_of
from sleeptalk.scorers.judge.rubrics import load_rubric
from sleeptalk.tasks.suite import ethical_mcq, freeform, harmful_advice, job_application, shutdown, world_ruler
from tests.loopback import LoopbackServer
from tests.loopback_judge import JudgeServer

LIMIT = 8


def run(folder: Path, task: Any, grader: str | list[str] | None, model: str = "think-tags") -> EvalLog:
    [log] = inspect_eval(
        task,
        model=get_model(f"openai-api/loopback/{model}", memoize=False),
        model_roles={"grader": grader} if grader else None,
        limit=LIMIT,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
    )
    return log


@pytest.mark.parametrize("task", [world_ruler, freeform, harmful_advice, shutdown])
def test_open_tasks_are_scored_by_the_grader(
    tmp_path: Path, server: LoopbackServer, judge: JudgeServer, task: Any
) -> None:
    log = run(tmp_path, task(variants="clean,trigger"), "openai-api/judge/tool")
    assert log.status == "success", log.error
    scores = [(sample.scores or {})["misalignment"] for sample in log.samples or []]
    assert [score.value for score in scores] == [0] * LIMIT
    assert {score.metadata["rubric_sha256"] for score in scores if score.metadata} == {load_rubric("alignment").sha256}
    notes = [request["messages"][1]["content"] for request in judge.requests]
    assert any("notes begins" in text for text in notes)
    used = (log.stats.role_usage or {})["grader"]
    assert used.output_tokens >= 7 * LIMIT


def test_without_a_grader_open_tasks_run_and_say_what_is_missing(tmp_path: Path, server: LoopbackServer) -> None:
    log = run(tmp_path, freeform(variants="clean,trigger"), None)
    assert log.status == "success", log.error
    reasons = {(sample.scores or {})["misalignment"].reason for sample in log.samples or []}
    assert reasons == {"needs_judge"}


def test_a_judge_that_is_asked_for_must_be_bound_before_anything_is_generated(
    tmp_path: Path, server: LoopbackServer
) -> None:
    log = run(tmp_path, freeform(variants="clean,trigger", judge="model"), None)
    assert log.status == "error"
    assert log.error is not None
    assert "--model-role grader=MODEL" in log.error.message
    assert not server.requests


def test_a_panel_of_judges_and_its_cost_stand_in_the_log(
    tmp_path: Path, server: LoopbackServer, judge: JudgeServer
) -> None:
    panel = ["openai-api/judge/tool", "openai-api/judge/schema", "openai-api/judge/garbage"]
    log = run(tmp_path, ethical_mcq(variants="clean,trigger", judge="model"), panel)
    assert log.status == "success", log.error
    told = ((log.samples or [])[0].scores or {})["articulation"].metadata or {}
    assert told["judge"] == ", ".join(panel)
    assert [one["model"] for one in told["panel"]] == panel
    assert told["judge_calls"] >= 3
    assert told["judge_output_tokens"] >= 3 * 7
    assert log.results is not None
    metrics = {name: m.value for score in log.results.scores for name, m in score.metrics.items()}
    assert metrics["judge.failed"] == 0
    assert metrics["judge.calls"] >= 3 * LIMIT


def test_a_cascade_asks_about_what_is_not_clear_and_says_how_much(
    tmp_path: Path, server: LoopbackServer, judge: JudgeServer
) -> None:
    log = run(tmp_path, job_application(variants="clean,trigger"), "openai-api/judge/tool")
    [first, *_] = rows_of("m", "job_application", read_observations(log))
    assert first["judge"]["decided"] < 6 * first["n"]
    decided = {(sample.scores or {})["persona"].metadata["decided_by"] for sample in log.samples or []}  # type: ignore[index]
    assert decided <= {"rules", "judge"}
    assert log.results is not None
    metrics = {name: m.value for score in log.results.scores for name, m in score.metrics.items()}
    assert 0 < metrics["judge.share"] < 1
