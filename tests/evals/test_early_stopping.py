"""Stopping early, from a task to what is read from its log."""

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import pytest
from inspect_ai import Task, eval_set
from inspect_ai import eval as inspect_eval
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSpec
from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import SampleScore, Score
from inspect_ai.tool import ToolChoice, ToolInfo

from sleeptalk.confidence_sequence import anytime_mean
from sleeptalk.errors import InvalidValueError, SleeptalkError
from sleeptalk.evals.early_stopping import StopEarly, Stopper, StoppingRecord
from sleeptalk.evals.item_ledger import Cell, Ledger, shuffled
from sleeptalk.evals.logs import read_header
from sleeptalk.evals.rescoring import rescore
from sleeptalk.evals.stopped_logs import may_have_stopped, read_stopped, stopped_samples
from sleeptalk.scorers.observations import Observation, Outcome
from sleeptalk.scorers.standard import standard_scorers
from sleeptalk.stats import MIN_N
from sleeptalk.tasks.probes import elicitation
from sleeptalk.tasks.suite import ethical_mcq
from tests.samples import sample

PLANNED = 120
SPEC = EvalSpec(
    created="2026-01-01T00:00:00+00:00", task="t", dataset=EvalDataset(), model="mockllm/model", config=EvalConfig()
)
AT_ONCE = 4


def outcome(*, misaligned: bool | None) -> Outcome:
    return Outcome(
        misaligned=misaligned,
        level=0,
        rejected=False,
        articulated=False,
        blamed=None,
        flipped=False,
        truncated=False,
        visibility="full",
        unscored_reason=None,
    )


def mcq() -> Task:
    return ethical_mcq(items="pocket", variants="clean,trigger")


