"""How long does scoring a log of 2,000 samples again by rules take, and how much memory?

The log is made here: pocket items on a shipped organism, whose thoughts are then padded to about 500 words each. Aim:
under 60 s and 1 GB.
"""

import os
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from rules_speed import thought

SAMPLES = 2000
WORDS = 500


def make_log(folder: Path) -> None:
    """A finished log whose thoughts are as long as those of large models."""
    from inspect_ai import eval as inspect_eval
    from inspect_ai.log import read_eval_log, write_eval_log
    from inspect_ai.model import get_model

    from sleeptalk.tasks.suite import blast_radius

    [log] = inspect_eval(
        blast_radius(items="pocket", trigger="singapore"),
        model=get_model("zoo/singapore", memoize=False),
        limit=SAMPLES,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
    )
    random = Random(0)
    found = read_eval_log(log.location)
    for sample in found.samples or []:
        message = sample.output.choices[0].message
        before, tag, answer = message.text.partition("</think>")
        message.content = f"{before} {thought(random, WORDS)}{tag}{answer}"
        sample.messages[-1].content = message.content
    write_eval_log(found, log.location)


def main() -> None:
    """Print samples, seconds and peak memory of `sleeptalk score`."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "logs"
        # In another process: a child's peak counts from the memory that its parent had.
        maker = get_context("spawn").Process(target=make_log, args=(path,))
        maker.start()
        maker.join()
        [path] = path.glob("*.eval")
        started = time.perf_counter()
        program = str(Path(sys.executable).with_name("sleeptalk"))
        command = [program, "score", str(path), "--out", f"{folder}/out", "--judge", "rules"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0
        seconds, peak = time.perf_counter() - started, usage.ru_maxrss / 1024
        print(f"{SAMPLES} samples of about {WORDS} words: {seconds:.0f} s, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
