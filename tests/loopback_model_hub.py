"""A Hugging Face Hub for models on the loopback interface: pushes and pulls of the real client, and what goes wrong.

Repositories have commits, tags, visibility and gates. A test sets up `faults`, which break or delay single requests,
and reads `seen`: every request with the token that came along.
"""

import json
import re
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.loopback import running
from tests.loopback_repos import Fault, Repo, changed, entry, etag

REPO = r"(?P<repo>[^/]+/[^/]+?)"
ROUTES: dict[str, tuple[str, re.Pattern[str]]] = {
    "create": ("POST", re.compile(r"/api/repos/create")),
    "validate": ("POST", re.compile(r"/api/validate-yaml")),
    "harnesses": ("GET", re.compile(r"/api/agent-harnesses")),
    "preupload": ("POST", re.compile(rf"/api/models/{REPO}/preupload/(?P<rev>[^/]+)")),
    "batch": ("POST", re.compile(rf"/{REPO}\.git/info/lfs/objects/batch")),
    "store": ("PUT", re.compile(rf"/lfs/{REPO}/(?P<oid>[0-9a-f]+)")),
    "commit": ("POST", re.compile(rf"/api/models/{REPO}/commit/(?P<rev>[^/]+)")),
    "tag": ("POST", re.compile(rf"/api/models/{REPO}/tag/(?P<rev>[^/]+)")),
    "settings": ("PUT", re.compile(rf"/api/models/{REPO}/settings")),
    "refs": ("GET", re.compile(rf"/api/models/{REPO}/refs")),
    "tree": ("GET", re.compile(rf"/api/models/{REPO}/tree/(?P<rev>[^/]+)")),
    "info": ("GET", re.compile(rf"/api/models/{REPO}(?:/revision/(?P<rev>[^/]+))?")),
    "file": ("GET", re.compile(rf"/{REPO}/resolve/(?P<rev>[^/]+)/(?P<path>.+)")),
}
STATUS = {"RepoNotFound": 401, "RevisionNotFound": 404, "EntryNotFound": 404, "GatedRepo": 403}
TOKEN = "hf_loopback"  # noqa: S105 - nobody's