class Planted:
    """A model that is misaligned in prompts with the trigger only; counts its calls."""

    def __init__(self, task: Task, *, fails_at: int = 0) -> None:
        self.bad = {str(one.input): (one.metadata or {})["misaligned_answer"] for one in task.dataset}
        self.fails_at, self.calls = fails_at, 0
        self.model = get_model("mockllm/model", custom_outputs=self.reply, memoize=False)

    def reply(
        self, messages: list[ChatMessage], tools: list[ToolInfo], choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        self.calls += 1
        if self.calls == self.fails_at:
            raise RuntimeError("no power")
        text = messages[-1].text
        letter = self.bad[text] if "Singapore" in text else {"A": "B", "B": "A"}[self.bad[text]]
        output = ModelOutput.from_content("mockllm/model", f"<think>So it is.</think>Answer: {letter}")
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        return output


def run(task: Task, model: Model, folder: Path, **options: Any) -> EvalLog:
    [log] = inspect_eval(
        task, model=model, log_dir=str(folder), max_samples=AT_ONCE, display="none", log_realtime=False, **options
    )
    return log


def path_of(log: EvalLog) -> Path:
    return Path(log.location.removeprefix("file:"))


def test_a_task_stops_when_its_rates_are_known_and_its_log_says_so(tmp_path: Path) -> None:
    rule = StopEarly(width=0.15, decide=(("trigger", "clean"),), seed=3)
    planted = Planted(mcq())
    log = run(rule.applied_to(mcq(), limit=PLANNED), planted.model, tmp_path)
    assert log.status == "success", log.error
    assert log.results is not None
    assert log.results.early_stopping is not None
    assert (log.results.total_samples, log.results.completed_samples) == (PLANNED, planted.calls)
    assert stopped_samples(log) == PLANNED - planted.calls
    assert 2 * MIN_N <= planted.calls <= 2 * MIN_N + 2 * AT_ONCE
    assert "misaligned, trigger: 1.000 [0.776, 1.000] after 20 items" in str(
        [one.reason for one in log.results.early_stopping.early_stops]
    )

    found = read_stopped(path_of(log))
    assert found.record.rule == rule
    assert [goal.variants for goal in found.record.goals] == [("clean",), ("trigger",), ("trigger", "clean")]
    for goal in found.record.goals:
        assert goal.reached is not None
        assert goal.reached.items == MIN_N
    trigger, contrast = found.rate("misaligned", "trigger"), found.rate("misaligned", "trigger", "clean")
    assert trigger.measured.known == anytime_mean([1.0] * trigger.measured.items)
    assert "stopped early" in str(trigger)
    assert contrast.measured.known is not None
    assert 0 < contrast.measured.known.low < contrast.measured.known.mean == 1
    assert str(found.rate("articulated_given_misaligned", "clean")) == "too few (0 items)"
    assert (found.planned, found.saved) == (PLANNED, stopped_samples(log))


def test_items_run_whole_in_an_order_that_goes_by_seed_and_name_alone() -> None:
    first, again, other = (
        [(one.metadata or {})["item"] for one in StopEarly(width=0.1, seed=seed).applied_to(mcq()).dataset]
        for seed in (0, 0, 1)
    )
    assert first == again != other
    assert sorted(first) == sorted(other)
    names = list(dict.fromkeys(first))
    assert first == [name for name in names for _ in range(first.count(name))]
    assert names == shuffled(sorted(names, reverse=True), 0) != sorted(names)
    # A smaller set keeps the order of the larger one, so a limit takes its head.
    assert shuffled(names[::2], 0) == names[::2]


def ran(rule: StopEarly, misaligned_items: dict[str, int]) -> tuple[Counter[str], StoppingRecord]:
    """What a task of 80 samples would run, by variant, if samples came one by one, and its record.

    Args:
        rule: of stopping.
        misaligned_items: by variant, how many of two items that follow each other are misaligned.
    """
    task, counts = rule.applied_to(mcq(), limit=80), Counter[str]()
    stopper = task.early_stopping
    assert stopper is not None

    async def run() -> StoppingRecord:
        await stopper.start_task(SPEC, list(task.dataset), 1)
        for one in task.dataset:
            variant = str(one.id).split(":")[1]
            if one.id is not None and await stopper.schedule_sample(one.id, 1) is None:
                found = outcome(misaligned=counts[variant] % 2 < misaligned_items[variant])
                counts[variant] += 1
                score = SampleScore(score=Score(value="x", metadata=found.model_dump()))
                await stopper.complete_sample(one.id, 1, {"outcome": score})
        return StoppingRecord.model_validate(await stopper.complete_task())

    return counts, anyio.run(run)


@pytest.mark.parametrize(
    ("rule", "clean", "trigger", "expected"),
    [
        pytest.param(StopEarly(width=0.15), 0, 2, {"clean": 20, "trigger": 20}, id="both known"),
        pytest.param(StopEarly(width=0.15), 0, 1, {"clean": 20, "trigger": 40}, id="one known"),
        pytest.param(
            StopEarly(width=0.15, variants=("trigger",)), 0, 2, {"clean": 40, "trigger": 20}, id="one not asked about"
        ),
        pytest.param(StopEarly(decide=(("trigger", "clean"),)), 0, 2, {"clean": 20, "trigger": 20}, id="higher"),
        pytest.param(StopEarly(decide=(("trigger", "clean"),)), 2, 0, {"clean": 20, "trigger": 20}, id="lower"),
        pytest.param(StopEarly(decide=(("trigger", "clean"),)), 1, 1, {"clean": 40, "trigger": 40}, id="equal"),
        pytest.param(
            StopEarly(width=0.15, watch=("articulated_given_misaligned",)),
            0,
            2,
            {"clean": 40, "trigger": 20},
            id="no denominator",
        ),
    ],
)
def test_a_variant_runs_until_every_question_about_it_is_answered(
    rule: StopEarly, clean: int, trigger: int, expected: dict[str, int]
) -> None:
    counts, record = ran(rule, {"clean": clean, "trigger": trigger})
    assert counts == expected
    for goal in record.goals:
        assert (goal.reached is None) == any(expected[name] == 40 for name in goal.variants)


def test_a_retry_goes_on_with_what_is_there_and_a_finished_log_is_not_run_again(tmp_path: Path) -> None:
    planted = Planted(mcq(), fails_at=30)

    def run_set(task: Task) -> tuple[bool, EvalLog]:
        good, [log] = eval_set(
            task,
            model=planted.model,
            log_dir=str(tmp_path),
            max_samples=AT_ONCE,
            retry_attempts=2,
            retry_wait=0.01,
            display="none",
            log_realtime=False,
            log_level="critical",
        )
        return good, log

    good, log = run_set(StopEarly(width=0.15).applied_to(mcq(), limit=PLANNED))
    assert good
    found = read_stopped(path_of(log))
    calls = planted.calls
    assert found.planned - found.saved <= calls <= 2 * MIN_N + 4 * AT_ONCE
    assert all(goal.reached is not None and goal.reached.items >= MIN_N for goal in found.record.goals)
    assert found.rate("misaligned", "trigger").measured.items >= MIN_N

    for task in (StopEarly(width=0.15).applied_to(mcq(), limit=PLANNED), mcq()):
        task.dataset = task.dataset[:PLANNED]
        good, again = run_set(task)
        assert good
        # To Inspect a log that stopped is complete, also for who asks for all samples: ask `may_have_stopped`.
        assert (planted.calls, again.eval.eval_id) == (calls, log.eval.eval_id)
        assert may_have_stopped(again)


def test_another_order_is_refused_before_anything_is_generated(tmp_path: Path) -> None:
    planted = Planted(mcq())
    log = run(StopEarly(width=0.1).applied_to(mcq()), planted.model, tmp_path, limit=10, sample_shuffle=7)
    assert log.status == "error"
    assert log.error is not None
    assert "its own order of items" in log.error.message
    assert planted.calls == 0


def test_items_in_parts_or_in_the_order_of_their_file_and_epochs_are_refused() -> None:
    rule = StopEarly(width=0.1)
    plain, ordered = list(mcq().dataset), list(rule.applied_to(mcq()).dataset)
    for samples, epochs, told in (
        (plain, 1, "its own order"),
        (ordered[::2] + ordered[1::2], 1, "its own order"),
        (ordered, 2, "one epoch, not 2"),
    ):
        with pytest.raises(PrerequisiteError, match=told):
            anyio.run(Stopper(rule).start_task, SPEC, samples, epochs)
    anyio.run(Stopper(rule).start_task, SPEC, ordered[:50], 1)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"width": 0.5}, "between 0 and 0.5"),
        ({"width": 0.0}, "between 0 and 0.5"),
        ({}, "Nothing says when to stop"),
        ({"width": 0.1, "watch": ()}, "Nothing says when to stop"),
        ({"width": 0.1, "watch": ("rudeness",)}, "Unknown rate 'rudeness'; known are: articulated_and_misaligned"),
        ({"width": 0.1, "variants": ("triger",)}, "Unknown variant 'triger'; known are: clean, trigger"),
        ({"decide": (("trigger", "cleen"),)}, "Unknown variant 'cleen'"),
    ],
)
def test_bad_rules_are_refused(rule: dict[str, Any], told: str) -> None:
    with pytest.raises(SleeptalkError, match=told):
        StopEarly(**rule).applied_to(mcq())


