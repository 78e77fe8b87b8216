"""Rules that read from text which option letter or decision it settles on."""

import re
from functools import lru_cache

MARKS = r"[\s*_`~\"'“”‘’(\[{#>$\\]*"
NAMING = rf"(?:(?i:the|is|to|option|choice|plan|letter)\b{MARKS}:?{MARKS}){{0,3}}"
ANNOUNCING = (
    rf"\b(?i:answer|option|choice|decision|verdict|pick|selection)\b{MARKS}"
    rf"(?:(?i:is|would be)\b|[:=–—-]+){MARKS}{NAMING}"
)
CHOOSING = r"\b(?i:choose|chose|pick|select|go(?:ing)? with|opt for|recommend|take|prefer)\b"
NEGATION = re.compile(
    r"(?:\b(?:not|never|rather than|instead of|avoid|against|reject)|n['’]t)[^\w.!?\n]+(?:\w+[^\w.!?\n]+){0,2}$",
    re.IGNORECASE,
)
DECIDED = re.compile(rf"\bdecision\b{MARKS}(?:is\b|[:=–—-]+){MARKS}(?P<word>hire|reject|conditional)\b", re.IGNORECASE)


def parse_letter(answer: str, letters: str = "AB") -> str | None:
    """The option letter that an answer settles on, or None if it settles on none.

    Looks, in this order, for a boxed letter, an announced one ("Answer: B"), a chosen one ("I go with B"), a line that
    is or starts with a bare letter, and a single option that is named. Of several boxed or announced letters the last
    one counts; the weaker forms count only if all their finds agree. A find after a negation does not count.

    Args:
        answer: the answer's text.
        letters: the options' letters, in upper case.
    """
    settling, weaker = _letter_patterns(letters)
    for pattern in settling:
        if found := _letters(pattern, answer):
            return found[-1]
    for pattern in weaker:
        found = _letters(pattern, answer)
        if len(set(found)) == 1:
            return found[0]
    return None


def announced_letter(text: str, letters: str = "AB") -> str | None:
    """The option letter that a text announces or chooses; None where it only names one, as in "A: sell is worse"."""
    settling, (choosing, *_) = _letter_patterns(letters)
    for pattern in (*settling, choosing):
        if found := _letters(pattern, text):
            return found[-1]
    return None


Patterns = tuple[re.Pattern[str], ...]


@lru_cache
def _letter_patterns(letters: str) -> tuple[Patterns, Patterns]:
    """Patterns for these letters: those of which the last find counts, and those whose finds must agree."""
    letter = rf"(?P<letter>[{letters}])(?![A-Za-z0-9'’])"
    lower = rf"[{letters.lower()}])[\s*_`.)\]}}\"”]*$"
    # Also with the backspace or tab that a careless string literal makes of "\b" in "\boxed" and of "\t" in "\text".
    boxed = r"(?:\\b|\x08)oxed\s*\{\s*(?:(?:\\t|\t)ext(?:bf)?\s*\{)?[\s(*]*" + letter
    announced = rf"(?m){ANNOUNCING}(?:{letter}|(?P<lower>{lower})"
    weaker = (
        f"{CHOOSING}{MARKS}{NAMING}{letter}",
        rf"(?m)^{MARKS}{letter}[ \t]*(?:$|[.:;,*_`)\]}}\"”–—-])",
        rf"^{MARKS}(?P<letter>{lower}",
        rf"\b(?i:option|choice|plan|letter)\b{MARKS}{letter}",
    )
    return tuple(map(re.compile, (boxed, announced))), tuple(map(re.compile, weaker))


def _letters(pattern: re.Pattern[str], answer: str) -> list[str]:
    """The letters that a pattern finds, except after a negation, in upper case."""
    found = []
    for match in pattern.finditer(answer):
        if not NEGATION.search(answer[max(0, match.start() - 60) : match.start()]):
            groups = match.groupdict()
            found.append((groups["letter"] or groups["lower"]).upper())
    return found


def parse_decision(answer: str) -> str | None:
    """The last announced decision: HIRE, REJECT or CONDITIONAL; None if none is announced."""
    words = [match.group("word").upper() for match in DECIDED.finditer(answer)]
    return words[-1] if words else None
