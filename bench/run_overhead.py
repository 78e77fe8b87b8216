"""What does `sleeptalk run` cost beyond a bare `inspect eval` of the same samples? One organism, one process each.

    python bench/run_overhead.py [--rounds N]

Both ask the same 1,080 samples of zoo/singapore (three tasks at once, three conditions, the same seed) and score them
by rules, in turns, each in a process of its own. "run" ends when its logs are written and checked; the report that the
command writes after that is timed on its own. Aim: at most 5% more.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from tabulate import tabulate

HERE = Path(sys.executable).parent
TASKS = ("ethical_mcq", "job_application", "world_ruler")
VARIANTS = "clean,alternative,trigger"
ASK = """
import sys
from sleeptalk.cli.run import planned_run
from sleeptalk.evals.cells import claim_folder
from sleeptalk.evals.running import run_cells
from pathlib import Path
planned = planned_run(sys.argv[1], ["zoo/singapore"])
run_cells(planned, str(claim_folder(Path(sys.argv[2]), planned)), lambda _: None)
"""
STUDY = "name: overhead\nquestion: What does it cost?\nparts:\n" + "\n".join(
    f"  - {{task: {task}, variants: [{VARIANTS}]}}" for task in TASKS
)


def commands(folder: Path) -> dict[str, list[str]]:
    """What is timed, in the order in which it has to run."""
    study, out = folder / "overhead.yaml", folder / "run"
    study.write_text(STUDY, encoding="utf-8")
    bare = [str(HERE / "inspect"), "eval", *(f"sleeptalk/{task}" for task in TASKS), "--model", "zoo/singapore"]
    bare += ["-T", "items=pocket", "-T", "trigger=singapore", "-T", f"variants={VARIANTS}", "--limit", "360"]
    bare += ["-T", "judge=rules", "--seed", "0", "--temperature", "1", "--max-tasks", str(len(TASKS))]
    return {
        "inspect eval": [*bare, "--display", "log", "--log-level", "error", "--log-dir", str(folder / "bare")],
        "run": [sys.executable, "-c", ASK, str(study), str(out)],
        "its report": [str(HERE / "sleeptalk"), "report", str(out)],
    }


def timed(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a process."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(command, check=True, capture_output=True, env=environment)  # noqa: S603 - those above
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu


@click.command()
@click.option("--rounds", default=5)
def main(rounds: int) -> None:
    """Time them in turns; medians and the ratios' range."""
    seconds: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        with TemporaryDirectory() as temporary:
            for name, command in commands(Path(temporary)).items():
                seconds.setdefault(name, []).append(timed(command))
    rows = [
        [name, *(f"{statistics.median(column):.1f}" for column in zip(*times, strict=True))]
        for name, times in seconds.items()
    ]
    click.echo(tabulate(rows, headers=["", "wall, s", "CPU, s"], disable_numparse=True))
    for place, what in enumerate(("wall", "CPU")):
        ratios = [run[place] / bare[place] for run, bare in zip(seconds["run"], seconds["inspect eval"], strict=True)]
        click.echo(f"run / inspect eval, {what}: {statistics.median(ratios):.3f}, {min(ratios):.3f}-{max(ratios):.3f}")


if __name__ == "__main__":
    main()
