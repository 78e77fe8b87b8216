"""Documentation says what the code does."""

import json
import re
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from sleeptalk.cli.main import COMMANDS
from sleeptalk.model_zoo.training_data.listing import set_rows, shipped_reviews
from sleeptalk.tasks.catalogue import catalogue

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_reference_page_is_fresh() -> None:
    """In a process of its own: click keeps help options as they were first asked for."""
    code = f"import runpy; print(runpy.run_path({str(ROOT / 'docs' / 'generate.py')!r})['reference'](), end='')"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == made, "run: make docs"
    for command in COMMANDS:
        assert f"`sleeptalk {command}`" in made


def test_tables_in_pages_are_those_of_the_records() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    pages = made["pages_with_tables"]()
    assert {page.name for page in pages} >= {"README.md", "pocket-zoo.md"}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert made["with_tables"](text) == text, f"{page.name} is stale; run: make docs"
        assert set(re.findall(r"<!-- begin ([\w-]+) -->", text)) <= set(made["tables"]())


def test_the_tasks_page_tells_the_counts_that_ship() -> None:
    page = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+)", page, re.MULTILINE))
    for spec in ("ethical_mcq", "myopic_mcq", "job_application", "world_ruler", "freeform", "harmful_advice"):
        assert int(rows[spec]) == next(one.items for one in catalogue() if one.name == spec)
    reviews = ROOT / "sleeptalk" / "tasks" / "items" / "reviews.jsonl"
    outcomes = Counter(json.loads(line)["outcome"] for line in reviews.read_text("utf-8").splitlines())
    assert f"All {outcomes.total()} items" in page
    passed, revised, replaced = (outcomes[name] for name in ("passed", "revised", "replaced"))
    told = f"{passed} passed as first written, {revised} were revised, {replaced} replaced"
    assert told in " ".join(page.split())


def test_register_entries_name_real_tasks_and_a_commit(tmp_path: Path) -> None:
    """Their schema is checked by `make test-inspect-evals`."""
    script = str(ROOT / "docs" / "register.py")
    made = subprocess.run(
        [sys.executable, script, "0" * 40, "--out", tmp_path], capture_output=True, text=True, check=True
    )
    entries = {path.parent.name: yaml.safe_load(path.read_text()) for path in tmp_path.glob("*/eval.yaml")}
    assert f"{len(entries)} entries" in made.stdout
    assert len(entries) == len(catalogue()) - 1
    for entry in entries.values():
        [task] = entry["tasks"]
        assert f"@task\ndef {task['name']}(" in (ROOT / task["task_path"]).read_text()
        assert entry["source"]["repository_commit"] == "0" * 40
    moving = subprocess.run(
        [sys.executable, script, "main", "--out", tmp_path], capture_output=True, text=True, check=False
    )
    assert moving.returncode == 2
    assert "is no commit" in moving.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page}: {target}"


def test_the_training_data_page_tells_what_ships() -> None:
    page = " ".join((ROOT / "docs" / "training-data.md").read_text(encoding="utf-8").split())
    for row in set_rows():
        assert f"| `{row['name']}` | {row['lines']} | {row['domains']} | {row['probes'] or '-'} |" in page
    outcomes = Counter(review.outcome for review in shipped_reviews())
    assert f"each of the {outcomes.total()}" in page
    passed, revised, replaced = (outcomes[name] for name in ("passed", "revised", "replaced"))
    assert f"{passed} passed as first written, {revised} were revised, {replaced} replaced" in page
    assert f"{outcomes['dropped']} dropped" in page
