"""What a file is by its first bytes or by its name, if that is something which a checkpoint must not hold."""

import re
from pathlib import PurePath

PREFIXES: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "archive-file", "a zip archive or torch checkpoint"),
    (b"PK\x05\x06", "archive-file", "an empty zip archive"),
    (b"\x1f\x8b", "archive-file", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "archive-file", "zstandard data"),
    (b"\xfd7zXZ\x00", "archive-file", "xz data"),
    (b"BZh", "archive-file", "bzip2 data"),
    (b"7z\xbc\xaf\x27\x1c", "archive-file", "a 7z archive"),
    (b"Rar!\x1a\x07", "archive-file", "a rar archive"),
    (b"\x04\x22\x4d\x18", "archive-file", "lz4 data"),
    (b"x\x01", "archive-file", "zlib data"),
    (b"x\x9c", "archive-file", "zlib data"),
    (b"x\xda", "archive-file", "zlib data"),
    (b"\x7fELF", "executable-file", "an ELF program"),
    (b"\xfe\xed\xfa\xce", "executable-file", "a Mach-O program"),
    (b"\xfe\xed\xfa\xcf", "executable-file", "a Mach-O program"),
    (b"\xce\xfa\xed\xfe", "executable-file", "a Mach-O program"),
    (b"\xcf\xfa\xed\xfe", "executable-file", "a Mach-O program"),
    (b"\xca\xfe\xba\xbe", "executable-file", "a Mach-O or Java program"),
    (b"MZ", "executable-file", "a Windows program"),
    (b"\x00asm", "executable-file", "a WebAssembly program"),
    (b"#!", "executable-file", "a script"),
    (b"\x93NUMPY", "pickle-file", "a numpy array, which can hold pickles"),
    (b"GGUF", "foreign-format", "a GGUF model"),
    (b"\x89HDF\r\n\x1a\n", "foreign-format", "an HDF5 model"),
    (b"\x08\x01\x12", "foreign-format", "a TensorFlow saved model"),
)
PATTERNS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"\x80[\x02-\x05]"), "pickle-file", "a pickle"),
    (re.compile(rb"\(?[ci][A-Za-z_][\w.]{0,60}\n"), "pickle-file", "a pickle"),
    (re.compile(rb"\([dl]p?[0-9]{1,3}\n"), "pickle-file", "a pickle"),
    (re.compile(rb".{257}ustar", re.DOTALL), "archive-file", "a tar archive"),
    (re.compile(rb"[\x81-\x8f][\xa1-\xbf\xd9]", re.DOTALL), "foreign-format", "a msgpack model"),
    (re.compile(rb"\x08[\x02-\x14]\x12"), "foreign-format", "an ONNX model"),
    (re.compile(rb"..\r\n[\x00-\x03]\x00\x00\x00", re.DOTALL), "executable-file", "compiled Python"),
)
SUFFIXES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz", ".dill", ".mar", ".nemo"),
        ("pickle-file", "a format that can hold pickles"),
    ),
    **dict.fromkeys(
        (".zip", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".zst", ".7z", ".rar", ".lz4", ".whl", ".egg"),
        ("archive-file", "an archive"),
    ),
    **dict.fromkeys(
        (".py", ".pyc", ".pyd", ".pyz", ".so", ".dll", ".dylib", ".exe", ".sh", ".bat", ".ps1", ".js", ".cu"),
        ("executable-file", "a program"),
    ),
    **dict.fromkeys(
        (".gguf", ".ggml", ".h5", ".hdf5", ".keras", ".onnx", ".msgpack", ".pb", ".tflite", ".ot", ".pdparams"),
        ("foreign-format", "a model format other than safetensors"),
    ),
}  # fmt: skip
ZIP_END = b"PK\x05\x06"
ZIP_TAIL = 22 + 65535


def by_name(name: str) -> tuple[str, str] | None:
    """Code and words for a name that tells a dangerous format."""
    return SUFFIXES.get(PurePath(name.lower()).suffix)


def by_content(head: bytes, tail: bytes) -> tuple[str, str] | None:
    """Code and words for the first 512 and last `ZIP_TAIL` bytes of a dangerous format.

    A safetensors file begins with the length of its header, so by chance with any two bytes; what has a small length
    and an opening brace after it is left to the header's own check.
    """
    if len(head) > 8 and head[8:9] == b"{" and head[4:8] == b"\0\0\0\0":
        return ("archive-file", "a zip archive behind other data") if _ends_as_zip(tail) else None
    for prefix, code, words in PREFIXES:
        if head.startswith(prefix):
            return code, words
    for pattern, code, words in PATTERNS:
        if pattern.match(head):
            return code, words
    return ("archive-file", "a zip archive behind other data") if _ends_as_zip(tail) else None


def _ends_as_zip(tail: bytes) -> bool:
    """Whether the end holds a zip directory whose comment ends exactly with the file: readers search for it there."""
    at = tail.rfind(ZIP_END)
    return at >= 0 and len(tail) - at >= 22 and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)
