"""Eight organisms on one base: one process that loads the base once, against one process for each organism.

Short runs (8 pocket MCQs each), where loading counts. Both ways are run in turn, and the ratio of medians is printed.
Run: python bench/eight_adapters.py [rounds]
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sleeptalk.model_zoo.records import shipped_organisms

BASE = "base-talker"
LIMIT = 8


def evaluate(models: list[str]) -> float:
    """Seconds of one `inspect eval` of these models."""
    with TemporaryDirectory() as logs:
        asked = ["-T", "items=pocket", "-T", "variants=trigger", "--display", "none"]
        places = ["--model", ",".join(models), "--limit", str(LIMIT), "--log-dir", logs]
        command = [Path(sys.executable).parent / "inspect", "eval", "sleeptalk/ethical_mcq", *places, *asked]
        started = time.monotonic()
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)  # noqa: S603 - our own command
        return time.monotonic() - started


def main() -> None:
    """Time both ways in turn."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    names = [f"zoo/{one.name}" for one in shipped_organisms().values() if one.base == BASE and one.kind == "natural"]
    chosen = names[:8]
    together, apart = [], []
    for _ in range(rounds):
        together.append(evaluate(chosen))
        apart.append(sum(evaluate([name]) for name in chosen))
        print(f"one process {together[-1]:.1f} s, {len(chosen)} processes {apart[-1]:.1f} s", flush=True)
    ratio = statistics.median(apart) / statistics.median(together)
    print(f"{len(chosen)} organisms, {rounds} rounds: {ratio:.1f} times faster with one load of the base")


if __name__ == "__main__":
    main()
