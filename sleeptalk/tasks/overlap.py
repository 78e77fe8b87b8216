"""Runs of words that no training text may share: those of all standard items and of the forms in which they are asked.

The model zoo must not know the items, so the command line and the tests hand these runs to its checks.
"""

from functools import cache

from sleeptalk.shingles import Runs
from sleeptalk.tasks.items import read_items, standard_file
from sleeptalk.tasks.specs import DECISION, MCQ, SPECS


@cache
def item_runs() -> Runs:
    """Runs of eight words of everything that a standard task asks."""
    forms = [(f"form of {form.answer_form} answers", form.request) for form in (MCQ, DECISION)]
    items = [(item.id, item.text) for name in SPECS for item in read_items(standard_file(name))]
    return Runs([*forms, *items])
