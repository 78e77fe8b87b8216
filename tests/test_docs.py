"""Documentation says what the code does."""

import re
import runpy
from pathlib import Path

import pytest

from sleeptalk.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_reference_page_is_fresh() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    assert script["PAGE"].read_text(encoding="utf-8") == script["reference"](), "run: make docs"
    for command in COMMANDS:
        assert f"`sleeptalk {command}`" in script["reference"]()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page}: {target}"
