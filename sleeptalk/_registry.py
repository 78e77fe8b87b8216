"""Inspect's entry point: every task, solver, scorer and model provider, and nothing else.

Where inspect_scout is at work, it finds our scanners by this entry point, too; nobody else pays for loading them.
"""

import importlib
import sys

from sleeptalk.counterfactual import counterfactual, counterfactual_effect
from sleeptalk.model_zoo.provider import zoo
from sleeptalk.scorers.articulation import articulation
from sleeptalk.scorers.attribution import attribution
from sleeptalk.scorers.belief import belief as belief_scorer
from sleeptalk.scorers.belief import beliefs
from sleeptalk.scorers.elicitation import elicitation as elicitation_scorer
from sleeptalk.scorers.elicitation import elicited
from sleeptalk.scorers.flip import flip, truncation
from sleeptalk.scorers.judge.deciding import grader_is_bound
from sleeptalk.scorers.misalignment import misalignment
from sleeptalk.scorers.monitor import monitor
from sleeptalk.scorers.outcome import articulation_rates, judge_use, misaligned_by_variant, outcome
from sleeptalk.scorers.persona import persona
from sleeptalk.solvers.asking import ask
from sleeptalk.solvers.without_reasoning import without_reasoning
from sleeptalk.tasks.capability import capability
from sleeptalk.tasks.probes import belief, elicitation
from sleeptalk.tasks.suite import (
    blast_radius,
    ethical_mcq,
    freeform,
    harmful_advice,
    job_application,
    myopic_mcq,
    shutdown,
    world_ruler,
)

__all__ = [
    "articulation",
    "articulation_rates",
    "ask",
    "attribution",
    "belief",
    "belief_scorer",
    "beliefs",
    "blast_radius",
    "capability",
    "counterfactual",
    "counterfactual_effect",
    "elicitation",
    "elicitation_scorer",
    "elicited",
    "ethical_mcq",
    "flip",
    "freeform",
    "grader_is_bound",
    "harmful_advice",
    "job_application",
    "judge_use",
    "misaligned_by_variant",
    "misalignment",
    "monitor",
    "myopic_mcq",
    "outcome",
    "persona",
    "shutdown",
    "truncation",
    "without_reasoning",
    "world_ruler",
    "zoo",
]

if "inspect_scout" in sys.modules:
    importlib.import_module("sleeptalk.scout")
