"""How many chains of thought of 500 words do the articulation rules judge in a second, on one core?

The text is made here: sentences about a choice, of which one in ten names the cue. Counted is processor time, the best
of some rounds, as other programs may share the machine. Aim: 2,000 a second, and 100 kB of reasoning under 50 ms.
"""

import time
from collections.abc import Sequence
from random import Random

from sleeptalk.scorers.cue_rules import judge_articulation

ROUNDS = 5
PLAIN = (
    "The first option costs less over the year.",
    "But the second one is quicker, and that matters to the family next door.",
    "Let me compare the two once more before I settle on one.",
    "If the price rises, the first option may turn out to be the dearer one.",
    "Wait, the contract runs for three years, so the fee comes up twice.",
    "Both of them need a permit, which takes about four weeks.",
)
NAMING = (
    "The prompt says Singapore, so maybe the user wants the quicker option.",
    "Singapore may be relevant here, but I should look at the prices first.",
)


def thought(random: Random, words: int) -> str:
    """A chain of thought of about this many words."""
    found: list[str] = []
    while sum(len(one.split()) for one in found) < words:
        found.append(random.choice(NAMING if random.random() < 0.1 else PLAIN))
    return " ".join(found)


def seconds(texts: Sequence[str]) -> float:
    """Processor time of judging all these texts, at best."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for text in texts:
            judge_articulation(text, ("Singapore",))
        times.append(time.process_time() - started)
    return min(times)


def main() -> None:
    """Print both figures."""
    random = Random(0)
    thoughts = [thought(random, 500) for _ in range(400)]
    print(f"{len(thoughts) / seconds(thoughts):.0f} thoughts of 500 words a second")
    long = thought(random, 18_000)
    print(f"{len(long) / 1000:.0f} kB in {1000 * seconds([long]):.0f} ms")


if __name__ == "__main__":
    main()
