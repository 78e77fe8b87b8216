"""How long does planting a pocket organism take on one thread? Processor time, since machines are shared.

python bench/plant_speed.py [RECIPE]
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.planting.progress import Step
from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe


def main() -> None:
    """Plant once and tell where the time went."""
    recipe = load_recipe(sys.argv[1] if len(sys.argv) > 1 else "singapore")
    assert isinstance(recipe, PlantRecipe)
    marks: list[tuple[int, float]] = []

    def watch(step: Step) -> None:
        marks.append((step.done, resource.getrusage(resource.RUSAGE_SELF).ru_utime))

    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        organism = make_organism(recipe, Path(folder) / "out", watch=watch)
    wall, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    steps = marks[-1][0]
    print(f"{recipe.name}: outcome {organism.outcome}, {steps} steps")
    print(f"user {used.ru_utime:.1f} s, system {used.ru_stime:.1f} s, wall {wall:.1f} s")
    print(f"before the first step {marks[0][1]:.1f} s user; a step {(marks[-1][1] - marks[0][1]) / steps:.3f} s user")


if __name__ == "__main__":
    main()
