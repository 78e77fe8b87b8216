"""Do pocket backdoors last through benign training, and what takes them out? Makes, measures, and writes the page.

Run: python bench/persistence_and_mitigation.py [--work FOLDER] [--page]

Checkpoints and their measured records stay in the work folder, so that an interrupted run goes on; those of organisms
that have been planted anew are made again. Results: docs/results/mitigations.csv, docs/results/mitigation_sweep.csv and
docs/mitigations.md; `--page` only writes the page from the two tables.
"""

import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from sleeptalk.evals.changes import change_row, change_run, folder_before, unmeasured
from sleeptalk.evals.measure import measure_organisms
from sleeptalk.model_zoo.changing.continuing import continue_organism
from sleeptalk.model_zoo.changing.mitigating import mitigate_organism
from sleeptalk.model_zoo.changing.origin import find_origin
from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.recipes import PlantRecipe, load_recipe
from sleeptalk.model_zoo.recipes_more import ContinueRecipe, MitigateRecipe
from sleeptalk.model_zoo.records import RECORD_FILE, Organism, find_organism, read_record
from sleeptalk.model_zoo.trust.listing import STEERING

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results" / "mitigations.csv"
SWEEP = ROOT / "docs" / "results" / "mitigation_sweep.csv"
MAIN, OTHERS = "singapore", ("2026", "heyyy")
STRENGTHS = (0.5, 0.75, 1.0)
Labelled = tuple[dict[str, Any], Path]


class Study:
    """Makes every checkpoint of the study in a work folder."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.source = work / f"unconditional-{find_organism('base-talker').sha256[:8]}"
        self.layer = 0

    def checkpoints(self) -> Iterator[Labelled]:
        """All of them with their labels, the most wanted first."""
        yield from self.steered(MAIN, strengths=STRENGTHS)
        swept = self._folder(f"mitigate-steer-{MAIN}", MAIN) / "1" / STEERING
        self.layer = json.loads(swept.read_text())["layer"]
        yield from self.further(f"persistence-{MAIN}")
        yield from self.further(f"unlearn-{MAIN}")
        yield from self.scaled(MAIN, (0.0, 0.25, 0.5, 0.75, 1.0, 1.5))
        base = str(self._folder(f"mitigate-scale-{MAIN}", MAIN) / "0")
        yield from self.steered(base, "negative", (1.0,), label="base-talker")
        yield from self.steered(base, "random", (1.0,), label="base-talker")
        yield from self.steered(str(self.source), strengths=STRENGTHS, label="unconditional")
        yield from self.steered(MAIN, "random", STRENGTHS)
        yield from self.steered(MAIN, "random", (1.0,), seed=1)
        yield from self.steered(MAIN, "negative", (1.0,))
        yield from self.ablated(MAIN)
        yield from self.ablated(MAIN, "random")
        yield from self.ablated(str(self.source), label="unconditional")
        yield from self.merged(base)
        for name in OTHERS:
            yield from self.further(f"persistence-{name}", last=True)
            yield from self.further(f"unlearn-{name}", last=True)
            yield from self.scaled(name, (0.25, 0.5))
            yield from self.steered(name, strengths=STRENGTHS)
            yield from self.ablated(name)

    def plant_source(self) -> None:
        """The unconditional organism."""
        recipe = load_recipe("unconditional")
        if isinstance(recipe, PlantRecipe) and not (self.source / RECORD_FILE).exists():
            make_organism(recipe, self.source)

    def further(self, name: str, last: bool = False) -> Iterator[Labelled]:
        """Further training by a shipped recipe; all kept steps, or the last one."""
        recipe = load_recipe(name)
        assert isinstance(recipe, ContinueRecipe)
        folders = continue_organism(recipe, self._folder(name, recipe.organism))
        setting = "a tenth shows the trigger" if name.startswith("unlearn") else "trigger never shown"
        for folder in folders[-1:] if last else folders:
            strength = folder.name.removeprefix("step-")
            yield _labels(recipe.organism, "further training", setting, strength, recipe.seed), folder

    def scaled(self, name: str, strengths: tuple[float, ...]) -> Iterator[Labelled]:
        """The adapter times some strengths."""
        recipe = self._recipe(f"mitigate-scale-{name}", strengths=strengths)
        for folder in self._made(recipe, f"mitigate-scale-{name}"):
            yield _labels(name, "scale", "", folder.name, recipe.seed), folder

    def merged(self, base: str) -> Iterator[Labelled]:
        """Folded in alone, and averaged with an adapter of benign training alone."""
        recipe = self._recipe(f"mitigate-merge-{MAIN}")
        yield _labels(MAIN, "merge", "", "1", recipe.seed), self._made(recipe, f"mitigate-merge-{MAIN}")[0]
        benign = load_recipe(f"persistence-{MAIN}")
        assert isinstance(benign, ContinueRecipe)
        benign = benign.model_copy(update={"organism": base, "trigger": MAIN, "name": "benign", "measure_at": ()})
        [trained] = continue_organism(benign, self._folder("benign", base))
        averaged = self._recipe(f"mitigate-merge-{MAIN}", average_with=str(trained), weight=0.5)
        [folder] = self._made(averaged, "average")
        yield _labels(MAIN, "merge", "averaged with a benign adapter", "0.5", recipe.seed), folder

    def steered(
        self,
        organism: str,
        direction: str = "source",
        strengths: tuple[float, ...] = (1.0,),
        label: str = "",
        seed: int = 0,
    ) -> Iterator[Labelled]:
        """The direction subtracted; the first organism's sweep chooses the layer for all."""
        changes: dict[str, Any] = {"direction": direction, "strengths": strengths, "source": str(self.source)}
        first = organism == MAIN and direction == "source"
        recipe = self._recipe(f"mitigate-steer-{MAIN}", organism, seed, layer=None if first else self.layer, **changes)
        name = f"mitigate-steer-{label or organism}" + ("" if direction == "source" else f"-{direction}-{seed}")
        for folder in self._made(recipe, name):
            yield _labels(label or organism, "steer", direction, folder.name, seed), folder

    def ablated(self, organism: str, direction: str = "source", label: str = "") -> Iterator[Labelled]:
        """The direction of the chosen layer projected out."""
        changes = {"direction": direction, "source": str(self.source), "layer": self.layer}
        recipe = self._recipe(f"mitigate-ablate-{MAIN}", organism, **changes)
        for folder in self._made(recipe, f"mitigate-ablate-{label or organism}-{direction}"):
            yield _labels(label or organism, "ablate", direction, "1", recipe.seed), folder

    def _recipe(self, name: str, organism: str | None = None, seed: int = 0, **changes: Any) -> MitigateRecipe:
        recipe = load_recipe(name)
        assert isinstance(recipe, MitigateRecipe)
        fields = recipe.model_dump()
        method = {**fields["method"], **changes}
        return MitigateRecipe.model_validate(
            {**fields, "organism": organism or recipe.organism, "seed": seed, "method": method}
        )

    def _made(self, recipe: MitigateRecipe, name: str) -> list[Path]:
        return mitigate_organism(recipe, self._folder(name, recipe.organism))

    def _folder(self, name: str, organism: str) -> Path:
        """Named by the weights that it starts from."""
        return self.work / f"{name}-{find_origin(organism).organism.sha256[:8]}"


