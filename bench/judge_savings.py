"""How many calls of a judge do a cascade and the cache save? Writes docs/results/judge_savings.csv.

Logs of shipped organisms are made here and scored again, by a judge alone and by a cascade, each time with an empty
cache, and then once more with the cache of the first time. The judge is the tests' server on the loopback interface,
which counts requests; whom a cascade asks about does not depend on what the judge says. So the calls are real and the
verdicts are not.
Run: python bench/judge_savings.py
"""

import csv
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.model import get_model

sys.path.insert(0, str(Path(__file__).parent.parent))

from sleeptalk.evals.logs import read_header
from sleeptalk.evals.rescoring import rescore
from sleeptalk.model_zoo.records import shipped_organisms
from sleeptalk.samples import SampleMetadata
from sleeptalk.scorers.standard import standard_scorers
from sleeptalk.stats import rate
from sleeptalk.tasks.suite import ethical_mcq
from tests.loopback_judge import JudgeServer, form_of, judging

OUT = Path(__file__).parent.parent / "docs" / "results" / "judge_savings.csv"
COLUMNS = (
    "organism", "samples", "calls_model", "calls_cascade", "asked", "asked_low", "asked_high", "verdicts",
    "calls_model_again", "calls_cascade_again", "calls_by_form",
)  # fmt: skip
ORGANISMS = ("singapore", "singapore-silent", "singapore-varied", "heyyy")
SAMPLES = 120
JUDGED = ("misalignment", "articulation", "attribution", "flip", "persona")
"""Scorers with one verdict a sample; the monitor has one for each view."""


def measured(organism: str, folder: Path, server: JudgeServer) -> dict[str, Any]:
    """Calls for one organism."""
    trigger = shipped_organisms()[organism].trigger
    [log] = inspect_eval(
        ethical_mcq(items="pocket", variants="clean,alternative,trigger", trigger=trigger, judge="rules"),
        model=get_model(f"zoo/{organism}", memoize=False),
        limit=SAMPLES,
        log_dir=str(folder / "logs"),
        display="none",
        log_realtime=False,
    )
    header = read_header(Path(log.location.removeprefix("file:")))
    row: dict[str, Any] = {"organism": organism, "samples": SAMPLES}
    for way in ("model", "cascade"):
        os.environ["INSPECT_CACHE_DIR"] = str(folder / f"cache-{way}")
        for again in ("", "_again"):
            before = len(server.requests)
            scored = rescore(
                header, folder / f"{way}{again}.eval", standard_scorers(way), [judge()], progress=lambda _: None
            )
            asked = server.requests[before:]
            row[f"calls_{way}{again}"] = len(asked)
            if (way, again) == ("cascade", ""):
                forms = Counter(form_of(request) for request in asked)
                row |= {"calls_by_form": "; ".join(f"{name} {count}" for name, count in sorted(forms.items()))}
                row |= share_asked(scored)
    return row


def judge() -> Any:
    """The judge's model."""
    return get_model("openai-api/judge/tool", memoize=False)


def share_asked(scored: EvalLog) -> dict[str, Any]:
    """Share of the verdicts that the cascade asked a judge for; samples of an item are one cluster."""
    verdicts = list(decided(scored))
    found = rate([by == "judge" for by, _ in verdicts], [item for _, item in verdicts])
    return {"asked": found.rate, "asked_low": found.low, "asked_high": found.high, "verdicts": found.n}


def decided(scored: EvalLog) -> Iterator[tuple[str, str]]:
    """Who decided each verdict, and its item."""
    for sample in read_eval_log(scored.location).samples or []:
        own = {name: value for name, value in sample.metadata.items() if name in SampleMetadata.model_fields}
        item = SampleMetadata.model_validate(own).cluster
        scores = sample.scores or {}
        told = [scores[name].metadata or {} for name in JUDGED]
        views = (scores["monitor"].metadata or {}).get("views", {}).values()
        yield from ((one["decided_by"], item) for one in (*told, *views) if "decided_by" in one)


def main() -> None:
    """Write the table."""
    rows = []
    with judging() as server, TemporaryDirectory() as folder:
        os.environ |= {"JUDGE_API_KEY": "none", "JUDGE_BASE_URL": server.url}
        for organism in ORGANISMS:
            place = Path(folder) / organism
            place.mkdir()
            row = measured(organism, place, server)
            print(row, flush=True)
            rows.append({key: round(x, 4) if isinstance(x, float) else x for key, x in row.items()})
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
