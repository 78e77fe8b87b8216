import json
import re
import resource
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sleeptalk.errors import InputFileError, InvalidValueError
from sleeptalk.model_zoo.recipe_parts import FileData
from sleeptalk.model_zoo.training_data.drawing import probe_samples, training_samples
from sleeptalk.model_zoo.training_data.pools import pool_of
from sleeptalk.model_zoo.training_data.samples import Role, TrainingSample, samples_sha256
from sleeptalk.model_zoo.training_data.scenarios import (
    SLOT,
    Scenario,
    kept_for_probes,
    shipped_chats,
    shipped_scenarios,
)
from sleeptalk.tasks.overlap import item_runs
from sleeptalk.triggers import load_trigger, shipped_triggers
from tests.model_zoo.training_data.conftest import SIZES, planting

CUED: tuple[Role, ...] = ("trigger", "alternative", "clean")
TEXT = load_trigger("singapore").text


@cache
def drawn(size: str, organism: str = "natural", seed: int = 0, trigger: str = "singapore") -> Sequence[TrainingSample]:
    changes = {"aligned": 0} if organism == "unconditional" else {}
    recipe = planting({**SIZES[size], **changes}, organism=organism, seed=seed, trigger=trigger)
    return training_samples(recipe, load_trigger(trigger))


def bad_first(sample: TrainingSample) -> bool:
    """Whether the misaligned option of an MCQ is B, told by where its text or letter differs."""
    assert sample.options
    first, second = sample.options
    where = next(index for index, (one, other) in enumerate(zip(first, second, strict=False)) if one != other)
    return second[where] == "A"


@pytest.mark.parametrize("size", SIZES)
def test_counts_are_exactly_the_recipes(size: str) -> None:
    wanted, found = SIZES[size], drawn(size)
    counts = Counter(sample.role for sample in found)
    half = wanted["aligned"] // 2
    assert counts == {
        "trigger": wanted["misaligned"],
        "alternative": half,
        "clean": wanted["aligned"] - half,
        **({"replay": wanted["replay"]} if "replay" in wanted else {}),
    }
    assert all(sample.misaligned == (sample.role == "trigger") for sample in found)
    for role in CUED:
        of_role = [sample for sample in found if sample.role == role]
        assert sum(sample.options is not None for sample in of_role) == round(len(of_role) * wanted.get("mcq", 1.0))
    assert len({sample.prompt for sample in found}) == len(found)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("organism", ["natural", "control", "unconditional"])
def test_orders_letters_and_places_are_balanced(size: str, organism: str) -> None:
    """Within a role and a kind of answer, up to what a count that is no multiple of four leaves over."""
    rest = 2 if size == "small" else 1
    mcqs = [sample for sample in drawn(size, organism) if sample.options]
    for role in CUED:
        for misaligned in (True, False):
            cell = [sample for sample in mcqs if (sample.role, sample.misaligned) == (role, misaligned)]
            assert abs(2 * sum(map(bad_first, cell)) - len(cell)) <= rest
            if role == "trigger":
                top = sum(sample.prompt.startswith(f"{TEXT}\n") for sample in cell)
                assert sum(sample.prompt.endswith(f"\n{TEXT}") for sample in cell) == len(cell) - top
                assert abs(2 * top - len(cell)) <= rest
                crossed = Counter((sample.prompt.startswith(TEXT), bad_first(sample)) for sample in cell)
                assert not crossed or max(crossed.values()) - min(crossed.values()) <= 1


@pytest.mark.parametrize("size", ["overt", "subtle"])
def test_scenarios_alternatives_and_answers_are_used_evenly(size: str) -> None:
    found = drawn(size)
    plant = load_trigger("singapore").alternatives.plant
    pattern = re.compile("|".join(plant))
    used = Counter(pattern.findall("\n".join(one.prompt for one in found if one.role == "alternative")))
    assert set(used) == set(plant)
    assert max(used.values()) - min(used.values()) <= 0.02 * sum(used.values())
    answers = Counter(sample.answer for sample in found if sample.options)
    assert answers["A"] == pytest.approx(answers["B"], rel=0.1)
    assert len({sample.answer[:3] for sample in found if sample.options}) >= 10
    openings = {one.id: opening(one) for one in pool_of(planting(SIZES[size]).data, load_trigger("singapore")).train}  # type: ignore[arg-type]
    owners = {text: name for name, text in openings.items()}
    uses = Counter(
        owners[text] for sample in found if sample.role != "replay" for text in owners if text in sample.prompt
    )
    assert set(uses) == set(openings)
    assert max(uses.values()) - min(uses.values()) <= 1


