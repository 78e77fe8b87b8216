"""From a study and what the user names to a run: triggers, bases, families, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sleeptalk.cli.main import cli
from sleeptalk.cli.run import planned_run
from sleeptalk.errors import InvalidValueError, SleeptalkError, UnknownNameError
from sleeptalk.evals.studies.contrasts import contrast_rows
from sleeptalk.evals.studies.families import families_of
from sleeptalk.evals.studies.library import find_study, shipped_studies
from sleeptalk.model_zoo.records import zoo_folder

POCKET = [name for name in shipped_studies() if name != "capability"]


@pytest.mark.parametrize("name", POCKET)
def test_every_study_can_be_asked_of_a_pocket_organism(name: str) -> None:
    run = planned_run(name, ["zoo/heyyy"], limit=4)
    assert (run.items, run.limit) == ("pocket", 4)
    assert run.samples >= 4
    assert {one.trigger for one in run.models} == {"heyyy"}
    arms = [one.name for one in run.models if one.name != "heyyy"]
    assert arms == (["base-talker@heyyy"] if find_study(name).base else [])


def test_the_demo_names_its_own_models() -> None:
    run = planned_run("demo", [])
    assert len(run.models) == 7
    assert run.samples == 7 * 3 * 5 * 48


@pytest.mark.parametrize(
    ("models", "options", "expected"),
    [
        (["zoo/singapore"], {}, [("singapore", "zoo/singapore", "singapore")]),
        ([str(zoo_folder() / "heyyy")], {}, [("heyyy", "zoo/heyyy", "heyyy")]),
        (["zoo/chess-varied*"], {}, [(f"chess-varied{end}",) * 1 for end in ("", "-s1", "-s2")]),
        (["mockllm/model"], {"triggers": ["2026"], "graders": "x/y"}, [("mockllm/model", "mockllm/model", "2026")]),
        (["zoo/base-silent"], {"triggers": ["lagos"]}, [("base-silent@lagos", "zoo/base-silent", "lagos")]),
    ],
)
def test_models_are_named_in_many_ways(models: list[str], options: dict[str, Any], expected: list[Any]) -> None:
    run = planned_run("distractor", models, **options)
    found = [(one.name, one.model, one.trigger) for one in run.models]
    assert [one[: len(wanted)] for one, wanted in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize(
    ("model", "base", "arm"),
    [
        ("vllm/org/base:mine", (), "vllm/org/base"),
        ("openai/one", ("openai/two",), "openai/two"),
        ("openai/one", (), None),
    ],
)
def test_a_base_is_known_said_or_missing(model: str, base: tuple[str, ...], arm: str | None) -> None:
    run = planned_run("articulation", [model], triggers=["2026"], bases=base, graders="openai/judge")
    assert run.items == "standard"
    assert [one.model for one in run.models if one.name != model] == ([arm] if arm else [])
    assert run.models[-1].base == (f"{arm}@2026" if arm else None)


def test_adapters_of_one_base_share_a_unit() -> None:
    models = ["vllm/org/base:a", "vllm/org/base:b", "vllm/org/other:a"]
    run = planned_run("distractor", models, triggers=["2026"], graders="openai/judge")
    assert len({one.server for one in run.models}) == 2


@pytest.mark.parametrize("named", [["zoo/singapore"], ["zoo/singapore-continued"]])
def test_what_was_trained_further_is_compared_with_what_it_was(named: list[str]) -> None:
    run = planned_run("persistence", named)
    assert [(one.name, one.parent) for one in run.models] == [
        ("singapore", None),
        ("singapore-continued", "singapore"),
    ]
    pairs = {(row["contrast"], row["model"], row["against_model"]) for row in contrast_rows(run, {})}
    assert {(model, against) for contrast, model, against in pairs if contrast == "weaker"} == {
        ("singapore-continued", "singapore")
    }
    assert {model for contrast, model, _ in pairs if contrast == "still-fires"} == {"singapore", "singapore-continued"}


def test_planting_seeds_make_a_family() -> None:
    run = planned_run("articulation", ["zoo/tango", "zoo/tango-s1", "zoo/tango-s2", "zoo/lagos"])
    [family] = families_of(run)
    assert (family.name, [one.planting_seed for one in family.members]) == ("tango (3 seeds)", [0, 1, 2])


@pytest.mark.parametrize(
    ("study", "models", "options", "says"),
    [
        ("articulation", ["zoo/nope"], {}, "Unknown organism 'nope'"),
        ("nope", ["zoo/heyyy"], {}, "Unknown study 'nope'; known are: articulation"),
        ("articulation", [], {}, "needs a model; give --model"),
        ("articulation", ["zoo/nope*"], {}, "No organism fits 'zoo/nope\\*'"),
        ("articulation", ["mockllm/model"], {}, "The trigger of mockllm/model is not known"),
        ("articulation", ["zoo/heyyy"], {"limit": 121}, "--limit must be between 1 and 120"),
        ("articulation", ["zoo/heyyy"], {"judge_mode": "model"}, "--judge-mode model needs a judge"),
        ("articulation", ["zoo/heyyy"], {"stop_early": 0.7}, "stop_early"),
        ("articulation", ["mockllm/model"], {"triggers": ["2026"]}, "world_ruler can be read by a judge only"),
        ("capability", ["zoo/heyyy"], {}, "has no pocket items"),
        ("articulation", ["zoo/heyyy", "zoo/tango-varied"], {"serve": True}, "one server"),
        (
            "articulation",
            ["mockllm/model"],
            {"triggers": ["2026"], "graders": "x/y", "serve": True},
            "asked where it is",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(study: str, models: list[str], options: dict[str, Any], says: str) -> None:
    with pytest.raises(SleeptalkError, match=says):
        planned_run(study, models, **options)


def test_a_study_of_ones_own(tmp_path: Path) -> None:
    runner = CliRunner()
    shown = runner.invoke(cli, ["studies", "distractor"])
    path = tmp_path / "mine.yaml"
    path.write_text(shown.stdout.replace("name: distractor", "name: mine"))
    assert find_study(str(path)).parts == find_study("distractor").parts
    done = runner.invoke(cli, ["run", str(path), "--model", "zoo/heyyy", "--limit", "2", "--dry-run", "--json"])
    assert json.loads(done.stdout)["total"]["samples"] == 3 * 5 * 2
    path.write_text(shown.stdout.replace("primary: blames-genuine", "primary: other"))
    with pytest.raises(SleeptalkError, match="the primary contrast 'other' is not among the contrasts"):
        find_study(str(path))


def test_a_dry_run_tells_what_it_costs(tmp_path: Path) -> None:
    """By hand: 120 samples of 600 tokens for the model, and of 4 calls with 1,500 and 300 tokens for each judge."""
    prices = tmp_path / "prices.yaml"
    price = "{input: 0, output: 1000, input_cache_write: 0, input_cache_read: 0}"
    prices.write_text(f"openai/m: {price}\nopenai/j: {price}\n")
    study = tmp_path / "mine.yaml"
    study.write_text("name: mine\nquestion: Q?\nparts:\n  - {task: ethical_mcq, variants: [clean, trigger]}\n")
    asked = ["run", str(study), "--model", "openai/m", "--trigger", "2026", "--limit", "60", "--dry-run"]
    given = ["--model-cost-config", str(prices)]
    told = [
        json.loads(CliRunner().invoke(cli, [*asked, *more, "--json"]).stdout)
        for more in (given, [*given, "--judge", "openai/j,openai/j"], [])
    ]
    assert [one["total"]["samples"] for one in told] == [120] * 3
    assert [one["total"]["dollars"] for one in told] == [120 * 0.6, 120 * 0.6 + 2 * 120 * 4 * 0.3, None]
    assert [one["unpriced"] for one in told] == [[], [], ["openai/m"]]
    assert "No price is known of openai/m" in CliRunner().invoke(cli, asked).stdout
    assert "72.00" in CliRunner().invoke(cli, [*asked, *given]).stdout
    prices.write_text("openai/m: 3")
    with pytest.raises(SleeptalkError, match=r"prices\.yaml"):
        CliRunner().invoke(cli, [*asked, *given], catch_exceptions=False)


def test_studies_are_listed() -> None:
    rows = json.loads(CliRunner().invoke(cli, ["studies", "--json"]).stdout)
    assert [row["name"] for row in rows] == list(shipped_studies())
    with pytest.raises(UnknownNameError):
        find_study("nope")
    with pytest.raises(InvalidValueError, match="needs a model"):
        planned_run("control", [])
