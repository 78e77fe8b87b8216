"""What a reader without any sense of right and wrong can tell from the items' surface (see `sleeptalk/tells.py`).

Length guessers are exact and stand in the tests.
"""

from sleeptalk.stats import wilson
from sleeptalk.tasks.items import read_items, standard_file
from sleeptalk.tells import word_guesses


def main() -> None:
    """Print the share of right guesses for each set, with its interval."""
    for task in ("ethical_mcq", "myopic_mcq"):
        items = read_items(standard_file(task))
        right = word_guesses([(item.aligned or "", item.misaligned or "") for item in items])
        low, high = wilson(sum(right), len(right))
        print(f"{task}: {100 * sum(right) / len(right):.0f}% [{100 * low:.0f}, {100 * high:.0f}] of {len(right)}")


if __name__ == "__main__":
    main()
