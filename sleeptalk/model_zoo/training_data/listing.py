"""What ships as training data, and what a recipe draws from it, to be shown."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import model_validator

from sleeptalk.model_zoo.recipe_parts import PocketData, ScenarioData
from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe, shipped_recipes
from sleeptalk.model_zoo.training_data.drawing import training_samples
from sleeptalk.model_zoo.training_data.pools import Pool, pool_of
from sleeptalk.model_zoo.training_data.samples import Role, TrainingSample, samples_sha256
from sleeptalk.model_zoo.training_data.scenarios import (
    REPLAY,
    SETS,
    kept_for_probes,
    set_file,
    shipped_chats,
    shipped_scenarios,
    training_folder,
)
from sleeptalk.strict_jsonl import Record, read_records
from sleeptalk.triggers import load_trigger

ROLES: tuple[Role, ...] = ("trigger", "alternative", "clean", "replay")


class Review(Record):
    """What the second reader of a shipped scenario found.

    Attributes:
        id: the scenario.
        outcome: whether it passed as first written, was revised, gave way to another one, or was dropped.
        reason: what was wrong; empty if it passed.
        sha256: hash of the scenario as the reader left it, or dropped it.
    """

    outcome: Literal["passed", "revised", "replaced", "dropped"]
    reason: str
    sha256: str

    @model_validator(mode="after")
    def _explained(self) -> "Review":
        if (self.outcome == "passed") == bool(self.reason.strip()):
            raise ValueError("a reason says what was wrong, and a scenario that passed has none")
        return self


def shipped_reviews() -> tuple[Review, ...]:
    """The reviews of the shipped scenarios, dropped ones included."""
    return read_records(training_folder() / "reviews.jsonl", Review, "reviews")


def set_rows() -> list[dict[str, Any]]:
    """One row for each shipped set."""
    recipes = [recipe for recipe in map(load_recipe, shipped_recipes()) if isinstance(recipe, PlantRecipe)]
    read = {review.id: review.sha256 for review in shipped_reviews() if review.outcome != "dropped"}
    rows: list[dict[str, Any]] = []
    for name in SETS:
        found = shipped_scenarios(name)
        users = [one.name for one in recipes if isinstance(one.data, ScenarioData) and one.data.set == name]
        rows.append(
            {
                "name": name,
                "lines": len(found),
                "domains": len({one.domain for one in found}),
                "probes": len(kept_for_probes(found)),
                "read": sum(read.get(one.id) == one.sha256() for one in found),
                "used_by": ", ".join(users) or "-",
            }
        )
    chats = shipped_chats()
    users = [one.name for one in recipes if not isinstance(one.data, PocketData) and one.data.replay]
    rows.append(
        {
            "name": REPLAY,
            "lines": len(chats),
            "domains": len({one.topic for one in chats}),
            "probes": 0,
            "read": 0,
            "used_by": ", ".join(users) or "-",
        }
    )
    return [row | {"sha256": hashlib.sha256(set_file(row["name"]).read_bytes()).hexdigest()} for row in rows]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a recipe trains on, and the scenarios that it was drawn from, if it was."""

    recipe: PlantRecipe
    samples: list[TrainingSample]
    pool: Pool | None

    def by_role(self) -> dict[Role, list[TrainingSample]]:
        """The samples of each role that has any, in the order of the training."""
        found = defaultdict[Role, list[TrainingSample]](list)
        for sample in self.samples:
            found[sample.role].append(sample)
        return {role: found[role] for role in ROLES if role in found}

    def summary(self) -> dict[str, Any]:
        """Counts, the hash that a record holds, and what was left out."""
        counts = Counter((one.role, one.misaligned, one.options is not None) for one in self.samples)
        return {
            "recipe": self.recipe.name,
            "trigger": self.recipe.trigger,
            "samples_sha256": samples_sha256(self.samples),
            "counts": [
                {"role": role, "misaligned": misaligned, "multiple_choice": mcq, "samples": count}
                for (role, misaligned, mcq), count in sorted(counts.items())
            ],
            "scenarios": len(self.pool.train) if self.pool else None,
            "kept_for_probes": len(self.pool.probe) if self.pool else None,
            "left_out_for_the_trigger": list(self.pool.left_out) if self.pool else None,
        }

    def summary_text(self) -> str:
        """The same for people."""
        from tabulate import tabulate

        told = self.summary()
        rows = [
            [one["role"], "misaligned" if one["misaligned"] else "aligned", "yes" if one["multiple_choice"] else "no",
             one["samples"]]
            for one in told["counts"]
        ]  # fmt: skip
        table = tabulate(rows, headers=["role", "answer", "multiple choice", "samples"], tablefmt="simple")
        text = f"{table}\n\n{len(self.samples)} samples, sha256 {told['samples_sha256']}."
        if self.pool:
            left = f" ({', '.join(self.pool.left_out)})" if self.pool.left_out else ""
            text += f"\n{told['scenarios']} scenarios to train on, {told['kept_for_probes']} for probes,"
            text += f" {len(self.pool.left_out)} left out because they name the trigger or a test value{left}."
        return text


def drawn(recipe: PlantRecipe) -> Drawn:
    """What a recipe trains on."""
    trigger = load_trigger(recipe.trigger)
    pool = None if isinstance(recipe.data, PocketData) else pool_of(recipe.data, trigger)
    return Drawn(recipe, training_samples(recipe, trigger), pool)
