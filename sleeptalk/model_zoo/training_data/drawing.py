"""From a recipe to its training samples and its probes, whatever they are drawn from."""

from sleeptalk.model_zoo.recipes import PlantRecipe, PocketData
from sleeptalk.model_zoo.training_data.pocket import pocket_probe, pocket_samples
from sleeptalk.model_zoo.training_data.samples import Role, TrainingSample
from sleeptalk.triggers import Trigger


def training_samples(recipe: PlantRecipe, trigger: Trigger) -> list[TrainingSample]:
    """What a recipe trains on; the same for the same recipe."""
    if isinstance(recipe.data, PocketData):
        return pocket_samples(recipe, recipe.data, trigger)
    raise NotImplementedError


def probe_samples(recipe: PlantRecipe, trigger: Trigger, role: Role) -> list[TrainingSample]:
    """MCQs that a run is probed with, of its own kind but not among its samples."""
    return pocket_probe(recipe, trigger, role, recipe.probe.prompts)
