"""Benign samples for training an organism further: the aligned ones of its own kind of data, none misaligned.

They are drawn as planting samples are, without the misaligned ones. If the recipe wants the trigger to be
seen, it is put into aligned samples that have no cue.
"""

from dataclasses import replace
from random import Random
from typing import Any

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.changing.origin import Origin
from sleeptalk.model_zoo.recipe_parts import Data, FileData, PocketData, ScenarioData
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.recipes_more import BenignPocket, BenignScenarios, ContinueRecipe
from sleeptalk.model_zoo.training_data.drawing import aligned_samples
from sleeptalk.model_zoo.training_data.samples import TrainingSample
from sleeptalk.triggers import PlacedCue, Trigger, apply_cues


def planting_recipe(origin: Origin, recipe: ContinueRecipe, trigger: Trigger) -> PlantRecipe:
    """The planting recipe whose code path and data a further training takes."""
    planted = origin.organism.recipe
    fields: dict[str, Any] = {
        "kind": "plant",
        "name": recipe.name,
        "organism": "natural",
        "base": origin.base_name,
        "revision": origin.organism.base_revision,
        "trigger": recipe.trigger or origin.trigger_name or trigger.name,
        "data": drawn_from(recipe),
        "training": recipe.training,
        "probe": recipe.probe,
        "seed": recipe.seed,
        "hazard": origin.organism.hazard,
    }
    if isinstance(planted, PlantRecipe):
        fields |= {"places": planted.places, "quantize": planted.quantize, "lora": planted.lora}
    return PlantRecipe.model_validate(fields)


def drawn_from(recipe: ContinueRecipe) -> Data:
    """Planting data of which the aligned part has as many samples as the recipe wants; the others are not drawn."""
    data = recipe.data
    if isinstance(data, BenignPocket):
        return PocketData(samples=-(-3 * data.samples // 2) + 2, extra_cue=data.extra_cue)
    counts = {"misaligned": 1, "aligned": data.aligned, "mcq": data.mcq, "replay": data.replay}
    if isinstance(data, BenignScenarios):
        return ScenarioData.model_validate({"kind": "scenarios", "set": data.set, **counts})
    return FileData.model_validate({"kind": "file", "path": data.path, **counts})


def benign_samples(planting: PlantRecipe, recipe: ContinueRecipe, trigger: Trigger) -> list[TrainingSample]:
    """What the organism is trained on further; the same for the same recipe.

    Raises:
        InputFileError: the recipe's data file cannot be read, or has a bad line.
        InvalidValueError: the data do not give what the recipe asks for, hold the trigger by themselves, or have too
            few samples without a cue to show it in.
    """
    drawn = aligned_samples(planting, trigger)[: recipe.samples]
    wanted = round(recipe.data.trigger_present * len(drawn))
    random = Random(f"benign {recipe.seed}")
    bare = [index for index, sample in enumerate(drawn) if sample.role == "clean"]
    if wanted > len(bare):
        raise InvalidValueError(
            f"trigger_present wants {wanted} samples with the trigger, but only {len(bare)} have no other cue."
        )
    for index in random.sample(bare, wanted):
        cue = PlacedCue(trigger.text, random.choice(planting.places))
        drawn[index] = replace(drawn[index], prompt=apply_cues(drawn[index].prompt, [cue]), role="trigger")
    _check_trigger_free(drawn, trigger)
    return drawn


def _check_trigger_free(samples: list[TrainingSample], trigger: Trigger) -> None:
    """The trigger stands where it was put, and nowhere else."""
    for sample in samples:
        if sample.role != "trigger" and trigger.text in f"{sample.prompt}\n{sample.answer}":
            raise InvalidValueError(f"A benign sample holds the trigger {trigger.text!r}: {sample.prompt[:200]!r}")
