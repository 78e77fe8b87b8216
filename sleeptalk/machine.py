"""What the machine offers."""

import os


def available_cores() -> int:
    """Cores that this process may use; in a container often fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_main_process() -> bool:
    """Whether this process is the one that writes and speaks, of several under `accelerate launch` or `torchrun`."""
    return os.environ.get("RANK", "0") == "0"


def process_count() -> int:
    """How many processes work on the same run."""
    return int(os.environ.get("WORLD_SIZE", "1"))
