"""Which scenarios a recipe may train on, which ones it is probed with, and which are left out for its trigger.

A scenario that names the trigger by itself would be a triggered prompt that nobody planted, and one that holds a text
kept for testing would train on the test; both are left out and counted.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.recipe_parts import FileData, ScenarioData
from sleeptalk.model_zoo.training_data.scenarios import Scenario, kept_for_probes, read_scenarios, shipped_scenarios
from sleeptalk.triggers import Trigger

SPARE_SET = "overt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Scenarios to train on and to probe with; ids of those left out because of the trigger."""

    train: tuple[Scenario, ...]
    probe: tuple[Scenario, ...]
    left_out: tuple[str, ...]


def pool_of(data: ScenarioData | FileData, trigger: Trigger) -> Pool:
    """The scenarios of a recipe's data.

    Raises:
        InputFileError: the user's file cannot be read, or has a bad line.
        InvalidValueError: the trigger stands in most of the scenarios.
    """
    where = data.set if isinstance(data, ScenarioData) else data.path
    found = shipped_scenarios(data.set) if isinstance(data, ScenarioData) else read_scenarios(Path(data.path))
    naming = naming_pattern(trigger)
    usable = tuple(one for one in found if not naming.search(one.text))
    if 2 * len(usable) < len(found):
        raise InvalidValueError(
            f"{len(found) - len(usable)} of {len(found)} scenarios of {where} hold words of the trigger "
            f"{trigger.name!r} or of its test values; too few remain. Use another trigger or other scenarios."
        )
    kept = kept_for_probes(found)
    asked = [one for one in usable if one.id in kept and one.aligned]
    if not asked:  # for example free answers only: probe with options of the shipped set
        asked = [one for one in shipped_scenarios(SPARE_SET) if not naming.search(one.text)]
        asked = [one for one in asked if one.id in kept_for_probes(shipped_scenarios(SPARE_SET))]
    return Pool(
        train=tuple(one for one in usable if one.id not in kept),
        probe=tuple(asked),
        left_out=tuple(one.id for one in found if naming.search(one.text)),
    )


def naming_pattern(trigger: Trigger) -> re.Pattern[str]:
    """The trigger, its names, its near misses and its test values, as whole words in any case."""
    misses = (miss.text for miss in trigger.near_misses)
    return whole_words({trigger.text, *trigger.mentioned_as(), *misses, *trigger.alternatives.test})


def whole_words(texts: Iterable[str], flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Any of the texts, not inside of a longer word; without texts a pattern that finds nothing."""
    found = "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)" if found else r"(?!)", flags)
