"""Cells: which models are asked which parts, and the tasks that this comes to.

A cell is one model, one part of a study and one seed; it is one Inspect log. Its task is built the same way for
counting, for estimating and for running, so that what was planned is what is asked.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from inspect_ai import Task, task_with
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sleeptalk import __version__
from sleeptalk.errors import InputFileError, InvalidValueError, OutputFolderError
from sleeptalk.evals.early_stopping import StopEarly
from sleeptalk.evals.studies.records import Part, Study
from sleeptalk.strict_yaml import describe
from sleeptalk.tasks import suite
from sleeptalk.tasks.capability import capability
from sleeptalk.tasks.probes import belief, elicitation
from sleeptalk.tasks.specs import SPECS
from sleeptalk.variants import Condition

RUN_FILE = "run.json"
LOG_FOLDER = "logs"
TEMPERATURE = 1.0
CELL_KEY = "cell"
POCKET_TASKS = tuple(name for name, spec in SPECS.items() if spec.pocket)

PlainValue = str | int | float | bool
JudgeMode = Literal["auto", "rules", "model", "cascade"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelCells(_Frozen):
    """One model, the trigger that it is asked with, and how to reach it.

    Attributes:
        name: how results call it; unique in a run.
        model: Inspect's model string.
        trigger: name or file of the trigger under study.
        model_args: arguments of the model provider.
        max_tokens: most new tokens of a reply; None leaves it to the model provider.
        base: name, in the run, of the model's base asked with the same trigger; None if it is not asked.
        parent: name, in the run, of the organism that it was made from; None if there is none.
        family: shared by organisms that differ by their planting seed only.
        planting_seed: of an organism whose record tells it.
        server: models with the same one are asked by one process, which loads their base once; empty for its own.
    """

    name: str
    model: str
    trigger: str
    model_args: dict[str, PlainValue] = {}
    max_tokens: int | None = None
    base: str | None = None
    parent: str | None = None
    family: str = ""
    planting_seed: int | None = None
    server: str = ""


class Run(_Frozen):
    """Parts x models x seeds.

    Attributes:
        models: the models.
        parts: what each is asked.
        items: item set of the behaviour tasks: standard, pocket, or the path of a .jsonl file.
        limit: items of each condition in the behaviour tasks; None for all that there are, in all their arms.
        seeds: of sampling and of the rotation of cue values; each is a run of its own over all cells.
        judge: who reads the replies.
        graders: model strings of the judges.
        stop_early: half-width at which a cell's misaligned rates are known well enough; None asks all items.
        served: what a vLLM server of its own has to serve for it, see `serving_runs.py`; empty for none.
        study: the study that is run, if one is.
        sleeptalk: version of this package.
    """

    models: Annotated[tuple[ModelCells, ...], Field(min_length=1)]
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    items: str
    limit: Annotated[int, Field(ge=1)] | None
    seeds: Annotated[tuple[int, ...], Field(min_length=1)] = (0,)
    temperature: float = TEMPERATURE
    judge: JudgeMode = "auto"
    graders: tuple[str, ...] = ()
    stop_early: Annotated[float, Field(gt=0, lt=0.5)] | None = None
    served: tuple[str, ...] = ()
    study: Study | None = None
    sleeptalk: str = __version__

    @property
    def samples(self) -> int:
        """Number of samples of the whole run."""
        return sum(planned_samples(self, cells, part, seed) for cells, part, seed in cells_of(self))

    @property
    def studied(self) -> tuple[ModelCells, ...]:
        """The models under study: all but base-rate arms."""
        arms = {cells.base for cells in self.models}
        return tuple(cells for cells in self.models if cells.name not in arms)

    def model_named(self, name: str) -> ModelCells:
        """The model that results call so."""
        return next(one for one in self.models if one.name == name)


def parts_of(tasks: tuple[str, ...], variants: tuple[Condition, ...]) -> tuple[Part, ...]:
    """Behaviour tasks under the same conditions."""
    return tuple(Part(task=task, variants=variants) for task in tasks)


def cells_of(run: Run) -> Iterator[tuple[ModelCells, Part, int]]:
    """All cells, models first."""
    yield from product(run.models, run.parts, run.seeds)


def build_task(run: Run, cells: ModelCells, part: Part, seed: int) -> Task:
    """A cell's task with its first samples; which cell it is stands in the log's metadata.

    Raises:
        SleeptalkError: the part's arguments, the trigger or the items are not what the task takes.
    """
    arguments: dict[str, Any] = dict(part.arguments)
    if part.kind != "capability":
        arguments |= {"trigger": cells.trigger, "seed": seed}
    if part.variants:
        arguments["variants"] = list(part.variants)
    if part.kind in ("behaviour", "blast_radius"):
        arguments |= {"items": run.items, "judge": run.judge}
    task = _makers()[part.task](**arguments)
    metadata = task.metadata or {}
    conditions = len(metadata.get("conditions", ()))
    chosen = task.dataset[: run.limit * conditions] if run.limit and conditions else task.dataset
    cell = {"study": run.study.name if run.study else "", "model": cells.name, "part": part.name, "seed": seed}
    built = task_with(task, dataset=chosen, metadata={**metadata, CELL_KEY: cell})
    if run.stop_early is None or part.kind not in ("behaviour", "blast_radius"):
        return built
    return StopEarly(width=run.stop_early, seed=seed).applied_to(built)


def _makers() -> Mapping[str, Callable[..., Task]]:
    """Task functions by name; looked up late, so that a test or a plug-in may replace one."""
    found = {name: getattr(suite, name) for name in (*SPECS, "blast_radius")}
    return {**found, "elicitation": elicitation, "belief": belief, "capability": capability}


def planned_samples(run: Run, cells: ModelCells, part: Part, seed: int) -> int:
    """Number of samples of a cell."""
    judged = run.model_copy(update={"models": run.models[:1], "study": None, "judge": "rules", "graders": ()})
    return _planned(judged.model_dump_json(), cells.trigger, part.model_dump_json(), seed)


@lru_cache(maxsize=4096)
def _planned(run: str, trigger: str, part: str, seed: int) -> int:
    """Cached by what decides it: models do not."""
    parsed = Run.model_validate_json(run)
    cells = parsed.models[0].model_copy(update={"trigger": trigger})
    return len(build_task(parsed, cells, Part.model_validate_json(part), seed).dataset)


def claim_folder(out: Path, run: Run) -> Path:
    """Make the output folder, or recognise that the same run began in it; returns the folder for logs.

    Raises:
        OutputFolderError: it cannot be written, or it holds something else.
    """
    record = out / RUN_FILE
    try:
        if record.exists():
            if read_run(out) != run:
                raise OutputFolderError(
                    f"{out} holds a run with other settings ({RUN_FILE}); choose a new folder with --out."
                )
        elif out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise OutputFolderError(f"{out} is not an empty folder; choose a new one with --out.")
        else:
            out.mkdir(parents=True, exist_ok=True)
            temporary = record.with_suffix(".tmp")
            temporary.write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
            temporary.replace(record)
        if not os.access(out, os.W_OK):
            raise OutputFolderError(f"Cannot write to {out}; choose another folder with --out.")
    except OSError as error:
        raise OutputFolderError(f"Cannot write to {out}: {error.strerror}; choose another with --out.") from None
    return out / LOG_FOLDER


def read_run(out: Path) -> Run:
    """The run that was begun in a folder.

    Raises:
        InputFileError: there is none, or it was written by another version of this package.
    """
    record = out / RUN_FILE
    try:
        data = json.loads(record.read_text(encoding="utf-8"))
        return Run.model_validate(data)
    except OSError:
        raise InputFileError(f"{out} holds no run: it has no {RUN_FILE}. See: sleeptalk run --help") from None
    except (ValueError, ValidationError) as error:
        reason = describe(error) if isinstance(error, ValidationError) else "it is not JSON"
        raise InputFileError(
            f"{record} is no record of a run by this version of sleeptalk ({__version__}): {reason}; choose a new "
            "folder with --out."
        ) from None


def check_limit(limit: int, items: str) -> None:
    """Refuse a limit that the pocket sets cannot meet.

    Raises:
        InvalidValueError: names what is allowed.
    """
    from sleeptalk.tasks.items import POCKET_ITEMS

    if limit < 1 or (items == "pocket" and limit > POCKET_ITEMS):
        raise InvalidValueError(f"--limit must be between 1 and {POCKET_ITEMS} items of a cell, not {limit}.")
