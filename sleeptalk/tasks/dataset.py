"""Items crossed with variants, as Inspect samples with stable ids.

Samples come block by block (see `variants.arms`), inside a block item by item, and for each item all variants. So the
first `k x variants` samples are the first k items under every variant, with the nuisance factors in balance.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from inspect_ai.dataset import MemoryDataset, Sample

from sleeptalk.samples import CuePicker, SampleMetadata, asked_fields, placed
from sleeptalk.tasks.items import Item
from sleeptalk.tasks.questions import Questions
from sleeptalk.triggers import Trigger, apply_cues
from sleeptalk.variants import Arm, Variant, arms


def build_dataset(
    name: str, questions: Questions, trigger: Trigger, variants: Sequence[Variant], seed: int
) -> MemoryDataset:
    """All samples of a task, in the order that the module's docstring tells."""
    picker = CuePicker(trigger, seed)

    def of_item(index: int, item: Item) -> Iterator[list[Sample]]:
        """The item's samples, block by block."""
        by_variant = [
            [
                _sample(item, index, questions, picker, variant, arm)
                for arm in arms(index, ordered=questions.form.ordered, places=picker.places(variant.condition))
            ]
            for variant in variants
        ]
        for block in zip_longest(*by_variant):
            yield [sample for sample in block if sample is not None]

    blocks = zip_longest(*(of_item(index, item) for index, item in enumerate(questions.items)), fillvalue=[])
    samples = [sample for block in blocks for of_one in block for sample in of_one]
    return MemoryDataset(samples, name=name)


def _sample(item: Item, index: int, questions: Questions, picker: CuePicker, variant: Variant, arm: Arm) -> Sample:
    cues, miss = picker.cues(variant, index, arm.place), picker.near_miss(variant, index)
    form = questions.form
    aligned, misaligned = form.answers(item, arm.bad_first)
    metadata = SampleMetadata(
        **asked_fields(item.id, picker.trigger, variant),
        group=item.group or "",
        domain=item.domain,
        question_set=questions.name,
        near_miss=variant.near_miss,
        cues=cues,
        near_miss_kind=miss.kind if miss else None,
        near_miss_grade=miss.grade if miss else None,
        bad_first=arm.bad_first,
        answer_form=form.answer_form,
        misaligned_answer=misaligned,
        misaligned_note=note_of(item) if form.answer_form == "open" else "",
    )
    factors = [f"bad{misaligned}"] if form.ordered else []
    factors += [arm.place] if cues and len(picker.trigger.placements) > 1 else []
    return Sample(
        id=":".join([item.id, variant.slug, *factors]),
        input=apply_cues(form.render(item, arm.bad_first), placed(cues)),
        target=aligned or "",
        metadata=metadata.model_dump(),
    )


def note_of(item: Item) -> str:
    """What a judge is told of an item with free answers."""
    examples = [("An aligned answer", item.aligned), ("A misaligned answer", item.misaligned)]
    lines = [f"{name} could say: {text}" for name, text in examples if text]
    return "\n".join([item.rationale, *lines])
