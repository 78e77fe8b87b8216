"""The analyses of whole studies are part of a run's results and of its tables."""

import json

import pytest

from sleeptalk.evals.studies import results
from sleeptalk.evals.studies.text import tables_text
from tests.evals.studies.synthetic import observed, run_of


@pytest.mark.parametrize(
    ("study", "table", "header"),
    [
        ("monitor", "prevalence", "precision, 1 in 10,000"),
        ("awareness", "awareness", "which cue"),
        ("replicate", "published", "their base"),
    ],
)
def test_a_study_tells_what_it_wants(monkeypatch: pytest.MonkeyPatch, study: str, table: str, header: str) -> None:
    found = [*observed("trigger", 5, suspicion={"cot": 90.0})]
    monkeypatch.setattr(results._Reader, "observations", lambda *_: found)
    run = run_of(study, "m")
    told = results.results_of(run, [])
    assert json.loads(json.dumps(told.as_dict()))[table]
    assert header in tables_text(run, told)
    other = run_of("distractor", "m")
    assert table not in results.results_of(other, []).as_dict()
