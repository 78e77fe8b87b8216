from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sleeptalk.cli.compare import compare
from sleeptalk.errors import SleeptalkError
from sleeptalk.evals.cells import LOG_FOLDER, claim_folder
from sleeptalk.evals.studies.records import Part
from tests.evals.reporting.made import SILENT, TELLING, made_log, made_run, made_sample


def folder(path: Path, thoughts: Sequence[str], answer: str = "B", name: str = "organism", **spec: Any) -> Path:
    """A run of one model on the trigger, one item for each thought."""
    part = Part(task="ethical_mcq", variants=("trigger",))
    model = made_run().models[0].model_copy(update={"name": name})
    run = made_run(models=(model,), parts=(part,), limit=len(thoughts))
    claim_folder(path, run)
    (path / LOG_FOLDER).mkdir()
    template = spec.pop("template", "sha256:one")
    samples = [made_sample("trigger", item, thought, f"Answer: {answer}") for item, thought in enumerate(thoughts)]
    for sample in samples:
        sample.metadata["prompt"] = {"template": template}
    made_log(path / LOG_FOLDER, (name, "ethical_mcq", 0), samples, **spec)
    return path


def compared(*paths: Path) -> str:
    return CliRunner().invoke(compare, [str(path) for path in paths], catch_exceptions=False).output


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("runs") / "telling", [TELLING] * 24)


def test_differences_are_of_shared_items_second_minus_first(tmp_path: Path, telling: Path) -> None:
    silent = folder(tmp_path / "silent", [SILENT] * 30)
    lines = [line.split() for line in compared(telling, silent).splitlines() if line.startswith("organism")]
    [misaligned] = [line for line in lines if "misaligned" in line[3:4]]
    [articulated] = [line for line in lines if "articulated" in line[3:4]]
    assert misaligned[:8] == ["organism", "ethical_mcq", "trigger", "misaligned", "+0", "[-14,", "+14]", "24"]
    assert misaligned[8:] == ["-", "-"]
    assert articulated[4] == "-100"
    assert articulated[7] == "24"
    assert float(articulated[8]) == pytest.approx(2 * 0.5**24, rel=0.01)


def test_few_shared_items_are_too_few_and_single_models_are_compared(tmp_path: Path, telling: Path) -> None:
    other = folder(tmp_path / "other", [SILENT] * 12, name="mended")
    shown = compared(telling, other)
    assert "mended - organism" in shown
    assert "too few" in shown


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"task_version": "1-A"}, "Only runs of the same task versions can be compared; the part ethical_mcq is"),
        ({"template": "sha256:two"}, "their chat templates differ"),
    ],
)
def test_what_was_asked_in_another_way_is_refused(
    tmp_path: Path, telling: Path, changes: dict[str, Any], says: str
) -> None:
    other = folder(tmp_path / "other", [TELLING] * 3, **changes)
    with pytest.raises(SleeptalkError, match=says):
        compared(telling, other)


def test_what_is_no_finished_run_is_refused(tmp_path: Path, telling: Path) -> None:
    with pytest.raises(SleeptalkError, match="holds no run"):
        compared(telling, tmp_path)
    claim_folder(tmp_path / "begun", made_run())
    with pytest.raises(SleeptalkError, match="holds no finished logs"):
        compared(telling, tmp_path / "begun")
    assert "the folders of exactly two runs" in compared(telling, telling, telling)
    assert "the folders of exactly two runs" in compared(telling, telling / "run.json")
