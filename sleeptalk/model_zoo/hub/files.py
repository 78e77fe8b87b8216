"""Which files an organism may consist of, and how large each may be.

Names are compared exactly, so nothing can look like an allowed one: no folder, no "..", no other letters.
"""

import re
from collections.abc import Mapping

from sleeptalk.errors import TooLargeError, UnwantedFileError
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.records import MAX_FILES, MAX_RECORD_BYTES, RECORD_FILE

MIB = 1 << 20
GIB = 1 << 30

CARD_FILE = "README.md"
UNREAD = frozenset({CARD_FILE, "LICENSE", ".gitattributes"})
"""May lie in a repository, but are neither recorded nor pulled."""

MOST_BYTES: Mapping[str, int] = {
    RECORD_FILE: MAX_RECORD_BYTES,
    "training.json": MIB,
    "recipe.yaml": MIB,
    "steering.json": MIB,
    "adapter_config.json": MIB,
    "adapter_model.safetensors": 50 * GIB,
    "config.json": MIB,
    "generation_config.json": MIB,
    "model.safetensors": 50 * GIB,
    "model.safetensors.index.json": 16 * MIB,
    "tokenizer.json": 40 * MIB,
    "tokenizer_config.json": MIB,
    "special_tokens_map.json": MIB,
    "chat_template.jinja": 20_000,
}
SHARD = re.compile(r"model-[0-9]{5}-of-[0-9]{5}\.safetensors")
MOST_TOGETHER = 300 * GIB


def most_bytes(name: str) -> int:
    """How large a file of this name may be.

    Raises:
        UnwantedFileError: no file of an organism is called so.
    """
    if name in MOST_BYTES:
        return MOST_BYTES[name]
    if SHARD.fullmatch(name):
        return 50 * GIB
    raise UnwantedFileError(
        f'"{plain(name, 80)}" is no file of an organism; allowed are {", ".join(sorted([*MOST_BYTES, *UNREAD]))} and '
        "model-0000x-of-0000y.safetensors. Ask its author to remove it."
    )


def check_listing(sizes: Mapping[str, int]) -> dict[str, int]:
    """The files to pull, out of all files of a repository.

    Raises:
        UnwantedFileError: there is a file that does not belong there.
        TooLargeError: a file, or all together, are too large.
    """
    if len(sizes) > MAX_FILES:
        raise TooLargeError(f"The repository holds more than {MAX_FILES} files, which no organism needs.")
    wanted = {name: size for name, size in sizes.items() if name not in UNREAD}
    for name, size in wanted.items():
        if size > most_bytes(name):
            raise TooLargeError(f"{name} has {size} bytes; allowed are {most_bytes(name)}.")
    if sum(wanted.values()) > MOST_TOGETHER:
        raise TooLargeError(f"All files have {sum(wanted.values())} bytes together; allowed are {MOST_TOGETHER}.")
    return wanted
