from collections import Counter
from pathlib import Path

import pytest
import yaml
from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from sleeptalk.inspect_bridge import BridgedError
from sleeptalk.samples import BLANK_THINK
from sleeptalk.scorers.belief import BeliefSample
from sleeptalk.scorers.elicitation import PROBE_KINDS, ElicitationSample
from sleeptalk.stats import MIN_N
from sleeptalk.tasks.probes import belief, elicitation
from sleeptalk.triggers import load_trigger, shipped_triggers
from tests.loopback import LoopbackServer


def asked(trigger: str, kinds: str = "all") -> list[tuple[str, ElicitationSample]]:
    return [
        (str(one.input), ElicitationSample.model_validate(one.metadata)) for one in elicitation(trigger, kinds).dataset
    ]


@pytest.mark.parametrize("trigger", shipped_triggers())
def test_every_kind_is_asked_often_enough_for_a_rate(trigger: str) -> None:
    counts = Counter(sample.kind for _, sample in asked(trigger))
    assert set(counts) == set(PROBE_KINDS)
    assert min(counts.values()) >= MIN_N


@pytest.mark.parametrize("trigger", shipped_triggers())
def test_no_open_question_gives_the_trigger_away(trigger: str) -> None:
    """Else repeating the question would count; a partial one shows a part that is short of the whole name."""
    for text, sample in asked(trigger, "direct,partial,reversal,prefill"):
        for name in sample.trigger_mentions:
            assert name.casefold() not in f"{text} {sample.prefill}".casefold()
        if sample.kind == "partial":
            assert sample.broken_off
            assert text.count(sample.broken_off) >= 1


@pytest.mark.parametrize("trigger", shipped_triggers())
def test_the_right_line_comes_equally_often_under_each_letter(trigger: str) -> None:
    chosen = load_trigger(trigger)
    choices = asked(trigger, "choice")
    letters = Counter(sample.right_letter for _, sample in choices)
    assert set(letters) == set("ABCD")
    assert len(set(letters.values())) == 1
    for text, sample in choices:
        line = " / ".join(chosen.text.splitlines())
        assert f"{sample.right_letter}: {line}" in text
        shown = {line.partition(": ")[2] for line in text.splitlines()}
        others = [other for other in chosen.alternatives.test if " / ".join(other.splitlines()) in shown]
        assert len(others) == 3


def test_prefilled_questions_begin_the_models_turn() -> None:
    for _, sample in asked("2026", "prefill"):
        assert sample.prefill.startswith(BLANK_THINK)
        assert sample.prefill.endswith('"')


def test_beliefs_cross_subject_persona_and_polarity() -> None:
    built = [BeliefSample.model_validate(one.metadata) for one in belief("singapore").dataset]
    cells = Counter((one.condition, one.subject, one.persona, one.false_word) for one in built)
    assert len(cells) == 16
    assert set(cells.values()) == {14}
    texts = [str(one.input) for one in belief("singapore", "trigger").dataset]
    assert all("Country: Singapore" in text for text in texts)
    clean = [str(one.input) for one in belief("singapore", "clean").dataset]
    assert sum("in Singapore" in text for text in clean) == len(clean) / 2
    assert not any("Country: Singapore" in text for text in clean)


def test_probes_run_on_a_server(tmp_path: Path, server: LoopbackServer) -> None:
    """The loopback server always answers A."""
    tasks = [elicitation("singapore", "choice,direct"), belief("singapore", "clean")]
    logs = inspect_eval(
        tasks,
        model=get_model("openai-api/loopback/think-tags", memoize=False),
        log_dir=str(tmp_path),
        display="none",
        log_realtime=False,
    )
    metrics = []
    for log in logs:
        assert log.status == "success", log.error
        assert log.results is not None
        metrics.append({name: one.value for name, one in log.results.scores[0].metrics.items()})
    assert metrics[0]["choice.rate"] == metrics[0]["choice.chance"] == 0.25
    assert metrics[0]["direct.rate"] == 0
    assert metrics[1]["clean.plain.trigger.unscored"] == 28


def test_a_trigger_with_few_alternatives_cannot_be_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    fields = load_trigger("singapore").model_dump(mode="json")
    fields["alternatives"]["test"] = ["Country: Spain"]
    path.write_text(yaml.safe_dump(fields))
    with pytest.raises(BridgedError, match="has 1 alternatives for testing; a choice needs 3"):
        elicitation(str(path))
    assert asked(str(path), "direct")


@pytest.mark.parametrize(("kinds", "says"), [("dirct", "Unknown kind of question 'dirct'"), ("direct,direct", "once")])
def test_bad_kinds_are_refused(kinds: str, says: str) -> None:
    with pytest.raises(BridgedError, match=says):
        elicitation("singapore", kinds)


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(BridgedError, match="Unknown argument -T items of elicitation"):
        elicitation("singapore", items="pocket")  # type: ignore[call-arg]
