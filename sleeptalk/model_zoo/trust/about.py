"""Files about a checkpoint: they are never executed or believed, but they must be plain text and tell the truth."""

import re
from collections.abc import Mapping
from typing import Any

from sleeptalk import strict_yaml
from sleeptalk.errors import InputFileError
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.listing import RECIPE, RECORD, STEERING, TEMPLATE, TRAINING, Entries
from sleeptalk.model_zoo.trust.refusal import UntrustedError, escaped, shown
from sleeptalk.model_zoo.trust.strict_json import parse_object

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def read_plain(data: bytes, name: str) -> str:
    """UTF-8 text without control characters.

    Raises:
        UntrustedError: "not-text".
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UntrustedError("not-text", f"{name} is not UTF-8 text.") from None
    if found := _CONTROL.search(text):
        raise UntrustedError("not-text", f"{name} holds the control character {shown(found.group())}; remove it.")
    return text


def check_about(entries: Entries, limits: Limits) -> None:
    """Check the files that describe a checkpoint.

    Raises:
        UntrustedError: one is not text, or not strict JSON or YAML.
    """
    for name, entry in entries.items():
        if name in {RECORD, TRAINING, STEERING}:
            parse_object(entry.read(), name, limits)
        elif name == RECIPE:
            text = read_plain(entry.read(), name)
            try:
                strict_yaml.loads(text, name)
            except InputFileError as error:
                raise UntrustedError("bad-yaml", escaped(str(error), 300)) from None
        elif name in {"README.md", "LICENSE", TEMPLATE}:
            read_plain(entry.read(), name)


def check_record(entries: Entries, sha256: Mapping[str, str], limits: Limits) -> None:
    """Refuse if the record's own list of files does not fit the files.

    Raises:
        UntrustedError: "record-differs".
    """
    if RECORD not in entries:
        return
    recorded: Any = parse_object(entries[RECORD].read(), RECORD, limits).get("files", {})
    if not isinstance(recorded, dict):
        raise UntrustedError("record-differs", f"{RECORD}: files is {shown(recorded)}, not an object.")
    for name, digest in recorded.items():
        if sha256.get(name) != digest:
            raise UntrustedError(
                "record-differs",
                f"{RECORD} records {shown(digest)} for {shown(name)}; found is {sha256.get(name, 'no such file')}.",
            )