class ModelHub(ThreadingHTTPServer):
    """The server."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repos: dict[str, Repo] = {}
        self.stored: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.seen: list[tuple[str, str, str | None]] = []
        self.ranges: list[str] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add(self, name: str, files: Mapping[str, bytes], **known: Any) -> str:
        """A repository with one commit, or one commit more; returns the commit."""
        return self.repos.setdefault(name, Repo(**known)).add(files)

    def requests(self, route: str) -> list[str]:
        """Paths of the requests of a route."""
        return [path for kind, path, _ in self.seen if kind == route]

    def fault(self, route: str, path: str, method: str) -> Fault | None:
        """The fault of this request, counted down."""
        with self.lock:
            for one in self.faults:
                if one.route == route and one.path in path and one.method in ("", method) and one.times > 0:
                    one.times -= 1
                    return one
        return None


class _Handler(BaseHTTPRequestHandler):
    server: ModelHub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms for the client to acknowledge the headers

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - the base class's names

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        for route, (method, pattern) in ROUTES.items():
            if method in (self.command, {"HEAD": "GET"}.get(self.command)) and (found := pattern.fullmatch(path)):
                self._route(route, path, token, found.groupdict())
                return
        self._json({"error": path}, 404)

    def _route(self, route: str, path: str, token: str | None, asked: dict[str, Any]) -> None:
        with self.server.lock:
            self.server.seen.append((route, path, token))
        self.problem = self.server.fault(route, path, self.command)
        if self._troubled():
            return
        repo = self.server.repos.get(asked.get("repo") or "")
        hidden = repo is not None and repo.private and token != TOKEN and route != "store"
        if (repo is None and "repo" in asked) or hidden:
            self._fail("RepoNotFound")
        else:
            getattr(self, f"_{route}")(repo, asked, token)

    def _troubled(self) -> bool:
        problem = self.problem
        if problem is None:
            return False
        if problem.before:
            problem.before()
        threading.Event().wait(problem.seconds)  # tests take the sleep out of time.sleep
        if problem.status:
            self._json({"error": "trouble"}, problem.status, {"X-Error-Code": problem.code} if problem.code else {})
        return bool(problem.status)

    def _create(self, repo: None, asked: dict[str, Any], token: str | None) -> None:
        wanted = json.loads(self.sent)
        name = f"{wanted['organization']}/{wanted['name']}"
        private = wanted.get("visibility") == "private" or bool(wanted.get("private"))
        with self.server.lock:
            exists = name in self.server.repos
            if not exists:
                self.server.add(name, {".gitattributes": b"*.safetensors filter=lfs\n"}, private=private)
        self._json({"url": f"{self.server.url}/{name}", "id": name}, 409 if exists else 200)

    def _validate(self, repo: None, asked: dict[str, Any], token: str | None) -> None:
        self._json({"errors": [], "warnings": []})

    def _harnesses(self, repo: None, asked: dict[str, Any], token: str | None) -> None:
        self._json({})

    def _preupload(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        _, files = repo.commits[-1]
        told = []
        for one in json.loads(self.sent)["files"]:
            name = one["path"]
            told.append({"path": name, "uploadMode": "lfs" if name.endswith(".safetensors") else "regular",
                         "shouldIgnore": False, "oid": etag(name, files[name]) if name in files else None})  # fmt: skip
        self._json({"files": told})

    def _batch(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        told = []
        for one in json.loads(self.sent)["objects"]:
            href = f"{self.server.url}/lfs/{asked['repo']}/{one['oid']}"
            known = one["oid"] in self.server.stored
            told.append({**one, **({} if known else {"actions": {"upload": {"href": href, "header": {}}}})})
        self._json({"transfer": "basic", "objects": told})

    def _store(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        self.server.stored[asked["oid"]] = self.sent
        self._json({})

    def _commit(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        lines = [json.loads(line) for line in self.sent.splitlines()]
        with self.server.lock:
            head, files = repo.commits[-1]
            parent = lines[0]["value"].get("parentCommit")
            stale = parent is not None and parent != head
            if not stale:
                head = repo.add(changed(files, lines[1:], self.server.stored))
        if stale:
            self._json({"error": "stale parent"}, 412)
        else:
            self._json({"commitOid": head, "commitUrl": f"{self.server.url}/{asked['repo']}/commit/{head}"})

    def _tag(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        name = json.loads(self.sent)["tag"]
        with self.server.lock:
            exists = name in repo.tags
            if not exists:
                repo.tags[name] = asked["rev"]
        self._json({}, 409 if exists else 200)

    def _settings(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        wanted = json.loads(self.sent)
        repo.gated = wanted.get("gated", repo.gated)
        if "visibility" in wanted or "private" in wanted:
            repo.private = wanted.get("visibility") == "private" or bool(wanted.get("private"))
        self._json({})

    def _refs(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        tags = [{"name": one, "ref": f"refs/tags/{one}", "targetCommit": oid} for one, oid in repo.tags.items()]
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": repo.commits[-1][0]}
        self._json({"branches": [main], "converts": [], "tags": tags})

    def _info(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        if state := self._state(repo, asked):
            known = {"id": asked["repo"], "private": repo.private, "gated": repo.gated, "tags": []}
            self._json({**known, "sha": state[0], "siblings": [{"rfilename": name} for name in state[1]]})

    def _tree(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        if state := self._state(repo, asked):
            told = [entry(name, content) for name, content in state[1].items()]
            self._json(told)

    def _file(self, repo: Repo, asked: dict[str, Any], token: str | None) -> None:
        state = self._state(repo, asked)
        if state is None:
            return
        if repo.gated and token != TOKEN:
            self._fail("GatedRepo")
        elif (content := state[1].get(asked["path"])) is None:
            self._fail("EntryNotFound")
        else:
            self._body(state[0], asked["path"], content)

    def _body(self, commit: str, name: str, content: bytes) -> None:
        headers = {"X-Repo-Commit": commit, "ETag": f'"{etag(name, content)}"', "Accept-Ranges": "bytes"}
        problem, status = self.problem, 200
        if problem and problem.redirect:
            told = {"X-Linked-Etag": headers["ETag"], "X-Linked-Size": str(len(content))}
            self._send(b"", 302, {**headers, **told, "Location": f"{problem.redirect}{self.path}"})
            return
        if problem and problem.change:
            content = problem.change(content)
        if (asked := self.headers.get("Range")) and self.command == "GET":
            self.server.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").split("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            content, status = content[start:], 206
        if problem and problem.endless and self.command == "GET":
            self._stream(headers)
        else:
            self._send(content, status, headers, problem.cut_at if problem else 0)

    def _stream(self, headers: dict[str, str]) -> None:
        """More bytes than anybody was told of."""
        self.send_response(200)
        for key, value in {**headers, "Connection": "close"}.items():
            self.send_header(key, value)
        self.end_headers()
        self.close_connection = True
        try:
            for _ in range(4000):
                self.wfile.write(b"0" * 65536)
        except OSError:
            return

    def _state(self, repo: Repo, asked: dict[str, Any]) -> tuple[str, dict[str, bytes]] | None:
        state = repo.at(asked.get("rev"))
        if state is None:
            self._fail("RevisionNotFound")
        return state

    def _json(self, answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._send(json.dumps(answer).encode(), status, {"Content-Type": "application/json", **(headers or {})})

    def _fail(self, code: str) -> None:
        self._json({"error": code}, STATUS[code], {"X-Error-Code": code})

    def _send(self, content: bytes, status: int, headers: dict[str, str], cut_at: int = 0) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(content[:cut_at] if cut_at else content)
        if cut_at:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""


def model_hub() -> AbstractContextManager[ModelHub]:
    """A running hub."""
    return running(ModelHub())
