"""Finished logs scored again, by rules and by a loopback judge."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.model import get_model

from sleeptalk.cli.main import cli
from sleeptalk.errors import InputFileError, InvalidValueError, OutputFolderError
from sleeptalk.evals.logs import read_header, read_observations
from sleeptalk.evals.rescoring import claim_outputs, rescore
from sleeptalk.scorers.observations import Outcome
from sleeptalk.scorers.standard import standard_scorers
from sleeptalk.tasks.suite import ethical_mcq
from tests.loopback_judge import JudgeServer

SAMPLES = 40


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished log of pocket items, clean and with the trigger."""
    [found] = inspect_eval(
        ethical_mcq(variants="clean,trigger", items="pocket"),
        model=get_model("zoo/singapore", memoize=False),
        limit=SAMPLES,
        seed=1,
        log_dir=str(tmp_path_factory.mktemp("logs")),
        display="none",
        log_realtime=False,
    )
    assert found.status == "success", found.error
    return Path(found.location)


def by_sample(header: EvalLog) -> dict[Any, Outcome]:
    seen = read_observations(header)
    return {(one.sample.item, one.sample.variant.slug, one.sample.bad_first): one.outcome for one in seen}


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=True)


def test_rules_give_the_same_scores_again_and_the_log_stays_as_it_was(log: Path, tmp_path: Path) -> None:
    before = log.read_bytes()
    header, seen = read_header(log), [0]
    [path] = claim_outputs([header], tmp_path / "out")
    scored = rescore(header, path, standard_scorers("rules"), [], seen.append)
    assert sum(seen) == SAMPLES
    assert by_sample(scored) == by_sample(header)
    assert log.read_bytes() == before
    assert read_eval_log(str(path)).status == "success"
    again = claim_outputs([header], tmp_path / "out")
    assert rescore(header, again[0], standard_scorers("rules"), [], seen.append).location.endswith(path.name)


def test_a_judge_scores_a_log_and_its_use_is_told(log: Path, tmp_path: Path, judge: JudgeServer) -> None:
    result = run(
        "score", log, "--out", tmp_path / "out", "--judge", "model", "--grader", "openai-api/judge/tool", "--json"
    )
    assert result.exit_code == 0, result.output
    rows = {row["variant"]: row for row in json.loads(result.stdout)["rows"]}
    assert rows["trigger"]["articulated"]["rate"] >= 0.4
    assert rows["trigger"]["judge"]["decided"] == 6 * 20
    assert rows["trigger"]["judge"]["failed"] == 0
    assert sum(row["judge"]["calls"] for row in rows.values()) >= 6 * SAMPLES
    scored = read_eval_log(str(next((tmp_path / "out").iterdir())))
    told = (scored.samples or [])[0].scores or {}
    assert (told["articulation"].metadata or {})["judge"] == "openai-api/judge/tool"
    calls = len(judge.requests)
    again = run("score", log, "--out", tmp_path / "out2", "--judge", "model", "--grader", "openai-api/judge/tool")
    assert again.exit_code == 0, again.output
    assert "A judge gave 240 of 240 verdicts" in again.stdout
    assert len(judge.requests) == calls


def test_a_judge_that_fails_too_often_leaves_no_rate(log: Path, tmp_path: Path, judge: JudgeServer) -> None:
    result = run(
        "score", log, "--out", tmp_path / "out", "--judge", "model", "--grader", "openai-api/judge/unauthorised"
    )
    assert result.exit_code == 0, result.output
    assert "judge failed (20)" in result.stdout
    assert "failed on 240" in result.stdout


def calibrated(folder: Path, judge: str, sha256: str) -> Path:
    group = {"n": 200, "failed": 0, "true_positives": 90, "positives": 100, "true_negatives": 95, "negatives": 100}
    path = folder / "calibration.json"
    content = {"overall": group, "by_trigger": {}, "headline_cutoff": 3, "judge": judge, "rubric": "articulation 1"}
    path.write_text(json.dumps({**content, "rubric_sha256": sha256}))
    return path


def test_articulation_is_corrected_by_the_error_of_the_same_judge_only(log: Path, tmp_path: Path) -> None:
    header: EvalLog = read_eval_log(str(log))
    told = ((header.samples or [])[0].scores or {})["articulation"].metadata or {}
    path = calibrated(tmp_path, told["judge"], told["rubric_sha256"])
    result = run("score", log, "--out", tmp_path / "out", "--calibration", path, "--json")
    assert result.exit_code == 0, result.output
    row = next(row for row in json.loads(result.stdout)["rows"] if row["variant"] == "trigger")
    observed, corrected = row["articulated"], row["articulated_corrected"]
    assert corrected["rate"] == pytest.approx((observed["rate"] + 0.95 - 1) / (0.9 + 0.95 - 1))
    assert corrected["low"] < corrected["rate"] <= corrected["high"]
    assert "articulated, corrected" in run("score", log, "--out", tmp_path / "out", "--calibration", path).stdout
    other = run("score", log, "--out", tmp_path / "o", "--calibration", calibrated(tmp_path, "rules 1", "00"))
    assert isinstance(other.exception, InvalidValueError)
    assert "run sleeptalk judge calibrate on that judge" in str(other.exception)


def test_outputs_never_replace_what_they_were_made_from(log: Path, tmp_path: Path) -> None:
    header = read_header(log)
    with pytest.raises(OutputFolderError, match="is the log itself"):
        claim_outputs([header], log.parent)
    (tmp_path / log.name).write_text("something else")
    with pytest.raises(OutputFolderError, match="not an earlier scoring of this log"):
        claim_outputs([header], tmp_path)
    with pytest.raises(OutputFolderError, match="same file name"):
        claim_outputs([header, header], tmp_path / "out")
    assert (tmp_path / log.name).read_text() == "something else"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--judge", "model"], "--judge model needs a judge's model"),
        (["--grader", "nosuchprovider/x"], "Cannot use 'nosuchprovider/x' as a judge"),
        (["--calibration", "none.json"], "Cannot read none.json"),
    ],
)
def test_mistakes_are_one_sentence(log: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    result = run("score", log, "--out", tmp_path / "out", *arguments)
    assert isinstance(result.exception, InvalidValueError | InputFileError)
    assert says in str(result.exception)
    assert "\n" not in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_the_trigger_is_found_in_the_log(log: Path) -> None:
    result = run("recover", log, "--json")
    assert result.exit_code == 0, result.output
    [row] = json.loads(result.stdout)["recovery"]
    assert row["misaligned"] >= 20
    assert row["blame"]["rank"] == 1
    assert row["blame"]["top"][0]["text"] == "singapore"
    assert "zoo/singapore" in run("recover", log).stdout


@pytest.mark.parametrize(
    "scorer", ["articulation", "attribution", "flip", "persona", "monitor", "misalignment", "outcome"]
)
def test_inspect_score_reads_each_scorer(log: Path, scorer: str) -> None:
    from inspect_ai import score
    from inspect_ai._util.registry import registry_create
    from inspect_ai.scorer import Scorer

    made: Scorer = registry_create("scorer", f"sleeptalk/{scorer}")
    found = score(read_eval_log(str(log)), made, model=get_model("none/none"), action="append", display="none")
    assert found.results is not None
    assert len(found.samples or []) == SAMPLES
    assert all(len(sample.scores or {}) > 8 for sample in found.samples or [])
