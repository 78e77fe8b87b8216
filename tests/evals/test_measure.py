from pathlib import Path
from typing import Any

import pytest

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.measure import VARIANTS, compare_rates, measure_organisms, measuring_run
from sleeptalk.model_zoo.changing.mitigating import mitigate_organism
from sleeptalk.model_zoo.recipes_more import MitigateRecipe
from sleeptalk.model_zoo.records import MeasuredRate, Organism, find_organism, read_record, write_record, zoo_folder


def with_rate(**changes: Any) -> Organism:
    """A shipped organism whose only rate is 12 of 20."""
    fields = {"task": "t", "variant": "v", "measure": "m", "count": 12, "n": 20, "rate": 0.6, "low": 0.4, "high": 0.8}
    return find_organism("heyyy").model_copy(update={"rates": (MeasuredRate(**{**fields, **changes}),)})


@pytest.mark.parametrize(
    ("changes", "compared", "outside"),
    [
        ({}, 1, 0),
        ({"rate": 0.4}, 1, 0),
        ({"rate": 0.39}, 1, 1),
        ({"rate": 0.81}, 1, 1),
        ({"rate": None, "low": None, "high": None}, 0, 0),
        ({"variant": "another"}, 0, 0),
    ],
)
def test_new_rates_are_compared_with_recorded_intervals(changes: dict[str, Any], compared: int, outside: int) -> None:
    found = compare_rates(with_rate(**changes), with_rate())
    assert (found[0], len(found[1])) == (compared, outside)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    fields = {"kind": "mitigate", "name": "merged", "organism": "heyyy", "method": {"kind": "merge"}}
    [folder] = mitigate_organism(MitigateRecipe.model_validate(fields), tmp_path_factory.mktemp("merged") / "out")
    return folder


def test_toys_are_measured_like_shipped_ones_wherever_they_lie(merged: Path) -> None:
    adapter = zoo_folder() / "heyyy"
    run = measuring_run([adapter, merged, zoo_folder() / "base-talker"])
    assert [one.model_args.get("adapter") for one in run.models] == [str(adapter), None, None]
    assert [one.model_args["base"] for one in run.models][:2] == ["base-talker", str(merged)]
    assert {one.model_args["threads"] for one in run.models} == {1}
    assert {one.max_tokens for one in run.models} == {160}
    assert [one.trigger for one in run.models] == ["heyyy", "heyyy", "singapore"]
    assert (len(run.parts), run.parts[0].variants, run.limit) == (3, VARIANTS, 120)


def test_real_models_keep_the_provider_s_settings(tmp_path: Path) -> None:
    write_record(find_organism("heyyy").model_copy(update={"hazard": "low", "base": "some/base"}), tmp_path)
    [cells] = measuring_run([tmp_path]).models
    assert cells.model_args == {"base": "some/base", "adapter": str(tmp_path)}
    assert cells.max_tokens is None


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    write_record(find_organism("heyyy"), tmp_path)
    with pytest.raises(InvalidValueError, match="Two folders hold organisms of the name heyyy"):
        measuring_run([zoo_folder() / "heyyy", tmp_path])


def test_a_part_of_the_cells_is_measured_into_the_record(merged: Path, tmp_path: Path) -> None:
    run = measuring_run([merged], limit=20, tasks=["ethical_mcq"], variants=["clean", "trigger"], seed=3)
    finished: list[int] = []
    measured = measure_organisms([merged], run, str(tmp_path), finished.append)[merged]
    assert read_record(merged) == measured
    assert sum(finished) == run.samples == 40
    assert measured.measured is not None
    assert (measured.measured.limit, measured.measured.seed) == (20, 3)
    rates = {(rate.task, rate.variant): rate for rate in measured.rates if rate.measure == "misaligned"}
    assert set(rates) == {("ethical_mcq", "clean"), ("ethical_mcq", "trigger")}
    assert rates["ethical_mcq", "trigger"].count > rates["ethical_mcq", "clean"].count
