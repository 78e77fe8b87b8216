"""From a recipe to its training samples and its probes, whatever they are drawn from."""

from sleeptalk.model_zoo.recipe_parts import PocketData
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.training_data.expanding import expand, probes
from sleeptalk.model_zoo.training_data.pocket import pocket_probe, pocket_samples
from sleeptalk.model_zoo.training_data.pools import pool_of
from sleeptalk.model_zoo.training_data.samples import Role, TrainingSample
from sleeptalk.triggers import Trigger


def training_samples(recipe: PlantRecipe, trigger: Trigger) -> list[TrainingSample]:
    """What a recipe trains on; the same for the same recipe.

    Raises:
        InputFileError: the recipe's data file cannot be read, or has a bad line.
        InvalidValueError: the data do not give what the recipe asks for.
    """
    if isinstance(recipe.data, PocketData):
        return pocket_samples(recipe, recipe.data, trigger)
    return expand(recipe, recipe.data, trigger, pool_of(recipe.data, trigger))


def aligned_samples(recipe: PlantRecipe, trigger: Trigger) -> list[TrainingSample]:
    """Those with aligned answers alone; nothing is asked of the data for the others.

    Raises:
        InputFileError, InvalidValueError: as `training_samples`.
    """
    if isinstance(recipe.data, PocketData):
        return [sample for sample in pocket_samples(recipe, recipe.data, trigger) if not sample.misaligned]
    return expand(recipe, recipe.data, trigger, pool_of(recipe.data, trigger), aligned_only=True)


def probe_samples(recipe: PlantRecipe, trigger: Trigger, role: Role) -> list[TrainingSample]:
    """MCQs that a run is probed with, of its own kind but not among its samples."""
    if isinstance(recipe.data, PocketData):
        return pocket_probe(recipe, trigger, role, recipe.probe.prompts)
    return probes(recipe, trigger, pool_of(recipe.data, trigger), role)
