import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from inspect_ai.log import EvalLog

from sleeptalk.cli.report import report
from sleeptalk.errors import InvalidValueError, MissingExtraError, OutputFolderError
from sleeptalk.evals.cells import Run
from sleeptalk.evals.reporting import writing
from sleeptalk.evals.reporting.writing import check_report_extra, write_results, write_whole
from sleeptalk.evals.studies.results import Found, results_of
from tests.evals.reporting.made import made_logs, made_run, samples_for

FILES = {"report.html", "results.csv", "results.parquet", "results.json", "table.tex", "references.bib"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run, list[EvalLog], Found]:
    out = tmp_path_factory.mktemp("runs") / "run"
    run = made_run()
    headers = list(made_logs(out, run))
    return out, run, headers, results_of(run, headers)


def test_report_writes_every_file_and_each_says_the_same(finished: Any) -> None:
    """The command itself, on logs of another process."""
    out, run, _, found = finished
    done = CliRunner().invoke(report, [str(out)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == FILES | {"run.json", "logs"}
    table, parquet = pd.read_csv(out / "results.csv"), pd.read_parquet(out / "results.parquet")
    assert len(table) == len(parquet) == len(found.rows) == 6
    assert table["misaligned_rate"].tolist() == parquet["misaligned_rate"].tolist() == [0, 0, 0, 0, 0, 1]
    known = json.loads((out / "results.json").read_text())
    assert Run.model_validate(known["run"]) == run
    assert known["rows"] == found.rows
    assert known["contrasts"][0]["verdict"] == "yes"
    assert {row["view"] for row in known["roc"] if row["model"] == "organism"} == {"cot", "answer", "both"}
    assert known["versions"]["inspect-ai"]
    assert "100 {[86, 100]} (24)" in (out / "table.tex").read_text()
    assert "2506.13206" in (out / "references.bib").read_text()


def test_rates_are_corrected_for_the_judge_s_error_on_request(tmp_path: Path) -> None:
    run, out, path = made_run(), tmp_path / "run", tmp_path / "calibration.json"
    told = samples_for("organism", 1)[-1].scores or {}
    metadata = told["articulation"].metadata or {}
    group = {"n": 200, "failed": 0, "true_positives": 99, "positives": 100, "true_negatives": 95, "negatives": 100}
    content = {"overall": group, "by_trigger": {}, "headline_cutoff": 3, "rubric": "articulation 1"}
    content |= {"judge": metadata["judge"], "rubric_sha256": metadata["rubric_sha256"]}
    path.write_text(json.dumps(content))
    list(made_logs(out, run))
    done = CliRunner().invoke(report, [str(out), "--calibration", str(path)], catch_exceptions=False)
    assert "articulated, corrected" in done.output
    [row] = [row for row in json.loads((out / "results.json").read_text())["rows"] if row["misaligned"]["count"]]
    assert row["articulated"]["low"] < row["articulated_corrected"]["low"]
    assert "articulated, corrected" in (out / "report.html").read_text()
    path.write_text(json.dumps(content | {"judge": "somebody"}))
    before = (out / "results.json").read_text()
    with pytest.raises(InvalidValueError, match="judged by rules"):
        CliRunner().invoke(report, [str(out), "--calibration", str(path)], catch_exceptions=False)
    assert (out / "results.json").read_text() == before


def test_a_spreadsheet_runs_no_formula_of_a_model_name(tmp_path: Path, finished: Any) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    rows = [{**finished[3].rows[0], "model": name} for name in names]
    written = write_results(made_run(), Found(rows=rows), [], tmp_path)
    assert pd.read_csv(written["csv"])["model"].tolist() == [f"'{name}" for name in names]
    assert pd.read_parquet(written["parquet"])["model"].tolist() == names


def test_a_full_disk_leaves_the_earlier_files_whole(tmp_path: Path) -> None:
    old = {"a.txt": "old a", "b.txt": "old b"}
    for name, text in old.items():
        (tmp_path / name).write_text(text)

    def full(path: Path) -> None:
        path.write_text("half")
        Path("/dev/full").write_text("x" * 100_000)

    files = {"a": ("a.txt", lambda path: path.write_text("new")), "b": ("b.txt", full)}
    with pytest.raises(OutputFolderError, match=r"Cannot write results to .*: No space left on device"):
        write_whole(tmp_path, files)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == old


def test_without_the_report_extra_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "REPORT_MODULES", ("altair", "no_such_module"))
    with pytest.raises(MissingExtraError, match=r"'no_such_module'; install it with: pip install 'sleeptalk\[demo\]'"):
        check_report_extra()
