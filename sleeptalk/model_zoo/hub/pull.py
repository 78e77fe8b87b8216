"""Pull an organism: list, fetch, compare, check, and only then let it into the local zoo.

Everything happens in a hidden folder of the local zoo, so that what is half done never looks like an organism. Nothing
that a record or config names besides (a base, code, a template) is followed.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sleeptalk.errors import DownloadError, InvalidValueError, OutputFolderError
from sleeptalk.model_zoo.bases import MissingBaseError, base_of
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.hub.checking import check
from sleeptalk.model_zoo.hub.client import AGAIN, hub_api, hub_errors, hub_is_offline
from sleeptalk.model_zoo.hub.fetch import Source, check_names
from sleeptalk.model_zoo.pulled import Pulled, Receipt, local_zoo, receipt_path, write_receipt
from sleeptalk.model_zoo.records import RECORD_FILE, Organism, shipped_organisms

if TYPE_CHECKING:
    from huggingface_hub import HfApi

PREFIX = ".pull-"
A_DAY = 86400
COMMIT = re.compile(r"[0-9a-f]{40}")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Files of one commit in a folder, each with the sha256 of the record; nothing else is known of them."""

    folder: Path
    organism: Organism
    files: dict[str, str]


def pinned(repo: str, revision: str | None, api: "HfApi | None" = None) -> str:
    """A commit as it is; a branch, a tag or nothing is looked up and refused with the commit to ask for.

    Raises:
        InvalidValueError: `revision` is no commit; the sentence tells the command that pins it.
        DownloadError: the Hub does not know it.
    """
    if revision and COMMIT.fullmatch(revision):
        return revision
    api = api or hub_api()
    with hub_errors(api, repo, revision):
        found = api.model_info(repo, revision=revision).sha
    if not found or not COMMIT.fullmatch(found):
        raise DownloadError(f"The Hub does not tell the commit of {repo}; give --revision with 40 hexadecimal digits.")
    what = f"The revision {plain(revision)}" if revision else "A pull without --revision"
    raise InvalidValueError(
        f"{what} can move, and is the commit {found} now. Pull that: sleeptalk zoo pull {repo} --revision {found}"
    )


@contextmanager
def fetched(
    repo: str, revision: str, *, offline: bool = False, api: "HfApi | None" = None, inside: Path | None = None
) -> Iterator[Fetched]:
    """An organism of the Hub in a temporary folder, for whoever wants to check it without keeping it.

    Args:
        repo: repository on the Hub.
        revision: commit, 40 hexadecimal digits.
        offline: take everything from the Hub's cache.
        api: the client; by default that of the environment.
        inside: where the temporary folder is made.

    Raises:
        SleeptalkError: the files cannot be had, or are not those of the record.
    """
    source = Source(api=api or hub_api(), repo=repo, revision=revision, offline=offline or hub_is_offline())
    listed = None if source.offline else source.listing()
    if listed is not None and RECORD_FILE not in listed:
        raise DownloadError(f"{repo} has no {RECORD_FILE} at {revision}, so it was not pushed by sleeptalk zoo push.")
    organism = source.record()
    check_names(organism, listed)
    with TemporaryDirectory(prefix=PREFIX, dir=inside) as temporary:
        folder = Path(temporary) / "files"
        folder.mkdir()
        files = {name: source.copy(name, digest, folder) for name, digest in sorted(organism.files.items())}
        files[RECORD_FILE] = source.copy(RECORD_FILE, None, folder)
        yield Fetched(folder=folder, organism=organism, files=files)


def pull(
    repo: str,
    revision: str,
    *,
    name: str | None = None,
    offline: bool = False,
    api: "HfApi | None" = None,
    told: Told = lambda _: None,
) -> Pulled:
    """Pull one commit of a repository into the local zoo; an older copy of the same commit is replaced.

    Args:
        repo: repository on the Hub.
        revision: commit, 40 hexadecimal digits.
        name: how the organism is called here; by default as in its record.
        offline: take everything from the Hub's cache.
        api: the client; by default that of the environment.
        told: called with a sentence about what happens.

    Raises:
        SleeptalkError: it was not let in; nothing of it is in the local zoo.
    """
    api, zoo = api or hub_api(), local_zoo()
    if name is not None:
        _check_name(name)
    _prepare(zoo)
    told(f"Fetching {repo} at {revision}.")
    try:
        with fetched(repo, revision, offline=offline, api=api, inside=zoo) as got:
            called = name or got.organism.name
            _check_name(called)
            receipt = Receipt(
                name=called,
                repo=repo,
                revision=revision,
                endpoint=api.endpoint,
                checker=_let_in(got, told),
                files=got.files,
                pulled=datetime.now(UTC),
            )
            folder = zoo / f"{called}@{revision}"
            _move(got.folder, folder, receipt)
    except OSError as error:
        raise OutputFolderError(f"Cannot write to {zoo}: {error.strerror or error}. {AGAIN}; it goes on.") from None
    return Pulled(folder=folder, organism=got.organism, receipt=receipt)


def _let_in(got: Fetched, told: Told) -> int | None:
    """Version of the rules that the files passed; None if they cannot be checked yet."""
    try:
        base = base_of(got.organism)
    except MissingBaseError as error:
        told(f"{error} Until then it is not verified, and cannot be evaluated; afterwards pull it again.")
        return None
    told("Checking it.")
    return check(got.folder, got.organism, base)


def _prepare(zoo: Path) -> None:
    """Make the local zoo, and remove what pulls left behind that were killed."""
    try:
        zoo.mkdir(parents=True, exist_ok=True)
        for path in zoo.glob(f"{PREFIX}*"):
            if time.time() - path.stat().st_mtime > A_DAY:
                shutil.rmtree(path, ignore_errors=True)
    except OSError as error:
        raise OutputFolderError(f"Cannot write to {zoo}: {error.strerror}; set SLEEPTALK_HOME.") from None


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise InvalidValueError(
            f"{plain(name)!r} cannot be an organism's name; use at most 60 lower-case letters, digits, dots, dashes."
        )
    if name in shipped_organisms():
        raise InvalidValueError(f"An organism called {name} ships with sleeptalk; choose another name with --name.")


def _move(made: Path, folder: Path, receipt: Receipt) -> None:
    """Put the receipt down, then the files, in one rename; an older copy of the same commit makes room."""
    from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]

    old = made.with_name("old")
    with WeakFileLock(folder.parent.with_name("zoo.lock")):
        if folder.exists():
            folder.rename(old)
        write_receipt(receipt, folder)
        try:
            made.rename(folder)
        except OSError:
            receipt_path(folder).unlink(missing_ok=True)
            raise
    shutil.rmtree(old, ignore_errors=True)
