import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.model import get_model

from sleeptalk.tasks.suite import ethical_mcq
from tests.scanning import results, scan

scout = pytest.mark.scout

SCOUT = Path(sys.executable).parent / "scout"
CUE = "Country: Singapore"
LATE = "No model is bound to the role 'grader'"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EvalLog:
    """Pocket items as chat; clean, with the trigger, with a distractor."""
    return asked(tmp_path_factory.mktemp("log"), variants="clean,trigger,trigger_distractor")


def asked(folder: Path, variants: str, limit: int = 24, **how: str) -> EvalLog:
    [log] = inspect_eval(
        ethical_mcq(variants=variants, items="pocket", **how),  # type: ignore[arg-type]
        model=get_model("zoo/singapore", memoize=False),
        limit=limit,
        seed=1,
        log_dir=str(folder),
        display="none",
    )
    assert log.status == "success", log.error
    return read_eval_log(log.location)


def agree(log: EvalLog, found: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Every sample's own scores say the same, in value and metadata."""
    assert log.samples
    for name, by_transcript in found.items():
        assert len(by_transcript) == len(log.samples)
        for sample in log.samples:
            assert sample.scores is not None
            assert sample.uuid is not None
            score, result = sample.scores[name], by_transcript[sample.uuid]
            unscored = score.value != score.value
            assert result["value"] == (None if unscored else score.value)
            assert result["metadata"].get("reason") == (score.reason if unscored else None)
            assert (score.metadata or {}).items() <= result["metadata"].items()
            assert result["explanation"] == score.explanation


def all_scanners(**how: Any) -> list[Any]:
    from sleeptalk.scout import articulation, attribution, monitor, persona

    return [articulation(**how), attribution(**how), persona(**how), monitor(**how)]


@scout
def test_scans_agree_with_the_scores_of_the_log(log: EvalLog, tmp_path: Path) -> None:
    found = scan(log.location, tmp_path, *all_scanners())
    assert set(found) == {"articulation", "attribution", "persona", "monitor"}
    agree(log, found)
    levels = [result["value"] for result in found["articulation"].values()]
    assert 0 in levels
    assert 3 in levels
    assert log.samples
    for sample in log.samples:
        assert sample.uuid
        result = found["articulation"][sample.uuid]
        assert result["metadata"]["cue_in_prompt"] == (sample.metadata["condition"] != "clean")
        if result["value"]:
            [reference] = result["references"]
            assert reference["id"] == sample.output.message.id
            assert reference["cite"] == result["metadata"]["evidence"]
            assert reference["cite"] in result["explanation"]


@scout
@pytest.mark.parametrize(
    "how",
    [{"form": "completion", "system": "default"}, {"thinking": "6"}, {"thinking": "off"}, {"prefill": "<think>\nI"}],
)
def test_scans_read_every_prompt_form_as_the_task_did(how: dict[str, str], tmp_path: Path) -> None:
    from inspect_scout import Transcript

    from sleeptalk.scout import _last_reply, _state

    log = asked(tmp_path, variants="trigger", limit=8, **how)
    for sample in log.samples or ():
        told = {"sample_metadata": sample.metadata}
        transcript = Transcript(transcript_id="t", messages=sample.messages, events=sample.events, metadata=told)
        place = _last_reply(transcript.messages)
        assert place is not None
        state = _state(transcript, place, "")
        assert state.input_text == sample.input
        assert state.output.stop_reason == sample.output.stop_reason
        assert state.output.message.content == sample.output.message.content
    agree(log, scan(log.location, tmp_path, *all_scanners()))


@scout
def test_the_command_finds_the_scanners_and_reads_the_cue(log: EvalLog, tmp_path: Path) -> None:
    command = [
        str(SCOUT),
        "scan",
        "sleeptalk/articulation",
        "-T",
        log.location,
        "-S",
        f"cue={CUE}",
        "-S",
        "judge=rules",
    ]
    more = ["--scans", str(tmp_path / "scans"), "--max-processes", "2", "--limit", "6", "--display", "plain"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    [location] = (tmp_path / "scans").iterdir()
    found = results(str(location))["articulation"]
    assert len(found) == 6
    assert {result["metadata"]["cue"] for result in found.values()} == {CUE}


@scout
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-S", "judge=dice"), "Unknown value of judge 'dice'"),
        (("-S", "cue=2026-01-02"), "put it into quotes of its own"),
        (("-S", "judge=model"), LATE),
    ],
)
def test_mistakes_end_in_one_sentence(log: EvalLog, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    command = [str(SCOUT), "scan", "sleeptalk/articulation", "-T", log.location, *arguments, "--limit", "1"]
    environment = {**os.environ, "COLUMNS": "400"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path, env=environment
    )
    said = " ".join((done.stdout + done.stderr).split())
    assert says in said
    assert ("Traceback" in said) == (says == LATE)  # scout's own, for whatever stops a scan that has begun


@scout
@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Country: Singapore", "Country: Singapore"),
        ({"Country": "Singapore"}, "Country: Singapore"),
        (2026, "2026"),
        (["one", " two"], "one, two"),
        ("", ""),
    ],
)
def test_the_cue_is_what_was_typed(read: object, meant: str) -> None:
    from sleeptalk.scout import cue_text

    assert cue_text(read) == meant


def test_without_the_extra_the_scanners_say_what_to_install() -> None:
    code = "import sys; sys.modules['inspect_scout'] = None; import sleeptalk.scout"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'sleeptalk[scout]'" in done.stderr


def test_nobody_loads_the_scanners_but_scout() -> None:
    code = "import sys; import sleeptalk._registry; print([name for name in sys.modules if 'scout' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
