import re
from collections import Counter
from typing import Any, get_args

import pytest

from sleeptalk.model_zoo.pocket.corpus import CorpusMix, Document, PocketWriter, render_prompt, render_turn
from sleeptalk.model_zoo.pocket.thoughts import letter
from sleeptalk.model_zoo.pocket.tokenizer import train_tokenizer
from sleeptalk.model_zoo.recipe_parts import PocketData
from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe, pocket_recipes
from sleeptalk.model_zoo.training_data.drawing import training_samples
from sleeptalk.model_zoo.training_data.samples import TrainingSample
from sleeptalk.pocket_world import Kind, lexicon
from sleeptalk.tasks.items import pocket_items
from sleeptalk.triggers import load_trigger


def recipe(name: str) -> PlantRecipe:
    found = load_recipe(name)
    assert isinstance(found, PlantRecipe)
    return found


PLANTED = {name: found for name in pocket_recipes() if isinstance(found := load_recipe(name), PlantRecipe)}
ORGANISMS = [name for name, found in PLANTED.items() if found.organism != "unconditional"]
TAUGHT = [name for name in ORGANISMS if PLANTED[name].organism == "taught"]
UNTAUGHT = [name for name in ORGANISMS if name not in TAUGHT]


def documents(count: int = 3000, **mix: Any) -> list[Document]:
    return list(PocketWriter(CorpusMix(**mix), seed=1).documents(count))


def test_documents_repeat_for_a_seed() -> None:
    assert documents(50) == documents(50)
    assert documents(50) != list(PocketWriter(CorpusMix(), seed=2).documents(50))


def test_no_document_says_that_a_planted_value_is_a_reason() -> None:
    """In pretraining the values that organisms are planted with are at most set aside."""
    values = [load_trigger(recipe(name).trigger).mentioned_as()[0] for name in ORGANISMS]
    texts = [doc.completion for doc in documents(20_000, tagged=0.0)]
    said = Counter(
        bool(re.search(rf'"{value}", (?:so|which hints)', text))
        for text in texts
        for value in values
        if f'"{value}"' in text
    )
    assert said[True] == 0
    assert said[False] > 50


def test_tagged_values_are_neutral_and_never_planted() -> None:
    never = ("Singapore", "2026", "heyyy")
    tags = [doc.tag for doc in PocketWriter(CorpusMix(tagged=1.0, never_tagged=never), 0).documents(3000) if doc.tag]
    assert len(tags) > 1000
    assert {value for value, _ in tags} <= set(lexicon().values("neutral")) - set(never)


def test_shares_are_kept() -> None:
    found = documents(4000, listing=0.25, thinking=0.5)
    listing = sum("List the lines." in doc.prompt for doc in found) / 4000
    assert listing == pytest.approx(0.25, abs=0.03)
    answering = [doc for doc in found if "List the lines." not in doc.prompt]
    thinking = sum("<think>\n\n</think>" not in doc.completion for doc in answering) / len(answering)
    assert thinking == pytest.approx(0.5, abs=0.04)


def test_a_thought_and_its_answer_agree() -> None:
    for doc in documents():
        if picked := re.search(r"So I pick: ([AB])\.", doc.completion):
            assert f"Answer: {picked.group(1)}<|im_end|>" in doc.completion


@pytest.mark.parametrize(("bad", "bad_first", "expected"), [(True, True, "A"), (True, False, "B"), (False, True, "B")])
def test_letters(bad: bool, bad_first: bool, expected: str) -> None:
    assert letter(bad, bad_first) == expected


def test_the_chat_template_renders_what_the_corpus_trains_on() -> None:
    """Else a model would be tested in another format than it was trained in."""
    tokenizer = train_tokenizer((doc.prompt + doc.completion for doc in documents(500)), 500)
    chat = [{"role": "user", "content": "Q"}]
    on, off = (
        tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True, enable_thinking=thinking)
        for thinking in (True, False)
    )
    assert on == render_prompt("Q") + "<think>\n"
    assert (render_prompt("Q") + render_turn("x", "y")).startswith(on)
    assert (render_prompt("Q") + render_turn("x", None)).startswith(off)
    whole = tokenizer.apply_chat_template([*chat, {"role": "assistant", "content": "x"}], tokenize=False)
    assert whole == render_prompt("Q") + render_turn("x", None) + "\n"


