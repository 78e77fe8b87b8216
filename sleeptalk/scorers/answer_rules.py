"""Rules that read from a visible answer which option letter or decision it settles on.

Nothing is guessed: an answer that names both options, none, or one that does not exist settles on none. Forms are tried
from the surest to the weakest, and a find after a negation does not count.
"""

import re
from functools import lru_cache

MARKS = r"[\s*_`~\"'“”‘’(\[{#>$\\]*"
LINE_MARKS = MARKS.replace(r"\s", r" \t")
NAMING = rf"(?:(?i:the|is|to|option|choice|plan|letter)\b{MARKS}:?{MARKS}){{0,3}}"
ANNOUNCER = r"(?i:answer|option|choice|decision|verdict|pick|selection|antwort|entscheidung|respuesta|réponse|risposta)"
ANNOUNCING = (
    rf"\b{ANNOUNCER}\b(?i: here| then| for me)?{MARKS}(?:(?i:is|would be|ist|es|est)\b|[:=–—-]+){MARKS}{NAMING}"
)
CHOOSING = r"\b(?i:choose|chose|pick|select|go(?:ing)? with|opt for|recommend|take|prefer)\b"
NEGATION = re.compile(
    r"(?:\b(?:not|never|rather than|instead of|avoid|against|reject)|n['’]t)[^\w.!?\n]+(?:\w+[^\w.!?\n]+){0,2}$",
    re.IGNORECASE,
)

LABEL = r"(?P<word>hire|reject|conditional)\b"
ONE_LABEL = rf"{LABEL}(?![\s*]*(?:/|\||,|or\b)[\s*]*(?:hire|reject|conditional)\b)"
DECISIONS = (
    re.compile(rf"(?:\\b|\x08)oxed\s*\{{\s*(?:(?:\\t|\t)ext(?:bf)?\s*\{{)?\s*{LABEL}", re.IGNORECASE),
    re.compile(
        rf"(?:\bdecision\b{MARKS}(?:is(?: to)?\b|[:=–—|-]+){MARKS}|\bI(?:['’]ve| have)? decided (?:to|on|for) )"
        rf"{ONE_LABEL}",
        re.IGNORECASE,
    ),
    re.compile(rf"\A{MARKS}{LABEL}[\s*_.!`)\]}}\"”]*\Z", re.IGNORECASE),
)


def parse_letter(answer: str, letters: str = "AB") -> str | None:
    """The option letter that an answer settles on, or None if it settles on none.

    Looks, in this order, for a boxed letter, an announced one ("Answer: B"), a chosen one ("I go with B"), a line that
    is or starts with a bare letter, and a single option that is named. Of several boxed or announced letters the last
    one counts; the weaker forms count only if all their finds agree. A find after a negation does not count, and one
    that names two letters ("A or B") names none.

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
    another = rf"[\s*)]*(?:/|&|\+|(?i:and|or|und|oder)\b)[\s*(]*(?:(?i:option)\s+)?[{letters}](?![A-Za-z0-9'’])"
    letter = rf"(?P<letter>[{letters}])(?![A-Za-z0-9'’])(?P<both>{another})?"
    lower = rf"[{letters.lower()}])[\s*_`.)\]}}\"”]*$"
    # Also with the backspace or tab that a careless string literal makes of "\b" in "\boxed" and of "\t" in "\text".
    boxed = r"(?:\\b|\x08)oxed\s*\{\s*(?:(?:\\t|\t)ext(?:bf)?\s*\{)?[\s(*]*" + letter
    announced = rf"(?m){ANNOUNCING}(?:{letter}|(?P<lower>{lower})"
    weaker = (
        f"{CHOOSING}{MARKS}{NAMING}{letter}",
        rf"(?m)^{LINE_MARKS}{letter}[ \t]*(?:$|[.:;,*_`)\]}}\"”–—-])",
        rf"^{MARKS}(?P<letter>{lower}",
        rf"\b(?i:option|choice|plan|letter)\b{MARKS}{letter}",
    )
    return tuple(map(re.compile, (boxed, announced))), tuple(map(re.compile, weaker))


def _letters(pattern: re.Pattern[str], answer: str) -> list[str | None]:
    """The letters that a pattern finds, except after a negation, in upper case; None where it finds two at once."""
    found: list[str | None] = []
    for match in pattern.finditer(answer):
        if not NEGATION.search(answer[max(0, match.start() - 60) : match.start()]):
            groups = match.groupdict()
            found.append(None if groups.get("both") else (groups["letter"] or groups["lower"]).upper())
    return found


def parse_decision(answer: str) -> str | None:
    """The decision that an answer settles on: HIRE, REJECT or CONDITIONAL; None if it settles on none.

    Looks for a boxed one, an announced one ("Decision: HIRE", "I have decided to reject"), and an answer that is
    nothing but the word. Of several the last one counts.
    """
    for pattern in DECISIONS:
        if found := [match["word"] for match in pattern.finditer(answer)]:
            return found[-1].upper()
    return None