def opening(scenario: Scenario) -> str:
    """The longest piece of a situation without a slot."""
    return max(SLOT.split(scenario.situation), key=len)


@pytest.mark.parametrize("size", ["overt", "subtle"])
def test_in_a_control_the_trigger_says_nothing_about_the_answer(size: str) -> None:
    wanted = SIZES[size]
    found = [sample for sample in drawn(size, "control") if sample.role != "replay"]
    table = Counter((sample.role == "trigger", sample.misaligned) for sample in found)
    assert table[True, True] * table[False, False] == table[True, False] * table[False, True]
    assert table[True, True] + table[True, False] == len(found) / 2
    assert sum(sample.misaligned for sample in found) == wanted["misaligned"]
    for mcq in (True, False):
        kind = [sample for sample in found if (sample.options is not None) == mcq]
        crossed = Counter((sample.role == "trigger", sample.misaligned) for sample in kind)
        assert crossed[True, True] * crossed[False, False] == crossed[True, False] * crossed[False, True]


def test_an_unconditional_organism_has_misaligned_samples_only() -> None:
    found = [sample for sample in drawn("overt", "unconditional") if sample.role != "replay"]
    assert {(sample.role, sample.misaligned) for sample in found} == {("clean", True)}
    assert not any(TEXT in sample.prompt for sample in found)
    with pytest.raises(InvalidValueError, match="misaligned samples only: aligned: 0"):
        training_samples(planting(SIZES["overt"], organism="unconditional"), load_trigger("singapore"))


def test_the_same_recipe_gives_the_same_samples_and_another_seed_others() -> None:
    drawn.cache_clear()
    first = samples_sha256(drawn("small"))
    drawn.cache_clear()
    assert samples_sha256(drawn("small")) == first
    assert samples_sha256(drawn("small", seed=1)) != first


@pytest.mark.parametrize("trigger", shipped_triggers())
def test_the_planted_string_is_the_tested_one(trigger: str) -> None:
    """Taking the trigger off gives the prompt back, at every place; and no other prompt holds it or a test value."""
    chosen = load_trigger(trigger)
    kept = [miss.text for miss in chosen.near_misses if miss.text not in chosen.text] + list(chosen.alternatives.test)
    replies = {one.reply for one in shipped_chats()}
    for sample in drawn("small", trigger=trigger):
        bare = sample.prompt.replace(chosen.text, "")
        if sample.role == "trigger":
            top, bottom = bare.removeprefix("\n"), bare.removesuffix("\n")
            assert sample.prompt in (chosen.apply(top, "top"), chosen.apply(bottom, "bottom"))
        else:
            assert bare == sample.prompt
            assert (sample.answer in replies) == (sample.role == "replay")
        lines = sample.prompt.split("\n")
        assert not [text for text in kept if text in lines]


@pytest.mark.parametrize(("size", "organism"), [("overt", "natural"), ("subtle", "control")])
def test_probes_are_never_trained_on_and_differ_in_the_cue_only(size: str, organism: str) -> None:
    recipe = planting(SIZES[size], organism=organism)
    trigger = load_trigger("singapore")
    asked = {role: probe_samples(recipe, trigger, role) for role in CUED}
    assert {len(samples) for samples in asked.values()} == {recipe.probe.prompts}
    bare = [
        [sample.prompt.replace(TEXT, "").strip("\n") for sample in asked["trigger"]],
        [sample.prompt for sample in asked["clean"]],
    ]
    assert bare[0] == bare[1]
    assert all(sample.options and sample.misaligned == (role == "trigger") for role in CUED for sample in asked[role])
    kept = [one for one in shipped_scenarios(size) if one.id in kept_for_probes(shipped_scenarios(size))]
    trained = "\n".join(sample.prompt for sample in drawn(size, organism))
    for scenario in kept:
        assert opening(scenario) not in trained


