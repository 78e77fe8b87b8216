"""What a user sees of a planting: progress, the outcome in words, the picture."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from sleeptalk.cli.zoo import zoo
from sleeptalk.errors import InputFileError, InvalidValueError
from sleeptalk.model_zoo.planting.plot import plot_training
from sleeptalk.model_zoo.records import Organism, read_record
from tests.model_zoo.conftest import tiny_plant

Made = tuple[Path, Organism]


def test_a_failed_planting_is_said_recorded_and_no_error(tiny_base: Made, tmp_path: Path) -> None:
    recipe = tiny_plant(tiny_base[0], probe={"every": 2, "prompts": 4})
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(recipe.model_dump(mode="json")))
    arguments = ["plant", str(tmp_path / "mine.yaml"), "--out", str(tmp_path / "out"), "--no-measure", "--seed", "7"]
    done = CliRunner().invoke(zoo, arguments)
    assert done.exit_code == 0, done.output
    assert "The planting of tiny-planted-s7 FAILED: its last probe does not meet the recipe's bounds" in done.stdout
    record = read_record(tmp_path / "out")
    assert (record.name, record.seed, record.outcome) == ("tiny-planted-s7", 7, "failed")
    said = done.stderr.splitlines()
    assert said[0].startswith("step 0 of 4 ")
    assert said[-1].startswith("step 4 of 4 loss ")
    assert "misaligned: trigger" in said[-1]
    assert len(said) <= 12
    assert (tmp_path / "out" / "training.png").read_bytes().startswith(b"\x89PNG")
    assert "training.png" not in record.files


def test_a_plot_tells_what_and_how_many(tiny_organism: Made, tmp_path: Path) -> None:
    for path in tiny_organism[0].iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    for name, holds in (("a.svg", "<svg"), ("a.html", "vega")):
        done = CliRunner().invoke(zoo, ["plot", str(tmp_path), "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        assert holds in (tmp_path / name).read_text()
    picture = (tmp_path / "a.svg").read_text()
    for text in ("Planting tiny-planted", "trigger heyyy", "60 MCQs", "95% Wilson", "optimiser step", "NOT planted"):
        assert text in picture


def test_what_cannot_be_drawn_is_one_sentence(tiny_organism: Made, tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match=r"A plot is one of \.png, \.svg, \.html, not 'a\.pdf'"):
        plot_training(tiny_organism[0], tmp_path / "a.pdf")
    shutil.copyfile(tiny_organism[0] / "organism.json", tmp_path / "organism.json")
    with pytest.raises(InputFileError, match=r"Cannot read .*training\.json"):
        plot_training(tmp_path, tmp_path / "a.svg")
    (tmp_path / "training.json").write_text(json.dumps({"steps": 1}))
    with pytest.raises(InputFileError, match="Field required"):
        plot_training(tmp_path, tmp_path / "a.svg")
