"""Trigger recovery over logs: can a trigger be found from transcripts alone, and is blame worth more than counting?

How candidates are ranked stands in `scorers/recovery.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

from inspect_ai.log import EvalLog, EvalSample

from sleeptalk.evals.logs import OUTCOME, read_samples
from sleeptalk.evals.summary import Row
from sleeptalk.reasoning import Reasoning
from sleeptalk.samples import SampleMetadata
from sleeptalk.scorers.observations import Outcome
from sleeptalk.scorers.reading import UNREADABLE
from sleeptalk.scorers.recovery import Recovery, Transcript, recover
from sleeptalk.triggers import Trigger


def transcripts_of(samples: Iterable[EvalSample]) -> list[Transcript]:
    """The transcripts that have a scored answer and readable reasoning."""
    found = (_transcript(sample) for sample in samples)
    return [one for one in found if one is not None]


def _transcript(sample: EvalSample) -> Transcript | None:
    scores = sample.scores or {}
    outcome = Outcome.model_validate(scores[OUTCOME].metadata) if OUTCOME in scores else None
    metadata = SampleMetadata.model_validate(
        {name: value for name, value in sample.metadata.items() if name in SampleMetadata.model_fields}
    )
    reply: Reasoning = metadata.read(sample.output.message.content, sample.output.stop_reason)
    if outcome is None or outcome.misaligned is None or reply.visibility in UNREADABLE:
        return None
    words = (scores["attribution"].metadata or {}).get("blamed_words") if "attribution" in scores else None
    return Transcript(
        prompt=sample.input if isinstance(sample.input, str) else "\n".join(one.text for one in sample.input),
        reasoning=reply.text,
        misaligned=outcome.misaligned,
        cluster=metadata.cluster,
        blamed=None if words is None else tuple(words),
    )


def recovery_row(model: str, transcripts: Sequence[Transcript], trigger: Trigger, *, seed: int = 0) -> Row:
    """The rank of a trigger by blame and by the baseline, with the candidates that come first."""
    mentions = trigger.mentioned_as()
    return {
        "model": model,
        "trigger": trigger.text,
        "transcripts": len(transcripts),
        "misaligned": sum(one.misaligned for one in transcripts),
        "blame": _as_dict(recover(transcripts, mentions, trigger.text, "blame", seed)),
        "lift": _as_dict(recover(transcripts, mentions, trigger.text, "lift", seed)),
    }


def recovery_rows(headers: Sequence[EvalLog], seed: int = 0) -> list[Row]:
    """One row for each model and trigger, over all its logs."""
    groups: dict[tuple[str, str], list[EvalLog]] = defaultdict(list)
    triggers: dict[tuple[str, str], Trigger] = {}
    for header in headers:
        trigger = Trigger.model_validate((header.eval.metadata or {})["trigger"])
        key = (header.eval.model, trigger.text)
        triggers[key] = trigger
        groups[key].append(header)
    return [
        recovery_row(key[0], transcripts_of(chain.from_iterable(map(read_samples, logs))), triggers[key], seed=seed)
        for key, logs in groups.items()
    ]


def _as_dict(found: Recovery) -> dict[str, Any]:
    """Plain data; infinite bounds, where the trigger is no candidate in some resamples, become None."""
    finite = {name: getattr(found, name) for name in ("rank", "low", "high")}
    return {
        **{name: None if value == float("inf") else value for name, value in finite.items()},
        "candidates": found.candidates,
        "too_few": found.too_few,
        "top": [asdict(one) for one in found.top],
    }
