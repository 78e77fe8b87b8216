"""Push an organism: check everything here, then private repository, gate, files, record and card, tag; public last.

The order makes every interruption harmless: what is there is private, running again goes on, and only the last step
makes it public, when the gate has long been closed. Record and card are one commit that names its parent, after the
files at that parent were compared with the record, so two writers cannot mix their organisms.
"""

import hashlib
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sleeptalk.errors import InvalidValueError, PublishError, UploadError
from sleeptalk.model_zoo.bases import REPO, base_of
from sleeptalk.model_zoo.cards import card
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.hub.checking import check
from sleeptalk.model_zoo.hub.client import hub_api, hub_errors
from sleeptalk.model_zoo.hub.files import CARD_FILE, UNREAD, most_bytes
from sleeptalk.model_zoo.publishing import Gate, check_complete, chosen_gate
from sleeptalk.model_zoo.records import RECORD_FILE, Organism, read_record

if TYPE_CHECKING:
    from huggingface_hub import HfApi

MOST_TRIES = 5
MOST_WAIT = 2.0
TAG = re.compile(r"v([1-9][0-9]*)")
STALE = 412

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPlan:
    """What will be pushed, complete and checked; `gate_asked` tells whether the user chose the gate."""

    folder: Path
    organism: Organism
    repo: str
    public: bool
    gate: Gate
    gate_asked: bool
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What was pushed; `commit` is what others pull."""

    repo: str
    commit: str
    tag: str
    public: bool
    gate: Gate
    url: str

    @property
    def command(self) -> str:
        """How to pull it."""
        return f"sleeptalk zoo pull {self.repo} --revision {self.commit}"


def plan_push(folder: Path, repo: str, *, public: bool = False, gate: Gate | None = None) -> PushPlan:
    """Check everything that can be checked without the Hub.

    Raises:
        IncompleteRecordError: names every field that is missing.
        PublishError: the hazard needs a stricter gate.
        SleeptalkError: a file differs from the record, or a rule for checkpoints is broken.
    """
    if not REPO.fullmatch(repo):
        raise InvalidValueError(f"{plain(repo)!r} is no repository's name; write OWNER/NAME.")
    organism = read_record(folder)
    check_complete(organism)
    chosen = chosen_gate(organism.hazard, gate)
    for name in organism.files:
        most_bytes(name)
    check(folder, organism, base_of(organism))
    size = sum((folder / name).stat().st_size for name in organism.files)
    return PushPlan(
        folder=folder, organism=organism, repo=repo, public=public, gate=chosen, gate_asked=gate is not None, bytes=size
    )


def push(plan: PushPlan, api: "HfApi | None" = None, told: Told = lambda _: None) -> Pushed:
    """Carry a plan out.

    Raises:
        UploadError: the Hub did not take it; running again goes on.
        PublishError: the repository is already public, which was not asked for.
    """
    api = api or hub_api()
    with hub_errors(api, plan.repo, raised=UploadError):
        told(f"Preparing {plan.repo}, private.")
        api.create_repo(plan.repo, private=True, exist_ok=True)
        info = api.model_info(plan.repo)
        if info.private is False and not plan.public:
            raise PublishError(
                f"{plan.repo} is public already; add --public if that is meant, or choose another repository."
            )
        gate: Gate = "manual" if info.gated == "manual" and not plan.gate_asked else plan.gate
        api.update_repo_settings(plan.repo, gated=False if gate == "none" else gate)
        told(f"Uploading {len(plan.organism.files)} files, {plan.bytes / 1e6:.1f} MB.")
        api.upload_folder(
            repo_id=plan.repo,
            folder_path=plan.folder,
            allow_patterns=sorted(plan.organism.files),
            commit_message=f"Files of {plan.organism.name}",
        )
        commit = _commit_record(plan, api)
        tag = _tag(plan.repo, commit, api)
        if plan.public:
            told("Making it public.")
            api.update_repo_settings(plan.repo, private=False)
    return Pushed(
        repo=plan.repo, commit=commit, tag=tag, public=plan.public, gate=gate, url=f"{api.endpoint}/{plan.repo}"
    )


def _commit_record(plan: PushPlan, api: "HfApi") -> str:
    """One commit with record and card on top of files that fit the record; tried anew while others commit, too."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete
    from huggingface_hub.errors import HfHubHTTPError

    record = (plan.folder / RECORD_FILE).read_bytes()
    texts = {RECORD_FILE: record, CARD_FILE: card(plan.organism, plan.repo).encode()}
    for attempt in range(MOST_TRIES):
        head = str(api.model_info(plan.repo).sha)
        stale = _compare(plan, head, api)
        operations: list[CommitOperationAdd | CommitOperationDelete] = [
            *(CommitOperationAdd(name, text) for name, text in texts.items()),
            *(CommitOperationDelete(name) for name in stale),
        ]
        try:
            made = api.create_commit(
                plan.repo, operations, commit_message=f"Record of {plan.organism.name}", parent_commit=head
            )
        except HfHubHTTPError as error:
            if error.response is None or error.response.status_code != STALE:
                raise
            time.sleep(random.uniform(0, MOST_WAIT * (attempt + 1) / MOST_TRIES))
        else:
            return made.oid
    raise UploadError(
        f"Others committed to {plan.repo} during each of {MOST_TRIES} tries; run the same command again later."
    )


def _compare(plan: PushPlan, commit: str, api: "HfApi") -> list[str]:
    """Refuse if the files at a commit are not those of the record; returns the files that do not belong there.

    Raises:
        UploadError: another writer changed a file.
    """
    from huggingface_hub.hf_api import RepoFile

    tree = {one.path: one for one in api.list_repo_tree(plan.repo, revision=commit, recursive=True)
            if isinstance(one, RepoFile)}  # fmt: skip
    for name, digest in plan.organism.files.items():
        if name not in tree or not _is_same(plan.folder / name, digest, tree[name]):
            raise UploadError(
                f"{name} in {plan.repo} is not the file that was just uploaded, so somebody else pushes there, too. "
                "Choose another repository, or run the same command again when they are done."
            )
    return sorted(tree.keys() - plan.organism.files.keys() - UNREAD - {RECORD_FILE})


def _is_same(path: Path, digest: str, remote: Any) -> bool:
    """Whether a file of the Hub is ours: by sha256 where it is stored apart, else by git's own hash."""
    if remote.lfs is not None:
        return bool(remote.lfs.sha256 == digest)
    content = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return bool(remote.blob_id == blob)


def _tag(repo: str, commit: str, api: "HfApi") -> str:
    """The commit's tag: the one it has, else the next free of v1, v2, ..."""
    from huggingface_hub.errors import HfHubHTTPError

    for _ in range(MOST_TRIES):
        tags = {one.name: one.target_commit for one in api.list_repo_refs(repo).tags}
        numbers = {int(found[1]): name for name in tags if (found := TAG.fullmatch(name))}
        for name in numbers.values():
            if tags[name] == commit:
                return name
        tag = f"v{max(numbers, default=0) + 1}"
        try:
            api.create_tag(repo, tag=tag, revision=commit)
        except HfHubHTTPError as error:
            if error.response is None or error.response.status_code != 409:
                raise
        else:
            return tag
    raise UploadError(f"Others tag {repo} at the same time; run the same command again when they are done.")