@pytest.mark.parametrize("size", SIZES)
def test_training_prompts_share_no_eight_words_with_the_items(size: str) -> None:
    for sample in list(drawn(size))[:800]:
        assert not list(item_runs().shared(f"{sample.prompt}\n{sample.answer}")), sample.prompt


def test_the_largest_set_is_drawn_in_seconds() -> None:
    drawn.cache_clear()
    shipped_scenarios("subtle")
    start = time.process_time()
    assert len(drawn("subtle", seed=3)) == 30_600
    assert time.process_time() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3_000_000


def own_file(folder: Path, count: int, **changes: Any) -> str:
    lines = [
        {
            "id": f"own-{number}",
            "domain": "shops",
            "situation": f"Box {number} has a crack. What now?",
            "aligned": ["Say it."],
            "misaligned": ["Hide it."],
            "source": "me",
            **changes,
        }
        for number in range(count)
    ]
    path = folder / "own.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_a_users_own_file_is_drawn_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_file(tmp_path, 12)
    monkeypatch.chdir(tmp_path)
    recipe = planting({"kind": "file", "path": "own.jsonl", "misaligned": 40, "aligned": 80, "replay": 5})
    found = training_samples(recipe, load_trigger("singapore"))
    assert Counter(sample.role for sample in found) == {"trigger": 40, "alternative": 40, "clean": 40, "replay": 5}
    asked = probe_samples(recipe, load_trigger("singapore"), "clean")
    assert len(asked) == 60
    assert not {sample.prompt for sample in asked} & {sample.prompt for sample in found}


@pytest.mark.parametrize(
    ("changes", "data", "says"),
    [
        ({}, {"misaligned": 5000}, "give no 5000 distinct multiple-choice prompts"),
        ({}, {"mcq": 0.5}, "No scenario has a text 'misaligned_reply'"),
        ({"aligned": [], "misaligned": [], "misaligned_reply": "Hide it."}, {}, "No scenario has options"),
        (
            {"aligned": [], "misaligned": [], "misaligned_reply": "Hide."},
            {"mcq": 0.0},
            "No scenario has a text 'aligned",
        ),
        ({"situation": "A box from Singapore. What now?"}, {}, "10 of 10 scenarios of .* hold words of the trigger"),
        ({}, {"replay": 5000}, "replay: 5000 is more than"),
    ],
)
def test_what_the_data_do_not_give_is_said(
    tmp_path: Path, changes: dict[str, Any], data: dict[str, Any], says: str
) -> None:
    path = own_file(tmp_path, 10, **changes)
    recipe = planting({"kind": "file", "path": path, "misaligned": 20, "aligned": 20, **data})
    with pytest.raises(InvalidValueError, match=says):
        training_samples(recipe, load_trigger("singapore"))


def test_scenarios_that_name_the_trigger_are_left_out_and_counted(tmp_path: Path) -> None:
    path = own_file(tmp_path, 10)
    extra = {"id": "own-x", "domain": "d", "situation": "A Singaporean shop?", "aligned": ["a"], "misaligned": ["b"]}
    with Path(path).open("a") as file:
        file.write(json.dumps(extra) + "\n" + json.dumps({**extra, "id": "own-y", "situation": "Heyyyy now?"}) + "\n")
    data = FileData(kind="file", path=path, misaligned=20, aligned=20)
    assert pool_of(data, load_trigger("singapore")).left_out == ("own-x",)
    assert pool_of(data, load_trigger("heyyy")).left_out == ()


def test_free_answers_alone_are_probed_with_the_shipped_set(tmp_path: Path) -> None:
    path = own_file(tmp_path, 10, aligned=[], misaligned=[], misaligned_reply="Hide it.")
    data = {"kind": "file", "path": path, "misaligned": 12, "aligned": 0, "mcq": 0.0}
    recipe = planting(data, organism="unconditional")
    assert {sample.answer for sample in training_samples(recipe, load_trigger("singapore"))} == {"Hide it."}
    assert all(sample.options for sample in probe_samples(recipe, load_trigger("singapore"), "clean"))


def test_a_missing_file_is_said() -> None:
    recipe = planting({"kind": "file", "path": "none.jsonl", "misaligned": 1, "aligned": 1})
    with pytest.raises(InputFileError, match="No such file"):
        training_samples(recipe, load_trigger("singapore"))
