"""Rule 1: the files of a checkpoint, by exact name, regular, within size, and of no dangerous format.

Nothing here follows a symbolic link. A folder in the Hub's cache is made of links: copy it first.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal

from sleeptalk.model_zoo.trust import magic
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown

Kind = Literal["adapter", "model"]

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
CONFIG = "config.json"
GENERATION = "generation_config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"model-(\d{5})-of-(\d{5})\.safetensors")
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
SPECIAL_TOKENS = "special_tokens_map.json"
TEMPLATE = "chat_template.jinja"
RECORD = "organism.json"
TRAINING = "training.json"
RECIPE = "recipe.yaml"
STEERING = "steering.json"
PICTURE = "training.png"
PNG = b"\x89PNG\r\n\x1a\n"

TOKENIZER_FILES = (TOKENIZER, TOKENIZER_CONFIG, SPECIAL_TOKENS, TEMPLATE)
ABOUT = (RECORD, TRAINING, STEERING, PICTURE, RECIPE, "README.md", "LICENSE")
ADAPTER_FILES = (ADAPTER_CONFIG, ADAPTER_WEIGHTS, *TOKENIZER_FILES, *ABOUT)
MODEL_FILES = (CONFIG, GENERATION, WEIGHTS, INDEX, *TOKENIZER_FILES, *ABOUT)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file as it was when the folder was listed; `stamp` tells whether it is still the same."""

    name: str
    path: Path
    size: int
    stamp: tuple[int, ...]

    def open(self) -> BufferedReader:
        """The file, if it is still the listed one; a link or pipe put in its place is not followed.

        Raises:
            UntrustedError: "file-changed".
        """
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.fdopen(os.open(self.path, flags), "rb")
        except OSError as error:
            raise UntrustedError("file-changed", f"{self.name} cannot be opened: {error.strerror}.") from None
        if _stamp(os.fstat(handle.fileno())) != self.stamp:
            handle.close()
            raise self.changed()
        return handle

    def read(self) -> bytes:
        """All bytes; the size was capped when the folder was listed."""
        with self.open() as handle:
            return handle.read(self.size + 1)

    def changed(self) -> UntrustedError:
        """The refusal of a file that is no longer the listed one."""
        return UntrustedError(
            "file-changed", f"{self.name} changed while it was checked; check a copy that stands still."
        )


Entries = Mapping[str, Entry]


def list_checkpoint(folder: Path, limits: Limits) -> tuple[Kind, dict[str, Entry]]:
    """Kind and files of a checkpoint.

    Raises:
        UntrustedError: the first thing in the folder that must not be there.
    """
    found = _scan(folder, limits)
    kind = _kind(folder, found)
    for name in sorted(found):
        if not _is_allowed(name, kind):
            raise _unwanted(name, kind)
    _check_sizes(found, limits)
    for entry in found.values():
        _check_content(entry)
    return kind, found


def trusted_entries(folder: Path) -> dict[str, Entry]:
    """Weights of a trusted base; its files may be links, as in the Hub's cache.

    Raises:
        UntrustedError: "no-folder".
    """
    try:
        names = [one.name for one in folder.iterdir() if one.name in {WEIGHTS, INDEX} or SHARD.fullmatch(one.name)]
        paths = {name: (folder / name).resolve(strict=True) for name in names}
        return {name: Entry(name, path, path.stat().st_size, _stamp(path.stat())) for name, path in paths.items()}
    except OSError as error:
        raise UntrustedError("no-folder", f"The base {shown(str(folder))} cannot be read: {error.strerror}.") from None


def check_unchanged(entries: Entries) -> None:
    """Refuse if a file is no longer the one that was checked.

    Raises:
        UntrustedError: "file-changed".
    """
    for entry in entries.values():
        try:
            now = entry.path.lstat()
        except OSError:
            raise entry.changed() from None
        if _stamp(now) != entry.stamp:
            raise entry.changed()


def _scan(folder: Path, limits: Limits) -> dict[str, Entry]:
    """All entries of the folder, regular files only."""
    found: dict[str, Entry] = {}
    try:
        if folder.is_symlink():
            raise UntrustedError("symlink", f"{shown(str(folder))} is a symbolic link; give the folder itself.")
        with os.scandir(folder) as scan:
            for item in scan:
                if len(found) >= limits.files:
                    raise UntrustedError("too-many-files", f"The folder holds more than {limits.files} files.")
                found[item.name] = _entry(Path(item.path), item.name)
    except OSError as error:
        raise UntrustedError("no-folder", f"{shown(str(folder))} cannot be read: {error.strerror}.") from None
    return found


def _entry(path: Path, name: str) -> Entry:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise UntrustedError(
            "symlink", f"{shown(name)} is a symbolic link; only regular files are read: copy the folder with cp -rL."
        )
    if stat.S_ISDIR(status.st_mode):
        raise UntrustedError("sub-folder", f"{shown(name)} is a folder; a checkpoint is one flat folder: remove it.")
    if not stat.S_ISREG(status.st_mode):
        raise UntrustedError("special-file", f"{shown(name)} is a device, pipe or socket; remove it.")
    return Entry(name, path, status.st_size, _stamp(status))


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _kind(folder: Path, found: Entries) -> Kind:
    is_adapter, is_model = ADAPTER_CONFIG in found, CONFIG in found
    if is_adapter == is_model:
        what = "both" if is_adapter else "neither"
        raise UntrustedError(
            "wrong-kind", f"{shown(folder.name)} holds {what} of {ADAPTER_CONFIG} and {CONFIG}; exactly one is needed."
        )
    return "adapter" if is_adapter else "model"


def _is_allowed(name: str, kind: Kind) -> bool:
    if kind == "adapter":
        return name in ADAPTER_FILES
    return name in MODEL_FILES or (name.isascii() and SHARD.fullmatch(name) is not None)


def _unwanted(name: str, kind: Kind) -> UntrustedError:
    allowed = ", ".join(ADAPTER_FILES if kind == "adapter" else (*MODEL_FILES, "model-0000x-of-0000y.safetensors"))
    if told := magic.by_name(name):
        return UntrustedError(told[0], f"{shown(name)} is {told[1]}; only safetensors weights are read: remove it.")
    return UntrustedError("unexpected-file", f"{shown(name)} is no file of a checkpoint; allowed are {allowed}.")


def _check_sizes(found: Entries, limits: Limits) -> None:
    for name, entry in found.items():
        most = _most(name, limits)
        if entry.size > most:
            raise UntrustedError("file-too-large", f"{name} has {entry.size} bytes; allowed are {most}.")
    total = sum(entry.size for entry in found.values())
    if total > limits.total:
        raise UntrustedError("file-too-large", f"All files have {total} bytes together; allowed are {limits.total}.")


def _most(name: str, limits: Limits) -> int:
    if name.endswith(".safetensors"):
        return limits.weights_file
    special = {INDEX: limits.index, TOKENIZER: limits.tokenizer, TEMPLATE: limits.template, RECORD: limits.record}
    return special.get(name, limits.small_json if name.endswith(".json") else limits.text)


def _check_content(entry: Entry) -> None:
    with entry.open() as handle:
        head = handle.read(512)
        handle.seek(max(0, entry.size - magic.ZIP_TAIL))
        tail = handle.read(magic.ZIP_TAIL)
    if told := magic.by_content(head, tail):
        raise UntrustedError(told[0], f"{entry.name} is by its content {told[1]}; remove it.")
    if entry.name == PICTURE and not head.startswith(PNG):
        raise UntrustedError("foreign-format", f"{entry.name} is no PNG picture; remove it.")
