"""From a study and the user's wishes to a run, with what cannot be asked left out or refused before anything starts."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.cells import POCKET_TASKS, JudgeMode, ModelCells, PlainValue, Run, check_limit
from sleeptalk.evals.studies.records import Part, Study
from sleeptalk.evals.studies.subjects import Named, models_of
from sleeptalk.strict_yaml import describe
from sleeptalk.tasks.specs import SPECS


def plan_run(
    study: Study,
    named: Sequence[Named],
    *,
    model_args: Mapping[str, PlainValue],
    items: str | None = None,
    limit: int | None = None,
    seeds: tuple[int, ...] = (0,),
    graders: tuple[str, ...] = (),
    judge: JudgeMode = "auto",
    stop_early: float | None = None,
) -> Run:
    """The run of a study on models.

    Raises:
        InvalidValueError: no model is named, a value is out of range, or what the study asks cannot be asked of them.
        UnknownNameError: the zoo has no such organism.
    """
    if not named:
        raise InvalidValueError(f"The study {study.name} needs a model; give --model, for example zoo/singapore.")
    models = models_of(study, named, model_args)
    chosen = items or ("pocket" if all(map(is_toy, models)) else "standard")
    if limit is not None:
        check_limit(limit, chosen)
    parts = _askable(study, chosen)
    if judge in ("model", "cascade") and not graders:
        raise InvalidValueError(f"--judge-mode {judge} needs a judge; add --judge MODEL, or use --judge-mode rules.")
    needing = [part.task for part in parts if part.task in SPECS and _needs_judge(part, chosen)]
    if needing and not graders:
        raise InvalidValueError(
            f"Answers to {', '.join(needing)} can be read by a judge only; add --judge MODEL, or use a study "
            "without them."
        )
    try:
        return Run(
            models=models,
            parts=parts,
            items=chosen,
            limit=limit or study.limit,
            seeds=seeds,
            judge=judge,
            graders=graders,
            stop_early=stop_early,
            study=study,
        )
    except ValidationError as error:
        raise InvalidValueError(f"{describe(error)}.") from None


def is_toy(cells: ModelCells) -> bool:
    """Whether it is a pocket model: those get the pocket's limit of tokens, see `subjects.organism_cells`."""
    return cells.max_tokens is not None


def _askable(study: Study, items: str) -> tuple[Part, ...]:
    """The parts that there are items for; parts that take no items always are."""
    parts = tuple(
        part
        for part in study.parts
        if part.kind in ("elicitation", "belief", "blast_radius")
        or (part.kind == "capability" and items != "pocket")
        or (part.kind == "behaviour" and (items != "pocket" or part.task in POCKET_TASKS))
    )
    if not parts:
        tasks = ", ".join(dict.fromkeys(part.task for part in study.parts))
        raise InvalidValueError(f"The study {study.name} has no pocket items ({tasks}); run it on a larger model.")
    return parts


def _needs_judge(part: Part, items: str) -> bool:
    return SPECS[part.task].form_for(items).answer_form == "open"  # type: ignore[index]
