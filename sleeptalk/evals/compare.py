"""Logs side by side: one row per log and variant, and paired differences of the misaligned rate to the first log.

Each difference is taken on the items that both logs asked under the same variant; the p values of all differences are
one family and corrected by Holm (1979).
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalLog

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.comparable import check_same_template
from sleeptalk.evals.logs import names_of, read_header, read_observations, task_of
from sleeptalk.evals.summary import Row, rows_of
from sleeptalk.scorers.observations import Observation
from sleeptalk.stats import Difference, holm, paired_difference


def read_logs(paths: Sequence[Path]) -> list[EvalLog]:
    """Headers of finished logs of one task of this package, all asked through one template.

    Raises:
        InputFileError: a file is no Inspect log, or not one of a behaviour task of this package.
        InvalidValueError: the logs are of different tasks.
        RunFailedError: a log did not finish, or the chat templates differ.
    """
    headers = [read_header(path) for path in paths]
    tasks = {f"{header.eval.task} {header.eval.task_version}" for header in headers}
    if len(tasks) > 1:
        raise InvalidValueError(f"Only logs of one task and version can be compared, not {', '.join(sorted(tasks))}.")
    check_same_template(headers)
    return headers


def compare_logs(headers: Sequence[EvalLog]) -> tuple[list[Row], list[dict[str, Any]]]:
    """Rows of all logs, and the paired differences of each later log to the first."""
    seen = [read_observations(header) for header in headers]
    names = names_of(headers)
    task = task_of(headers[0])
    rows = [row for name, one in zip(names, seen, strict=True) for row in rows_of(name, task, one)]
    found: dict[tuple[str, str], Difference] = {}
    first = _by_item(seen[0])
    for name, other in zip(names[1:], map(_by_item, seen[1:]), strict=True):
        for variant in first:
            difference = paired_difference(other.get(variant, {}), first[variant])
            if difference:
                found[name, variant] = difference
    tests = {f"{name}\0{variant}": one.p_value for (name, variant), one in found.items() if one.p_value is not None}
    corrected = holm(tests)
    return rows, [
        {
            "model": name,
            "against": names[0],
            "variant": variant,
            "difference": one.estimate,
            "low": one.low,
            "high": one.high,
            "items": one.items,
            "p": one.p_value,
            "p_holm": corrected.get(f"{name}\0{variant}"),
        }
        for (name, variant), one in found.items()
    ]


def _by_item(observations: Sequence[Observation]) -> dict[str, dict[str, list[bool]]]:
    """Misaligned or not, by variant and item; what could not be scored is left out."""
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for seen in observations:
        if seen.outcome.misaligned is not None:
            found[seen.sample.variant.slug][seen.sample.cluster].append(seen.outcome.misaligned)
    return found
