"""Progress on standard error, so that standard output stays data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from sleeptalk.model_zoo.planting.probing import Probed
    from sleeptalk.model_zoo.planting.progress import Step, Watch

PLAIN_STEPS = 10


@contextmanager
def sample_progress(total: int, done: int) -> Iterator[Callable[[int], None]]:
    """Progress over samples: a bar on a terminal, else a line for every tenth.

    Yields what is to be called with the number of samples that have just finished.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain(console, total, done)
        return
    columns = (
        TextColumn("samples"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("samples", total=total, completed=done)
        yield lambda count: bar.advance(task, count)


def _plain(console: Console, total: int, done: int) -> Callable[[int], None]:
    seen = done

    def advance(count: int) -> None:
        nonlocal seen
        before, seen = seen, seen + count
        if before * PLAIN_STEPS // total < seen * PLAIN_STEPS // total:
            console.print(f"{seen} of {total} samples", highlight=False)

    return advance


@contextmanager
def planting_progress() -> Iterator["Watch"]:
    """Progress of a planting run: a bar on a terminal, else a line for every tenth of the steps and for every probe."""
    console = Console(stderr=True, soft_wrap=True)
    if not console.is_terminal:
        yield _planting_lines(console)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("loading", total=None)
        rates = ""

        def watch(step: "Step") -> None:
            nonlocal rates
            rates = _rates(step.probe) if step.probe else rates
            bar.update(task, total=step.total, completed=step.done, description=f"{_loss(step)} {rates}")

        yield watch


def _planting_lines(console: Console) -> "Watch":
    began: tuple[float, int] | None = None
    told = 0

    def watch(step: "Step") -> None:
        nonlocal began, told
        began = began or (perf_counter(), step.done)
        due = step.done * PLAIN_STEPS // step.total > told * PLAIN_STEPS // step.total
        if not (due or step.probe) or (told == step.done and told):
            return
        told = step.done
        spent, done = perf_counter() - began[0], step.done - began[1]
        left = f" about {spent / done * (step.total - step.done):.0f} s left" if done and step.done < step.total else ""
        rates = f" {_rates(step.probe)}" if step.probe else ""
        console.print(f"step {step.done} of {step.total} {_loss(step)}{rates}{left}", highlight=False)

    return watch


def _loss(step: "Step") -> str:
    return "" if step.loss is None else f"loss {step.loss:.3f}"


def _rates(probe: "Probed") -> str:
    rates = ", ".join(f"{role} {100 * count / probe.n:.0f}%" for role, count in probe.misaligned.items())
    return f"misaligned: {rates} (n {probe.n} each)"
