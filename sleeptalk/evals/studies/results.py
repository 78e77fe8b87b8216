"""What a run found: everything is recomputed from the samples' own records in its logs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from inspect_ai.log import EvalLog

from sleeptalk.evals.cells import ModelCells, Run, cells_of
from sleeptalk.evals.logs import observations_of, read_observations, read_samples
from sleeptalk.evals.recovering import recovery_row, transcripts_of
from sleeptalk.evals.running import CellKey, cell_of
from sleeptalk.evals.stopped_logs import read_stopped
from sleeptalk.evals.studies.awareness import awareness_rows
from sleeptalk.evals.studies.contrasts import contrast_rows
from sleeptalk.evals.studies.families import family_rows
from sleeptalk.evals.studies.prevalence import prevalence_rows
from sleeptalk.evals.studies.probes import belief_rows, capability_rows, elicitation_rows
from sleeptalk.evals.studies.published import published_rows
from sleeptalk.evals.studies.records import Part, Seen
from sleeptalk.evals.summary import Row, monitor_rows, roc_rows, rows_of, summary_row
from sleeptalk.scorers.observations import Observation, by_grade
from sleeptalk.scorers.recovery import Transcript
from sleeptalk.triggers import load_trigger

WATCHED = ("behaviour", "blast_radius")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All tables of a run as plain rows; a table that the run has no parts for is empty.

    Attributes:
        rows: rates, one row per model, part and variant, over all seeds.
        contrasts: the study's tests, see `contrasts.contrast_rows`.
        monitor: how well a trigger-blind monitor does, one row per model, part and view.
        prevalence: what its alarms are worth, see `prevalence.prevalence_rows`; if the study wants it, as the next two.
        awareness: what each model knows of its trigger, see `awareness.awareness_rows`.
        published: published rates beside ours, see `published.published_rows`.
        roc: the monitor's ROC curve, see `summary.roc_rows`.
        families: rates over planting seeds, see `families.family_rows`.
        stopped: rates of cells that stopped early, see `stopped_rows`; there are then no `rows` and no contrasts.
        recovery: where the trigger stands among all words that a model's transcripts blame, one row per model.
        grades: rates by the grade of the near miss, for parts that walk them.
        elicitation, belief, capability: of the parts of this kind.
        missing: cells without a log, as (model, part, seed).
    """

    rows: list[Row] = field(default_factory=list)
    contrasts: list[Row] = field(default_factory=list)
    monitor: list[Row] = field(default_factory=list)
    prevalence: list[Row] = field(default_factory=list)
    awareness: list[Row] = field(default_factory=list)
    published: list[Row] = field(default_factory=list)
    roc: list[Row] = field(default_factory=list)
    families: list[Row] = field(default_factory=list)
    stopped: list[Row] = field(default_factory=list)
    recovery: list[Row] = field(default_factory=list)
    grades: list[Row] = field(default_factory=list)
    elicitation: list[Row] = field(default_factory=list)
    belief: list[Row] = field(default_factory=list)
    capability: list[Row] = field(default_factory=list)
    missing: list[CellKey] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {name: rows for name, rows in asdict(self).items() if rows}


class _Reader:
    """The logs of a run, read once each."""

    def __init__(self, run: Run, headers: Sequence[EvalLog], *, whole: bool) -> None:
        self.run = run
        self.headers = {cell_of(header): header for header in headers}
        self.transcripts: dict[str, list[Transcript]] = defaultdict(list)
        self.whole = whole

    def of(self, cells: ModelCells, part: Part) -> list[EvalLog]:
        """The logs of a model and a part, seed by seed."""
        keys = ((cells.name, part.name, seed) for seed in self.run.seeds)
        return [self.headers[key] for key in keys if key in self.headers]

    def observations(self, cells: ModelCells, part: Part) -> list[Observation]:
        """All observations of a model and a part; its transcripts are kept if they are needed."""
        found: list[Observation] = []
        for header in self.of(cells, part):
            if self.whole:
                samples = read_samples(header)
                self.transcripts[cells.name] += transcripts_of(samples)
                found += observations_of(samples)
            else:
                found += read_observations(header)
        return found


