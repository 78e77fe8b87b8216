"""Growing a set of scenarios with a model: draft, check, keep or refuse, until there are enough.

Every draft is held to the schema and the house form, to the words of all triggers and to the test items; nearly the
same scenarios are refused, and so are drafts that would make the length of the options a tell. What is taken is written
at once, what is refused goes to a side file with the reason, and both are read again when the same call is repeated.
A person has to read what a model wrote before anybody trains on it: these checks see words, not sense.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from random import Random
from typing import Literal

import anyio
from inspect_ai.model import Model, get_model
from pydantic import ValidationError

from sleeptalk.errors import InvalidValueError, OutputFolderError, RunFailedError
from sleeptalk.model_zoo.training_data.checking import shared_with
from sleeptalk.model_zoo.training_data.drafting import BadDraftError, Draft, Drafter, brief, example_text
from sleeptalk.model_zoo.training_data.rules import foreign_words, scenario_problems
from sleeptalk.model_zoo.training_data.scenarios import SETS, Scenario, read_scenarios, shipped_scenarios
from sleeptalk.model_zoo.training_data.writing import record_line
from sleeptalk.shingles import ALIKE, Near, Runs
from sleeptalk.strict_jsonl import read_lines
from sleeptalk.strict_yaml import describe
from sleeptalk.tells import longer_misaligned

EXAMPLES = 3
AT_ONCE = 4
TRIES_EACH = 4
"""Drafts that are asked at most for each scenario that is wanted."""
SPARE_TRIES = 8
TILT = 2
"""By how many scenarios one side may be the longer one more often than the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted: so many scenarios of a set's kind from a field of life."""

    set: Literal["overt", "subtle"]
    domain: str
    count: int
    seed: int = 0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", self.domain):
            raise InvalidValueError(f"--domain {self.domain!r} must be a short name such as museums or night_shifts.")


@dataclass(slots=True)
class Grown:
    """What came of it: how many there are now, and how many drafts were refused and why, earlier calls included."""

    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Garden:
    """The files of one growing set, and everything that a new scenario must differ from."""

    def __init__(self, order: Order, out: Path, items: Runs) -> None:
        self.order, self.out, self.items = order, out, items
        self.side = out.with_suffix(".refused.jsonl")
        for path in (self.out, self.side):
            _drop_torn_line(path)
        self.taken: list[Scenario] = list(read_scenarios(out)) if out.exists() and out.stat().st_size else []
        if others := {one.domain for one in self.taken} - {order.domain}:
            raise OutputFolderError(
                f"{out} holds scenarios of {', '.join(sorted(others))}; use a file for each domain."
            )
        earlier = [fields for _, fields in read_lines(self.side)] if self.side.exists() else []
        self.refused = Counter(str(fields["kind"]) for fields in earlier if isinstance(fields, dict))
        own = _texts(self.taken)
        self.near, self.runs = Near(own), Runs(own)

    @property
    def attempts(self) -> int:
        """Drafts that were asked so far."""
        return len(self.taken) + self.refused.total()

    def longer(self) -> Literal["aligned", "misaligned"]:
        """Which side the next option should be longer on."""
        longer, differ = longer_misaligned(_pairs(self.taken))
        return "aligned" if 2 * longer > differ else "misaligned"

    def consider(self, draft: Draft | BadDraftError) -> bool:
        """Take a draft or refuse it, and write down which."""
        if isinstance(draft, BadDraftError):
            return self._refuse("no form", str(draft), None)
        fields = draft.model_dump() | {"slots": {slot.name: slot.values for slot in draft.slots}}
        number = max((int(one.id.rpartition("-")[2]) for one in self.taken), default=0) + 1
        try:
            made = Scenario(id=f"{self.order.domain.replace('_', '-')}-{number:03}", domain=self.order.domain, **fields)
        except ValidationError as error:
            return self._refuse("schema", describe(error), draft)
        if found := next(self._problems(made), None):
            return self._refuse(*found, draft)
        text = " ".join(made.texts)
        self.near.add(made.id, text)
        self.runs.add(made.id, text)
        self.taken.append(made)
        _append(self.out, record_line(made))
        return True

    def _problems(self, made: Scenario) -> Iterator[tuple[str, str]]:
        """Kind and text of all that is wrong."""
        text = " ".join(made.texts)
        yield from (("house form", found) for found in scenario_problems(made))
        yield from (("trigger word", found) for found in foreign_words(made.text))
        if shared := shared_with(made, self.items):
            yield "test item", shared
        shipped_near, shipped_runs = _shipped()
        for near in (shipped_near.nearest(text), self.near.nearest(text)):
            if near and near[1] >= ALIKE:
                yield "near-duplicate", f"nearly the same as {near[0]} (similarity {near[1]:.2f})"
        for name, run in chain(shipped_runs.shared(text), self.runs.shared(text)):
            yield "near-duplicate", f"shares eight words with {name}: {run!r}"
        longer, differ = longer_misaligned(_pairs([*self.taken, made]))
        if abs(2 * longer - differ) > 2 * TILT:
            yield "length tell", "one side would be the longer one too often"

    def _refuse(self, kind: str, reason: str, draft: Draft | None) -> bool:
        self.refused[kind] += 1
        text = draft.model_dump() if draft else None
        _append(self.side, json.dumps({"kind": kind, "reason": reason, "draft": text}))
        return False


