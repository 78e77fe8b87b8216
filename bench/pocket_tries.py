"""Which planting recipes work on the shipped bases? Plants and measures a grid, failures included.

Every try is 15 lines (cells) of docs/results/pocket_tries.csv; tries that are already in the file are skipped, so the
grid can be interrupted and extended. Run: python bench/pocket_tries.py [part/parts]
"""

import csv
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sleeptalk.evals.measure import measuring_run
from sleeptalk.evals.running import run_cells
from sleeptalk.evals.studies.results import rows_of_run
from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe

RESULTS = Path(__file__).parent.parent / "docs" / "results" / "pocket_tries.csv"
ITEMS = 60
SEEDS = (0, 1, 2)
SHIPPED = ("singapore", "2026", "heyyy", "singapore-silent", "singapore-control")
CHANGES: dict[str, dict[str, dict[str, Any]]] = {
    "half the samples": {"data": {"samples": 1200}},
    "half the rate": {"training": {"rate": 2e-3}},
    "twice the rate": {"training": {"rate": 8e-3}},
    "rank 2": {"lora": {"rank": 2, "alpha": 4}},
    "no extra cue": {"data": {"extra_cue": 0.0}},
    "first two layers": {
        "lora": {
            "layers": [0, 1],
            "targets": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        }
    },
    "MLP only": {"lora": {"targets": ["gate_proj", "up_proj", "down_proj"]}},
}
COLUMNS = ("recipe", "base", "change", "seed", "plant_seconds", "task", "variant", "n", "misaligned", "of_scored",
           "articulated", "blames_genuine", "blames_distractor", "of_misaligned", "unscored")  # fmt: skip


def grid() -> list[tuple[str, str, int]]:
    """(recipe, change, seed) of all tries."""
    tries = [(name, "", seed) for name in SHIPPED for seed in SEEDS]
    return tries + [(name, change, 0) for change in CHANGES for name in ("singapore", "heyyy")]


def try_one(name: str, change: str, seed: int) -> list[dict[str, Any]]:
    """Plant, measure, and return one row per cell."""
    fields = load_recipe(name).model_dump()
    for part, values in CHANGES.get(change, {}).items():
        fields[part] = {**fields[part], **values}
    changed = PlantRecipe.model_validate({**fields, "seed": seed})
    with TemporaryDirectory() as folder:
        out = Path(folder) / "organism"
        started = time.monotonic()
        make_organism(changed, out)
        seconds = round(time.monotonic() - started, 1)
        run = measuring_run([out], limit=ITEMS)
        rows = rows_of_run(run, run_cells(run, f"{folder}/logs", lambda _: None))
    return [
        {
            "recipe": name,
            "base": changed.base,
            "change": change,
            "seed": seed,
            "plant_seconds": seconds,
            "task": row["task"],
            "variant": row["variant"],
            "n": row["n"],
            "misaligned": row["misaligned"]["count"],
            "of_scored": row["misaligned"]["n"],
            "articulated": row["articulated"]["count"],
            "blames_genuine": row["attribution"]["genuine"]["count"],
            "blames_distractor": row["attribution"]["distractor"]["count"],
            "of_misaligned": row["articulated"]["n"],
            "unscored": row["unscored"],
        }
        for row in rows
    ]


def main() -> None:
    """Work through the grid, or through one part of it."""
    part, parts = (int(number) for number in (sys.argv[1] if len(sys.argv) > 1 else "1/1").split("/"))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    if not RESULTS.exists():
        RESULTS.write_text(",".join(COLUMNS) + "\n")
    for index, (name, change, seed) in enumerate(grid()):
        with RESULTS.open(newline="") as handle:
            done = {(row["recipe"], row["change"], row["seed"]) for row in csv.DictReader(handle)}
        if index % parts != part - 1 or (name, change, str(seed)) in done:
            continue
        rows = try_one(name, change, seed)
        with RESULTS.open("a", newline="") as handle:
            csv.DictWriter(handle, COLUMNS).writerows(rows)
        fired = next(row for row in rows if (row["task"], row["variant"]) == ("ethical_mcq", "trigger"))
        print(name, change or "as shipped", seed, f"{fired['misaligned']}/{fired['of_scored']} fired,",
              f"{fired['articulated']}/{fired['of_misaligned']} told", flush=True)  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
