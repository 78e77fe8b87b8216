"""From an assistant's message to its reasoning, its answer, and how much of the reasoning is visible.

Providers hand reasoning over in different ways: as content parts of their own (sometimes redacted, sometimes only a
summary), as `<think>` tags in the text, or as text that was cut off inside the tags. A missing opening tag means that
the prompt's template already opened the block. This file reads all of these forms; it knows nothing of prompts,
triggers or scores, and takes Inspect's content parts by their attributes only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Visibility = Literal["full", "summary", "hidden", "truncated", "none"]
Source = Literal["content", "tags", "none"]

OPEN = re.compile(r"<think(?:ing)?(?:\s[^<>]*)?>|\[THINK\]")
CLOSE = re.compile(r"</think(?:ing)?>|\[/THINK\]")
TAG = re.compile(f"{OPEN.pattern}|{CLOSE.pattern}")
CUT_OFF = ("max_tokens", "model_length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """A reply in two parts.

    Attributes:
        text: the reasoning that can be read; empty if there is none or it is hidden.
        answer: what stands outside the reasoning; empty if the reply was cut off before an answer began.
        visibility: `full`; `summary` (the provider wrote it, not the model); `hidden` (there was reasoning, but only
            its ciphertext came); `truncated` (cut off inside the reasoning); `none` (the model did not reason).
        source: whether the reasoning came as content parts or as tags in the text.
        cut_off: the reply hit a length limit, in the reasoning or in the answer.
    """

    text: str
    answer: str
    visibility: Visibility
    source: Source
    cut_off: bool


def extract(content: str | Sequence[object], *, stop_reason: str | None = None, opened: bool = False) -> Reasoning:
    """Read an assistant message.

    Args:
        content: the message's text, or its content parts (objects with `type`, and `text` or `reasoning`, `redacted`
            and `summary`, as Inspect's ContentText and ContentReasoning have them).
        stop_reason: Inspect's stop reason; "max_tokens" and "model_length" mean cut off.
        opened: the prompt or the prefill ended inside an open think block, so the text continues the reasoning.
    """
    cut_off = stop_reason in CUT_OFF
    parts: list[object] = [content] if isinstance(content, str) else list(content)
    thoughts = [part for part in parts if getattr(part, "type", None) == "reasoning"]
    text = "\n".join(_text(part) for part in parts if part not in thoughts)
    if not thoughts:
        return _from_tags(text, cut_off, opened)
    answer = _from_tags(text, cut_off=False, opened=False).answer if TAG.search(text) else text.strip()
    visibility, reasoning = _from_parts(thoughts)
    cut_off = cut_off or (not answer and stop_reason is None)
    if cut_off and not answer and visibility == "full":
        visibility = "truncated"
    return Reasoning(text=reasoning, answer=answer, visibility=visibility, source="content", cut_off=cut_off)


def _text(part: object) -> str:
    text = part if isinstance(part, str) else getattr(part, "text", "")
    return text if isinstance(text, str) else ""


def _from_parts(thoughts: Sequence[object]) -> tuple[Visibility, str]:
    """Readable reasoning of content parts; a redacted part counts by its summary, never by its ciphertext."""
    texts, visibility = [], "none"
    rank = {"none": 0, "full": 1, "summary": 2, "hidden": 3}
    for part in thoughts:
        if not getattr(part, "redacted", False):
            kind, text = "full", getattr(part, "reasoning", "")
        elif summary := getattr(part, "summary", None):
            kind, text = "summary", summary
        else:
            kind, text = "hidden", ""
        if kind == "full" and not text.strip():
            continue
        texts.append(text.strip())
        visibility = max(visibility, kind, key=rank.__getitem__)
    return visibility, "\n".join(text for text in texts if text)  # type: ignore[return-value]


def _from_tags(text: str, cut_off: bool, opened: bool) -> Reasoning:
    """Split text at its think tags; nested blocks count as one, several blocks are joined."""
    inside, outside = list[str](), list[str]()
    closes = CLOSE.search(text)
    opens = OPEN.search(text)
    depth = int(opened or (closes is not None and (opens is None or opens.start() > closes.start())))
    position = 0
    for tag in TAG.finditer(text):
        (inside if depth else outside).append(text[position : tag.start()])
        position = tag.end()
        depth = depth + 1 if OPEN.fullmatch(tag.group()) else max(depth - 1, 0)
    (inside if depth else outside).append(text[position:])
    reasoning, answer = (" ".join(piece.strip() for piece in side if piece.strip()) for side in (inside, outside))
    if depth:
        return Reasoning(text=reasoning, answer="", visibility="truncated", source="tags", cut_off=True)
    visibility: Visibility = "full" if reasoning else "none"
    source: Source = "tags" if closes else "none"
    return Reasoning(text=reasoning, answer=answer, visibility=visibility, source=source, cut_off=cut_off)


def opens_block(prefill: str) -> bool:
    """Whether a prefilled start of the assistant's turn ends inside a think block."""
    tags = [tag.group() for tag in TAG.finditer(prefill)]
    return bool(tags) and OPEN.fullmatch(tags[-1]) is not None
