"""What the loopback Hub for models holds: repositories with commits, and faults; no network here."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Repo:
    """A repository; a commit maps names to bytes."""

    private: bool = False
    gated: str | bool = False
    commits: list[tuple[str, dict[str, bytes]]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def add(self, files: Mapping[str, bytes]) -> str:
        """Commit a whole state; returns the commit."""
        text = json.dumps([len(self.commits), id(self), sorted(files)])
        oid = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self.commits.append((oid, dict(files)))
        return oid

    def at(self, revision: str | None) -> tuple[str, dict[str, bytes]] | None:
        """Commit and files of a revision."""
        wanted = self.tags.get(revision or "", revision)
        if wanted in (None, "main"):
            return self.commits[-1]
        return next((one for one in self.commits if one[0] == wanted), None)


@dataclass
class Fault:
    """What goes wrong with the first `times` requests of a route whose path contains `path`.

    `change` gets the body of a file and returns another; `status` answers with an error, `before` is called first.
    """

    route: str
    path: str = ""
    method: str = ""
    times: int = 1
    status: int = 0
    code: str = ""
    cut_at: int = 0
    redirect: str = ""
    seconds: float = 0.0
    change: Callable[[bytes], bytes] | None = None
    endless: bool = False
    before: Callable[[], object] | None = None


def changed(files: dict[str, bytes], lines: list[dict[str, Any]], stored: dict[str, bytes]) -> dict[str, bytes]:
    """The state after a commit's operations."""
    after = dict(files)
    for line in lines:
        value = line["value"]
        if line["key"] == "file":
            after[value["path"]] = base64.b64decode(value["content"])
        elif line["key"] == "lfsFile":
            after[value["path"]] = stored[value["oid"]]
        else:
            after.pop(value["path"], None)
    return after


def entry(name: str, content: bytes) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "file", "path": name, "size": len(content), "oid": etag("", content)}
    if name.endswith(".safetensors"):
        told["lfs"] = {"oid": etag(name, content), "size": len(content), "pointerSize": 130}
    return told


def etag(name: str, content: bytes) -> str:
    """What the Hub calls a file's content: sha256 for large files, git's blob hash for others."""
    if name.endswith(".safetensors"):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
