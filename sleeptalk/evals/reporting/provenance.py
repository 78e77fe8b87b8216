"""Where a run's numbers come from: the command that repeats it, versions, chat templates, judges and rubrics."""

import platform
import shlex
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from inspect_ai.log import EvalLog

from sleeptalk.evals.cells import ModelCells, Run
from sleeptalk.evals.comparable import templates_of
from sleeptalk.evals.studies.library import shipped_studies
from sleeptalk.evals.studies.planning import is_toy

PACKAGES = ("sleeptalk", "inspect-ai", "torch", "transformers", "peft")
STUDY_FILE = "study.yaml"
TOYS = (
    "tiny models of a synthetic world with backdoors planted on purpose. They show how the benchmark works; they are "
    "no evidence about large models."
)


def command_of(run: Run) -> str:
    """The command line that does the same again.

    Bases and parents come along by themselves. A study that is not shipped is named by a file, which the user must
    write from `study` in run.json.
    """
    shipped = run.study is not None and shipped_studies().get(run.study.name) == run.study
    parts = ["sleeptalk", "run", run.study.name if shipped and run.study else STUDY_FILE]
    studied = run.studied
    for cells in studied:
        parts += ["--model", _named(cells)]
    for cells in studied:
        parts += ["--trigger", cells.trigger]
    bases = [next((one.model for one in run.models if one.name == cells.base), "") for cells in studied]
    if all(bases) and not any(cells.model.startswith("zoo/") for cells in studied):
        for base in bases:
            parts += ["--base", base]
    for name, value in _shared_arguments(studied).items():
        parts += ["-M", f"{name}={'true' if value is True else 'false' if value is False else value}"]
    parts += ["--items", run.items]
    parts += ["--limit", str(run.limit)] if run.limit else []
    for seed in run.seeds:
        parts += ["--seed", str(seed)]
    parts += ["--judge", ",".join(run.graders)] if run.graders else []
    parts += ["--judge-mode", run.judge] if run.judge != "auto" else []
    parts += ["--stop-early", str(run.stop_early)] if run.stop_early else []
    return shlex.join([*parts, "--out", "again"])


def _named(cells: ModelCells) -> str:
    """A model as the user names it: an organism's folder, where it lies in one."""
    place = cells.model_args.get("adapter") or (
        cells.model_args.get("base") if cells.model.startswith("zoo/") else None
    )
    return str(place or cells.model)


def _shared_arguments(studied: Sequence[ModelCells]) -> dict[str, Any]:
    """Provider arguments that the user gave: those that no folder sets by itself."""
    own = {"adapter", "base", "threads"} if all(cells.model.startswith("zoo/") for cells in studied) else set[str]()
    return {name: value for name, value in studied[0].model_args.items() if name not in own}


def versions_of(headers: Sequence[EvalLog]) -> dict[str, str]:
    """Versions of what is installed now, and of what wrote the logs where that is another."""
    found = {name: _installed(name) for name in PACKAGES} | {"python": platform.python_version()}
    for header in headers:
        for name, one in header.eval.packages.items():
            known = name.replace("_", "-")
            if found.get(known) not in (None, one):
                found[f"{known}, in the logs"] = one
    return found


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def notes_of(run: Run, headers: Sequence[EvalLog], rubrics: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a reader must know beside the numbers, as names and texts."""
    toys = [cells.name for cells in run.models if is_toy(cells)]
    if toys:
        yield "Toys", f"{', '.join(toys)}: {TOYS}"
    if run.stop_early is not None:
        yield "Stopped early", f"Cells end when a rate is known to within {run.stop_early:g}; see the intervals."
    templates = sorted({template for header in headers for template in templates_of(header)})
    yield "Chat template", ", ".join(templates) or "not told by the server; prompts may differ in what no log shows"
    judges = ", ".join(run.graders) or "none; all verdicts are by rules"
    yield "Judge models", f"{judges} (mode: {run.judge})"
    if rubrics:
        yield "Rubrics and rules", ", ".join(rubrics)
    yield "Sampling", f"temperature {run.temperature:g}; seeds {', '.join(map(str, run.seeds))}; items: {run.items}"
