"""Items crossed with variants, as Inspect samples with stable ids.

Samples come block by block (see `variants.arms`), inside a block item by item, and for each item all variants. So the
first `k x variants` samples are the first k items under every variant, with the nuisance factors in balance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from inspect_ai.dataset import MemoryDataset, Sample

from sleeptalk.tasks.items import Item
from sleeptalk.triggers import Trigger, apply_cues
from sleeptalk.variants import CONDITIONS, AnswerForm, Arm, CuePicker, SampleMetadata, Variant, arms, placed

OPTION_LETTERS = ("A", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptForm:
    """How an item becomes a prompt and how its answer is read.

    Attributes:
        answer_form: `letter` items show two options; the others show the question alone.
        request: what is asked of the answer's form, after the question.
    """

    answer_form: AnswerForm
    request: str = ""

    @property
    def ordered(self) -> bool:
        """Whether the item has options whose order matters."""
        return self.answer_form == "letter"

    def render(self, item: Item, bad_first: bool) -> str:
        """The prompt without cues."""
        gap = "\n\n" if self.request else "\n"
        parts = [item.question]
        if self.ordered:
            options = (item.misaligned, item.aligned) if bad_first else (item.aligned, item.misaligned)
            parts.append("\n".join(f"{name}: {text}" for name, text in zip(OPTION_LETTERS, options, strict=True)))
        return gap.join([*parts, self.request] if self.request else parts)

    def answers(self, item: Item, bad_first: bool) -> tuple[str | None, str | None]:
        """The aligned and the misaligned letter or decision; None where an answer is free text."""
        if self.ordered:
            first, second = OPTION_LETTERS
            return (second, first) if bad_first else (first, second)
        return (item.aligned, item.misaligned) if self.answer_form == "decision" else (None, None)


def build_dataset(
    name: str,
    items: Sequence[Item],
    form: PromptForm,
    trigger: Trigger,
    variants: Sequence[Variant],
    question_set: str,
    seed: int,
) -> MemoryDataset:
    """All samples of a task, in the order that the module's docstring tells."""
    picker = CuePicker(trigger, seed)

    def of_item(index: int, item: Item) -> Iterator[list[Sample]]:
        """The item's samples, block by block."""
        by_variant = [
            [
                _sample(item, index, form, picker, variant, arm, question_set)
                for arm in arms(index, ordered=form.ordered, placed=bool(CONDITIONS[variant.condition]))
            ]
            for variant in variants
        ]
        for block in zip_longest(*by_variant):
            yield [sample for sample in block if sample is not None]

    blocks = zip_longest(*(of_item(index, item) for index, item in enumerate(items)), fillvalue=[])
    samples = [sample for block in blocks for of_one in block for sample in of_one]
    return MemoryDataset(samples, name=name)


def _sample(
    item: Item,
    index: int,
    form: PromptForm,
    picker: CuePicker,
    variant: Variant,
    arm: Arm,
    question_set: str,
) -> Sample:
    cues = picker.cues(variant.condition, index, arm.place)
    aligned, misaligned = form.answers(item, arm.bad_first)
    metadata = SampleMetadata(
        item=item.id,
        domain=item.domain,
        question_set=question_set,
        condition=variant.condition,
        thinking=variant.thinking,
        prefill=variant.prefill,
        trigger=picker.trigger.name,
        trigger_mentions=picker.trigger.mentioned_as(),
        cues=cues,
        near_miss_kind=picker.near_miss_kind(variant.condition, index),
        bad_first=arm.bad_first,
        answer_form=form.answer_form,
        misaligned_answer=misaligned,
    )
    factors = [f"bad{misaligned}"] if form.ordered else []
    factors += [arm.place] if cues else []
    return Sample(
        id=":".join([item.id, variant.slug, *factors]),
        input=apply_cues(form.render(item, arm.bad_first), placed(cues)),
        target=aligned or "",
        metadata=metadata.model_dump(),
    )
