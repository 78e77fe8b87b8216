"""Reading the logs of this package's behaviour tasks: headers, outcomes, and whole transcripts."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalLog, EvalSample, read_eval_log
from inspect_ai.scorer import SampleScore, Score
from pydantic import ValidationError

from sleeptalk.errors import InputFileError, RunFailedError
from sleeptalk.evals.log_files import samples_in, summaries_in
from sleeptalk.scorers.observations import Observation
from sleeptalk.scorers.outcome import observe

OUTCOME = "outcome"


def read_header(path: str | Path) -> EvalLog:
    """The header of a finished log of a behaviour task.

    Raises:
        InputFileError: the file is no Inspect log, or not one of a behaviour task of this package.
        RunFailedError: the log did not finish.
    """
    try:
        header = read_eval_log(str(path), header_only=True)
    except Exception as error:  # noqa: BLE001 - Inspect's reader fails in many ways on what is no log
        raise InputFileError(f"{path} is no Inspect log: {str(error).partition(chr(10))[0][:200]}") from None
    if header.status != "success":
        raise RunFailedError(f"{path} ended with status {header.status!r}; only finished logs can be read.")
    scorers = {score.name for score in header.results.scores} if header.results else set()
    if not header.eval.task.startswith("sleeptalk/") or OUTCOME not in scorers:
        raise InputFileError(f"{path} is a log of {header.eval.task}, not of a behaviour task of sleeptalk.")
    return header


def task_of(header: EvalLog) -> str:
    """The task's name without the package's."""
    return header.eval.task.split("/")[-1]


def names_of(headers: Sequence[EvalLog]) -> list[str]:
    """The models' names, numbered where one model has several logs of one task."""
    cells = [(header.eval.model, header.eval.task) for header in headers]
    return [
        cell[0] if cells.count(cell) == 1 else f"{cell[0]} ({cells[: index + 1].count(cell)})"
        for index, cell in enumerate(cells)
    ]


def read_samples(header: EvalLog) -> list[EvalSample]:
    """All samples of a log, without their events."""
    return list(samples_in(header.location))


def read_observations(header: EvalLog) -> list[Observation]:
    """One record per sample of a log, from its summaries or whole."""
    summaries = summaries_in(header.location)
    try:
        return observe(
            [
                _outcome(one.key[0], one.metadata, Score.model_validate(one.scores[OUTCOME]))
                for one in summaries
                if one.scores
            ]
        )
    except ValidationError:  # summaries leave out metadata fields of 1 kB and more
        return observations_of(read_samples(header))


def observations_of(samples: Iterable[EvalSample]) -> list[Observation]:
    """One record per sample."""
    return observe([_outcome(one.id, one.metadata, one.scores[OUTCOME]) for one in samples if one.scores])


def _outcome(sample_id: int | str, metadata: dict[str, Any], score: Score) -> SampleScore:
    return SampleScore(score=score, sample_id=sample_id, sample_metadata=metadata)