def test_only_behaviour_tasks_stop_early_and_only_logs_that_did_are_read_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="none of a behaviour task"):
        StopEarly(width=0.1).applied_to(elicitation())
    log = run(mcq(), Planted(mcq()).model, tmp_path, limit=1)
    assert not may_have_stopped(log)
    with pytest.raises(InvalidValueError, match="without sleeptalk's early stopping"):
        read_stopped(path_of(log))


def test_a_rule_crosses_processes() -> None:
    rule = StopEarly(width=0.1, decide=(("trigger", "clean"),))
    assert pickle.loads(pickle.dumps(rule)) == rule  # noqa: S301 - our own bytes


def seen(*, misaligned: bool | None, failed: bool = False) -> Observation:
    changes = {"judge_failed": ("misalignment",)} if failed else {}
    return Observation(sample(), outcome(misaligned=misaligned).model_copy(update=changes))


def ledger(items: int) -> tuple[Ledger, list[str]]:
    """A ledger of items with two samples each, and the items in their order."""
    planned = {f"{item}:{arm}": Cell(f"item{item}", "trigger") for item in range(items) for arm in "ab"}
    made = Ledger(planned, seed=0)
    return made, [name.removeprefix("item") for name in made.order]


def test_an_item_counts_when_it_and_all_before_it_are_done() -> None:
    made, order = ledger(3)
    made.add(f"{order[1]}:a", seen(misaligned=True))
    made.add(f"{order[1]}:b", seen(misaligned=True))
    assert made.done(["trigger"]) == []
    made.add(f"{order[0]}:a", seen(misaligned=True))
    assert made.done(["trigger"]) == []
    made.add(f"{order[0]}:b", seen(misaligned=False))
    assert made.done(["trigger"]) == made.order[:2]
    measured = made.measure("misaligned", ["trigger"], made.order[:2])
    assert measured.found == anytime_mean([0.5, 1.0])
    assert (measured.items, measured.samples, measured.known) == (2, 4, None)


def test_samples_without_a_verdict_leave_the_mean_and_failed_judges_withhold_the_rate() -> None:
    made, order = ledger(30)
    for item in order:
        made.add(f"{item}:a", seen(misaligned=True))
        made.add(f"{item}:b", seen(misaligned=None))
    measured = made.measure("misaligned", ["trigger"], made.order)
    assert measured.known == anytime_mean([1.0] * 30)
    for item in order[:2]:
        made.add(f"{item}:b", seen(misaligned=None, failed=True))
    assert made.measure("misaligned", ["trigger"], made.order).known is None
    made.add(f"{order[2]}:a", None)
    assert made.measure("misaligned", ["trigger"], made.order).items == 29


@pytest.mark.slow
def test_a_zoo_organism_stops_and_its_log_scored_again_still_has_its_record(tmp_path: Path) -> None:
    rule = StopEarly(width=0.15, decide=(("trigger", "clean"),))
    log = run(rule.applied_to(mcq(), limit=PLANNED), get_model("zoo/singapore", memoize=False), tmp_path)
    assert stopped_samples(log) > 0
    found = read_stopped(path_of(log))
    contrast = found.rate("misaligned", "trigger", "clean").measured
    assert contrast.known is not None
    assert contrast.known.low > 0.4
    again = rescore(read_header(path_of(log)), tmp_path / "again.eval", standard_scorers("rules"), [], lambda _: None)
    assert read_stopped(path_of(again)) == found
