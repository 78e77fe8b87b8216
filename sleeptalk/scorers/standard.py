"""The scorers of the behaviour tasks, in the order in which they read each other's scores."""

from inspect_ai.scorer import Scorer

from sleeptalk.scorers.articulation import articulation
from sleeptalk.scorers.attribution import attribution
from sleeptalk.scorers.flip import flip, truncation
from sleeptalk.scorers.misalignment import misalignment
from sleeptalk.scorers.monitor import monitor
from sleeptalk.scorers.outcome import outcome
from sleeptalk.scorers.persona import persona


def standard_scorers(judge: str = "auto", *, blind: bool = False) -> list[Scorer]:
    """All of them.

    Args:
        judge: who decides: auto, rules, model or cascade.
        blind: whether a judge of attribution gets no list of cues.
    """
    return [
        misalignment(judge),
        articulation(judge),
        attribution(judge, blind),
        flip(judge),
        truncation(),
        persona(judge),
        monitor(judge),
        outcome(),
    ]
