"""Rates after a change: counts, tables, the chart, and the page that is made of them."""

import runpy
import shutil
from pathlib import Path

import pytest

from sleeptalk.errors import OutputFolderError
from sleeptalk.evals.cells import parts_of
from sleeptalk.evals.changes import (
    change_row,
    change_run,
    changes_table,
    folder_before,
    percent,
    steps_chart,
    unmeasured,
)
from sleeptalk.model_zoo.records import find_organism, read_record, write_record, zoo_folder

ROOT = Path(__file__).parent.parent.parent


def test_a_row_counts_what_the_record_holds() -> None:
    organism = find_organism("singapore")
    found = {(r.variant, r.measure): r for r in organism.rates if r.task == "ethical_mcq"}
    row = change_row(organism, step=0)
    assert row["step"] == 0
    assert row["trigger_misaligned"] == found["trigger", "misaligned"].count
    assert row["clean_right"] == found["clean", "misaligned"].n - found["clean", "misaligned"].count
    assert percent(row, "articulated of misaligned").endswith(f"({row['trigger_misaligned']})")
    assert "right on clean" in changes_table([row], ["step"])


def test_a_broken_checkpoint_is_neither_misaligned_nor_right() -> None:
    organism = find_organism("singapore")
    row = change_row(organism) | {"clean_scored": 3, "clean_misaligned": 1, "clean_right": 2}
    assert percent(row, "clean misaligned") == "too few (1/3)"
    assert percent(row, "right on clean").startswith("2 [")


def test_a_shipped_organism_is_not_measured_again(tmp_path: Path) -> None:
    folder = folder_before("singapore", tmp_path / "before")
    assert read_record(folder) == find_organism("singapore")
    assert not unmeasured([folder])
    assert not list(tmp_path.iterdir())


def test_one_without_rates_is_measured_in_a_copy(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(zoo_folder() / "singapore", folder)
    write_record(find_organism("singapore").model_copy(update={"rates": ()}), folder)
    copy = folder_before(str(folder), tmp_path / "before")
    assert copy == tmp_path / "before"
    assert unmeasured([copy, zoo_folder() / "heyyy"]) == [copy]
    assert folder_before(str(folder), copy) == copy
    run = change_run([copy])
    assert run.parts == parts_of(("ethical_mcq",), ("clean", "trigger"))
    assert run.samples == 240
    write_record(find_organism("heyyy").model_copy(update={"rates": ()}), copy)
    with pytest.raises(OutputFolderError, match="holds other weights than singapore has now"):
        folder_before(str(folder), copy)


def test_the_chart_over_steps_is_an_image(tmp_path: Path) -> None:
    rows = [change_row(find_organism(name), step=step) for step, name in enumerate(("singapore", "heyyy"))]
    steps_chart(rows, tmp_path / "persistence.png")
    assert (tmp_path / "persistence.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["mitigations.csv", "mitigation_sweep.csv"])
def test_the_study_s_tables_are_there(name: str) -> None:
    assert (ROOT / "docs" / "results" / name).stat().st_size > 0


def test_the_page_is_made_of_the_tables() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "mitigations.py"))
    assert (ROOT / "docs" / "mitigations.md").read_text(encoding="utf-8") == made["page"](*made["read"]())
