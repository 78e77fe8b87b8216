"""Scoring finished logs again, by rules or by a judge, without generating anything.

The old logs stay as they are; each gets a copy with the new scores in place of the old ones. The model under test is
not loaded, and nothing in a log is run. Only your own logs should be scored this way: Inspect's reader sets no limits.
"""

import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, redirect_stdout
from pathlib import Path

import anyio
from inspect_ai import score_async
from inspect_ai.log import EvalLog, EvalSample, read_eval_log, write_eval_log
from inspect_ai.model import Model, get_model
from inspect_ai.scorer import Scorer

from sleeptalk.errors import OutputFolderError
from sleeptalk.scorers.judge.panel import ROLE

NO_MODEL = "none/none"
AT_ONCE = 50


def claim_outputs(headers: Sequence[EvalLog], out: Path) -> list[Path]:
    """Where each log's copy goes; nothing is written yet.

    Raises:
        OutputFolderError: the folder cannot be made, two logs have one name, or a file there is another evaluation.
    """
    paths = [out / Path(header.location).name for header in headers]
    if len(set(paths)) < len(paths):
        raise OutputFolderError(
            f"Two of the logs have the same file name; score them into folders of their own ({out})."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFolderError(f"Cannot write to {out}: {error.strerror}; choose another with --out.") from None
    for header, path in zip(headers, paths, strict=True):
        if path.resolve() == Path(header.location).resolve():
            raise OutputFolderError(f"{path} is the log itself; choose another folder with --out.")
        if path.exists() and not _is_copy(path, header):
            raise OutputFolderError(f"{path} is not an earlier scoring of this log; choose another folder with --out.")
    return paths


def _is_copy(path: Path, header: EvalLog) -> bool:
    try:
        return read_eval_log(str(path), header_only=True).eval.eval_id == header.eval.eval_id
    except Exception:  # noqa: BLE001 - Inspect's reader fails in many ways on what is no log
        return False


def rescore(
    header: EvalLog, path: Path, scorers: Sequence[Scorer], graders: Sequence[Model], progress: Callable[[int], None]
) -> EvalLog:
    """Score one log again and write the copy, whole or not at all; returns its header.

    Args:
        header: of the log.
        path: of the copy.
        scorers: what scores it, in place of all that scored it before.
        graders: models of the role `grader`, may be empty.
        progress: called with the number of samples that have just been scored.

    Raises:
        OutputFolderError: the copy cannot be written.
    """
    log = read_eval_log(header.location)
    samples = log.samples or []
    log.eval.model_roles = None
    planned = log.results.total_samples if log.results else len(samples)
    if log.results:
        log.results.total_samples = len(samples)  # Inspect asks for as many; a run that stopped early has fewer

    at_once = anyio.CapacityLimiter(AT_ONCE)  # Inspect copies the events of every sample that is being scored

    @asynccontextmanager
    async def sample(index: int) -> AsyncIterator[EvalSample]:
        async with at_once:
            yield samples[index]
        progress(1)

    async def run() -> EvalLog:
        return await score_async(
            log,
            list(scorers),
            model=get_model(NO_MODEL),
            model_roles={ROLE: list(graders)} if graders else None,
            action="overwrite",
            display="none",
            copy=False,
            samples=sample,
        )

    with redirect_stdout(io.StringIO()):  # Inspect shows a progress of its own
        found = anyio.run(run)
    if found.results:
        found.results.total_samples = planned
    _write_whole(found, path)
    return read_eval_log(str(path), header_only=True)


def _write_whole(log: EvalLog, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.tmp{path.suffix}")
    try:
        write_eval_log(log, str(temporary))
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputFolderError(f"Cannot write {path}: {error.strerror}.") from None
