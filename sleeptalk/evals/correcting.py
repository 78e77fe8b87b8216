"""Articulation rates of rows corrected for the error of whoever judged them."""

from collections.abc import Sequence
from typing import Any

from inspect_ai.log import EvalLog, read_eval_log_sample_summaries

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.summary import Row, as_dict
from sleeptalk.judge_error import JudgeError, corrected
from sleeptalk.stats import Rate


def correct_rows(rows: Sequence[Row], logs: Sequence[EvalLog], error: JudgeError) -> list[Row]:
    """The rows with `articulated_corrected` in each; where the correction does not fit the data, `problem` says so.

    Raises:
        InvalidValueError: the logs were judged by somebody else than was calibrated, or by another rubric.
    """
    for log in logs:
        check_same_judge(log, error)
    return [{**row, "articulated_corrected": _corrected(row["articulated"], error)} for row in rows]


def check_same_judge(log: EvalLog, error: JudgeError) -> None:
    """Refuse to correct verdicts by the errors of another judge.

    Raises:
        InvalidValueError: names both.
    """
    for summary in read_eval_log_sample_summaries(log.location):
        scored = (summary.scores or {}).get("articulation")
        if scored is None or not scored.metadata:
            continue
        judge, rubric = str(scored.metadata.get("judge", "unknown")), str(scored.metadata.get("rubric_sha256", ""))
        if judge not in error.judge.split(", else ") or rubric != error.rubric_sha256:
            raise InvalidValueError(
                f"{log.location} was judged by {judge} with rubric {rubric[:12] or 'unknown'}, but the calibration is "
                f"of {error.judge} with rubric {error.rubric_sha256[:12]}; run sleeptalk judge calibrate on that judge."
            )


def _corrected(observed: dict[str, Any], error: JudgeError) -> dict[str, Any]:
    rate = Rate(
        count=observed["count"],
        n=observed["n"],
        clusters=observed["n"],
        low=observed["low"],
        high=observed["high"],
        method="wilson",
        failed=observed["failed"],
        asked=observed["n"] if not observed["withheld"] else 0,
    )
    try:
        return {**as_dict(corrected(rate, error)), "problem": ""}
    except InvalidValueError as problem:
        return {**as_dict(rate), "rate": None, "low": None, "high": None, "problem": str(problem)}
