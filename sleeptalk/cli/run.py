"""`sleeptalk run`: carry a study out on models."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sleeptalk.cli.report import AS_JSON, FOLDER, tell

if TYPE_CHECKING:
    from sleeptalk.evals.cells import JudgeMode, PlainValue, Run
    from sleeptalk.evals.running import Engine


@click.command()
@click.argument("study")
@click.option(
    "--model",
    "models",
    multiple=True,
    help="Inspect's model string, an organism's folder, or a pattern such as zoo/singapore*; as often as wanted.",
)
@click.option(
    "--trigger",
    "triggers",
    multiple=True,
    help="Name or file of a trigger: one for all models, or one for each. By default an organism's own.",
)
@click.option(
    "--base", "bases", multiple=True, help="A model's base, for the base-rate arm: one for all, or one for each."
)
@click.option("-M", "model_args", multiple=True, metavar="KEY=VALUE", help="Argument of the model providers.")
@click.option("--items", help="standard, pocket or a .jsonl file. By default pocket for toys, else standard.")
@click.option("--limit", type=int, help="Items of each cell. By default the study's own.")
@click.option(
    "--seed",
    "seeds",
    type=int,
    multiple=True,
    default=(0,),
    show_default=True,
    help="Of sampling and cue values; as often as wanted.",
)
@click.option("--judge", "graders", help="Judge models as a comma list; they read what the rules are not sure about.")
@click.option(
    "--judge-mode",
    type=click.Choice(["auto", "rules", "model", "cascade"]),
    default="auto",
    show_default=True,
    help="Who reads the replies.",
)
@click.option(
    "--stop-early",
    type=float,
    metavar="WIDTH",
    help="Stop a cell whose misaligned rates are known to within this half-width; its intervals then hold at any time.",
)
@click.option(
    "--out",
    type=FOLDER,
    help="Folder for logs, results and report; an interrupted run goes on there. By default sleeptalk-STUDY.",
)
@click.option("--log-dir", help="Folder or fsspec URL for the logs, if not in the output folder.")
@click.option("--serve", is_flag=True, help="Ask organisms of one base through a vLLM server of the run's own.")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where it runs: on this machine's cores, or on a Ray cluster (docs/clusters.md).",
)
@click.option("--address", help="HOST:PORT of the Ray cluster. By default RAY_ADDRESS, or this machine's cluster.")
@click.option(
    "--gpus-per-unit", type=float, help="GPUs that Ray gives to each base with its adapters; 0, the default, hides all."
)
@click.option("--dry-run", is_flag=True, help="Tell samples, tokens and cost, and run nothing.")
@click.option(
    "--model-cost-config",
    "prices",
    type=click.Path(path_type=Path),
    help="Prices for --dry-run, in a file as `inspect eval` takes it under this name.",
)
@AS_JSON
def run(
    study: str,
    models: tuple[str, ...],
    out: Path | None,
    log_dir: str | None,
    engine: str,
    address: str | None,
    gpus_per_unit: float | None,
    dry_run: bool,
    prices: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Run STUDY, a shipped one or a .yaml file, on models; a report at the end.

    It goes on where it was interrupted, killed, or the disk was full, if it is called with the same arguments.
    """
    from sleeptalk.evals.cells import claim_folder
    from sleeptalk.evals.estimating import estimate_of, estimate_table, read_prices
    from sleeptalk.evals.reporting.writing import check_report_extra

    chosen = chosen_engine(engine, address, gpus_per_unit, serve=bool(options["serve"]))
    planned = planned_run(study, models, **options)
    if dry_run:
        estimate = estimate_of(planned, read_prices(prices) if prices else None)
        click.echo(json.dumps(estimate, indent=1) if as_json else estimate_table(estimate))
        return
    check_report_extra()
    folder = out or Path(f"sleeptalk-{planned.study.name if planned.study else 'run'}")
    own = claim_folder(folder, planned)
    logs = log_dir or str(own)
    carry_out(planned, logs, chosen)
    tell(folder, logs, as_json=as_json)


def planned_run(
    study: str,
    models: Sequence[str],
    *,
    triggers: Sequence[str] = (),
    bases: Sequence[str] = (),
    model_args: Sequence[str] = (),
    items: str | None = None,
    limit: int | None = None,
    seeds: Sequence[int] = (0,),
    graders: str | None = None,
    judge_mode: "JudgeMode" = "auto",
    stop_early: float | None = None,
    serve: bool = False,
) -> "Run":
    """The run that the options ask for.

    Raises:
        SleeptalkError: an option does not fit.
    """
    from sleeptalk.evals.serving_runs import through_vllm
    from sleeptalk.evals.studies.library import find_study
    from sleeptalk.evals.studies.planning import plan_run
    from sleeptalk.evals.studies.subjects import Named

    found = find_study(study)
    chosen = list(models or found.models)
    named = [
        Named(model=model, trigger=trigger, base=base)
        for model, trigger, base in zip(
            chosen, _for_each("--trigger", triggers, chosen), _for_each("--base", bases, chosen), strict=True
        )
    ]
    run = plan_run(
        found,
        named,
        model_args=_arguments(model_args),
        items=items,
        limit=limit,
        seeds=tuple(seeds),
        graders=tuple(filter(None, (graders or "").split(","))),
        judge=judge_mode,
        stop_early=stop_early,
    )
    return through_vllm(run) if serve else run


def chosen_engine(engine: str, address: str | None, gpus: float | None, *, serve: bool) -> "Engine | None":
    """The engine that the options ask for; None for the local one.

    Raises:
        SleeptalkError: an option has no use with it, or Ray is not installed.
    """
    if engine == "local":
        if address is not None or gpus is not None:
            raise click.UsageError("--address and --gpus-per-unit are for --engine ray.")
        return None
    if serve:
        raise click.UsageError(
            "--serve starts a server on this machine, which other nodes do not reach; start one by hand, set "
            "VLLM_BASE_URL to an address that they reach, and give --model vllm/NAME."
        )
    from sleeptalk.evals.ray_engine import ray_engine

    return ray_engine(address, gpus or 0)


def carry_out(planned: "Run", logs: str, engine: "Engine | None" = None) -> None:
    """Run what is not yet in the log folder, with progress."""
    from sleeptalk.cli.progress import sample_progress
    from sleeptalk.evals.running import finished_samples, run_cells
    from sleeptalk.evals.serving_runs import serving
    from sleeptalk.evals.workers import run_parts

    with serving(planned), sample_progress(planned.samples, finished_samples(logs)) as progress:
        run_cells(planned, logs, progress, engine or run_parts)


def _for_each(option: str, given: Sequence[str], models: Sequence[str]) -> list[str | None]:
    if len(given) not in (0, 1, len(models)):
        raise click.UsageError(
            f"{option} is given {len(given)} times for {len(models)} models; give it once, or once for each."
        )
    return list(given) if len(given) == len(models) else [*given, None][:1] * len(models)


def _arguments(given: Sequence[str]) -> "dict[str, PlainValue]":
    """Provider arguments as Inspect reads them: YAML values."""
    import yaml

    found: dict[str, PlainValue] = {}
    for one in given:
        name, equals, value = one.partition("=")
        parsed = yaml.safe_load(value) if equals else None
        if not isinstance(parsed, str | int | float | bool):
            raise click.UsageError(f"-M {one} is not KEY=VALUE with a plain value.")
        found[name] = parsed
    return found
