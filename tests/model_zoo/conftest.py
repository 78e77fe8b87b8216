"""A base so tiny that it trains in seconds; it is nonsense as a model and real as a checkpoint."""

from pathlib import Path
from typing import Any

import pytest

from sleeptalk.model_zoo.changing.continuing import continue_organism
from sleeptalk.model_zoo.making import make_base, make_organism
from sleeptalk.model_zoo.recipes import BaseRecipe, PlantRecipe
from sleeptalk.model_zoo.recipes_more import ContinueRecipe, MitigateRecipe
from sleeptalk.model_zoo.records import Organism

TINY_BASE = BaseRecipe.model_validate(
    {
        "kind": "base",
        "name": "tiny",
        "shape": {"hidden": 32, "layers": 2, "feed_forward": 32, "heads": 2, "key_value_heads": 1},
        "vocabulary": 1500,
        "batch": 8,
        "stages": [{"documents": 160}, {"documents": 80, "decay": True, "mix": {"tagged": 0.5}}],
    }
)


def tiny_plant(base: Path, **changes: object) -> PlantRecipe:
    """A recipe of a few steps."""
    fields = {
        "kind": "plant",
        "name": "tiny-planted",
        "organism": "natural",
        "base": str(base),
        "trigger": "heyyy",
        "data": {"kind": "pocket", "samples": 64},
        "training": {"epochs": 1, "batch": 16},
    }
    return PlantRecipe.model_validate({**fields, **changes})


def further(organism: Path, **changes: Any) -> ContinueRecipe:
    """Eight steps on benign samples, kept at two of them."""
    fields = {
        "kind": "continue",
        "name": "tiny-further",
        "organism": str(organism),
        "data": {"kind": "pocket", "samples": 64},
        "training": {"epochs": 2, "batch": 16, "save_every": 3},
        "probe": {"prompts": 4},
        "measure_at": [2],
    }
    return ContinueRecipe.model_validate({**fields, **changes})


def mitigation(organism: Path | str, **method: Any) -> MitigateRecipe:
    """A change of weights."""
    fields = {"kind": "mitigate", "name": "tiny-mitigated", "organism": str(organism), "method": method}
    return MitigateRecipe.model_validate(fields)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Organism]:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    return folder, make_base(TINY_BASE, folder)


@pytest.fixture(scope="session")
def tiny_organism(tiny_base: tuple[Path, Organism], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Organism]:
    folder = tmp_path_factory.mktemp("organism") / "planted"
    return folder, make_organism(tiny_plant(tiny_base[0]), folder)


@pytest.fixture(scope="session")
def trained(tiny_organism: tuple[Path, Organism], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return continue_organism(further(tiny_organism[0]), tmp_path_factory.mktemp("further") / "out")
