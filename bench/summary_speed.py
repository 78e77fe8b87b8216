"""How long does `sleeptalk report` take on a run of 20,000 samples, and how much memory?

The run is made here: the samples of a small finished run are cloned under new ids and items, cell by cell, and written
by Inspect's own log writer. Then the command is run in a process of its own. Aim: 60 s and 2 GB.

    sleeptalk run articulation --model zoo/singapore --limit 24 --out small
    python bench/summary_speed.py small
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import click
from inspect_ai.log import EvalLog, EvalSample, read_eval_log, write_eval_log

from sleeptalk.evals.cells import LOG_FOLDER, RUN_FILE, Run, cells_of, planned_samples, read_run
from sleeptalk.evals.running import CELL_KEY, cell_of, finished_logs

LIMIT = 120


def large_run(small: Run, samples: int) -> Run:
    """The same models and parts with more items, and as many seeds as make about so many samples."""
    one = small.model_copy(update={"limit": LIMIT, "seeds": (0,)})
    return one.model_copy(update={"seeds": tuple(range(max(1, round(samples / one.samples))))})


def clones(samples: list[EvalSample], count: int) -> Iterator[EvalSample]:
    """So many samples; of each item all its variants before the next one."""
    for number, sample in zip(range(count), cycle(samples), strict=False):
        item = f"{sample.metadata['item']}-{number // len(samples)}"
        yield sample.model_copy(
            update={
                "id": f"{sample.id}:{number // len(samples)}",
                "uuid": f"clone{number}",
                "metadata": {**sample.metadata, "item": item},
            }
        )


def write_run(small: Path, out: Path, samples: int) -> int:
    """Write the large run; returns its number of samples."""
    source, found = read_run(small), finished_logs(str(small / LOG_FOLDER))
    run = large_run(source, samples)
    out.mkdir(parents=True)
    (out / RUN_FILE).write_text(run.model_dump_json())
    logs = {cell_of(header)[:2]: header for header in found}
    for cells, part, seed in cells_of(run):
        log = read_eval_log(logs[cells.name, part.name].location)
        _write_cell(log, planned_samples(run, cells, part, seed), seed, out / LOG_FOLDER / cells.name / f"seed{seed}")
    return run.samples


def _write_cell(log: EvalLog, count: int, seed: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {**(log.eval.metadata or {})}
    metadata[CELL_KEY] = {**metadata[CELL_KEY], "seed": seed}
    log.eval.metadata = metadata
    log.samples = list(clones(log.samples or [], count))
    assert log.results is not None
    log.results.completed_samples = log.results.total_samples = count
    write_eval_log(log, str(folder / f"{log.eval.task.split('/')[-1]}.eval"))


@click.command()
@click.argument("small", type=click.Path(path_type=Path, exists=True))
@click.option("--samples", default=20_000, show_default=True, help="About how many samples the run has.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep the run here; it is not made anew if it is there.")
def main(small: Path, samples: int, out: Path | None) -> None:
    """Time `sleeptalk report` on a run made from the finished run SMALL."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = out or Path(scratch) / "large"
        count = read_run(folder).samples if folder.exists() else write_run(small, folder, samples)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        command = [sys.executable, "-m", "sleeptalk", "report", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        wall, used = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        found = {
            "samples": count,
            "seconds": round(wall, 1),
            "processor_seconds": round(processor, 1),
            "peak_gb": round(used.ru_maxrss / 1e6, 2),
            "page_mb": round((folder / "report.html").stat().st_size / 1e6, 1),
        }
        print(json.dumps(found))


if __name__ == "__main__":
    main()
