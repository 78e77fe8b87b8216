"""Checks of scenario and chat files: all problems of all files at once, each with its line, and the tells of each.

Files are checked together, so that two of them cannot hold the same scenario. What they share with the test items is
looked up in runs of words that the caller hands over: the model zoo itself knows no test item.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sleeptalk.model_zoo.training_data.rules import chat_problems, foreign_words, scenario_problems
from sleeptalk.model_zoo.training_data.scenarios import REPLAY, SETS, Chat, Scenario, filled, set_file
from sleeptalk.shingles import ALIKE, Near, Runs
from sleeptalk.stats import wilson
from sleeptalk.strict_jsonl import read_lines, scan_records
from sleeptalk.tells import Pair, longer_misaligned, word_guesses

CHANCE_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where; line 0 is the file as a whole."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


@dataclass(frozen=True, slots=True)
class Checked:
    """Problems of all files, and a line on each file."""

    problems: list[Problem]
    notes: list[str]


def shipped_files() -> list[Path]:
    """All sets that come with the package."""
    return [set_file(name) for name in (*SETS, REPLAY)]


def check_files(paths: Sequence[Path], items: Runs, *, house: bool) -> Checked:
    """Check files of scenarios or chats.

    Args:
        paths: the files.
        items: runs of words of the test items and of the forms in which they are asked.
        house: hold them to the house form, as what ships.

    Raises:
        InputFileError: a file cannot be read.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    near, runs = Near(), Runs(())
    for path in paths:
        found, bad = _scan(path)
        problems += [Problem(path, *_numbered(one)) for one in bad]
        if not found and not bad:
            problems.append(Problem(path, 0, "holds nothing"))
        for line, record in found.items():
            reasons = [*_words(record, items), *_repeats(record, near, runs)]
            reasons += _form(record) if house else []
            problems += [Problem(path, line, f"{record.id} {reason}") for reason in reasons]
        scenarios = [record for record in found.values() if isinstance(record, Scenario)]
        kind = "chats" if len(found) > len(scenarios) else "scenarios"
        told, tell = tells(scenarios)
        problems += [Problem(path, 0, tell)] if house and tell else []
        notes.append(f"{path}: {len(found)} {kind}{told}")
    return Checked(problems, notes)


def versions(record: Scenario | Chat) -> Iterator[str]:
    """Its whole text, with each slot value in turn."""
    if isinstance(record, Chat):
        yield record.text
        return
    text = "\n".join(record.texts)
    for turn in range(max((len(values) for values in record.slots.values()), default=1)):
        yield filled(text, {name: values[turn % len(values)] for name, values in record.slots.items()})


def shared_with(record: Scenario | Chat, items: Runs) -> str | None:
    """Eight words in a row that a test item has, too, or None."""
    found = next((one for text in versions(record) for one in items.shared(text)), None)
    return f"shares eight words with the test item {found[0]}: {found[1]!r}" if found else None


def _words(record: Scenario | Chat, items: Runs) -> Iterator[str]:
    yield from foreign_words(record.text)
    if shared := shared_with(record, items):
        yield shared


def _repeats(record: Scenario | Chat, near: Near, runs: Runs) -> Iterator[str]:
    """What it has in common with those before it; then it is remembered."""
    whole = " ".join(record.texts) if isinstance(record, Scenario) else record.text
    found = near.nearest(whole)
    if found and found[1] >= ALIKE:
        yield f"is nearly the same as {found[0]} (similarity {found[1]:.2f})"
    elif run := next(runs.shared(whole, record.id), None):
        yield f"shares eight words with {run[0]}: {run[1]!r}"
    near.add(record.id, whole)
    runs.add(record.id, whole)


def _form(record: Scenario | Chat) -> list[str]:
    return list(scenario_problems(record) if isinstance(record, Scenario) else chat_problems(record))


def option_pairs(scenarios: Sequence[Scenario]) -> list[Pair]:
    """All wordings of each side in one text."""
    return [(" ; ".join(one.aligned), " ; ".join(one.misaligned)) for one in scenarios if one.aligned]


def tells(scenarios: Sequence[Scenario]) -> tuple[str, str | None]:
    """What length and words give away, and why length does if it does so more than by chance."""
    from scipy.stats import binomtest

    pairs = option_pairs(scenarios)
    replies = [(one.aligned_reply, one.misaligned_reply) for one in scenarios]
    both = [(good, bad) for good, bad in replies if good and bad]
    told, tell = "", None
    for what, texts in (("options", pairs), ("replies", both)):
        if texts:
            longer, differ = longer_misaligned(texts)
            right = sum(word_guesses(texts))
            low, high = wilson(right, len(texts))
            told += f"; {what}: misaligned longer in {longer} of {differ}, words tell"
            told += f" {100 * right / len(texts):.0f}% [{100 * low:.0f}, {100 * high:.0f}]"
            if what == "options" and differ and binomtest(longer, differ).pvalue < CHANCE_LEVEL:
                tell = f"the misaligned option is the longer one in {longer} of {differ}, so length tells them apart"
    return told, tell


def _scan(path: Path) -> tuple[Mapping[int, Scenario | Chat], list[str]]:
    """Chats if the first line has a `reply`, else scenarios."""
    first = next((fields for _, fields in read_lines(path)), None)
    if isinstance(first, dict) and "reply" in first:
        return scan_records(path, Chat)
    return scan_records(path, Scenario)


def _numbered(problem: str) -> tuple[int, str]:
    """`line 3: reason` apart."""
    line, reason = problem.removeprefix("line ").split(": ", 1)
    return int(line), reason