def writing_model(name: str) -> Model:
    """An Inspect model by its name.

    Raises:
        InvalidValueError: Inspect cannot make it.
    """
    try:
        with redirect_stdout(io.StringIO()):  # Inspect greets its hooks on standard output
            return get_model(name, memoize=False)
    except Exception as error:  # noqa: BLE001 - providers refuse names in ways of their own
        told = str(error).strip().partition("\n")[0]
        raise InvalidValueError(f"Cannot use {name!r} as a writer: {told}") from None


async def grow(model: Model, garden: Garden, progress: Callable[[int], None]) -> Grown:
    """Ask for drafts until the order is filled, or the tries of this call are used up.

    Args:
        model: who writes.
        garden: what is wanted and what is there already.
        progress: called with the number of scenarios that have just been taken.

    Raises:
        RunFailedError: the model cannot be asked; what was taken until then is kept.
    """
    order, drafter = garden.order, Drafter(model)
    last = garden.attempts + TRIES_EACH * max(0, order.count - len(garden.taken)) + SPARE_TRIES
    while len(garden.taken) < order.count and garden.attempts < last:
        wanted = min(AT_ONCE, order.count - len(garden.taken), last - garden.attempts)
        for draft in await _drafts(drafter, garden, wanted):
            progress(int(garden.consider(draft)))
    return Grown(taken=len(garden.taken), refused=garden.refused)


async def _drafts(drafter: Drafter, garden: Garden, count: int) -> list[Draft | BadDraftError]:
    """Some drafts at once, in the order in which they were asked."""
    found: dict[int, Draft | BadDraftError] = {}
    failed: list[Exception] = []
    seeds = [garden.order.seed * 1_000_000 + garden.attempts + index for index in range(count)]
    tasks = [(seed, _told(garden, seed)) for seed in seeds]

    async def one(seed: int, told: dict[str, str]) -> None:
        try:
            found[seed] = await drafter.draft(told, seed)
        except BadDraftError as error:
            found[seed] = error
        except Exception as error:  # noqa: BLE001 - providers fail in ways of their own
            failed.append(error)

    async with anyio.create_task_group() as group:
        for seed, told in tasks:
            group.start_soon(one, seed, told)
    if failed and not found:
        first = str(failed[0]).strip().partition("\n")[0] or type(failed[0]).__name__
        raise RunFailedError(
            f"{drafter.model} cannot be asked: {first[:200]}. {len(garden.taken)} scenarios are in {garden.out}; run "
            "the same command again to go on."
        )
    return [found[seed] for seed in seeds if seed in found]


def _told(garden: Garden, seed: int) -> dict[str, str]:
    order = garden.order
    others = [one for one in shipped_scenarios(order.set) if one.domain != order.domain]
    return {
        "domain": order.domain.replace("_", " "),
        "kind": brief().kinds[order.set],
        "examples": example_text(Random(seed).sample(others, EXAMPLES)),
        "longer": brief().longer[garden.longer()],
    }


@cache
def _shipped() -> tuple[Near, Runs]:
    """All shipped scenarios, to compare with."""
    texts = _texts([one for name in SETS for one in shipped_scenarios(name)])
    return Near(texts), Runs(texts)


def _texts(scenarios: Sequence[Scenario]) -> list[tuple[str, str]]:
    return [(one.id, " ".join(one.texts)) for one in scenarios]


def _pairs(scenarios: Sequence[Scenario]) -> list[tuple[str, str]]:
    return [(" ".join(one.aligned), " ".join(one.misaligned)) for one in scenarios]


def _drop_torn_line(path: Path) -> None:
    """Cut off a last line that an interruption left without its end."""
    if path.exists() and not (content := path.read_bytes()).endswith(b"\n"):
        path.write_bytes(content[: content.rfind(b"\n") + 1])


def _append(path: Path, line: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise OutputFolderError(f"Cannot write {path}: {error.strerror}.") from None
