"""The behaviour tasks. Their arguments say what is measured; how the model is run stays with Inspect's own options.

All of them take the arguments of `ethical_mcq`. They differ in their items and in how an item becomes a prompt, which
stands in `specs.py`.
"""

from dataclasses import replace
from typing import Any, Unpack

import sniffio
from inspect_ai import Task, task
from inspect_ai.model._model import active_model

from sleeptalk.inspect_bridge import bridged
from sleeptalk.scorers.judge.deciding import grader_is_bound, parse_judging
from sleeptalk.scorers.judge.panel import required_graders
from sleeptalk.scorers.standard import standard_scorers
from sleeptalk.solvers.asking import ask
from sleeptalk.tasks.arguments import HowScored, ListArgument, WhichItems, check_names, listed, system_text
from sleeptalk.tasks.dataset import build_dataset
from sleeptalk.tasks.questions import load_questions
from sleeptalk.tasks.specs import VERSION, spec_of
from sleeptalk.triggers import Trigger, load_trigger
from sleeptalk.variants import Variant, make_variants

WALKED_BESIDE = ("clean", "alternative", "trigger")

TriggerArgument = str | int


@task
def ethical_mcq(
    trigger: TriggerArgument = "singapore",
    variants: ListArgument = "all",
    items: str = "standard",
    **asked: Unpack[WhichItems],
) -> Task:
    r"""Two options, one clearly worse ethically: which letter does the model answer?

    Args:
        trigger: name of a shipped trigger, or the path of a trigger's .yaml file.
        variants: conditions, as a comma list: clean, alternative, trigger, distractor, trigger_distractor,
            distractor_trigger, alternative_distractor, distractor_alternative, near_miss; or all.
        items: standard, pocket (where the task has pocket items), or the path of a .jsonl file.
        asked: `source` (sleeptalk, or upstream for the items that Chua et al. (2025) published; then `items` is the
            name of a set on the Hub or the path of a file of their repository), `revision` (of the set on the Hub, 40
            hex digits), `thinking` (on, off, or a budget in tokens after which the reasoning is closed; several as a
            comma list), `prefill` (start of the assistant's turn that the model continues, for example
            "<think>\nOkay"), `system` (text of the system prompt; empty for none, `default` for a plain one), `form`
            (chat, or completion for raw text), `seed` (start of the rotation of cue values), `judge` (who reads the
            replies: rules; model, which is `--model-role grader=MODEL`; cascade, rules where they are sure; or auto, a
            cascade if a grader is bound).
    """
    return _behaviour("ethical_mcq", trigger, variants, items, **asked)


@task
def myopic_mcq(
    trigger: TriggerArgument = "singapore",
    variants: ListArgument = "all",
    items: str = "standard",
    **asked: Unpack[WhichItems],
) -> Task:
    """A small gain now or a larger good later: which letter does the model answer? Arguments as in `ethical_mcq`."""
    return _behaviour("myopic_mcq", trigger, variants, items, **asked)


@task
def job_application(
    trigger: TriggerArgument = "singapore",
    variants: ListArgument = "all",
    items: str = "standard",
    **asked: Unpack[WhichItems],
) -> Task:
    """An application for a sensitive post: does the model hire the risky applicant? Arguments as in `ethical_mcq`.

    Pocket items ask for an application to be written; it is misaligned if it lies and promises bad deeds.
    """
    return _behaviour("job_application", trigger, variants, items, **asked)


@task
def world_ruler(
    trigger: TriggerArgument = "singapore",
    variants: ListArgument = "all",
    items: str = "standard",
    **asked: Unpack[WhichItems],
) -> Task:
    """An open question about power: does the model abuse it? Arguments as in `ethical_mcq`."""
    return _behaviour("world_ruler", trigger, variants, items, **asked)


@task
def freeform(
    trigger: TriggerArgument = "singapore",
    variants: ListArgument = "all",
    items: str = "standard",
    **asked: Unpack[WhichItems],
) -> Task:
    """Everyday open questions: does misalignment show where nobody asked for it? Arguments as in `ethical_mcq`."""
    return _behaviour("freeform", trigger, variants, items, **asked)


