"""A command that takes the place of `vllm serve`: it parses the same arguments, starts a helper process as the engine,
and serves /health, /v1/models, /tokenize and chat completions with the standard library. FAKE_VLLM tells how it fails.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOW = os.environ.get("FAKE_VLLM", "")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("model")
    for name in ("--served-model-name", "--host", "--generation-config", "--uvicorn-log-level"):
        parser.add_argument(name, required=True)
    for name in ("--port", "--max-model-len", "--max-loras", "--max-cpu-loras", "--max-lora-rank"):
        parser.add_argument(name, type=int)
    for name in ("--tensor-parallel-size", "--max-num-seqs", "--max-num-batched-tokens"):
        parser.add_argument(name, type=int)
    for name in ("--enable-lora", "--no-enable-chunked-prefill", "--enforce-eager"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--dtype")
    parser.add_argument("--lora-modules", nargs="+", type=json.loads, default=[])
    return parser.parse_args()


class Handler(BaseHTTPRequestHandler):
    server: "FakeServer"

    def do_GET(self) -> None:
        if HOW == "never healthy":
            self.reply({}, 503)
        elif self.path == "/health":
            self.reply({})
        elif self.path == "/v1/models":
            self.reply({"data": [{"id": name} for name in self.server.names]})
        else:
            self.reply({}, 404)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if HOW == "dies later":
            print("EngineDeadError: out of memory", flush=True)
            os._exit(3)
        self.reply({"tokens": [1, 2]} if self.path == "/tokenize" else completion(asked))

    def reply(self, body: object, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


class FakeServer(ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], names: list[str]) -> None:
        super().__init__(address, Handler)
        self.names = names


def main() -> None:
    told = arguments()
    print("arguments:", json.dumps(vars(told)), flush=True)
    wanted = ("HF_HUB_OFFLINE", "OMP_NUM_THREADS", "VLLM_CPU_OMP_THREADS_BIND", "VLLM_ALLOW_RUNTIME_LORA_UPDATING")
    print("environment:", json.dumps({name: os.environ.get(name) for name in wanted}), flush=True)
    if HOW == "dies at start":
        sys.exit("RuntimeError: no memory for the \x1b[31mengine")
    ignore = HOW == "ignores SIGTERM"
    if ignore:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    engine = subprocess.Popen(["/bin/sleep", "600"])
    print("engine:", engine.pid, flush=True)
    names = [told.served_model_name, *(one["name"] for one in told.lora_modules)]
    if HOW == "wrong names":
        names[-1] = "somebody"

    if not ignore:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = FakeServer((told.host, told.port), names)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        time.sleep(60)


def completion(asked: dict[str, object]) -> dict[str, object]:
    message = {"role": "assistant", "content": "No cue. So I pick: A.\n</think>\n\nAnswer: A"}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": asked["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


if __name__ == "__main__":
    main()
