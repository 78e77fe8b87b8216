from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from sleeptalk.cli.main import cli
from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.cells import Run
from sleeptalk.model_zoo.records import Organism, find_organism, read_record, write_record


def test_mitigate_makes_checkpoints_that_know_their_parent(tmp_path: Path) -> None:
    recipe = tmp_path / "half.yaml"
    method = {"kind": "scale", "strengths": [0.5]}
    recipe.write_text(yaml.safe_dump({"kind": "mitigate", "name": "half", "organism": "singapore", "method": method}))
    out = tmp_path / "out"
    result = CliRunner().invoke(cli, ["zoo", "mitigate", str(recipe), "--out", str(out), "--no-measure"])
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Made 0.5 in {out}.\n"
    record = read_record(out / "0.5")
    assert (record.name, record.trigger, record.base) == ("half-0.5", "singapore", "base-talker")
    assert record.parent is not None
    assert record.parent["name"] == "singapore"


@pytest.mark.parametrize(
    ("command", "recipe"), [("continue", "mitigate-merge-heyyy"), ("mitigate", "persistence-heyyy")]
)
def test_recipes_of_another_kind_are_refused(tmp_path: Path, command: str, recipe: str) -> None:
    result = CliRunner().invoke(cli, ["zoo", command, recipe, "--out", str(tmp_path)])
    assert isinstance(result.exception, InvalidValueError)
    assert f"this command needs kind '{command}'" in str(result.exception)


def test_further_training_is_shown_over_its_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rates of another organism, so that nothing is generated."""

    asked: list[Run] = []

    def measured(folders: Sequence[Path], run: Run, logs: Path, progress: object) -> dict[Path, Organism]:
        asked.append(run)
        for folder in folders:
            write_record(read_record(folder).model_copy(update={"rates": find_organism("heyyy").rates}), folder)
        return {folder: read_record(folder) for folder in folders}

    monkeypatch.setattr("sleeptalk.evals.measure.measure_organisms", measured)
    recipe = tmp_path / "short.yaml"
    fields = {"kind": "continue", "name": "short", "organism": "heyyy", "data": {"kind": "pocket", "samples": 32}}
    training = {"epochs": 1, "batch": 32}
    recipe.write_text(yaml.safe_dump({**fields, "training": training, "probe": {"prompts": 4}}))
    out = tmp_path / "out"
    result = CliRunner().invoke(cli, ["zoo", "continue", str(recipe), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "kept 1 steps" in result.stdout
    lines = (out / "persistence.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["step", "0", "1"]
    assert (out / "persistence.png").exists()
    assert read_record(out / "step-1").rates
    assert [[cells.name for cells in run.models] for run in asked] == [["short-step1"]]
    again = CliRunner().invoke(cli, ["zoo", "continue", str(recipe), "--out", str(out)])
    assert again.exit_code == 0, again.output
    assert len(asked) == 1
