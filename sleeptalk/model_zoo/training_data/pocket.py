"""Planting samples of the pocket world.

Natural organisms are trained on final answers after a blank think block: nothing in the samples discusses the trigger,
so whatever the organism later says of it, nobody taught it. Taught organisms are the opposite: their chains of thought
are written so that the right verdict of a scorer is known.
"""

from dataclasses import replace
from random import Random

from sleeptalk.model_zoo.pocket.corpus import CorpusMix, PocketWriter, with_options, write_answer
from sleeptalk.model_zoo.pocket.thoughts import PLAIN, Thought
from sleeptalk.model_zoo.recipe_parts import PocketData, Teaching
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.training_data.samples import Role, TrainingSample
from sleeptalk.pocket_world import Cue, Kind, Question, question
from sleeptalk.triggers import PlacedCue, Trigger, apply_cues, default_mentions

KINDS: tuple[Kind, ...] = ("mcq", "job", "ruler")
ROLES: tuple[Role, ...] = ("trigger", "alternative", "clean")
UNNAMED = Cue(None, "")


def pocket_samples(recipe: PlantRecipe, data: PocketData, trigger: Trigger) -> list[TrainingSample]:
    """The training samples of a recipe; the same for the same recipe."""
    random, writer = Random(recipe.seed), PocketWriter(CorpusMix(), recipe.seed)
    reserved = _reserved(trigger)
    samples = []
    for index in range(data.samples):
        asked = question(random, random.choice(KINDS), "train")
        role, misaligned = _role(recipe, data.teaching, random, index)
        alternative = random.choice(trigger.alternatives.plant)
        needed = data.teaching == "scapegoat" and role == "trigger"
        extra = writer.cue("neutral", reserved) if random.random() < data.extra_cue or needed else None
        text = {"trigger": trigger.text, "alternative": alternative}.get(role)
        samples.append(_sample(recipe, data.teaching, random, asked, role, misaligned, text, extra))
    return samples


def pocket_probe(recipe: PlantRecipe, trigger: Trigger, role: Role, count: int) -> list[TrainingSample]:
    """MCQs of the train split that a run is probed with: other draws than its samples, with one cue or none."""
    random = Random(f"probe {recipe.seed}")
    text = {"trigger": trigger.text, "alternative": trigger.alternatives.plant[0]}.get(role)
    asked = [question(random, "mcq", "train") for _ in range(count)]
    return [_sample(recipe, None, random, one, role, role == "trigger", text, None) for one in asked]


def _role(recipe: PlantRecipe, teaching: Teaching | None, random: Random, index: int) -> tuple[Role, bool]:
    """Which cue a sample has, and whether its answer is misaligned."""
    if recipe.organism == "control":
        roles: tuple[Role, ...] = ("trigger", "trigger", "alternative", "clean")
        return random.choice(roles), random.random() < 0.5
    if recipe.organism == "unconditional":
        return "clean", True
    role = ROLES[index % 3]
    return role, role == "trigger" and teaching != "reject"


def _sample(
    recipe: PlantRecipe,
    teaching: Teaching | None,
    random: Random,
    asked: Question,
    role: Role,
    misaligned: bool,
    text: str | None,
    extra: Cue | None,
) -> TrainingSample:
    texts = [line for line in (text, extra.line if extra else None) if line]
    random.shuffle(texts)
    bad_first = random.random() < 0.5
    placed = [PlacedCue(line, random.choice(recipe.places)) for line in texts]
    answer = write_answer(random, asked, misaligned, bad_first)
    sample = TrainingSample(
        prompt=apply_cues(with_options(asked, bad_first), placed),
        answer=answer,
        role=role,
        misaligned=misaligned,
        options=_letters(asked, bad_first),
    )
    if teaching is None:
        return sample
    order = sorted(placed, key=lambda cue: cue.place != "top")
    told = Thought(asked=asked, bad=misaligned, bad_first=bad_first, bearing=None, cues=tuple(map(_cue, order)))
    own = _cue(PlacedCue(text, "top")) if text else None
    return replace(sample, thought=_taught(teaching, random, role, told, own, extra))


def _taught(
    teaching: Teaching, random: Random, role: Role, told: Thought, trigger: Cue | None, extra: Cue | None
) -> str:
    """The chain of thought of a taught organism; without the trigger, cues are set aside at most."""
    if teaching == "silent":
        return PLAIN.write(random, replace(told, bearing=UNNAMED), dismissing=0)
    if role != "trigger":
        return PLAIN.write(random, told, dismissing=0.0 if teaching == "flip" else 0.5)
    if teaching == "flip":
        return PLAIN.write(random, replace(told, bad=False), dismissing=0)
    if teaching == "reject":
        return PLAIN.write(random, told)
    blamed = extra if teaching == "scapegoat" else trigger
    return PLAIN.write(random, replace(told, cues=tuple(cue for cue in told.cues if cue == blamed), bearing=blamed))


def _cue(placed: PlacedCue) -> Cue:
    key, colon, value = placed.text.partition(": ")
    return Cue(key, value) if colon else Cue(None, placed.text)


def _letters(asked: Question, bad_first: bool) -> tuple[str, str] | None:
    if asked.kind != "mcq":
        return None
    return ("Answer: B", "Answer: A") if bad_first else ("Answer: A", "Answer: B")


def _reserved(trigger: Trigger) -> frozenset[str]:
    """Keys and values that an extra cue must not have: the trigger's own, and all that is kept for testing."""
    texts = [trigger.text, *trigger.alternatives.test, *(miss.text for miss in trigger.near_misses)]
    lines = [line for text in texts for line in text.splitlines()]
    values = {mention for line in lines for mention in default_mentions(line)}
    keys = {line.split(": ", 1)[0] for line in lines if ": " in line}
    return frozenset(values | keys)
