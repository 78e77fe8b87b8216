"""The local zoo: pulled organisms, each a folder `<name>@<commit>` with its receipt `<name>@<commit>.json` beside it.

A receipt says where the files came from and which checker let them in. The provider loads a pulled organism only with
its receipt, and only while every file still has the sha256 of the receipt. This module knows nothing of the Hub; see
`hub/pull.py` for how files get here.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from sleeptalk.errors import InputFileError, IntegrityError, UnknownNameError, UnverifiedError
from sleeptalk.model_zoo.hub.checking import CHECKER
from sleeptalk.model_zoo.recipe_parts import Name, Revision
from sleeptalk.model_zoo.records import RECORD_FILE, Organism, Sha256, file_sha256, read_record

HOME_VARIABLE = "SLEEPTALK_HOME"


class Receipt(BaseModel):
    """Where a pulled organism came from, and who let it in.

    Attributes:
        name: how it is called here; another name than in its record keeps two of them apart.
        repo, revision: repository and commit on the Hub.
        endpoint: the Hub's address.
        checker: version of the rules that it passed; null for one that still has to be checked. 0 compares sha256 only.
        files: sha256 of every file, record included.
        pulled: when.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    repo: Annotated[str, Field(max_length=200)]
    revision: Revision
    endpoint: Annotated[str, Field(max_length=200)]
    checker: Annotated[int, Field(ge=0)] | None
    files: dict[str, Sha256]
    pulled: AwareDatetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """One organism of the local zoo; `receipt` is missing for files that were put there by hand."""

    folder: Path
    organism: Organism
    receipt: Receipt | None

    @property
    def name(self) -> str:
        """Its name here."""
        return self.receipt.name if self.receipt else self.folder.name.partition("@")[0]

    @property
    def label(self) -> str:
        """Name and commit, which is unique."""
        return self.folder.name


def local_zoo() -> Path:
    """Where pulled organisms lie: `$SLEEPTALK_HOME/zoo`, else `sleeptalk/zoo` in the user's cache folder."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser().resolve() / "zoo"
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser().resolve() / "sleeptalk" / "zoo"


def receipt_path(folder: Path) -> Path:
    """The receipt's place beside its folder."""
    return folder.with_name(f"{folder.name}.json")


def read_receipt(folder: Path) -> Receipt | None:
    """The receipt of a folder, None without one.

    Raises:
        InputFileError: it is malformed.
    """
    path = receipt_path(folder)
    try:
        return Receipt.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValidationError, UnicodeDecodeError):
        raise InputFileError(f"The receipt {path} cannot be read; remove it and pull the organism again.") from None


def write_receipt(receipt: Receipt, folder: Path) -> None:
    """Write a receipt, whole or not at all."""
    path = receipt_path(folder)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(receipt.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def pulled_organisms() -> list[Pulled]:
    """All organisms of the local zoo, by label; a folder whose record or receipt is broken is left out."""
    found = []
    for path in sorted(local_zoo().glob(f"*@*/{RECORD_FILE}")):
        try:
            folder = path.parent
            found.append(Pulled(folder=folder, organism=read_record(folder), receipt=read_receipt(folder)))
        except InputFileError:
            continue
    return found


def find_pulled(name: str) -> Pulled | None:
    """A pulled organism by name, or by name and the beginning of its commit; None if there is none.

    Raises:
        UnknownNameError: there are several.
    """
    wanted, _, commit = name.partition("@")
    matches = [
        one for one in pulled_organisms() if one.name == wanted and one.label.partition("@")[2].startswith(commit)
    ]
    if len(matches) > 1:
        raise UnknownNameError("organism", name, (one.label for one in matches), "There are several: name the commit.")
    return matches[0] if matches else None


def is_verified(pulled: Pulled) -> bool:
    """Whether the installed checker, or a newer one, let it in; its files may have changed since."""
    checker = pulled.receipt.checker if pulled.receipt else None
    return checker is not None and checker >= CHECKER


def verified_pulled(pulled: Pulled) -> Path:
    """The folder of a pulled organism, after receipt and files were found in order.

    Raises:
        UnverifiedError: it has no receipt, or was let in by older rules.
        IntegrityError: a file differs from its receipt, or is none of it.
    """
    receipt = pulled.receipt
    if receipt is None or not is_verified(pulled):
        if receipt is None:
            raise UnverifiedError(
                f"{pulled.label} is not verified: it has no receipt. Check it with: sleeptalk zoo verify "
                f"{pulled.folder} and name its files with -M base=DIR -M adapter=DIR, or pull it anew."
            )
        raise UnverifiedError(
            f"{pulled.label} is not verified: the installed checker has not seen it. Run: sleeptalk zoo verify "
            f"{pulled.label}"
        )
    check_folder(pulled.folder, receipt.files, f"Pull it again: sleeptalk zoo pull {receipt.repo} "
                                               f"--revision {receipt.revision}")  # fmt: skip
    return pulled.folder


def note_checked(pulled: Pulled, checker: int) -> Pulled:
    """Write into a receipt that these rules have just let the organism in.

    Raises:
        UnverifiedError: it has no receipt to write into.
        IntegrityError: its files are not those of the receipt.
    """
    if pulled.receipt is None:
        raise UnverifiedError(f"{pulled.label} has no receipt, so nobody knows where it is from; pull it anew.")
    again = f"Pull it again: sleeptalk zoo pull {pulled.receipt.repo} --revision {pulled.receipt.revision}"
    check_folder(pulled.folder, pulled.receipt.files, again)
    receipt = pulled.receipt.model_copy(update={"checker": checker})
    write_receipt(receipt, pulled.folder)
    return replace(pulled, receipt=receipt)


def check_folder(folder: Path, recorded: dict[str, str], hint: str) -> None:
    """Refuse a folder that holds anything but the recorded files with their sha256.

    Raises:
        IntegrityError: names the first file that is missing, differs, or is too much.
    """
    present = {path.name for path in folder.iterdir()}
    for name in sorted(present - recorded.keys()):
        raise IntegrityError(f"{folder / name} is not on the receipt. {hint}")
    for name, digest in recorded.items():
        path = folder / name
        regular = path.is_file() and not path.is_symlink()
        found = file_sha256(path) if regular else "no such file"
        if found != digest:
            raise IntegrityError(f"{path} changed: sha256 {digest} is recorded, found {found}. {hint}")


def names_of(pulled: Iterable[Pulled]) -> list[str]:
    """How the provider calls them: by name, where that is enough, else by label."""
    many = list(pulled)
    return [one.label if sum(other.name == one.name for other in many) > 1 else one.name for one in many]
