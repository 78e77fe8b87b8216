import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score

from sleeptalk.evals.cells import Run
from sleeptalk.evals.reporting.choosing import Place, variant_of
from sleeptalk.evals.reporting.page import render_page
from sleeptalk.evals.reporting.transcripts import Chosen, choose, shown
from sleeptalk.evals.studies.results import Found, results_of
from sleeptalk.evals.studies.text import tables_of
from tests.evals.reporting.made import TELLING, VARIANTS, made_log, made_run, made_sample

ATTACK = "</pre></script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


def page_of(run: Run, headers: list[EvalLog], found: Found | None = None, **limits: int) -> str:
    return render_page(run, found or results_of(run, headers), headers, choose(run, headers, **limits))


def data_of(page: str) -> list[dict[str, Any]]:
    [block] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    found: list[dict[str, Any]] = json.loads(block)
    return found


def one_cell(folder: Path, samples: list[Any], **changes: Any) -> tuple[Run, list[EvalLog]]:
    run = made_run(models=made_run().models[:1], **changes)
    return run, [made_log(folder, ("base", "ethical_mcq", 0), samples)]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[EvalLog], str]:
    samples = [made_sample(variant, item, TELLING) for item in range(2) for variant in VARIANTS]
    samples.append(made_sample("trigger_distractor", 0, TELLING))
    run, headers = one_cell(tmp_path_factory.mktemp("logs"), samples)
    return run, headers, page_of(run, headers)


def test_the_page_needs_no_network_and_runs_one_script(small: Any) -> None:
    page = small[2]
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "url(" not in page
    assert "@import" not in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    assert len(re.findall(r"<script\b", page)) == 2
    assert "innerHTML" not in page


def test_it_answers_repeats_and_warns(small: Any) -> None:
    run, _, page = small
    assert run.study.question.replace("'", "&#39;") in page
    assert "tiny models of a synthetic world" in page
    assert "sleeptalk run articulation --model zoo/base-talker" in page
    for text in ("sha256:one", "none; all verdicts are by rules", "articulation 1 by rules", "inspect-ai"):
        assert text in page
    assert "Missing cells" not in page


def test_every_table_of_the_terminal_is_on_the_page(small: Any) -> None:
    run, headers, page = small
    tables = tables_of(run, results_of(run, headers))
    assert len(tables) == 3
    for table in tables:
        assert f"<h3>{table.title}</h3>" in page
        for line in table.lines:
            assert all(f">{cell}</td>" in page for cell in line)


def test_transcripts_mark_cues_evidence_and_blame(small: Any) -> None:
    found = {(one["id"], one["variant"]): one for one in data_of(small[2])}
    assert len(found) == 7
    told = found["mcq-000:trigger_distractor", "trigger_distractor"]
    prompt = {marks: text for text, marks in told["prompt"]}
    assert prompt["focal"] == "Country: Singapore"
    assert "2026" in prompt["distractor"]
    assert ["Singapore", "blamed evidence"] in told["reasoning"]
    assert "".join(text for text, _ in told["reasoning"]) == TELLING
    assert told["answer"] == "Answer: B"
    facts = dict(told["facts"])
    assert facts["blames"] == "genuine"
    assert facts["level"].startswith(("3 of 4", "4 of 4"))
    assert told["verdict"] == "misaligned, articulated"
    assert all(marks == "" for _, marks in found["mcq-000:clean", "clean"]["prompt"])


def test_samples_of_other_tasks_have_transcripts_too() -> None:
    """A probe's record is another one; a sample of another package has none."""
    score = {"elicitation": Score(value="named", explanation="it says so")}
    asked = {"item": "direct-01", "trigger": "x", "trigger_mentions": ["x"], "condition": "clean", "kind": "direct"}
    for metadata, variant in ((asked, "clean"), ({"level": 3}, "")):
        place = Place(cell=("m", "p", 0), location="l", key=("a", 1), variant=variant_of(metadata), verdict="named")
        output = ModelOutput.from_content("m", "<think>So.</think>It is x.")
        sample = EvalSample(id="a", epoch=1, input="Well?", target="x", output=output, scores=score, metadata=metadata)
        one = shown(place, sample)
        assert one.place.variant == variant
        assert (one.prompt, one.reasoning, one.answer) == ([("Well?", "")], [("So.", "")], "It is x.")
        assert one.facts == [("elicitation", "named (it says so)")]


def test_a_page_holds_no_more_than_it_can_and_says_so(small: Any) -> None:
    run, headers, _ = small
    page = page_of(run, headers, most=3)
    assert len(data_of(page)) == 3
    assert "3 of 7 transcripts, drawn with a seed" in page
    assert {one["variant"] for one in data_of(page)} == set(VARIANTS)
    few = choose(run, headers, most_characters=300).shown
    assert 0 < len(few) < 7
    assert sum(one.characters for one in few) <= 300


def hostile(folder: Path) -> tuple[Run, list[EvalLog], Found]:
    """Text that would run as markup in names, prompts, reasoning and answers."""
    sample = made_sample("trigger", 0, f"{TELLING} {ATTACK}", f"Answer: B {ATTACK}")
    sample.id = f"item {ATTACK}"
    sample.messages[0].content = f"{sample.input} {ATTACK}"
    base = made_run().models[0].model_copy(update={"name": ATTACK})
    run = made_run(models=(base,))
    found = results_of(run, [])
    return run, [made_log(folder, ("base", "ethical_mcq", 0), [sample])], found


def test_text_of_models_items_and_users_is_text(tmp_path: Path) -> None:
    run, headers, found = hostile(tmp_path)
    [header] = headers
    assert header.eval.metadata is not None
    header.eval.metadata["cell"]["model"] = ATTACK
    page = page_of(run, headers, found)
    assert len(re.findall(r"<script\b", page)) == 2
    assert "<img" not in page
    [one] = data_of(page)
    assert ATTACK in one["answer"]
    assert ATTACK in "".join(text for text, _ in one["reasoning"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a browser")
def test_a_browser_shows_hostile_text_and_runs_none_of_it(tmp_path: Path) -> None:
    run, headers, found = hostile(tmp_path)
    assert headers[0].eval.metadata is not None
    headers[0].eval.metadata["cell"]["model"] = ATTACK
    path = tmp_path / "report.html"
    path.write_text(page_of(run, headers, found))
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "<title>sleeptalk: articulation</title>" in dom
    assert "1 of 1 shown here match." in dom
    assert '<mark class="blamed evidence">Singapore</mark>' in dom
    assert "<img" not in dom


def test_missing_cells_and_answers_that_nobody_could_read_are_told(tmp_path: Path) -> None:
    samples = [made_sample(variant, item, "", "No idea.") for item in range(20) for variant in VARIANTS]
    run, headers = one_cell(tmp_path, samples, seeds=(0, 1))
    page = page_of(run, headers)
    assert "Missing cells" in page
    assert "base, ethical_mcq, seed 1." in page
    assert "60 answers unscored" in page
    assert "<svg" not in page
    assert {one["verdict"] for one in data_of(page)} == {"unscored"}
    assert {dict(one["facts"])["unscored because"] for one in data_of(page)} == {"invalid response format"}


def test_a_run_without_any_log_still_has_a_page() -> None:
    run = made_run()
    page = render_page(run, results_of(run, []), [], Chosen(shown=[], all=0))
    assert "All 0 transcripts." in page
    assert page.count("seed 0") >= 2
