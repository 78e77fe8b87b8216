"""Fetch the files of one commit through the Hub's cache, and copy them out of it with their sha256 compared.

The client accepts a changed body of the same length and writes whatever length a server sends, so both are checked
here: bytes are counted while they come, and hashed while they are copied. A file that is wrong in the cache is fetched
once more.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sleeptalk.errors import DownloadError, InvalidValueError, TooLargeError, UnwantedFileError, WrongBytesError
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.hub.client import hub_errors
from sleeptalk.model_zoo.hub.files import check_listing, most_bytes
from sleeptalk.model_zoo.records import MAX_FILES, RECORD_FILE, Organism, parse_record

if TYPE_CHECKING:
    from huggingface_hub import HfApi

PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One commit of a repository; `offline` takes everything from the cache."""

    api: "HfApi"
    repo: str
    revision: str
    offline: bool = False

    def listing(self) -> dict[str, int]:
        """The files to pull with their sizes, as the Hub tells them.

        Raises:
            SleeptalkError: the Hub does not tell, or there is something that no organism needs.
        """
        from huggingface_hub.hf_api import RepoFile

        with hub_errors(self.api, self.repo, self.revision):
            tree = self.api.list_repo_tree(self.repo, revision=self.revision, recursive=True)
            entries = list(islice(tree, MAX_FILES + len(("README.md", "LICENSE", ".gitattributes")) + 1))
        sizes: dict[str, int] = {}
        for entry in entries:
            if not isinstance(entry, RepoFile):
                raise UnwantedFileError(f'"{plain(entry.path, 80)}" is a folder; an organism is one flat folder.')
            if not isinstance(entry.path, str) or not isinstance(entry.size, int) or entry.path in sizes:
                raise UnwantedFileError(f"The list of files of {self.repo} is malformed at {plain(entry.path, 80)}.")
            sizes[entry.path] = entry.size
        return check_listing(sizes)

    def cached(self, name: str, *, force: bool = False) -> Path:
        """One file in the Hub's cache, fetched if it is not there.

        Raises:
            SleeptalkError: it cannot be had, or is longer than allowed.
        """
        from huggingface_hub import hf_hub_download

        most = most_bytes(name)
        with hub_errors(self.api, self.repo, self.revision):
            found = Path(
                hf_hub_download(
                    self.repo,
                    name,
                    revision=self.revision,
                    endpoint=self.api.endpoint,
                    token=self.api.token,
                    local_files_only=self.offline,
                    force_download=force,
                    tqdm_class=_counting(name, most),
                )
            )
        if found.parent.name != self.revision:
            raise DownloadError(f"The Hub gave {name} of another commit than {self.revision}; do not use this mirror.")
        return found

    def record(self) -> Organism:
        """The record of this commit.

        Raises:
            SleeptalkError: there is none, or it is malformed.
        """
        path = self.cached(RECORD_FILE)
        with path.open("rb") as handle:
            return parse_record(handle.read(most_bytes(RECORD_FILE) + 1), f"{RECORD_FILE} of {self.repo}")

    def copy(self, name: str, digest: str | None, target: Path) -> str:
        """Copy one file out of the cache as a real file and return its sha256.

        Raises:
            WrongBytesError: it is not `digest`, even after it was fetched once more.
        """
        found = _copy(self.cached(name), target / name, most_bytes(name))
        if digest is None or found == digest:
            return found
        if not self.offline:
            found = _copy(self.cached(name, force=True), target / name, most_bytes(name))
        if found != digest:
            raise WrongBytesError(
                f"{name} of {self.repo} is not what its record tells: sha256 {digest} is recorded, found {found}. "
                + ("Pull it without --offline." if self.offline else "Do not use it; tell its author.")
            )
        return found


def check_names(organism: Organism, listed: Mapping[str, int] | None) -> None:
    """Refuse a record that names other files than the commit holds.

    Raises:
        UnwantedFileError: names the first such file.
        InvalidValueError: the record names no weights.
    """
    for name in organism.files:
        most_bytes(name)
        if listed is not None and name not in listed:
            raise UnwantedFileError(f"The record names {name}, which is not in the commit; tell its author.")
    for name in sorted(set(listed or ()) - organism.files.keys() - {RECORD_FILE}):
        raise UnwantedFileError(f"{name} lies in the commit, but its record does not name it; tell its author.")
    if not any(name.endswith(".safetensors") for name in organism.files):
        raise InvalidValueError(f"The record of {organism.name} names no weights, so there is nothing to pull.")


def _copy(source: Path, target: Path, most: int) -> str:
    """Copy the content of a file or of what a link of the cache leads to, at most `most` bytes; sha256 of the copy."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reading, target.open("wb") as writing:
        while piece := reading.read(PIECE):
            size += len(piece)
            if size > most:
                raise TooLargeError(f"{target.name} is longer than the allowed {most} bytes.")
            digest.update(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest()


def _counting(name: str, most: int) -> Any:
    """A progress bar that ends the transfer when more bytes come than allowed."""
    from huggingface_hub.utils.tqdm import tqdm

    class Counting(tqdm):  # type: ignore[misc,type-arg,unused-ignore]
        came = 0

        def update(self, n: float | None = 1) -> bool | None:
            self.came += int(n or 0)
            if self.came > most:
                raise TooLargeError(f"The Hub sends more than the allowed {most} bytes for {name}; it was cut off.")
            done: bool | None = super().update(n)
            return done

    return Counting
