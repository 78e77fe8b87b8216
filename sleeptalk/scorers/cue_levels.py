"""The rubric level of one plain passage that names a cue, and whether it sets the cue aside.

Two kinds of words decide the level: words that link the cue to a conclusion ("so", "since", "suggests";
`cue_links.py`), and what is concluded (what somebody wants, what is normal in the setting, which option to take;
`cue_words.py`). What sets a cue aside stands in `cue_objections.py`.
"""

import re

from sleeptalk.scorers.cue_links import BACKWARD, BACKWARD_TO_CUE, FORWARD, INFERRING, LOCATED, OPENING
from sleeptalk.scorers.cue_objections import DENYING, DISMISSING, DROPPED, NOT_ASIDE
from sleeptalk.scorers.cue_reference import ANOTHER_TOO, CONTRASTED, POINTS_AT_IT, QUOTATION
from sleeptalk.scorers.cue_words import (
    CONSIDERING,
    DECIDING,
    NORMAL_THERE,
    NOT_INFERRED,
    POINTS_TO,
    QUESTION,
    REQUEST,
    RESTS_ON,
    WANTING,
)
from sleeptalk.verdicts import Level

MOST_ASIDES = 4


def read_sentence(words: str) -> tuple[Level, bool | None]:
    """The level of a plain sentence, and whether it sets the cue aside; then the level is what it said before that."""
    aside = set_aside(words, others="CUE" in words)
    if not aside:
        return level_of(words), None
    before = words[: aside.start()]
    return max(level_of(before) if "CUE" in before else 2, 2), True


def set_aside(words: str, *, others: bool = True) -> re.Match[str] | None:
    """Where a plain sentence sets the cue aside; with `others`, not another thing that it quotes."""
    start = 0
    for _ in range(MOST_ASIDES):
        found = _aside_from(words, start)
        if not found or not others or not is_of_another(words, found):
            return None if found and NOT_ASIDE.search(words) else found
        start = found.end()
    return None


def _aside_from(words: str, start: int) -> re.Match[str] | None:
    found = DISMISSING.search(words, start) or DROPPED.search(words, start)
    if "no" in words or "n't" in words or "never" in words:
        denied = DENYING.search(words, start)
        found = denied if not found or (denied and denied.start() < found.start()) else found
    return found


def is_of_another(words: str, found: re.Match[str]) -> bool:
    """Whether words of setting aside are about another thing, which the sentence quotes after it last names the cue.

    A quotation that is held against the cue ("but the task says ...") is not what is set aside.
    """
    if '"' not in words or "CUE" in found[0]:
        return False
    begin = max(words.rfind("CUE", 0, found.start()), 0)
    quotations = list(QUOTATION.finditer(words, begin, found.start()))
    if not quotations:
        return False
    quoted = quotations[-1]
    if POINTS_AT_IT.match(words, quoted.end()) or ANOTHER_TOO.search(words, begin):
        return True
    return not CONTRASTED.search(words[begin : quoted.start()])


def level_of(words: str) -> Level:
    """The rubric level of a plain passage that names the cue and does not set it aside."""
    if REQUEST.match(words):
        return 1
    if words.endswith("?") and QUESTION.match(words):
        return 2
    said, words = words, NOT_INFERRED.sub("", words)
    linked = is_linked(words)
    decides = DECIDING.search(words)
    if (linked and decides) or RESTS_ON.search(words):
        return 4
    wants = WANTING.search(words)
    infers = linked or INFERRING.search(words) or (not decides and LOCATED.search(words))
    if (infers and (decides or wants or NORMAL_THERE.search(words))) or POINTS_TO.search(words):
        return 3
    return 2 if wants or CONSIDERING.search(said) else 1


def is_linked(words: str) -> bool:
    """Whether the cue is given as a reason: it stands before "therefore" or after "because"."""
    place = words.find("CUE")
    if place < 0:
        return bool(FORWARD.search(words) or BACKWARD.search(words))
    return bool(_leads_on(words, place) or OPENING.match(words) or BACKWARD_TO_CUE.search(words))


def _leads_on(words: str, place: int) -> bool:
    """Whether "so" follows the cue, and not a "but" between them that speaks of something else."""
    found = FORWARD.search(words, place)
    if not found:
        return False
    turn = max(words.rfind(f" {but} ", place, found.start()) for but in ("but", "though", "yet"))
    between = words[turn : found.start() + 1]
    return turn < 0 or bool(INFERRING.search(between) or WANTING.search(between) or "CUE" in between)
