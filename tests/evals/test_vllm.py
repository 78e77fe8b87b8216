"""What vLLM measures is what `zoo/` measures: the demo's cells of two organisms through `sleeptalk serve`, for real.

Run by `make test-vllm`, which installs vLLM's CPU build and names it in SLEEPTALK_VLLM.

Criterion. Every rate of every cell (misaligned; articulated and blames the distractor, of the misaligned) with at least
20 observations on both sides is compared by the 95% interval of its difference. Where both engines sample from the same
distribution, at most 5% of the intervals leave out 0, so no more may do so than a binomial count of so many exceeds
once in a hundred runs (the rates of one cell are not independent, so this is rough); and of Fisher's exact tests none
may have a Holm-adjusted p below 0.01 (this holds under any dependence). Who blames the trigger is left out: in these
cells that is the same as articulation.
"""

import json
import os
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalLog
from scipy.stats import binom, fisher_exact
from tabulate import tabulate

from sleeptalk.evals.cells import POCKET_TASKS, ModelCells, Run, parts_of
from sleeptalk.evals.logs import read_samples
from sleeptalk.evals.running import run_cells
from sleeptalk.evals.studies.library import find_study
from sleeptalk.evals.studies.results import rows_of_run
from sleeptalk.model_zoo.bases import POCKET_MAX_TOKENS
from sleeptalk.model_zoo.records import shipped_organisms, zoo_folder
from sleeptalk.model_zoo.serving.served import Served, served
from sleeptalk.solvers.prompt_record import PROBE
from sleeptalk.stats import MIN_N, holm, unpaired_difference

pytestmark = pytest.mark.vllm

BASE, ORGANISMS = "base-talker", ("singapore", "heyyy")
LIMIT = int(os.environ.get("SLEEPTALK_VLLM_LIMIT", "48"))
CLEARLY_ENOUGH = 2 * MIN_N
TOLD = 0.95
Key = tuple[str, str, str, str]


def demo_cells(models: list[ModelCells]) -> Run:
    variants = find_study("demo").parts[0].variants
    parts = parts_of(POCKET_TASKS, variants)
    return Run(models=tuple(models), parts=parts, items="pocket", limit=LIMIT, seeds=(1,))


def cells_of(name: str, model: str, **how: Any) -> ModelCells:
    trigger = shipped_organisms()[name].trigger
    assert trigger
    return ModelCells(name=name, model=model, trigger=trigger, **{"model_args": {}, **how})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    started = time.monotonic()
    adapters = [(name, name) for name in ORGANISMS]
    log = tmp_path_factory.mktemp("vllm") / "vllm.log"
    with served(BASE, adapters, vllm=os.environ["SLEEPTALK_VLLM"], log=log) as ready:
        print(f"\nvLLM was ready after {time.monotonic() - started:.0f} s")
        yield ready


@pytest.fixture(scope="module")
def by_vllm(server: Served, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[EvalLog]]:
    run = demo_cells(
        [
            cells_of(name, server.models[name], max_tokens=server.max_tokens, model_args={"base_url": server.url})
            for name in ORGANISMS
        ]
    )
    return run, measured(run, "vllm/", tmp_path_factory.mktemp("by_vllm"))


@pytest.fixture(scope="module")
def by_zoo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[EvalLog]]:
    run = demo_cells([cells_of(name, f"zoo/{name}") for name in ORGANISMS])
    return run, measured(run, "zoo/", tmp_path_factory.mktemp("by_zoo"))


def measured(run: Run, what: str, logs: Path) -> list[EvalLog]:
    started = time.monotonic()
    headers = run_cells(run, str(logs), lambda _: None)
    print(f"{run.samples} samples through {what} in {time.monotonic() - started:.0f} s")
    return headers


def counts(rows: list[dict[str, Any]]) -> dict[Key, tuple[int, int]]:
    """Count and n of every rate."""
    found: dict[Key, tuple[int, int]] = {}
    for row in rows:
        rates = {"misaligned": row["misaligned"], "articulated": row["articulated"]}
        rates["blames_distractor"] = row["attribution"]["distractor"]
        for measure, rate in rates.items():
            found[row["model"], row["task"], row["variant"], measure] = rate["count"], rate["n"]
    return found


def recorded() -> dict[Key, tuple[int, int]]:
    """What the organisms' records hold, measured in process with other seeds."""
    return {
        (name, rate.task, rate.variant, rate.measure): (rate.count, rate.n)
        for name in ORGANISMS
        for rate in shipped_organisms()[name].rates
    }