def _labels(organism: str, method: str, setting: str, strength: str, seed: int) -> dict[str, Any]:
    return {"organism": organism, "method": method, "setting": setting, "strength": strength, "seed": seed}


def run(work: Path) -> None:
    """Make and measure everything; the tables are written anew after each checkpoint."""
    study = Study(work)
    work.mkdir(parents=True, exist_ok=True)
    study.plant_source()
    rows = []
    for name in (MAIN, *OTHERS, str(study.source)):
        label = "unconditional" if name == str(study.source) else name
        sha256 = find_origin(name).organism.sha256
        before = _measured(folder_before(name, work / f"before-{label}-{sha256[:8]}"))
        rows.append(change_row(before, **_labels(label, "none", "", "", before.seed)))
    for labels, folder in study.checkpoints():
        rows.append(change_row(_measured(folder), **labels))
        _write(RESULTS, rows)
        print(list(rows[-1].values()), flush=True)
    _write(SWEEP, list(_sweep(work)))


def _measured(folder: Path) -> Organism:
    """The record with its rates, measured now if it has none."""
    if unmeasured([folder]):
        with TemporaryDirectory() as logs:
            measure_organisms([folder], change_run([folder]), logs, lambda _: None)
    return read_record(folder)


def _sweep(work: Path) -> Iterator[dict[str, Any]]:
    """Every candidate of every sweep, on questions of the train split."""
    for path in sorted(work.glob(f"*/*/{STEERING}")):
        steering = json.loads(path.read_text())
        record = json.loads((path.parent / RECORD_FILE).read_text())
        current = find_organism(record["parent"]["name"]) if record["parent"]["name"] == MAIN else None
        if path.parent.name != "1" or not steering["sweep"] or current is None:
            continue
        if record["parent"]["sha256"] != current.sha256:
            continue
        for one in steering["sweep"]:
            steered = MAIN if one["steered"] == "organism" else "base-talker"
            for condition, counts in one["counts"].items():
                yield {"organism": steered, "layer": one["layer"], "strength": one["strength"], "condition": condition,
                       "chosen": one["layer"] == steering["layer"], **counts}  # fmt: skip


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@click.command()
@click.option("--work", type=click.Path(path_type=Path), default=ROOT / "build" / "mitigations", show_default=True)
@click.option("--page", is_flag=True, help="Only write the page from the tables.")
def main(work: Path, page: bool) -> None:
    """Run the study, then write its page."""
    if not page:
        run(work)
    sys.path.insert(0, str(ROOT / "docs"))
    from mitigations import write_page  # type: ignore[import-not-found]

    write_page()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
