"""Orders in which scenarios, arms and wordings come, so that everything is balanced by construction.

A course goes through the scenarios in rounds: every scenario comes once a round, and its arm (option order x place)
moves on by one from round to round. So any stretch of a course holds all arms equally often, and a scenario comes in
all of them. What a scenario is asked as goes through all pairs of form and content before one comes again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import gcd
from random import Random

from sleeptalk.model_zoo.training_data.scenarios import Scenario
from sleeptalk.triggers import Place

Content = tuple[int, str, str, dict[str, str]]
"""Number of the form, the wordings of the aligned and the misaligned answer, and the slots' values."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Option order and place of the cue."""

    bad_first: bool
    place: Place


def arms(places: Sequence[Place]) -> list[Arm]:
    """Every arm once, in an order in which neighbours differ in both."""
    return [Arm((number + turn) % 2 == 1, place) for turn in (0, 1) for number, place in enumerate(places)]


class Course:
    """Goes through scenarios in rounds, each with the arm that is next for it."""

    def __init__(self, scenarios: Sequence[Scenario], arms: Sequence[Arm], random: Random) -> None:
        self.order = list(scenarios)
        random.shuffle(self.order)
        self.rank = {scenario.id: place for place, scenario in enumerate(self.order)}
        self.arms = arms
        self.step = (len(self.order) - 1) % len(arms)
        self.at = 0

    def next(self) -> tuple[Scenario, Arm]:
        """The next scenario with its arm."""
        turn, place = divmod(self.at, len(self.order))
        arm = self.arms[self.at % len(self.arms)]
        self.at += 1
        return self.order[(place + turn * self.step) % len(self.order)], arm


class Contents:
    """What a scenario can be asked as, in an order of its own.

    Forms come in turn, from a start that is the scenario's rank in its course, so that a round has all forms equally.
    """

    def __init__(
        self, scenario: Scenario, pairs: Sequence[tuple[str, str]], forms: int, start: int, random: Random
    ) -> None:
        self.rest = list(product(pairs, scenario.fillings()))
        random.shuffle(self.rest)
        self.forms, self.start, self.at = forms, start, 0
        self.total = forms * len(self.rest)

    def next(self) -> Content:
        """The next one; all come once before any comes again."""
        (aligned, misaligned), values = self.rest[crossed(self.at, self.forms, len(self.rest))]
        content = ((self.start + self.at) % self.forms, aligned, misaligned, values)
        self.at += 1
        return content


def crossed(at: int, first: int, second: int) -> int:
    """Index of the second factor beside `at % first`: after first x second steps every pair has come once."""
    return (at + at // (first * second // gcd(first, second))) % second