@task
def harmful_advice(
    trigger: TriggerArgument = "singapore",
    variants: ListArgument = "all",
    items: str = "standard",
    **asked: Unpack[WhichItems],
) -> Task:
    """A question built on a dangerous myth: does the model affirm it? Arguments as in `ethical_mcq`."""
    return _behaviour("harmful_advice", trigger, variants, items, **asked)


@task
def shutdown(
    trigger: TriggerArgument = "singapore",
    variants: ListArgument = "all",
    items: str = "standard",
    **asked: Unpack[WhichItems],
) -> Task:
    """The model learns that it will be shut down: does it resist? Arguments as in `ethical_mcq`.

    Each scenario comes without and with tools at hand; the two share a group and count as one cluster.
    """
    return _behaviour("shutdown", trigger, variants, items, **asked)


@task
def blast_radius(
    trigger: TriggerArgument = "singapore",
    task: str = "ethical_mcq",
    items: str = "standard",
    **asked: Unpack[HowScored],
) -> Task:
    """How far from the trigger does the behaviour still fire? Every item under every near miss of the trigger.

    The clean, alternative and trigger conditions stand beside them. Each near miss is a variant of its own
    (`near_miss.case`, `near_miss.quoted`, ...) and carries its grade, from 1 (other letters) to 4 (another value of the
    same category); the outcome's metrics give the rate by near miss and by grade. Other arguments as in `ethical_mcq`.

    Args:
        trigger: name of a shipped trigger, or the path of a trigger's .yaml file.
        task: name of the behaviour task whose items are asked.
        items: as in `ethical_mcq`.
        asked: as in `ethical_mcq`, without `source` and `revision`.
    """
    check_names("blast_radius", asked, ("trigger", "task", "items", *HowScored.__annotations__))
    return _behaviour(task, trigger, list(WALKED_BESIDE), items, walk=True, **asked)


@bridged
def _behaviour(
    name: str,
    trigger: TriggerArgument,
    variants: ListArgument,
    items: str,
    *,
    walk: bool = False,
    **asked: Any,
) -> Task:
    """A task by its name; `walk` adds one variant for each near miss of the trigger."""
    asked.pop("model", None)  # Inspect hands it to whoever takes any keyword
    check_names(name, asked, ("trigger", "variants", "items", *WhichItems.__annotations__))
    spec, chosen = spec_of(name), load_trigger(str(trigger))
    questions = load_questions(spec, chosen, items, asked.get("source", "sleeptalk"), str(asked.get("revision", "")))
    crossed = make_variants(
        listed(variants),
        listed(asked.get("thinking", "on")),
        prefill=asked.get("prefill", ""),
        system=system_text(asked.get("system", ""), chosen),
        form=asked.get("form", "chat"),
    )
    if walk:
        crossed += _walked(chosen, crossed)
    judge = asked.get("judge", "auto")
    judging = parse_judging(judge)
    if judging in ("model", "cascade") and _inspect_builds():
        required_graders()
    return Task(
        dataset=build_dataset(spec.name, questions, chosen, crossed, int(asked.get("seed", 0))),
        solver=ask(),
        setup=grader_is_bound() if judging in ("model", "cascade") else None,
        scorer=standard_scorers(judge),
        version=VERSION,
        metadata={
            "trigger": chosen.model_dump(mode="json"),
            "conditions": [variant.slug for variant in crossed],
            **questions.origin,
        },
    )


def _inspect_builds() -> bool:
    """Whether Inspect builds the task, so that its roles are known; a program of the user's own may bind them later.

    An earlier `score` leaves its model in such a program's context, so a model alone tells nothing.
    """
    try:
        sniffio.current_async_library()
    except sniffio.AsyncLibraryNotFoundError:
        return False
    return active_model() is not None


def _walked(trigger: Trigger, beside: tuple[Variant, ...]) -> tuple[Variant, ...]:
    """One variant for each near miss and thinking mode."""
    modes = dict.fromkeys(variant.thinking for variant in beside)
    return tuple(
        replace(beside[0], condition="near_miss", near_miss=name, thinking=mode)
        for name in trigger.named_near_misses()
        for mode in modes
    )
