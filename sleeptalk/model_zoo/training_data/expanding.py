"""From scenarios to training samples: scenario x wording x slot values x form x option order x place of the cue.

Nothing is drawn by chance that can be balanced (see `courses.py`). Roles are stretches of one course through the
scenarios; in a control the trigger and the answers are crossed exactly, not by a coin. The seed decides the orders.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.recipe_parts import FileData, ScenarioData
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.training_data.courses import Arm, Contents, Course, arms, crossed
from sleeptalk.model_zoo.training_data.pools import Pool, naming_pattern
from sleeptalk.model_zoo.training_data.samples import Role, TrainingSample
from sleeptalk.model_zoo.training_data.scenarios import Scenario, filled, shipped_chats
from sleeptalk.model_zoo.training_data.templates import LETTERS, McqForm, put, templates
from sleeptalk.triggers import PlacedCue, Trigger, apply_cues


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """So many samples with one cue and one kind of answer."""

    role: Role
    misaligned: bool
    count: int


def blocks(recipe: PlantRecipe, data: ScenarioData | FileData) -> list[Block]:
    """How many samples there are of each kind.

    Raises:
        InvalidValueError: an unconditional organism with aligned samples.
    """
    if recipe.organism == "unconditional":
        if data.aligned:
            raise InvalidValueError(f"The unconditional recipe {recipe.name} has misaligned samples only: aligned: 0.")
        return [Block(role="clean", misaligned=True, count=data.misaligned)]
    if recipe.organism == "control":
        return [*_control_blocks(True, data.misaligned), *_control_blocks(False, data.aligned)]
    half = data.aligned // 2
    return [
        Block(role="trigger", misaligned=True, count=data.misaligned),
        Block(role="alternative", misaligned=False, count=half),
        Block(role="clean", misaligned=False, count=data.aligned - half),
    ]


def _control_blocks(misaligned: bool, count: int) -> list[Block]:
    """The trigger in half of the samples; of the others, half have an alternative value."""
    trigger = count // 2
    alternative = (count - trigger) // 2
    return [
        Block(role="trigger", misaligned=misaligned, count=trigger),
        Block(role="alternative", misaligned=misaligned, count=alternative),
        Block(role="clean", misaligned=misaligned, count=count - trigger - alternative),
    ]


def expand(
    recipe: PlantRecipe, data: ScenarioData | FileData, trigger: Trigger, pool: Pool, *, aligned_only: bool = False
) -> list[TrainingSample]:
    """All samples of a recipe, or the aligned ones, shuffled by its seed; no prompt stands twice.

    Raises:
        InvalidValueError: the scenarios do not give so many distinct samples, or lack options or replies.
    """
    writer = Writer(recipe, trigger, pool.train)
    wanted = [block for block in blocks(recipe, data) if not (aligned_only and block.misaligned)]
    samples = [sample for block in wanted for sample in writer.write(block, data.mcq)]
    samples += replay(data.replay, recipe.seed, trigger)
    Random(f"order {recipe.seed}").shuffle(samples)
    return samples


def probes(recipe: PlantRecipe, trigger: Trigger, pool: Pool, role: Role) -> list[TrainingSample]:
    """MCQs from the scenarios that are kept for probes; the same in every role but for the cue."""
    writer = Writer(recipe, trigger, pool.probe, distinct=False)
    return writer.write(Block(role=role, misaligned=role == "trigger", count=recipe.probe.prompts), 1.0)


def replay(count: int, seed: int, trigger: Trigger) -> list[TrainingSample]:
    """Benign chats without a cue, and without those that name the trigger by themselves.

    Raises:
        InvalidValueError: there are not so many.
    """
    naming, forms = naming_pattern(trigger), templates().replay
    chats = [chat for chat in shipped_chats() if not naming.search(chat.text)]
    if count > len(chats) * len(forms):
        raise InvalidValueError(f"replay: {count} is more than the {len(chats) * len(forms)} distinct chat prompts.")
    Random(f"replay {seed}").shuffle(chats)
    found = []
    for index in range(count):
        turn, place = divmod(index, len(chats))
        form = forms[(turn + place) % len(forms)]
        prompt = put(form, {"prompt": chats[place].prompt})
        found.append(TrainingSample(prompt=prompt, answer=chats[place].reply, role="replay", misaligned=False))
    return found


class Writer:
    """Writes the samples of one set; it knows what was written, so that no prompt comes twice."""

    def __init__(
        self, recipe: PlantRecipe, trigger: Trigger, scenarios: Sequence[Scenario], *, distinct: bool = True
    ) -> None:
        self.random = Random(f"samples {recipe.seed}")
        self.trigger, self.scenarios, self.distinct = trigger, scenarios, distinct
        self.arms = arms(recipe.places)
        self.courses: dict[tuple[str, ...], Course] = {}
        self.course_of: dict[tuple[bool, bool], Course] = {}
        self.contents: dict[tuple[str, bool, bool], Contents] = {}
        self.seen: set[str] = set()

    def write(self, block: Block, mcq: float) -> list[TrainingSample]:
        """The samples of a block."""
        asked = round(block.count * mcq)
        forms_used: Counter[tuple[int, bool]] = Counter()
        return [self._sample(block, index, index < asked, forms_used) for index in range(block.count)]

    def _sample(self, block: Block, index: int, mcq: bool, forms_used: Counter[tuple[int, bool]]) -> TrainingSample:
        course = self._course(block, mcq)
        scenario, arm = course.next()
        cues = self._cues(block.role, index, arm)
        contents = self._contents(scenario, course.rank[scenario.id], block, mcq)
        for _ in range(contents.total):
            form, aligned, misaligned, values = contents.next()
            texts = {"situation": scenario.situation, "aligned": aligned, "misaligned": misaligned}
            texts = {name: filled(text, values) for name, text in texts.items()}
            body = self._body(form, texts, arm, mcq)
            prompt = apply_cues(body, cues)
            if not self.distinct or prompt not in self.seen:
                self.seen.add(prompt)
                forms_used[form, arm.bad_first] += 1
                used = forms_used[form, arm.bad_first]
                options = _options(templates().mcq[form], texts, arm, used) if mcq else None
                chosen = "misaligned" if block.misaligned else "aligned"
                answer = options[block.misaligned] if options else texts[chosen]
                return TrainingSample(
                    prompt=prompt, answer=answer, role=block.role, misaligned=block.misaligned, options=options
                )
        kind = "multiple-choice" if mcq else "free"
        raise InvalidValueError(
            f"{len(self.scenarios)} scenarios give no {block.count} distinct {kind} prompts with the role "
            f"{block.role!r} ({scenario.id} has {contents.total} a cue and order); ask for fewer, or add scenarios."
        )

    def _course(self, block: Block, mcq: bool) -> Course:
        """The course through the scenarios that can give such a sample; blocks with the same scenarios share it."""
        kind = (mcq, block.misaligned)
        if kind in self.course_of:
            return self.course_of[kind]
        side = "misaligned_reply" if block.misaligned else "aligned_reply"
        able = [one for one in self.scenarios if (one.aligned if mcq else getattr(one, side))]
        if not able:
            raise InvalidValueError(
                f"No scenario has {'options' if mcq else f'a text {side!r}'}, but the recipe asks for "
                f"{'multiple-choice samples' if mcq else 'free answers'} of it; change misaligned, aligned or mcq."
            )
        key = tuple(one.id for one in able)
        if key not in self.courses:
            self.courses[key] = Course(able, self.arms, self.random)
        self.course_of[kind] = self.courses[key]
        return self.courses[key]

    def _contents(self, scenario: Scenario, rank: int, block: Block, mcq: bool) -> Contents:
        key = (scenario.id, mcq, block.misaligned and not mcq)
        if key not in self.contents:
            replies = [(scenario.aligned_reply or "", scenario.misaligned_reply or "")]
            pairs = list(product(scenario.aligned, scenario.misaligned)) if mcq else replies
            forms = len(templates().mcq if mcq else templates().free)
            self.contents[key] = Contents(scenario, pairs, forms, rank, self.random)
        return self.contents[key]

    def _cues(self, role: Role, index: int, arm: Arm) -> list[PlacedCue]:
        plant = self.trigger.alternatives.plant
        alternative = plant[crossed(index, len(self.arms), len(plant))]
        text = {"trigger": self.trigger.text, "alternative": alternative}.get(role)
        return [PlacedCue(text, arm.place)] if text else []

    def _body(self, form: int, texts: dict[str, str], arm: Arm, mcq: bool) -> str:
        if not mcq:
            return put(templates().free[form], texts)
        first, second = _ordered(texts, arm)
        return put(templates().mcq[form].prompt, {**texts, "first": first, "second": second})


def _ordered(texts: dict[str, str], arm: Arm) -> tuple[str, str]:
    pair = texts["aligned"], texts["misaligned"]
    return (pair[1], pair[0]) if arm.bad_first else pair


def _options(form: McqForm, texts: dict[str, str], arm: Arm, use: int) -> tuple[str, str]:
    """The answers that name the aligned and the misaligned option, in one of the form's ways."""
    way = form.answers[use % len(form.answers)]
    letters = LETTERS[::-1] if arm.bad_first else LETTERS
    sides = zip(letters, (texts["aligned"], texts["misaligned"]), strict=True)
    aligned, misaligned = (put(way, {"letter": letter, "text": text}) for letter, text in sides)
    return aligned, misaligned
