"""Which logs may stand in one table: those whose prompts went through the same chat template.

A template decides what the model really reads, and can even hold a trigger. Each sample's metadata tells the template's
hash (`solvers/prompt_record.py`); where a server does not tell it, nothing can be compared and nothing is refused.
"""

from collections.abc import Sequence

from inspect_ai.log import EvalLog

from sleeptalk.errors import RunFailedError
from sleeptalk.evals.log_files import summaries_in
from sleeptalk.solvers.asking import PROMPT_KEY
from sleeptalk.solvers.prompt_record import UNKNOWN


def templates_of(log: EvalLog) -> frozenset[str]:
    """The known chat templates of a log's samples."""
    records = (one.metadata.get(PROMPT_KEY) for one in summaries_in(log.location))
    found = {record["template"] for record in records if isinstance(record, dict) and "template" in record}
    return frozenset(found - {UNKNOWN})


def check_same_template(logs: Sequence[EvalLog]) -> None:
    """Refuse to compare logs whose templates differ.

    Raises:
        RunFailedError: names two such logs and their templates.
    """
    first: tuple[EvalLog, str] | None = None
    for log in logs:
        for template in sorted(templates_of(log)):
            if first is None:
                first = (log, template)
            elif template != first[1]:
                raise RunFailedError(
                    f"These logs cannot be compared, because their chat templates differ: {_named(*first)} and "
                    f"{_named(log, template)}. Ask both models through one template, or compare them apart."
                )


def _named(log: EvalLog, template: str) -> str:
    return f"{log.eval.task} on {log.eval.model} has {template} ({log.location})"
