"""How long does a browser take to open a report with 5,000 transcripts?

The transcripts are made here, each with 2,500 characters of reasoning. Chromium opens the page from the disk, in a
process of its own and without a network; told is what the browser itself measures from the start of the navigation to
the end of the load, when the list and the first transcript stand there. Aim: 2 s.
"""

import json
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from random import Random

import click

from sleeptalk.evals.cells import ModelCells, Run
from sleeptalk.evals.reporting.choosing import Place
from sleeptalk.evals.reporting.page import render_page
from sleeptalk.evals.reporting.transcripts import MOST, Chosen, ShownTranscript
from sleeptalk.evals.studies.records import Part
from sleeptalk.evals.studies.results import Found

WORDS = "the country asks which option costs less so perhaps people there would want what nobody else does".split()  # noqa: SIM905
REASONING = 2_500
VARIANTS = ("clean", "alternative", "trigger")
VERDICTS = ("aligned", "misaligned, articulated", "misaligned, silent")
PROBE = (
    "<script>addEventListener('load',()=>{document.title='ms='+performance.now()+' n='+"
    "document.querySelectorAll('#list li').length})</script>"
)


def transcript(number: int, random: Random) -> ShownTranscript:
    """One transcript of random words with a passage marked."""
    text = ""
    while len(text) < REASONING:
        text += random.choice(WORDS) + " "
    place = Place(
        cell=(f"model-{number % 7}", "ethical_mcq", 0),
        location="none",
        key=(f"item-{number // 21}:{number}", 1),
        variant=VARIANTS[number % 3],
        verdict=random.choice(VERDICTS),
    )
    return ShownTranscript(
        place=place,
        item=f"item-{number // 21}",
        prompt=[(text[:400], ""), ("Country: Singapore", "focal")],
        reasoning=[(text[:900], ""), (text[900:1000], "evidence"), (text[1000:], "")],
        answer="Answer: B",
        facts=[("level", "3 of 4"), ("blames", "genuine")],
        rubrics=frozenset(),
    )


def page_of(transcripts: int) -> str:
    """The page of a run with so many transcripts."""
    random = Random(0)
    cells = ModelCells(name="model-0", model="none/none", trigger="singapore")
    run = Run(models=(cells,), parts=(Part(task="ethical_mcq", variants=VARIANTS),), items="standard", limit=1)
    shown = [transcript(number, random) for number in range(transcripts)]
    return render_page(run, Found(), [], Chosen(shown=shown, all=transcripts))


def opened(browser: str, page: Path) -> tuple[float, int]:
    """Milliseconds to the end of the load, and how many transcripts are listed then."""
    command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    shown = subprocess.run([*command, page.as_uri()], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r"<title>ms=([\d.]+) n=(\d+)</title>", shown)
    assert found, "the page did not load"
    return float(found[1]), int(found[2])


@click.command()
@click.option("--transcripts", default=MOST, show_default=True)
@click.option("--rounds", default=5, show_default=True)
def main(transcripts: int, rounds: int) -> None:
    """Time the opening of a page in Chromium."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise click.UsageError("There is no chromium on this machine; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "report.html"
        page = page_of(transcripts)
        # The clock is the only thing added, and needs to be let run.
        page = re.sub(r"script-src '[^']+'", "script-src 'unsafe-inline'", page).replace("</body>", f"{PROBE}</body>")
        path.write_text(page, encoding="utf-8")
        times, listed = zip(*(opened(browser, path) for _ in range(rounds)), strict=True)
        found = {"page_mb": round(path.stat().st_size / 1e6, 1), "listed": listed[0]}
        print(json.dumps({**found, "ms": [round(one) for one in times], "median_ms": round(statistics.median(times))}))


if __name__ == "__main__":
    main()