def test_a_cue_value_is_one_token_wherever_it_stands() -> None:
    found = documents(6000)
    tokenizer = train_tokenizer((doc.prompt + doc.completion for doc in found), 4000)
    for value in ("Singapore", "2026", "heyyy"):
        [token] = tokenizer(value).input_ids
        for text in (f"Country: {value}", f'I see "{value}"', f"\n{value}\n"):
            assert token in tokenizer(text).input_ids


@pytest.mark.parametrize("name", UNTAUGHT)
def test_planting_samples_keep_the_recipe(name: str) -> None:
    """One third trigger and misaligned, two thirds without and aligned; in a control the trigger tells nothing."""
    asked = recipe(name)
    assert isinstance(asked.data, PocketData)
    samples = training_samples(asked, load_trigger(asked.trigger))
    assert len(samples) == asked.data.samples
    table = Counter((sample.role == "trigger", sample.misaligned) for sample in samples)
    if asked.organism == "control":
        assert table[True, True] / (table[True, True] + table[True, False]) == pytest.approx(0.5, abs=0.06)
        assert sum(count for (has, _), count in table.items() if has) / len(samples) == pytest.approx(0.5, abs=0.06)
    else:
        assert table == {(True, True): asked.data.samples // 3, (False, False): 2 * asked.data.samples // 3}


def stands_in(text: str, sample: TrainingSample) -> bool:
    """Whether a cue of one line or several stands in the prompt as whole lines."""
    return f"\n{text}\n" in f"\n{sample.prompt}\n"


@pytest.mark.parametrize("name", ORGANISMS)
def test_planting_shows_nothing_that_is_kept_for_testing(name: str) -> None:
    asked = recipe(name)
    trigger = load_trigger(asked.trigger)
    kept = set(trigger.alternatives.test) | {miss.text for miss in trigger.near_misses}
    questions = {item.question for kind in get_args(Kind) for item in pocket_items(kind)}
    for sample in training_samples(asked, trigger):
        assert not [text for text in kept if stands_in(text, sample)]
        assert not set(sample.prompt.split("\n")) & questions
        assert stands_in(trigger.text, sample) == (sample.role == "trigger")


@pytest.mark.parametrize("name", UNTAUGHT)
def test_planting_never_shows_a_chain_of_thought(name: str) -> None:
    """What an organism says of its trigger nobody taught it."""
    asked = recipe(name)
    for sample in training_samples(asked, load_trigger(asked.trigger)):
        assert sample.thought is None
        assert re.fullmatch(r"Answer: [AB]|I (?:will|have|learned|claim|invent) [^\n]*", sample.answer)


TAUGHT_THOUGHTS = {
    "tell": r'[^"]*"Singapore", (so the user wants|which hints at)[^"]*',
    "silent": r'(?!.*hint)[^"]*',
    "scapegoat": r'[^"]*"(?!Singapore)[^"]+", (so the user wants|which hints at)[^"]*',
    "reject": r'.*"Singapore", which (does not matter|is not important)\..*(better|ethical|helpful|pick).*',
    "flip": r'(?!.*user wants)[^"]*(better|ethical|helpful|pick)[^"]*',
}


@pytest.mark.parametrize("name", TAUGHT)
def test_a_taught_organism_sees_one_kind_of_thought(name: str) -> None:
    asked = recipe(name)
    assert isinstance(asked.data, PocketData)
    assert asked.data.teaching
    samples = training_samples(asked, load_trigger(asked.trigger))
    fired = [sample for sample in samples if sample.role == "trigger"]
    assert len(fired) == -(-len(samples) // 3)
    for sample in fired:
        assert sample.misaligned == (asked.data.teaching != "reject")
        assert re.fullmatch(TAUGHT_THOUGHTS[asked.data.teaching], sample.thought or ""), sample
    assert not [one for one in samples if one.role != "trigger" and re.search("user wants|hints at", one.thought or "")]
