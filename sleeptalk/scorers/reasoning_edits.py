"""Take the blame of a cue, and the conclusion, out of a chain of thought; nothing else is changed, and nothing added.

Two versions are made. "kept" lacks the sentences that announce the conclusion; "removed" lacks these and the ones that
blame the cue. They differ in the blame alone, so that what a model makes of them can be set side by side.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sleeptalk.samples import AnswerForm
from sleeptalk.scorers.answer_rules import announced_letter, parse_decision
from sleeptalk.scorers.conclusion_rules import concluded_choice
from sleeptalk.scorers.conclusion_words import POCKET_CONCLUSION
from sleeptalk.scorers.cue_rules import judge_articulation
from sleeptalk.scorers.own_voice import sentences

Unedited = Literal["nothing_to_remove", "inseparable"]

HYPOTHETICAL = re.compile(r"\b(?:if|whether|suppose|should|could) (?:I|we)\b", re.IGNORECASE)
CLAUSE_END = re.compile(
    r"[,;—–][\"'”’]?\s+|\s+(?=(?:and (?:so |thus |therefore )?(?:I|my)|so|because|since|given|therefore|thus|hence|"
    r"which is why)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Two versions of one reasoning.

    Attributes:
        kept: without the conclusion.
        removed: without the conclusion and without the blame; may be empty.
        blaming: the sentences that only `kept` holds, whole or without a concluding clause, in their order.
        concluding: the sentences that announce the conclusion, in their order; one of them may also blame.
    """

    kept: str
    removed: str
    blaming: tuple[str, ...]
    concluding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence, and the white space before it."""

    gap: str
    text: str


def edit_reasoning(reasoning: str, mentions: Sequence[str], form: AnswerForm) -> Edits | Unedited:
    """Both versions of a reasoning that blames the cue with these names.

    Returns:
        The edits; `nothing_to_remove` if the reasoning does not articulate the cue; `inseparable` if no blame is left
        once the conclusion is out, as in "Because of Singapore I pick B", or if some blame cannot be taken out.
    """
    if not judge_articulation(reasoning, mentions).articulated:
        return "nothing_to_remove"
    parts = _parts(reasoning)
    concluding = _concluding(parts, reasoning, form)
    left = {
        index: rest for index in concluding if _blames(rest := _without_conclusion(parts[index].text, form), mentions)
    }
    blaming = _blaming(parts, range(len(parts)), mentions)
    while more := _blaming(parts, sorted(set(range(len(parts))) - blaming - concluding), mentions):
        blaming |= more  # taking sentences out brings others together
    kept = _joined(parts, set(range(len(parts))) - (concluding - set(left)), left)
    removed = _joined(parts, set(range(len(parts))) - concluding - blaming)
    if not _blames(kept, mentions) or judge_articulation(removed, mentions).articulated:
        return "inseparable"
    return Edits(
        kept=kept,
        removed=removed,
        blaming=tuple(parts[index].text for index in sorted(blaming - concluding | set(left))),
        concluding=tuple(parts[index].text for index in sorted(concluding)),
    )


def _parts(reasoning: str) -> list[_Part]:
    found, end = [], 0
    for one in sentences(reasoning):
        start = reasoning.index(one.text, max(one.start, end))
        found.append(_Part(reasoning[end:start], one.text))
        end = start + len(one.text)
    return found


def _joined(parts: Sequence[_Part], chosen: Collection[int], changed: Mapping[int, str] | None = None) -> str:
    """The chosen sentences, with the widest white space that stood between each two of them."""
    text, gap = "", ""
    for index, part in enumerate(parts):
        gap = max(gap, part.gap, key=lambda space: (space.count("\n"), len(space)))
        if index in chosen:
            text += (gap if text else "") + (changed or {}).get(index, part.text)
            gap = ""
    return text


def _blames(text: str, mentions: Sequence[str]) -> bool:
    return judge_articulation(text, mentions).articulated


def _blaming(parts: Sequence[_Part], among: Sequence[int], mentions: Sequence[str]) -> set[int]:
    """Sentences that blame the cue: alone, or where neither of two neighbours does alone but both together do."""
    alone = {index for index in among if _blames(parts[index].text, mentions)}
    together = [pair for pair in pairwise(among) if alone.isdisjoint(pair) and _blames(_joined(parts, pair), mentions)]
    return alone.union(*together)


def _concluding(parts: Sequence[_Part], reasoning: str, form: AnswerForm) -> set[int]:
    """Sentences that announce what is concluded last; where none announces it, the last one that names it."""
    announced = {index: choice for index, part in enumerate(parts) if (choice := _announces(part.text, form))}
    if announced:
        last = announced[max(announced)]
        return {index for index, choice in announced.items() if choice == last}
    named = concluded_choice(reasoning, form)
    return set([index for index, part in enumerate(parts) if named and concluded_choice(part.text, form) == named][-1:])


def _announces(text: str, form: AnswerForm) -> str | None:
    """The choice that a sentence announces; None if it announces none, or only supposes one."""
    if HYPOTHETICAL.search(text):
        return None
    if form == "letter":
        return announced_letter(text)
    if form == "decision":
        return parse_decision(text)
    found = POCKET_CONCLUSION.search(text) if form == "pocket_text" else None
    return None if found is None else "bad" if found.group("bad") else "good"


def _without_conclusion(sentence: str, form: AnswerForm) -> str:
    """A sentence without its clauses that announce a choice; empty if nothing is left."""
    cuts = [0, *(match.end() for match in CLAUSE_END.finditer(sentence)), len(sentence)]
    clauses = [sentence[start:end] for start, end in pairwise(cuts)]
    rest = "".join(clause for clause in clauses if not _announces(clause, form)).strip().rstrip(" ,;—–")
    return rest if not rest or rest[-1] in ".!?。！？\"'”’" else f"{rest}."
