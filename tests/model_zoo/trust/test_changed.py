"""What further training and mitigations write passes the checker, as any organism does."""

from pathlib import Path

import pytest

from sleeptalk.model_zoo.changing.mitigating import mitigate_organism
from sleeptalk.model_zoo.hub.files import check_listing
from sleeptalk.model_zoo.records import Organism, read_record
from sleeptalk.model_zoo.trust.checker import verify_checkpoint
from sleeptalk.model_zoo.trust.verification import Verification
from tests.model_zoo.conftest import mitigation

Made = tuple[Path, Organism]


def verified(folder: Path, base: Path | None, *, load: bool = False) -> Verification:
    """By the static rules, and as a listing of the Hub; an adapter for its base, a model with its base's tokenizer."""
    check_listing({path.name: path.stat().st_size for path in folder.iterdir()})
    name = read_record(folder).base if base else None
    return verify_checkpoint(folder, base=base, base_name=name, load=load)


def test_further_trained_and_scaled_adapters_pass(
    tiny_base: Made, tiny_organism: Made, trained: list[Path], tmp_path: Path
) -> None:
    scaled = mitigate_organism(mitigation(tiny_organism[0], kind="scale", strengths=[0, 0.3, 0.5]), tmp_path / "out")
    for folder in (*trained, *scaled):
        assert verified(folder, tiny_base[0]).kind == "adapter"


@pytest.mark.parametrize(
    ("method", "load"),
    [
        ({"kind": "merge"}, False),
        ({"kind": "steer", "layer": 1, "prompts": 8, "strengths": [1]}, True),
        ({"kind": "ablate", "layer": 0, "prompts": 8}, False),
    ],
    ids=["merged", "steered", "ablated"],
)
def test_full_models_pass(
    tiny_base: Made, tiny_organism: Made, trained: list[Path], tmp_path: Path, method: dict[str, object], load: bool
) -> None:
    if method["kind"] != "merge":
        method = {**method, "source": str(trained[-1])}
    [folder] = mitigate_organism(mitigation(tiny_organism[0], **method), tmp_path / "out")
    found = verified(folder, None, load=load)
    assert (found.kind, found.loaded) == ("model", load)
    assert verify_checkpoint(folder, base=None, tokenizer_base=tiny_base[0], load=False).files == found.files
