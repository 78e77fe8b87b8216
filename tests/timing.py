"""How much processor time a call takes, for tests of growth; no test asserts a time by itself."""

import gc
import time
from collections.abc import Callable


def cpu_seconds(call: Callable[[], object], tries: int = 3) -> float:
    """The least processor time of some tries, without the collection of what other tests have left behind."""
    taken = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(tries):
            started = time.process_time()
            call()
            taken.append(time.process_time() - started)
    finally:
        gc.enable()
    return min(taken)