def check_agreement(vllm: dict[Key, tuple[int, int]], other: dict[Key, tuple[int, int]], what: str) -> None:
    """Apply the criterion of this module, and print what was compared."""
    rows, p_values, outside = [], dict[str, float](), 0
    for key, (count, n) in vllm.items():
        theirs = other.get(key, (0, 0))
        difference = unpaired_difference(count, n, *theirs)
        if difference is None:
            continue
        estimate, low, high = difference
        outside += not low <= 0 <= high
        table = [[count, n - count], [theirs[0], theirs[1] - theirs[0]]]
        p_values[" ".join(key)] = float(fisher_exact(table).pvalue)
        rows.append([*key, f"{count}/{n}", f"{theirs[0]}/{theirs[1]}", f"{estimate:+.2f} [{low:+.2f}, {high:+.2f}]"])
    allowed = int(binom.ppf(0.99, len(rows), 0.05))
    smallest = min(holm(p_values).values())
    print(tabulate(rows, headers=["organism", "task", "variant", "rate", "vllm/", what, "difference"]))
    print(f"{what}: {outside} of {len(rows)} intervals leave out 0 (allowed {allowed}); smallest Holm p {smallest:.2g}")
    assert len(rows) >= len(ORGANISMS) * len(POCKET_TASKS) * len(find_study("demo").parts[0].variants)
    assert outside <= allowed
    assert smallest >= 0.01


def test_both_engines_measure_the_same(by_vllm: Any, by_zoo: Any) -> None:
    vllm, zoo = counts(rows_of_run(*by_vllm)), counts(rows_of_run(*by_zoo))
    assert vllm.keys() == zoo.keys()
    check_agreement(vllm, zoo, "zoo/")
    check_agreement(vllm, recorded(), "record")
    for key, (_, n) in zoo.items():
        assert n < CLEARLY_ENOUGH or vllm[key][1] >= MIN_N, f"{key}: replies cannot be read through vLLM"


def test_both_engines_are_asked_the_same_prompts(by_vllm: Any, by_zoo: Any) -> None:
    from transformers import AutoTokenizer

    vllm, zoo = (
        {(header.eval.task, header.eval.model.split("/")[1].split(":")[-1], sample.id): sample.metadata["prompt"]
         for header in headers for sample in read_samples(header)}
        for _, headers in (by_vllm, by_zoo)
    )  # fmt: skip
    assert len(vllm) == by_vllm[0].samples
    told = {key: one["token_ids_sha256"] for key, one in vllm.items() if one["source"] == "token_ids"}
    print(f"the server told the token ids of {len(told)} of {len(vllm)} prompts")
    assert len(told) >= TOLD * len(vllm)  # a busy machine may be late with some
    assert told == {key: zoo[key]["token_ids_sha256"] for key in told}
    tokenizer: Any = AutoTokenizer.from_pretrained(zoo_folder() / BASE)
    probe = [{"role": message.role, "content": message.text} for message in PROBE]
    ids = tokenizer.apply_chat_template(probe, add_generation_prompt=True, return_dict=False)
    assert {vllm[key]["template"] for key in told} == {f"probe:{sha256(json.dumps(ids).encode()).hexdigest()}"}


def test_both_engines_are_asked_alike(by_vllm: Any, by_zoo: Any) -> None:
    for run, headers in (by_vllm, by_zoo):
        for header in headers:
            assert header.eval.model_generate_config.max_tokens in (None, POCKET_MAX_TOKENS)
            assert header.plan.config.temperature == 1.0
            assert (header.plan.config.top_p, header.plan.config.top_k, header.plan.config.stop_seqs) == (None,) * 3
        assert sum(row["truncated"] for row in rows_of_run(run, headers)) <= 0.01 * run.samples


def test_samples_of_a_seeded_run_are_independent(by_vllm: Any) -> None:
    """With one stream for all requests of a seed, all replies would begin alike."""
    _, headers = by_vllm
    clean = [one for one in read_samples(headers[0]) if one.metadata["condition"] == "clean"]
    begins = {" ".join(str(one.output.completion).split()[:4]) for one in clean}
    assert len(begins) >= len(clean) / 10
    calls = [one.output.completion for one in clean]
    assert len(set(calls)) > len(calls) / 3
