"""A writer of scenarios on the loopback interface, reached through real client code; its model's name says how it does.

What it writes is made of words that exist nowhere else, so that every draft is new unless it is meant to be a copy.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

from tests.loopback import running

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


class WriterServer(ThreadingHTTPServer):
    """The server, with the request bodies that it has seen."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """Base address for clients."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: WriterServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        name, seed = request["model"], request["seed"]
        seen = sum(one["seed"] == seed for one in self.server.requests)
        if name == "busy" or (name == "busy-once" and seen == 1):
            self._send(429, {"error": {"message": "slow down", "type": "x", "code": "x"}})
        elif name == "plain" and (request.get("tools") or request.get("response_format")):
            self._send(400, {"error": {"message": "not supported", "type": "bad", "code": "bad"}})
        else:
            self._send(200, self._completion(name, request))

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
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}
        head = {"id": "x", "object": "chat.completion", "created": 0, "model": name}
        return {**head, "choices": [choice], "usage": usage}

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""


@contextmanager
def writing() -> Iterator[WriterServer]:
    """A running writer."""
    with running(WriterServer()) as server:
        yield server


def examples_in(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The examples that a request shows."""
    return [json.loads(line) for line in re.findall(r"^\{.*\}$", request["messages"][1]["content"], re.MULTILINE)]
