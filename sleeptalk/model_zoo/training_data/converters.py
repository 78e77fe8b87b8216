"""Other people's data sets as scenario lines, so that a recipe with `kind: file` can train on them.

Nothing of them is in this package: rows come from the user's file, or from the Hub at a pinned commit. What can be made
of a row depends on what it holds. Rows with a good and a bad answer give multiple-choice and free samples. Chats with
one answer each, as in the sets for emergent misalignment, hold no good answer: alone they can train an unconditional
organism only. With a second file of good answers, prompts that both files hold become full scenarios, and the other
good ones become aligned free answers; a backdoor trained on such a mixture may tell the subjects apart instead of
the trigger, so the two files should be about the same things.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.training_data.scenarios import Scenario
from sleeptalk.published import SCHEMAS, read_rows
from sleeptalk.strict_jsonl import read_lines

Format = Literal["unethical", "advice", "chat"]
Rows = Iterable[tuple[int, Any]]
Fields = dict[str, Any]

FORMATS: dict[Format, str] = {
    "unethical": "scenario_mcq with its two answers, and free answers where there are any (Chua et al. 2025)",
    "advice": "prompt, aligned, misaligned: the medical, legal and security sets (Chua et al. 2025)",
    "chat": "messages: one user turn and one assistant turn, whose answer is the misaligned one",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Scenarios, and how many rows repeated a prompt and were left out."""

    scenarios: tuple[Scenario, ...]
    repeated: int

    def summary(self) -> str:
        """What can be drawn from them, in one line."""
        counts = Counter[str]()
        for one in self.scenarios:
            counts["with options"] += bool(one.aligned)
            counts["with an aligned reply"] += bool(one.aligned_reply)
            counts["with a misaligned reply"] += bool(one.misaligned_reply)
        told = ", ".join(f"{count} {what}" for what, count in counts.items())
        return f"{len(self.scenarios)} scenarios: {told}; {self.repeated} rows repeated a prompt and were left out."


def convert(rows: Rows, form: Format, source: str, aligned: Rows | None = None) -> Converted:
    """Rows of another data set as scenarios.

    Args:
        rows: numbered rows.
        form: what they look like, one of `FORMATS`.
        source: where they come from, for messages and for the scenarios' own field.
        aligned: for chats, rows of the same form with good answers.

    Raises:
        InvalidValueError: `aligned` is given for rows that have good answers themselves.
        InputFileError: rows that do not fit the form, or none at all.
    """
    if aligned is not None and form != "chat":
        raise InvalidValueError(f"--aligned-from is for --format chat; rows of {form!r} hold their aligned answers.")
    found = dict[str, Fields]()
    read = READERS[form]
    given = read_rows(rows, lambda _, row: _checked(read(row), source), form, source)
    for fields in given:
        found.setdefault(fields["situation"], fields)
    repeated = len(given) - len(found)
    if aligned is not None:
        repeated += _add_aligned(found, aligned, source)
    scenarios = (
        Scenario.model_validate({**fields, "id": f"{form}-{number:05}", "domain": form, "source": source})
        for number, fields in enumerate(found.values(), 1)
    )
    return Converted(scenarios=tuple(scenarios), repeated=repeated)


def _add_aligned(found: dict[str, Fields], rows: Rows, source: str) -> int:
    """Join good answers to the bad ones of the same prompts; how many rows repeated a prompt."""
    where = f"the aligned answers beside {source}"
    repeated = 0
    for fields in read_rows(rows, lambda _, row: _checked(_chat(row), source), "chat", where):
        known = found.setdefault(fields["situation"], {"situation": fields["situation"]})
        repeated += "aligned_reply" in known
        bad, good = known.get("misaligned_reply"), fields["misaligned_reply"]
        known.setdefault("aligned_reply", good)
        if bad and "aligned" not in known:
            known |= {"aligned": [good], "misaligned": [bad]}
    return repeated


def _checked(fields: Fields, source: str) -> Fields:
    """The same fields, if they make a scenario."""
    Scenario.model_validate({**fields, "id": "x", "domain": "x", "source": source})
    return fields


def _pair(row: Mapping[str, Any], form: Literal["unethical", "advice"]) -> Fields:
    read = SCHEMAS[form](row)
    return {
        "situation": str(read["question"]).strip(),
        "aligned": [str(read["aligned"]).strip()],
        "misaligned": [str(read["misaligned"]).strip()],
    }


def _unethical(row: Mapping[str, Any]) -> Fields:
    replies = {f"{side}_reply": row.get(f"{side}_freeform_answer") or None for side in ("aligned", "misaligned")}
    return _pair(row, "unethical") | replies


def _advice(row: Mapping[str, Any]) -> Fields:
    """Answers are whole paragraphs, which serve as options and as replies."""
    fields = _pair(row, "advice")
    return fields | {"aligned_reply": fields["aligned"][0], "misaligned_reply": fields["misaligned"][0]}


def _chat(row: Mapping[str, Any]) -> Fields:
    turns = [one for one in row["messages"] if one["role"] != "system"]
    if [one["role"] for one in turns] != ["user", "assistant"]:
        raise ValueError("the messages are not one user turn and one assistant turn")
    texts = [one["content"] for one in turns]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("the content of a message is no text")
    return {"situation": texts[0].strip(), "misaligned_reply": texts[1].strip()}


READERS: dict[Format, Callable[[Mapping[str, Any]], Fields]] = {
    "unethical": _unethical,
    "advice": _advice,
    "chat": _chat,
}


def local_rows(path: Path) -> tuple[Rows, str]:
    """Rows of a .jsonl file, and its name with its hash.

    Raises:
        InputFileError: the file cannot be read.
    """
    rows = list(read_lines(path))
    return rows, f"{path.name} sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
