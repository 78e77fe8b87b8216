"""How the work on a text grows with its length; no test asserts a time by itself."""

import gc
import time
from collections.abc import Callable

MUCH_MORE_THAN_TWICE = 3.2
"""Quadratic work takes four times as long for twice the length; linear work twice, give or take a busy machine."""


def is_linear(work: Callable[[str], object], unit: str, length: int) -> bool:
    """Whether work on twice as long a text takes about twice the processor time, in any of four tries."""
    text = unit * (length // len(unit))
    tries = (_cpu_seconds(work, text + text) / _cpu_seconds(work, text) for _ in range(4))
    return any(ratio < MUCH_MORE_THAN_TWICE for ratio in tries)


def _cpu_seconds(work: Callable[[str], object], text: str) -> float:
    """Without the collection of what other tests have left behind."""
    gc.disable()
    try:
        started = time.process_time()
        work(text)
        return max(time.process_time() - started, 0.002)
    finally:
        gc.enable()
