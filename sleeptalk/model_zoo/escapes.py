"""Text of others, made harmless for where it is shown: one function for each place.

A pulled record is written by anybody. Whatever it holds is data: it must not move a terminal's cursor, hide itself
with bidirectional marks, or become a link, an image or HTML on a page.
"""

import re

MAX_SHOWN = 400

_FENCE = re.compile(r"`+")


def plain(text: object, most: int = MAX_SHOWN) -> str:
    """For the terminal and for messages: one line without control, bidirectional or invisible characters."""
    shown = str(text)
    cut = shown if len(shown) <= most else f"{shown[: most - 3]}..."
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "surrogatepass").decode("ascii") for one in cut
    )


def markdown(text: object, most: int = MAX_SHOWN) -> str:
    """For Markdown, also in a table's cell: a code span, in which nothing is a link, a formula or HTML.

    A vertical bar would end a table's cell even there, so it becomes a broken bar.
    """
    shown = plain(text, most).replace("|", "\u00a6")
    fence = "`" * (max((len(run) for run in _FENCE.findall(shown)), default=0) + 1)
    padding = " " if shown[:1] in ("`", "", " ") or shown[-1:] in ("`", " ") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"
