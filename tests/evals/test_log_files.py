from pathlib import Path

import pytest
from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries, write_eval_log

from sleeptalk.evals.log_files import UNREAD, samples_in, summaries_in
from tests.evals.reporting.made import made_log, samples_for


@pytest.mark.parametrize("form", ["eval", "json"])
def test_the_fast_reader_reads_what_inspect_reads(tmp_path: Path, form: str) -> None:
    header = made_log(tmp_path, ("organism", "p", 0), samples_for("organism", 3))
    location = header.location
    if form == "json":
        location = str(tmp_path / "log.json")
        write_eval_log(read_eval_log(header.location), location)
    whole = read_eval_log(location).samples or []
    assert len(whole) == 9
    skipped = set(UNREAD)
    fast = list(samples_in(location))
    assert [one.model_dump(exclude=skipped) for one in fast] == [one.model_dump(exclude=skipped) for one in whole]
    keys = {(one.id, one.epoch) for one in whole[2:5]}
    assert {(one.id, one.epoch) for one in samples_in(location, keys)} == keys
    summaries = read_eval_log_sample_summaries(location)
    assert {one.key: one.metadata for one in summaries_in(location)} == {
        (one.id, one.epoch): one.metadata for one in summaries
    }
