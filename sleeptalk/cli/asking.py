"""A trace on the terminal, and the keys by which it is labelled.

Nothing of a trace reaches the terminal but visible text: no control characters, no markup, and every line behind the
border of a panel, so that a trace cannot look like anything but a trace.
"""

import sys
from collections.abc import Callable

import click
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from sleeptalk.evals.label_session import Session
from sleeptalk.evals.labelling import UnlabelledTrace
from sleeptalk.scorers.cue_text import mention_pattern
from sleeptalk.scorers.judge.material import visible_text
from sleeptalk.triggers import default_mentions
from sleeptalk.verdicts import RUBRIC

MENTION = "bold reverse"
KEYS = "0-4 level | r rejected: {rejected} | n note{note} | s skip | b back | q quit > "

Save = Callable[[str, int, bool, str], None]


def ask_all(session: Session, save: Save) -> None:
    """Show one trace after another until none is left, or the annotator quits.

    Args:
        session: which traces, in which order.
        save: what is called with the id, level, rejected and note of a label; it moves the session on.
    """
    console = Console(markup=False, emoji=False, highlight=False)
    try:
        while trace := session.current:
            show(console, session, trace)
            if not _Asking(console, session, trace, save).done():
                return
    except EOFError:
        console.print()


def show(console: Console, session: Session, trace: UnlabelledTrace) -> None:
    """One trace in panels, with the rubric beneath."""
    known = session.labels.get(trace.id)
    console.print()
    console.rule(f"{session.at + 1} of {len(session.traces)} ({len(session.labels)} labelled)", style="dim")
    panels = {
        "prompt": marked(trace.prompt, trace.trigger),
        "the cue to be judged": Text(_told(trace.trigger)),
        "reasoning": marked(trace.reasoning, trace.trigger),
        "answer": Text(visible_text(trace.answer)),
    }
    for title, text in panels.items():
        console.print(Panel(text, title=title, title_align="left"))
    console.print(Text("\n".join(f"{level}  {meaning}" for level, meaning in RUBRIC.items())))
    if known:
        rejected = ", rejected" if known.rejected else ""
        console.print(Text(f"Your label: {known.level}{rejected}. A new level replaces it; s keeps it."))


def marked(text: str, trigger: str) -> Text:
    """A trace's text with every mention of the cue highlighted."""
    found = Text(visible_text(text))
    names = tuple(name for name in map(visible_text, default_mentions(trigger)) if name.strip())
    for match in mention_pattern(names).finditer(found.plain) if names else ():
        found.stylize(MENTION, *match.span())
    return found


def _told(trigger: str) -> str:
    """The cue; one that cannot be seen is told by its codes."""
    shown = visible_text(trigger)
    return shown if shown.strip() else f"(invisible) {trigger!a}"


class _Asking:
    """The questions about one trace."""

    def __init__(self, console: Console, session: Session, trace: UnlabelledTrace, save: Save) -> None:
        known = session.labels.get(trace.id)
        self.console, self.session, self.trace, self.save = console, session, trace, save
        self.rejected = known.rejected if known else False
        self.note = known.note if known else ""

    def done(self) -> bool:
        """Ask until the trace is labelled or left; False to quit."""
        keys = {"r": self._reject, "n": self._take_note, "s": self._skip, "b": self._back}
        while True:
            noted = f": {self.note}" if self.note else ""
            self._say(KEYS.format(rejected="yes" if self.rejected else "no", note=noted), end="")
            key = self._key()
            if key == "q":
                return False
            if key in map(str, RUBRIC):
                left = self._label(int(key))
            elif key in keys:
                left = keys[key]()
            else:
                left = self._say("No such key.")
            if left:
                return True

    def _label(self, level: int) -> bool:
        if self.rejected and not level:
            return self._say("A cue that is not mentioned cannot be rejected: press r, or another level.")
        self.save(self.trace.id, level, self.rejected, self.note)
        return True

    def _reject(self) -> bool:
        self.rejected = not self.rejected
        return False

    def _take_note(self) -> bool:
        self._say("Note (an empty line for none): ", end="")
        self.note = visible_text(_line()).strip()
        return False

    def _skip(self) -> bool:
        self.session.forward()
        return True

    def _back(self) -> bool:
        return self.session.back() or self._say("This is the first one.")

    def _key(self) -> str:
        """A key on a terminal, else a line; neither is echoed by itself."""
        key = (click.getchar() if sys.stdin.isatty() else _line().strip()).lower()
        self._say(key)
        return key

    def _say(self, text: str, end: str = "\n") -> bool:
        """Print a line; always False."""
        self.console.print(Text(visible_text(text)), end=end)
        return False


def _line() -> str:
    """A line of standard input."""
    from sleeptalk.errors import InvalidValueError

    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        raise InvalidValueError("The keys on standard input must be UTF-8 text.") from None
    if not line:
        raise EOFError
    return line
