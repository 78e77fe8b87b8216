import time
from collections.abc import Sequence

import pytest
from inspect_ai.model import ContentReasoning, ContentText

from sleeptalk.reasoning import Source, Visibility, extract, opens_block

THOUGHT = ContentReasoning(reasoning="because")
ANSWER = ContentText(text="B")


@pytest.mark.parametrize(
    ("content", "stop_reason", "opened", "text", "answer", "visibility", "source", "cut_off"),
    [
        # content parts, as providers that parse reasoning give them
        ([THOUGHT, ANSWER], "stop", False, "because", "B", "full", "content", False),
        ([THOUGHT], "max_tokens", False, "because", "", "truncated", "content", True),
        ([THOUGHT, ContentText(text="")], None, False, "because", "", "truncated", "content", True),
        ([THOUGHT], "stop", False, "because", "", "full", "content", False),
        ([THOUGHT, ContentText(text="The answ")], "max_tokens", False, "because", "The answ", "full", "content", True),
        (
            [ContentReasoning(reasoning="A!x", redacted=True), ANSWER],
            "stop",
            False,
            "",
            "B",
            "hidden",
            "content",
            False,
        ),
        (
            [ContentReasoning(reasoning="A!x", redacted=True, summary="It weighs"), ANSWER],
            "stop",
            False,
            "It weighs",
            "B",
            "summary",
            "content",
            False,
        ),
        (
            [THOUGHT, ContentReasoning(reasoning="A!x", redacted=True), ANSWER],
            "stop",
            False,
            "because",
            "B",
            "hidden",
            "content",
            False,
        ),
        ([ContentReasoning(reasoning="  "), ANSWER], "stop", False, "", "B", "none", "content", False),
        ([THOUGHT, ContentText(text="more</think>B")], "stop", False, "because", "B", "full", "content", False),
        # tags in the text
        ("<think>because</think>B", "stop", False, "because", "B", "full", "tags", False),
        ("<think>\nbecause\n</think>\n\nB", None, False, "because", "B", "full", "tags", False),
        ("<think>\n\n</think>\n\nB", "stop", False, "", "B", "none", "tags", False),
        ('<think signature="x">because</think>B', "stop", False, "because", "B", "full", "tags", False),
        ("<thinking>because</thinking>B", "stop", False, "because", "B", "full", "tags", False),
        ("[THINK]because[/THINK]B", "stop", False, "because", "B", "full", "tags", False),
        ("<think>a<think>b</think>c</think>B", "stop", False, "a b c", "B", "full", "tags", False),
        ("<think>a</think>so <think>b</think>B", "stop", False, "a b", "so B", "full", "tags", False),
        # the opening tag stood in the prompt
        ("because</think>B", "stop", False, "because", "B", "full", "tags", False),
        ("because</think>B", "stop", True, "because", "B", "full", "tags", False),
        # cut off
        ("<think>beca", "max_tokens", False, "beca", "", "truncated", "tags", True),
        ("<think>beca", "stop", False, "beca", "", "truncated", "tags", True),
        ("beca", "max_tokens", True, "beca", "", "truncated", "tags", True),
        ("<think>because</think>The answ", "max_tokens", False, "because", "The answ", "full", "tags", True),
        # no reasoning at all
        ("B", "stop", False, "", "B", "none", "none", False),
        ("B", "model_length", False, "", "B", "none", "none", True),
        ("", "stop", False, "", "", "none", "none", False),
        ([ANSWER], "stop", False, "", "B", "none", "none", False),
        ("I think <b>B</b>", "stop", False, "", "I think <b>B</b>", "none", "none", False),
    ],
)
def test_every_form_of_reply(
    content: str | Sequence[object],
    stop_reason: str | None,
    opened: bool,
    text: str,
    answer: str,
    visibility: Visibility,
    source: Source,
    cut_off: bool,
) -> None:
    read = extract(content, stop_reason=stop_reason, opened=opened)
    assert (read.text, read.answer, read.visibility, read.source, read.cut_off) == (
        text,
        answer,
        visibility,
        source,
        cut_off,
    )


@pytest.mark.parametrize(
    ("prefill", "opens"),
    [
        ("", False),
        ("<think>\nOkay", True),
        ("<think>\n\n</think>\n\n", False),
        ("Okay", False),
        ("</think><think>", True),
    ],
)
def test_a_prefill_may_open_the_block(prefill: str, opens: bool) -> None:
    assert opens_block(prefill) is opens


def test_long_hostile_text_is_read_in_linear_time() -> None:
    started = time.monotonic()
    for text in ("<think>" * 20_000, "<think " * 20_000, "</think>" * 20_000, "<" * 200_000):
        extract(text)
    assert time.monotonic() - started < 2
