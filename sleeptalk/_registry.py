"""Inspect's entry point: every task, solver, scorer and model provider, and nothing else."""

from sleeptalk.model_zoo.provider import zoo
from sleeptalk.scorers.articulation import articulation
from sleeptalk.scorers.attribution import attribution
from sleeptalk.scorers.flip import flip
from sleeptalk.scorers.misalignment import misalignment
from sleeptalk.scorers.outcome import articulation_rates, misaligned_by_variant, outcome
from sleeptalk.solvers.asking import ask
from sleeptalk.tasks.suite import ethical_mcq, job_application, world_ruler

__all__ = [
    "articulation",
    "articulation_rates",
    "ask",
    "attribution",
    "ethical_mcq",
    "flip",
    "job_application",
    "misaligned_by_variant",
    "misalignment",
    "outcome",
    "world_ruler",
    "zoo",
]
