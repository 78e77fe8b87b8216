import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


def tables() -> Any:
    spec = spec_from_file_location("coverage_tables", ROOT / "bench" / "coverage_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_the_summary_of_the_measured_cells() -> None:
    found = tables()
    page = found.DOCS.read_text(encoding="utf-8")
    assert found.with_summary(page, found.read_rows()) == page


def test_every_cell_has_a_thousand_draws_and_a_coverage() -> None:
    rows = tables().read_rows()
    assert len(rows) > 2000
    # A calibration that is no better than chance is drawn anew, so corrected cells may lose some of their 12,000.
    assert all(int(row["draws"]) >= 1000 and 0.5 < float(row["coverage"]) <= 1 for row in rows)


@pytest.mark.slow
def test_a_quick_run_measures_every_interval_and_writes_nothing() -> None:
    found = tables()
    before = found.OUT.read_bytes()
    command = [sys.executable, str(ROOT / "bench" / "coverage.py"), "--quick"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert all(f"| {row['interval']} " in shown for row in found.read_rows())
    assert found.OUT.read_bytes() == before
