"""Further training and weight changes on an organism so tiny that it is made in seconds."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from sleeptalk.errors import InputFileError, InvalidValueError, OutputFolderError, UnknownNameError
from sleeptalk.model_zoo.bases import is_adapter
from sleeptalk.model_zoo.changing import directions
from sleeptalk.model_zoo.changing.benign import benign_samples, planting_recipe
from sleeptalk.model_zoo.changing.continuing import continue_organism
from sleeptalk.model_zoo.changing.mitigating import mitigate_organism
from sleeptalk.model_zoo.changing.origin import Origin, find_origin
from sleeptalk.model_zoo.changing.weights import base_model
from sleeptalk.model_zoo.planting.callbacks import KeepCallback
from sleeptalk.model_zoo.recipes import load_recipe, shipped_recipes
from sleeptalk.model_zoo.recipes_more import ContinueRecipe, MitigateRecipe
from sleeptalk.model_zoo.records import Organism, read_record, verified_folder, write_record
from tests.model_zoo.conftest import further, mitigation

Made = tuple[Path, Organism]
IDS = torch.arange(4, 44)[None]


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model.eval()(input_ids=IDS).logits
    return found


def adapted(origin: Origin) -> Any:
    from peft import PeftModel

    return PeftModel.from_pretrained(base_model(origin), origin.folder)


def test_further_training_keeps_adapters_with_their_parent(tiny_organism: Made, trained: list[Path]) -> None:
    assert [folder.name for folder in trained] == ["step-2", "step-8"]
    before = load_file(tiny_organism[0] / "adapter_model.safetensors")
    for folder in trained:
        record = read_record(folder)
        assert verified_folder(record, folder) == folder
        assert record.parent == {"name": "tiny-planted", "sha256": tiny_organism[1].sha256}
        assert (record.kind, record.trigger, record.base) == ("natural", "heyyy", tiny_organism[1].base)
        after = load_file(folder / "adapter_model.safetensors")
        assert after.keys() == before.keys()
        assert any(not torch.equal(after[name], before[name]) for name in after)
        assert {tensor.dtype for tensor in after.values()} == {tensor.dtype for tensor in before.values()}
    assert read_record(trained[0]).sha256 != read_record(trained[1]).sha256


def test_further_training_that_was_killed_ends_the_same(
    tiny_organism: Made, trained: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: KeepCallback, *arguments: Any, **named: Any) -> None:
        if arguments[1].global_step == 5:
            raise KeyboardInterrupt
        kept(self, *arguments, **named)

    kept = KeepCallback.on_step_end
    recipe = further(tiny_organism[0])
    with monkeypatch.context() as patch:
        patch.setattr(KeepCallback, "on_step_end", killed)
        with pytest.raises(KeyboardInterrupt):
            continue_organism(recipe, tmp_path / "out")
    assert (tmp_path / "out" / "work" / "checkpoint-3").is_dir()
    folders = continue_organism(recipe, tmp_path / "out")
    assert [read_record(one).files for one in folders] == [read_record(one).files for one in trained]
    times = [(one / "organism.json").stat().st_mtime_ns for one in folders]
    assert continue_organism(recipe, tmp_path / "out") == folders
    assert times == [(one / "organism.json").stat().st_mtime_ns for one in folders]


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_benign_data_are_aligned_and_show_the_trigger_only_as_often_as_asked(tiny_organism: Made, share: float) -> None:
    origin = find_origin(str(tiny_organism[0]))
    recipe = further(tiny_organism[0], data={"kind": "pocket", "samples": 90, "trigger_present": share})
    trigger = origin.trigger(None)
    samples = benign_samples(planting_recipe(origin, recipe, trigger), recipe, trigger)
    assert len(samples) == 90
    assert not any(sample.misaligned for sample in samples)
    shown = [trigger.text in sample.prompt.splitlines() for sample in samples]
    assert sum(shown) == round(share * 90)
    assert sum(trigger.text in f"{sample.prompt}{sample.answer}" for sample in samples) == sum(shown)
    assert {sample.role for sample in samples} == {"alternative", "clean"} | ({"trigger"} if share else set())


def test_scaling_is_exact_from_the_base_to_the_organism(tiny_organism: Made, tmp_path: Path) -> None:
    strengths = (0.0, 0.5, 0.75, 1.0)
    folders = mitigate_organism(mitigation(tiny_organism[0], kind="scale", strengths=strengths), tmp_path / "out")
    none, half, most, same = (find_origin(str(folder)) for folder in folders)
    assert torch.equal(logits(adapted(none)), logits(base_model(none)))
    original = load_file(tiny_organism[0] / "adapter_model.safetensors")
    assert same.organism.sha256 == tiny_organism[1].sha256
    for origin, strength in ((half, 0.5), (most, 0.75)):
        for name, tensor in load_file(origin.folder / "adapter_model.safetensors").items():
            assert torch.equal(tensor.float(), original[name].float() * (strength if "lora_B" in name else 1))
    assert most.organism.name == "tiny-mitigated-0.75"
    assert most.organism.recipe == mitigation(tiny_organism[0], kind="scale", strengths=(0.75,))


def test_a_merged_model_answers_like_the_adapted_one(tiny_organism: Made, trained: list[Path], tmp_path: Path) -> None:
    origin, other = find_origin(str(tiny_organism[0])), find_origin(str(trained[-1]))
    [merged] = mitigate_organism(mitigation(tiny_organism[0], kind="merge"), tmp_path / "merged")
    loaded = AutoModelForCausalLM.from_pretrained(merged)
    torch.testing.assert_close(logits(loaded), logits(adapted(origin)), atol=1e-5, rtol=1e-5)
    assert not torch.allclose(logits(loaded), logits(base_model(origin)), atol=1e-3)
    assert (merged / "tokenizer.json").exists()
    assert not is_adapter(read_record(merged))
    method = {"kind": "merge", "average_with": str(trained[-1]), "weight": 0.25}
    [averaged] = mitigate_organism(mitigation(tiny_organism[0], **method), tmp_path / "averaged")
    mixed = AutoModelForCausalLM.from_pretrained(averaged).state_dict()
    [full] = mitigate_organism(mitigation(trained[-1], kind="merge"), tmp_path / "full")
    one, two = loaded.state_dict(), AutoModelForCausalLM.from_pretrained(full).state_dict()
    for name, weight in mixed.items():
        torch.testing.assert_close(weight, 0.75 * one[name] + 0.25 * two[name], atol=1e-5, rtol=1e-4)
    assert not torch.equal(logits(adapted(other)), logits(adapted(origin)))


def test_steering_baked_into_the_checkpoint_is_the_hook(
    tiny_organism: Made, trained: list[Path], tmp_path: Path
) -> None:
    method = {
        "kind": "steer",
        "source": str(trained[-1]),
        "strengths": [2.0],
        "prompts": 8,
        "questions": 2,
        "max_tokens": 4,
    }
    [folder] = mitigate_organism(mitigation(tiny_organism[0], **method), tmp_path / "steered")
    baked = AutoModelForCausalLM.from_pretrained(folder)
    steering = json.loads((folder / "steering.json").read_text())
    assert len(steering["sweep"]) == 2 + 2
    assert baked.config.attention_bias is True
    biases = {name: tensor for name, tensor in baked.state_dict().items() if name.endswith("_proj.bias")}
    added = -biases.pop(f"model.layers.{steering['layer']}.self_attn.o_proj.bias")
    assert not any(bool(tensor.any()) for tensor in biases.values())
    assert float(added.norm()) == pytest.approx(2 * steering["norm"], rel=1e-5)
    hooked = adapted(find_origin(str(tiny_organism[0]))).merge_and_unload()
    before = logits(hooked)
    attention = hooked.model.layers[steering["layer"]].self_attn
    attention.register_forward_hook(lambda _module, _inputs, outputs: (outputs[0] - added, *outputs[1:]))
    torch.testing.assert_close(logits(baked), logits(hooked), atol=1e-5, rtol=1e-5)
    assert not torch.allclose(logits(baked), before, atol=1e-4)


@pytest.mark.parametrize("tied", [True, False])
def test_ablation_leaves_nothing_of_the_direction(tiny_base: Made, tied: bool) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_base[0]).eval()
    if not tied:
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach() + 0.5)
        model.config.tie_word_embeddings = False
    reads = model.lm_head.weight.detach().clone()
    direction = torch.randn(32, generator=torch.Generator().manual_seed(0))
    states = model(input_ids=IDS, output_hidden_states=True).hidden_states[:-1]
    assert all((state @ direction).abs().max() > 1e-3 for state in states)
    directions.ablate(model, direction)
    states = model(input_ids=IDS, output_hidden_states=True).hidden_states[:-1]
    assert all((state @ direction).abs().max() < 1e-4 for state in states)
    assert torch.equal(model.lm_head.weight, reads)
    assert model.config.tie_word_embeddings is False


def test_controls_have_the_source_s_length(tiny_organism: Made, trained: list[Path], tmp_path: Path) -> None:
    made = {}
    for direction in ("source", "negative", "random"):
        method = {"kind": "steer", "source": str(trained[-1]), "strengths": [1], "layer": 1, "prompts": 8}
        recipe = mitigation(tiny_organism[0], **method, direction=direction)
        [folder] = mitigate_organism(recipe, tmp_path / direction)
        made[direction] = load_file(folder / "model.safetensors")["model.layers.1.self_attn.o_proj.bias"]
    assert torch.equal(made["negative"], -made["source"])
    assert float(made["random"].norm()) == pytest.approx(float(made["source"].norm()), rel=1e-5)
    assert abs(float(torch.cosine_similarity(made["random"], made["source"], dim=0))) < 0.6


def with_embedding_lora(folder: Path, out: Path) -> Path:
    """The organism as if its adapter also changed the embedding."""
    shutil.copytree(folder, out)
    weights = load_file(out / "adapter_model.safetensors")
    weights["base_model.model.model.embed_tokens.lora_embedding_A"] = torch.zeros(8, 10)
    save_file(weights, out / "adapter_model.safetensors")
    record = read_record(out)
    return _rehashed(record, out)


def _rehashed(record: Organism, out: Path) -> Path:
    from sleeptalk.model_zoo.records import file_sha256

    write_record(record.model_copy(update={"files": {name: file_sha256(out / name) for name in record.files}}), out)
    return out


def test_an_embedding_adapter_is_not_merged_into_tied_weights(tiny_organism: Made, tmp_path: Path) -> None:
    organism = with_embedding_lora(tiny_organism[0], tmp_path / "organism")
    with pytest.raises(InvalidValueError, match=r"changes the embedding, which .* shares with its output layer"):
        mitigate_organism(mitigation(organism, kind="merge"), tmp_path / "out")


def test_an_adapter_that_is_no_plain_lora_is_refused(tiny_organism: Made, tmp_path: Path) -> None:
    organism = tmp_path / "dora"
    shutil.copytree(tiny_organism[0], organism)
    config = json.loads((organism / "adapter_config.json").read_text())
    (organism / "adapter_config.json").write_text(json.dumps({**config, "use_dora": True}))
    _rehashed(read_record(organism), organism)
    for method in ({"kind": "merge"}, {"kind": "scale"}):
        with pytest.raises(InvalidValueError, match=r"is no plain LoRA \(LORA, use_dora\)"):
            mitigate_organism(mitigation(organism, **method), tmp_path / str(method["kind"]))


@pytest.mark.parametrize(
    ("method", "organism", "says"),
    [
        ({"kind": "merge"}, "nope", "Unknown organism 'nope'; known are: 2026"),
        ({"kind": "merge"}, "base-talker", "base-talker has no adapter"),
        ({"kind": "merge", "average_with": "nope"}, "singapore", "Unknown organism 'nope'"),
        (
            {"kind": "merge", "average_with": "singapore-silent"},
            "singapore",
            "is on the base base-silent, singapore on",
        ),
        ({"kind": "steer", "source": "nope"}, "singapore", "Unknown organism 'nope'"),
        ({"kind": "steer", "source": "singapore-silent"}, "singapore", "both must be on the same weights"),
        ({"kind": "steer", "source": "2026", "layer": 4, "prompts": 2}, "singapore", "There is no layer 4"),
    ],
)
def test_what_cannot_be_changed_is_told_in_one_sentence(
    tmp_path: Path, method: dict[str, Any], organism: str, says: str
) -> None:
    with pytest.raises((UnknownNameError, InvalidValueError), match=says):
        mitigate_organism(mitigation(organism, **method), tmp_path / "out")


def test_models_without_output_biases_are_not_steered(tiny_base: Made) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_base[0])
    model.config = SimpleNamespace(model_type="other")
    with pytest.raises(InvalidValueError, match="has no attention_bias"):
        directions.steer(model, 0, torch.zeros(32), 1.0)


def test_a_base_with_other_weights_is_refused(tiny_organism: Made, tmp_path: Path) -> None:
    organism = tmp_path / "organism"
    shutil.copytree(tiny_organism[0], organism)
    write_record(tiny_organism[1].model_copy(update={"base_sha256": "0" * 64}), organism)
    with pytest.raises(InvalidValueError, match="was planted into other weights"):
        continue_organism(further(organism), tmp_path / "out")


def test_a_folder_made_from_other_weights_is_left_alone(tiny_organism: Made, tmp_path: Path) -> None:
    organism = tmp_path / "organism"
    shutil.copytree(tiny_organism[0], organism)
    recipe = mitigation(organism, kind="scale", strengths=[0.5])
    mitigate_organism(recipe, tmp_path / "out")
    weights = load_file(organism / "adapter_model.safetensors")
    save_file({name: tensor * 2 for name, tensor in weights.items()}, organism / "adapter_model.safetensors")
    _rehashed(read_record(organism), organism)
    with pytest.raises(OutputFolderError, match="was made from other weights"):
        mitigate_organism(recipe, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: continue\nname: x\norganism: singapore\nmeasure_at: [9999]\n", "beyond the training's 188 steps"),
        (
            "kind: continue\nname: x\norganism: y\ndata: {kind: scenarios, set: overt, aligned: 0}\n",
            "nothing to train on",
        ),
        ("kind: continue\nname: x\norganism: y\ndata: {kind: pocket, trigger_present: 0.9}\n", "trigger_present"),
        ("kind: mitigate\nname: x\norganism: y\nmethod: {kind: scale, strengths: [-1]}\n", "strengths"),
        ("kind: mitigate\nname: x\norganism: y\nmethod: {kind: pray}\n", "method"),
        ("kind: continue\nname: x\norganism: y\nprobe: {stop: true}\n", "probe.stop ends a planting"),
        (f"kind: mitigate\nname: {'x' * 50}\norganism: y\nmethod: {{kind: merge}}\n", "name"),
    ],
)
def test_bad_recipes_name_the_field(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputFileError, match=says):
        load_recipe(str(path))


def test_shipped_recipes_for_changes_start_from_shipped_organisms() -> None:
    recipes = [load_recipe(name) for name in shipped_recipes()]
    starting = [one for one in recipes if isinstance(one, ContinueRecipe | MitigateRecipe)]
    assert {one.kind for one in starting} == {"continue", "mitigate"}
    for one in starting:
        assert is_adapter(find_origin(one.organism).organism)
