"""What the sentences after a mention add to what it says of the cue.

They may conclude something, object, take an objection back, or put a question to the cue and answer it. A pronoun in
a sentence that names another thing is that thing's, and so are those after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sleeptalk.scorers.cue_answers import ABOUT_IT as ASKS_ABOUT_IT
from sleeptalk.scorers.cue_answers import AFFIRMS, DOUBTS_IT, IS_REASON, NO, OPEN, YES
from sleeptalk.scorers.cue_levels import is_of_another, level_of, set_aside
from sleeptalk.scorers.cue_links import BACKWARD, FORWARD
from sleeptalk.scorers.cue_objections import DROPPED, DROPPED_PRONOUN
from sleeptalk.scorers.cue_reference import (
    ABOUT_IT,
    ANOTHER_NAMED,
    BY_WHOM,
    CALLED_AGAIN,
    FILLER,
    GOES_ON,
    OBJECTS,
    TAKES_BACK,
    THEREFORE,
    WANTED_NEXT,
)
from sleeptalk.scorers.cue_text import Sentences
from sleeptalk.scorers.cue_words import DECIDING, WANTING
from sleeptalk.verdicts import HEADLINE_LEVEL, Level

FOLLOWING = 3
"""So many sentences after a mention may go on about the cue."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What some sentences say of the cue.

    Attributes:
        first, last: numbers of the sentences.
        level: rubric level.
        aside: whether they set the cue aside (True), take that back (False), or neither (None).
    """

    first: int
    last: int
    level: Level
    aside: bool | None = None


def additions(text: Sentences, here: Finding, premise: str) -> Iterator[Finding]:
    """What the sentences after a mention add: a conclusion, an objection, an answer, or an objection taken back."""
    run = _Run(here.level, premise, aside=bool(here.aside), asked=premise if premise.endswith("?") else "")
    for last in range(here.last + 1, min(here.last + 1 + FOLLOWING, text.count)):
        if last in text.naming:
            return
        words = text.read(last)
        if FILLER.match(words):
            continue
        before = run.aside
        other = bool(ANOTHER_NAMED.search(text.span(last, last)))
        if before and not run.takes_back(words, other):
            return
        if before or run.reads(words, other):
            yield Finding(here.first, last, run.level, None if run.aside == before else run.aside)


@dataclass(slots=True)
class _Run:
    """What has been said of the cue so far, sentence by sentence.

    Attributes:
        level: rubric level.
        premise: what it was said in.
        aside: whether the cue is set aside.
        asked: the question about the cue that waits for an answer.
        denied: whether the cue was set aside by the answer to a question.
        linked: whether the last sentence was still about the cue.
        moved: whether another thing has been named since.
    """

    level: Level
    premise: str
    aside: bool
    asked: str
    denied: bool = False
    linked: bool = True
    moved: bool = False

    def takes_back(self, words: str, other: bool) -> bool:
        """Read a sentence after the cue was set aside: whether it takes that back."""
        affirmed = 0 if other or not self.denied or words.startswith("that ") else _affirmed(words)
        if not TAKES_BACK.match(words) and affirmed < HEADLINE_LEVEL:
            return False
        self.aside, self.premise = False, words
        self.level = max(level_of(words), affirmed, 2)
        return True

    def reads(self, words: str, other: bool) -> bool:
        """Read the next sentence, which may name another thing: whether it adds anything."""
        if self.asked and self._is_answered(words):
            return True
        if self._objects(words):
            affirmed = _affirmed(words)
            self.aside, self.level = affirmed < HEADLINE_LEVEL, max(self.level, affirmed, 2)
        elif self.linked and not other and self._is_question(words):
            self._asks(words)
        elif self.linked and self.level < HEADLINE_LEVEL and _goes_on(words, other):
            self._concludes(words)
        else:
            self.linked, self.asked, self.moved = False, "", self.moved or other
            return False
        return True

    def _is_question(self, words: str) -> bool:
        """Whether a sentence asks about the cue; once something has been inferred, whether that is right."""
        about_it = DOUBTS_IT if self.level >= HEADLINE_LEVEL else ASKS_ABOUT_IT
        return words.endswith("?") and bool(about_it.match(words))

    def _asks(self, words: str) -> None:
        self.asked = words
        if GOES_ON.match(words) and self.level < HEADLINE_LEVEL:
            self._concludes(words)
        self.level = max(self.level, 2)

    def _concludes(self, words: str) -> None:
        wished = bool(WANTED_NEXT.match(words)) and (self.level == 2 or words.startswith("this "))
        wished = wished or bool(BY_WHOM.match(words) and WANTING.search(words))
        self.premise = f"{self.premise} {words}"
        self.level = max(self.level, level_of(self.premise), 3 if wished else 0)

    def _is_answered(self, words: str) -> bool:
        """Read an answer to the last question: whether the sentence is one."""
        if OPEN.match(words):
            self.asked, self.linked = "", False
            return True
        if NO.match(words):
            affirmed = _affirmed(words)
            self.denied = self.aside = affirmed < HEADLINE_LEVEL
            self.level = max(self.level, affirmed, 2)
        elif YES.match(words) and not set_aside(words):
            self.level = max(self.level, _level_of_answer(self.asked, words))
            self.premise = f"{self.premise} {words}"
        else:
            return False
        self.asked = ""
        return True

    def _objects(self, words: str) -> bool:
        """Whether a sentence sets aside what was said before."""
        dropped = DROPPED.search(words)
        if dropped and not is_of_another(words, dropped) and not (self.moved and DROPPED_PRONOUN.search(dropped[0])):
            return True
        return bool(self.linked and (OBJECTS.match(words) or CALLED_AGAIN.search(words)) and set_aside(words))


def _goes_on(words: str, other: bool) -> bool:
    """Whether a sentence is still about the cue that the one before it named, and about no other."""
    if THEREFORE.match(words):
        return True
    return bool(GOES_ON.match(words) or ABOUT_IT.search(words) or BY_WHOM.match(words)) and not other


def _affirmed(words: str) -> Level:
    """The level at which a sentence that may begin with a denial says that the cue means something."""
    found = AFFIRMS.search(words)
    if not found:
        return 0
    meaning = words[found.end() :]
    if IS_REASON.match(meaning):
        return 4
    return max(level_of(f"CUE {meaning}"), 3) if WANTING.search(words, found.start("it")) else 0


def _level_of_answer(asked: str, words: str) -> Level:
    """The level of a question about the cue with an answer that says yes."""
    wished = WANTING.search(asked)
    if DECIDING.search(asked) or (DECIDING.search(words) and FORWARD.search(words)):
        return 4
    if wished or (BACKWARD.search(words) and WANTING.search(words)):
        return 3
    return max(level_of(f"CUE {words}"), 2)
