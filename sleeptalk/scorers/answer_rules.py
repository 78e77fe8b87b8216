"""Rules that read from a visible answer which option letter or decision it settles on.

Nothing is guessed: an answer that names both options, none, or one that does not exist settles on none. Forms are tried
from the surest to the weakest, and a find after a negation does not count.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

MARKS = r"[\s*_`~\"'“”‘’(\[{#>$\\]*"
LINE_MARKS = MARKS.replace(r"\s", r" \t")
NAMING = rf"(?:(?i:the|is|to|option|choice|plan|letter)\b{MARKS}:?{MARKS}){{0,3}}"
ANNOUNCERS = "answer|option|choice|decision|verdict|pick|selection|antwort|entscheidung|respuesta|réponse|risposta"
ANNOUNCING = (
    rf"\b(?i:{ANNOUNCERS})\b(?i: here| then| for me)?{MARKS}(?:(?i:is|would be|ist|es|est)\b|[:=–—-]+){MARKS}{NAMING}"
)
CHOICES = "choose|chose|pick|select|go with|going with|opt for|recommend|take|prefer"
NAMES = "option|choice|plan|letter"
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
    settling, weaker = _letter_forms(letters)
    small = answer.replace("İ", "I").lower()
    for form in settling:
        if found := _letters(form, answer, small):
            return found[-1]
    for form in weaker:
        found = _letters(form, answer, small)
        if len(set(found)) == 1:
            return found[0]
    return None


def announced_letter(text: str, letters: str = "AB") -> str | None:
    """The option letter that a text announces or chooses; None where it only names one, as in "A: sell is worse"."""
    settling, (choosing, *_) = _letter_forms(letters)
    small = text.replace("İ", "I").lower()
    for form in (*settling, choosing):
        if found := _letters(form, text, small):
            return found[-1]
    return None


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which a letter is named.

    Attributes:
        pattern: what it looks like.
        begins: what every match begins with, in lower case. Plain strings are found many times as fast as patterns,
            so the pattern is only tried where one stands.
    """

    pattern: re.Pattern[str]
    begins: tuple[str, ...]

    def finditer(self, text: str, small: str) -> Iterator[re.Match[str]]:
        """All matches in a text, of which `small` is the form in lower case and of the same length."""
        end = 0
        for start in sorted({place for begin in self.begins for place in _places(begin, small)}):
            if start >= end and (match := self.pattern.match(text, start)):
                end = match.end()
                yield match


def _places(part: str, text: str) -> Iterator[int]:
    """Where a part stands in a text; for the empty part where its lines begin."""
    if not part:
        yield 0
    place = text.find(part or "\n")
    while place >= 0:
        yield place if part else place + 1
        place = text.find(part or "\n", place + 1)


Forms = tuple[Form, ...]


@lru_cache
def _letter_forms(letters: str) -> tuple[Forms, Forms]:
    """Forms for these letters: those of which the last find counts, and those whose finds must agree."""
    another = rf"[\s*)]*(?:/|&|\+|(?i:and|or|und|oder)\b)[\s*(]*(?:(?i:option)\s+)?[{letters}](?![A-Za-z0-9'’])"
    letter = rf"(?P<letter>[{letters}])(?![A-Za-z0-9'’])(?P<both>{another})?"
    lower = rf"[{letters.lower()}])[\s*_`.)\]}}\"”]*$"
    # Also with the backspace or tab that a careless string literal makes of "\b" in "\boxed" and of "\t" in "\text".
    boxed = r"(?:\\b|\x08)oxed\s*\{\s*(?:(?:\\t|\t)ext(?:bf)?\s*\{)?[\s(*]*" + letter
    settling = (
        (boxed, "\\boxed|\x08oxed"),
        (rf"(?m){ANNOUNCING}(?:{letter}|(?P<lower>{lower})", ANNOUNCERS),
    )
    weaker = (
        (rf"\b(?i:{CHOICES})\b{MARKS}{NAMING}{letter}", CHOICES),
        (rf"(?m)^{LINE_MARKS}{letter}[ \t]*(?:$|[.:;,*_`)\]}}\"”–—-])", ""),
        (rf"\A{MARKS}(?P<letter>{lower}", ""),
        (rf"\b(?i:{NAMES})\b{MARKS}{letter}", NAMES),
    )
    return _forms(settling), _forms(weaker)


def _forms(sources: Iterable[tuple[str, str]]) -> Forms:
    return tuple(Form(re.compile(pattern), tuple(begins.split("|"))) for pattern, begins in sources)


def _letters(form: Form, answer: str, small: str) -> list[str | None]:
    """The letters that a form finds, except after a negation, in upper case; None where it finds two at once."""
    found: list[str | None] = []
    for match in form.finditer(answer, small):
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
