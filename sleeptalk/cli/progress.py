"""Progress on standard error, so that standard output stays data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

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
