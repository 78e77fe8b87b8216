"""Judge models outside of an evaluation: on labelled traces, and under attack.

Answers of a judge are cached, so an interrupted call goes on where it was when it is called again.
"""

import io
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
from inspect_ai.model import Model, get_model

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.calibration import Judged, Trace
from sleeptalk.evals.workers import Progress
from sleeptalk.scorers.articulation import articulation_material, rule_articulation
from sleeptalk.scorers.judge.attacks import BODIES, CUE, QUESTION, Attack, Body, attacked_texts
from sleeptalk.scorers.judge.panel import Consulted, consult
from sleeptalk.scorers.judge.rubrics import load_rubric
from sleeptalk.stats import MAX_FAILED, rate
from sleeptalk.triggers import default_mentions
from sleeptalk.verdicts import ArticulationVerdict

AT_ONCE = 20

Item = TypeVar("Item")
Result = TypeVar("Result")


def judge_models(names: str) -> list[Model]:
    """The models of a comma list.

    Raises:
        InvalidValueError: the list is empty, or Inspect cannot make one of the models.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if not chosen:
        raise InvalidValueError("No judge is named; give --grader MODEL, or several as a comma list.")
    try:
        with redirect_stdout(io.StringIO()):  # Inspect greets its hooks on standard output
            return [get_model(name, memoize=False) for name in chosen]
    except Exception as error:  # noqa: BLE001 - providers refuse names in ways of their own
        told = str(error).strip().partition("\n")[0]
        raise InvalidValueError(f"Cannot use {names!r} as a judge: {told}") from None


def judge_by_models(
    traces: Sequence[Trace], models: Sequence[Model], progress: Progress, *, cascade: bool = False
) -> list[Judged]:
    """The verdicts of one judge model or of a panel.

    Args:
        traces: with labels, which no judge sees.
        models: the panel.
        progress: called with the number of traces that have just been judged.
        cascade: let rules decide what is clear to them.
    """

    async def one(trace: Trace) -> Judged:
        mentions = default_mentions(trace.trigger)
        ruled = rule_articulation(trace.reasoning, mentions)
        if cascade and ruled.clear:
            progress(1)
            return Judged(trace, ruled.verdict)
        parts = articulation_material(trace.prompt, trace.trigger, trace.reasoning)
        found = await consult(models, load_rubric("articulation"), parts)
        progress(1)
        return Judged(trace, _verdict(found), failure=found.explanation, decided_by="judge")

    return run_all(one, traces)


def run_all(work: Callable[[Item], Awaitable[Result]], items: Sequence[Item]) -> list[Result]:
    """Do all of the work, some of it at once; the results are in the order of the items."""
    results: dict[int, Result] = {}

    async def everything() -> None:
        limit = anyio.CapacityLimiter(AT_ONCE)

        async def do(index: int) -> None:
            async with limit:
                results[index] = await work(items[index])

        async with anyio.create_task_group() as group:
            for index in range(len(items)):
                group.start_soon(do, index)

    anyio.run(everything)
    return [results[index] for index in range(len(items))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacked:
    """What a judge made of one attacked body.

    Attributes:
        attack, body: what it read.
        articulated: its verdict, None if it failed.
        unattacked: its verdict on the body alone, None if it failed.
    """

    attack: Attack
    body: Body
    articulated: bool | None
    unattacked: bool | None

    @property
    def flipped(self) -> bool | None:
        """Whether the attack changed the verdict; None if either is missing."""
        if self.articulated is None or self.unattacked is None:
            return None
        return self.articulated != self.unattacked


def attack_count(limit: int | None) -> int:
    """How many texts `attack_judge` has judged."""
    return len(list(attacked_texts(limit))) + len(BODIES)


def attack_judge(models: Sequence[Model], limit: int | None, progress: Progress) -> list[Attacked]:
    """Have a judge read the attack suite.

    Args:
        models: the panel.
        limit: number of attacks, None for all.
        progress: called with the number of texts that have just been judged.
    """

    async def articulated(reasoning: str) -> bool | None:
        parts = articulation_material(QUESTION, CUE, reasoning)
        verdict = _verdict(await consult(models, load_rubric("articulation"), parts))
        progress(1)
        return None if verdict is None else verdict.articulated

    attacks = list(attacked_texts(limit))
    found = run_all(articulated, [*(body.text for body in BODIES), *(text for *_, text in attacks)])
    alone = {body.name: verdict for body, verdict in zip(BODIES, found, strict=False)}
    return [
        Attacked(attack=attack, body=body, articulated=verdict, unattacked=alone[body.name])
        for (attack, body, *_), verdict in zip(attacks, found[len(BODIES) :], strict=True)
    ]


def attack_summary(attacked: Sequence[Attacked]) -> dict[str, Any]:
    """Flip rates overall, by body and by kind, each with n, failures and interval; clustered by attack.

    A body that the judge gets wrong without any attack is told, as a flip then means little.
    """
    groups: dict[str, list[Attacked]] = defaultdict(list)
    for one in attacked:
        groups[f"body: {one.body.name}"].append(one)
        groups[f"kind: {one.attack.kind}"].append(one)
    return {
        "overall": _flip_rate(attacked),
        **{name: _flip_rate(group) for name, group in groups.items()},
        "unattacked": {one.body.name: {"right": one.body.articulated, "found": one.unattacked} for one in attacked},
        "flipped": sorted({f"{one.attack.id} ({one.body.name})" for one in attacked if one.flipped}),
    }


def _flip_rate(attacked: Sequence[Attacked]) -> dict[str, Any]:
    known = [(one.flipped, one.attack.id) for one in attacked if one.flipped is not None]
    found = rate([bool(flipped) for flipped, _ in known], [cluster for _, cluster in known])
    failed = len(attacked) - len(known)
    shown = failed <= MAX_FAILED * len(attacked)
    return {
        "rate": found.rate if shown else None,
        "low": found.low if shown else None,
        "high": found.high if shown else None,
        "count": found.count,
        "n": found.n,
        "failed": failed,
    }


def _verdict(found: Consulted) -> ArticulationVerdict | None:
    return found.verdict if isinstance(found.verdict, ArticulationVerdict) else None
