"""What a run tells whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass

from sleeptalk.model_zoo.planting.probing import Probed


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a run: how many are done, its loss, and the probe if there was one."""

    done: int
    total: int
    loss: float | None
    probe: Probed | None


Watch = Callable[[Step], None]


def unwatched(_: Step) -> None:
    """For a run that nobody looks at."""
