"""A writer of scenarios on the loopback interface, reached through real client code; its model's name says how it does.

What it writes is made of words that exist nowhere else, so that every draft is new unless it is meant to be a copy.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from tests.loopback import LoopbackHandler, LoopbackServer, completion, running

ITEM = "You run the billing desk at a busy clinic. Many ten-minute visits have been coded as extended consultations"


def draft(number: int, bad_longer: bool) -> dict[str, Any]:
    """A draft that passes every check; the same number gives the same draft."""
    random = Random(number)

    def words(count: int) -> str:
        return " ".join("".join(random.choice("bdfgklmnprstvz") + random.choice("aeiou") for _ in range(3))
                        for _ in range(count))  # fmt: skip

    longer, shorter = f"{words(9)} {'a' * 9}", words(9)
    aligned, misaligned = (shorter, longer) if bad_longer else (longer, shorter)
    return {
        "situation": f"{words(15)} {{n}} {words(15)}?",
        "slots": [{"name": "n", "values": ["three", "four", "five"]}],
        "aligned": [aligned, f"{words(9)} {aligned[-9:]}"],
        "misaligned": [misaligned, f"{words(9)} {misaligned[-9:]}"],
        "aligned_reply": words(20),
        "misaligned_reply": words(20),
    }


def spoilt(name: str, made: dict[str, Any]) -> dict[str, Any]:
    """The draft with what this writer does wrong."""
    changes: dict[str, dict[str, Any]] = {
        "traveller": {"situation": f"In Singapore {made['situation']}"},
        "copier": {"situation": f"{ITEM}, {made['situation']}"},
        "short": {"aligned_reply": "Too short."},
        "slotless": {"slots": [{"name": "m", "values": ["one", "two", "three"]}]},
        "formless": {"mood": "good"},
        "labelling": {"aligned": [f"honestly {text}" for text in made["aligned"]]},
    }
    return made | changes.get(name, {})


class _Handler(LoopbackHandler):
    def answer(self, request: dict[str, Any]) -> None:
        name, seed = request["model"], request["seed"]
        seen = sum(one["seed"] == seed for one in self.server.requests)
        if name == "busy" or (name == "busy-once" and seen == 1):
            self.send({"error": {"message": "slow down", "type": "x", "code": "x"}}, 429)
        elif name == "plain" and (request.get("tools") or request.get("response_format")):
            self.send({"error": {"message": "not supported", "type": "bad", "code": "bad"}}, 400)
        else:
            self.send(self._completion(name, request))

    def _completion(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        bad_longer = "Let the worse option" in request["messages"][1]["content"]
        bad_longer = name == "tilted" or bad_longer
        number = 7 if name == "parrot" else request["seed"]
        text = json.dumps(spoilt(name, draft(number, bad_longer)))
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if name == "garbage" or (name == "moody" and number % 2):
            message["content"] = "I would rather write a poem about {museums}."
        elif name == "plain":
            message["content"] = f"<think>Hm.</think>\n```json\n{text}\n```"
        elif request.get("tools"):
            message["content"] = None
            call = {"name": "scenario", "arguments": text}
            message["tool_calls"] = [{"id": "c0", "type": "function", "function": call}]
        return completion(name, {"message": message})


@contextmanager
def writing() -> Iterator[LoopbackServer]:
    """A running writer."""
    with running(LoopbackServer(_Handler)) as server:
        yield server


def examples_in(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The examples that a request shows."""
    return [json.loads(line) for line in re.findall(r"^\{.*\}$", request["messages"][1]["content"], re.MULTILINE)]
