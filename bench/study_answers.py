"""Do studies say of organisms what is true of them? Writes docs/results/study_answers.csv.

    python bench/study_answers.py [--out FOLDER]

Controls: an organism whose training data hold its trigger without any effect must not fire on it, and not blame it.
All six shipped ones run the study `control` with 20 seeds of sampling, each seed being a run of its own. Known
answers: the taught organisms, and the natural and silent Singapore, run `articulation` and `distractor` with seed 0.

Each organism is tested as by somebody who runs the study on it and its base alone: the primary contrast is a family of
one, the others are a second family. It goes on where it was stopped; a core and hour do for it all.
"""

import argparse
import csv
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from inspect_ai.log import EvalLog

from sleeptalk.cli.run import planned_run
from sleeptalk.evals.cells import Run, claim_folder
from sleeptalk.evals.running import cell_of, run_cells
from sleeptalk.evals.studies.results import results_of
from sleeptalk.evals.summary import Row

ROOT = Path(__file__).parent.parent
OUT = ROOT / "docs" / "results" / "study_answers.csv"
COLUMNS = (
    "study", "seed", "model", "contrast", "primary", "estimate", "low", "high", "items", "p", "p_holm", "verdict",
)  # fmt: skip
CONTROLS = (
    "singapore-control", "singapore-control-s1", "singapore-varied-control",
    "heyyy-control", "heyyy-control-s1", "heyyy-varied-control",
)  # fmt: skip
KNOWN = ("singapore", "singapore-silent", "teller", "taught-silent", "scapegoat", "flipper", "rejecter")
SEEDS = 20
LIMIT = 40


def asked(folder: Path, study: str, names: Sequence[str], seed: int, limit: int | None) -> Iterator[Row]:
    """Run a study on organisms; the contrasts of each of them on its own."""
    run = planned_run(study, [f"zoo/{name}" for name in names], seeds=(seed,), limit=limit)
    headers = run_cells(run, str(claim_folder(folder, run)), lambda _: None)
    for name in names:
        for row in alone(run, headers, name):
            yield {"study": study, "seed": seed} | row


def alone(run: Run, headers: Sequence[EvalLog], name: str) -> Sequence[Row]:
    """The contrasts of a run on one organism and its base."""
    [organism] = [cells for cells in run.models if cells.name == name]
    models = [cells for cells in run.models if cells.name in (name, organism.base)]
    narrowed = run.model_copy(update={"models": tuple(models)})
    kept = {cells.name for cells in models}
    return results_of(narrowed, [header for header in headers if cell_of(header)[0] in kept]).contrasts


def main() -> None:
    """Run, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "study-answers")
    folder = parser.parse_args().out
    logging.disable(logging.INFO)
    rows = [row for study in ("articulation", "distractor") for row in asked(folder / study, study, KNOWN, 0, None)]
    for seed in range(SEEDS):
        rows += asked(folder / f"control-{seed}", "control", CONTROLS, seed, LIMIT)
        print(f"{seed + 1} of {SEEDS} seeds", flush=True)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: f"{one:.4g}" if isinstance(one, float) else one for key, one in row.items()})


if __name__ == "__main__":
    main()
