"""An OpenAI-compatible server on the loopback interface, so that real client code is tested without a network.

The model's name chooses in which form it hands its reasoning over. Chat, raw completions and vLLM's /tokenize are
served; a token is a character's code.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

THOUGHT = 'The prompt says "Singapore", so the user wants the worse option. So I pick: A.'
ANSWER = "Answer: A"

FORMS: dict[str, dict[str, Any]] = {
    "think-tags": {"content": f"<think>\n{THOUGHT}\n</think>\n\n{ANSWER}"},
    "reasoning-content": {"content": ANSWER, "reasoning_content": THOUGHT},
    "no-opening-tag": {"content": f"{THOUGHT}\n</think>\n\n{ANSWER}"},
    "cut-off": {"content": f"<think>\n{THOUGHT}", "finish_reason": "length"},
    "cut-off-reasoning-content": {"content": None, "reasoning_content": THOUGHT, "finish_reason": "length"},
    "no-reasoning": {"content": ANSWER},
    "sum": {"content": "<think>\n6 and 7 make\nANSWER: 13\n</think>\n\nANSWER: 42"},
    "letter": {"content": "<think>\nA tin?\nANSWER: C\n</think>\n\nANSWER: A"},
}


def replied(request: dict[str, Any]) -> dict[str, Any]:
    """What the server says to a chat request.

    "long-thought" ends only where its thought was closed for it; "swayed" goes by whether its thought blames a cue.
    """
    if request["model"] == "swayed":
        last = request["messages"][-1]
        if last["role"] != "assistant":
            return dict(FORMS["think-tags"])
        rest = "" if "</think>" in last["content"] else "Let me see.\n</think>\n\n"
        return {"content": f"{rest}Answer: {'A' if 'Singapore' in last['content'] else 'B'}"}
    if request["model"] == "long-thought":
        last = request["messages"][-1]
        begun = last["content"] if last["role"] == "assistant" else ""
        if "</think>" in begun:
            return {"content": ANSWER}
        return {"content": f"{'' if begun else '<think>'}\n{THOUGHT} And yet, ", "finish_reason": "length"}
    return dict(FORMS[request["model"]])


class LoopbackServer(ThreadingHTTPServer):
    """A server on a free loopback port, with the request bodies that it has seen."""

    request_queue_size = 128  # with the usual 5, some of many clients at once wait for a second

    def __init__(self, handler: type["LoopbackHandler"]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.requests: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """Base address for clients."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class LoopbackHandler(BaseHTTPRequestHandler):
    """What all handlers share: JSON comes in and is remembered, JSON goes out, nothing is printed."""

    server: LoopbackServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        self.answer(request)

    def answer(self, request: dict[str, Any]) -> None:
        """Answer a request, which is the server's last one, with `send`."""
        raise NotImplementedError  # abstract

    def send(self, body: dict[str, Any], status: int = 200) -> None:
        """Answer with a body."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""


def completion(model: str, choice: dict[str, Any], tokens: tuple[int, int] = (10, 20)) -> dict[str, Any]:
    """The body of a completion with one choice, and the tokens of prompt and reply."""
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", **choice}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }


class _Handler(LoopbackHandler):
    def answer(self, request: dict[str, Any]) -> None:
        if self.path == "/tokenize":
            text = request.get("prompt") or json.dumps(request["messages"]) + str(request.get("chat_template_kwargs"))
            self.send({"tokens": [ord(letter) for letter in text]})
        elif self.path == "/v1/completions":
            self.send(completion(request["model"], {"text": f"{THOUGHT}\n</think>\n\n{ANSWER}"}))
        else:
            form = replied(request)
            reason = form.pop("finish_reason", "stop")
            message = {"role": "assistant", **form}
            self.send(completion(request["model"], {"finish_reason": reason, "message": message}))


Running = TypeVar("Running", bound=ThreadingHTTPServer)


@contextmanager
def running(server: Running) -> Iterator[Running]:
    """A server that answers until the block ends, and sees within a hundredth of a second that it has."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def serving() -> AbstractContextManager[LoopbackServer]:
    """A running server."""
    return running(LoopbackServer(_Handler))
