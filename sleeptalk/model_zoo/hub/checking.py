"""The one place where a checkpoint is checked before it is pushed, or let into the local zoo.

The rules for checkpoints of others are a package of their own (`trust`). Where it is missing, only the sha256 of every
file are compared with the record; a receipt says which of both happened.
"""

import importlib
import importlib.util
from pathlib import Path
from typing import Any, Protocol

from sleeptalk.model_zoo.records import Organism, verified_folder

_RULES = "sleeptalk.model_zoo.trust"


class Checked(Protocol):
    """What a check returns; see `trust.verification`."""

    @property
    def checker(self) -> int:
        """Version of the rules."""


class Checker(Protocol):
    """`trust.checker.verify_checkpoint`: raises for any doubt."""

    def __call__(self, folder: Path, *, base: Path | None, base_name: str | None = None, load: bool = True) -> Checked:
        """Check a folder."""


def _installed_version() -> int:
    if importlib.util.find_spec(_RULES) is None:
        return 0
    limits: Any = importlib.import_module(f"{_RULES}.limits")
    return int(limits.CHECKER_VERSION)


CHECKER = _installed_version()
"""Version of the installed rules; 0 if only sha256 are compared."""


def installed_checker() -> Checker | None:
    """The rules for checkpoints, if they are installed."""
    if not CHECKER:
        return None
    module: Any = importlib.import_module(f"{_RULES}.checker")
    checker: Checker = module.verify_checkpoint
    return checker


def check(folder: Path, organism: Organism, base: Path | None, *, load: bool = True) -> int:
    """Check a folder against its record and by the installed rules; returns the version of the rules.

    Args:
        folder: of the organism.
        organism: its record.
        base: folder of the base; None for a model on its own.
        load: also load it, in a process of its own.

    Raises:
        IntegrityError: a file differs from the record.
        SleeptalkError: a rule is broken.
    """
    verified_folder(organism, folder)
    checker = installed_checker()
    if checker is None:
        return 0
    return checker(folder, base=base, base_name=organism.base, load=load).checker