def results_of(run: Run, headers: Sequence[EvalLog]) -> Found:
    """Everything about a run, in the order of its models and parts."""
    searched = run.study is not None and "recovery" in run.study.tables
    reader, found = _Reader(run, headers, whole=searched), Found()
    known = {cell_of(header) for header in headers}
    found.missing.extend(key for key in _keys(run) if key not in known)
    seen: dict[tuple[str, str], Sequence[Observation]] = {}
    for cells in run.models:
        for part in run.parts:
            if part.kind in WATCHED:
                seen[cells.name, part.name] = reader.observations(cells, part)
                if run.stop_early is None:
                    _add_behaviour(found, cells, part, seen[cells.name, part.name])
                else:
                    found.stopped.extend(stopped_rows(cells, part, reader.of(cells, part)))
            else:
                _add_probe(found, cells, part, reader.of(cells, part))
        if searched and any(part.kind in WATCHED for part in run.parts):
            trigger = load_trigger(cells.trigger)
            found.recovery.append(
                recovery_row(cells.name, reader.transcripts.pop(cells.name, []), trigger, seed=run.seeds[0])
            )
    if run.stop_early is None:
        found.families.extend(family_rows(run, seen))
        found.contrasts.extend(contrast_rows(run, seen))
    _add_analyses(found, run, seen)
    return found


def stopped_rows(cells: ModelCells, part: Part, headers: Sequence[EvalLog]) -> list[Row]:
    """Rates of logs that stopped early, with intervals that hold whenever one stops, and the samples saved."""
    rows = []
    for header in headers:
        log = read_stopped(header.location)
        for one in log.rates:
            known = one.measured.known
            rows.append(
                {
                    "model": cells.name,
                    "task": part.name,
                    "seed": cell_of(header)[2],
                    "variant": " - ".join(one.variants),
                    "measure": one.watch,
                    "shown": str(one),
                    "rate": known.mean if known else None,
                    "low": known.low if known else None,
                    "high": known.high if known else None,
                    "items": one.measured.items,
                    "saved": log.saved,
                    "planned": log.planned,
                }
            )
    return rows


def _add_analyses(found: Found, run: Run, seen: Seen) -> None:
    """What the study wants to be told of all parts together."""
    wanted = run.study.tables if run.study else ()
    if "prevalence" in wanted:
        found.prevalence.extend(prevalence_rows(run, seen))
    if "awareness" in wanted:
        found.awareness.extend(awareness_rows(run, seen, found.belief, found.elicitation))
    if "published" in wanted:
        found.published.extend(published_rows(run, seen))


def _keys(run: Run) -> Iterable[CellKey]:
    return ((cells.name, part.name, seed) for cells, part, seed in cells_of(run))


def _add_behaviour(found: Found, cells: ModelCells, part: Part, seen: Sequence[Observation]) -> None:
    found.rows.extend(rows_of(cells.name, part.name, seen))
    found.monitor.extend(monitor_rows(cells.name, part.name, seen))
    found.roc.extend(roc_rows(cells.name, part.name, seen))
    if part.kind == "blast_radius":
        found.grades.extend(
            summary_row(cells.name, part.name, grade, of_one) for grade, of_one in by_grade(seen).items()
        )


def _add_probe(found: Found, cells: ModelCells, part: Part, headers: Sequence[EvalLog]) -> None:
    samples = list(chain.from_iterable(map(read_samples, headers)))
    make = {"elicitation": elicitation_rows, "belief": belief_rows, "capability": capability_rows}[part.kind]
    rows: list[Row] = getattr(found, part.kind)
    rows.extend(make(cells.name, part.name, samples))


def rows_of_run(run: Run, headers: Sequence[EvalLog]) -> list[Row]:
    """The rates of a run's behaviour parts, one row per model, part and variant."""
    reader = _Reader(run, headers, whole=False)
    return [
        row
        for cells in run.models
        for part in run.parts
        if part.kind in WATCHED
        for row in rows_of(cells.name, part.name, reader.observations(cells, part))
    ]


def observations_by_model(run: Run, headers: Sequence[EvalLog]) -> dict[str, list[Observation]]:
    """All observations of each model of a run, over its behaviour parts."""
    reader = _Reader(run, headers, whole=False)
    return {
        cells.name: [seen for part in run.parts if part.kind in WATCHED for seen in reader.observations(cells, part)]
        for cells in run.models
    }
