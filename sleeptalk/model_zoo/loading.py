"""From a model's name and arguments to its files and its engine, with the libraries' complaints as one sentence."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sleeptalk.errors import InputFileError, InvalidValueError, MissingExtraError
from sleeptalk.model_zoo.bases import base_of
from sleeptalk.model_zoo.pulled import Pulled, find_pulled, verified_pulled
from sleeptalk.model_zoo.records import find_organism, shipped_organisms, verified_folder

if TYPE_CHECKING:
    from sleeptalk.model_zoo.engine import Engine

_engines: dict[tuple[Path, str, str, int, int], "Engine"] = {}
_engines_lock = threading.Lock()


def locate(name: str, base: str | None, adapter: str | None) -> tuple[Path, Path | None, bool]:
    """Folders of base and adapter, and whether the base is a pocket one."""
    if base is None:
        if adapter is not None:
            raise InvalidValueError(f"-M adapter={adapter} needs its base; add -M base=DIR.")
        if name not in shipped_organisms() and (pulled := find_pulled(name)):
            return _locate_pulled(pulled)
        organism = find_organism(name)
        folder = verified_folder(organism)
        if organism.base is None:
            return folder, None, True
        return verified_folder(find_organism(organism.base)), folder, True
    adapter_folder = _folder("adapter", adapter, "adapter_config.json") if adapter else None
    shipped = shipped_organisms().get(base)
    if shipped and shipped.kind == "base":
        return verified_folder(shipped), adapter_folder, True
    return _folder("base", base, "config.json"), adapter_folder, False


def _locate_pulled(pulled: Pulled) -> tuple[Path, Path | None, bool]:
    folder, base = verified_pulled(pulled), base_of(pulled.organism)
    if base is None:
        return folder, None, False
    return base, folder, pulled.organism.base in shipped_organisms()


def _folder(what: str, path: str, marker: str) -> Path:
    folder = Path(path).expanduser().resolve()
    if not (folder / marker).is_file():
        raise InputFileError(f"-M {what}={path} is no folder of such a model: it has no {marker}.")
    return folder


def engine_of(base: Path, device: str | None, dtype: str, batch_size: int, threads: int) -> "Engine":
    """The engine of a base with these settings, made once per process."""
    try:
        import torch

        from sleeptalk.model_zoo.engine import Engine
    except ImportError as error:
        raise MissingExtraError("The model provider zoo/", "local", error.name or "torch") from None
    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if dtype != "auto" and not isinstance(getattr(torch, dtype, None), torch.dtype):
        raise InvalidValueError(f"Unknown dtype {dtype!r}; use auto, float32, bfloat16 or float16.")
    key = (base, where, dtype, batch_size, threads)
    with _engines_lock:
        if key not in _engines:
            with loading("base", base):
                _engines[key] = Engine(base, device=where, dtype=dtype, batch_size=batch_size, threads=threads)
        return _engines[key]


@contextmanager
def loading(what: str, folder: Path) -> Iterator[None]:
    """What the libraries say of broken files, as one sentence."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        first = str(error).strip().partition("\n")[0]
        raise InputFileError(f"The {what} in {folder} cannot be loaded: {first}") from error


def positive(what: str, value: int) -> int:
    """A number of at least 1.

    Raises:
        InvalidValueError: it is none.
    """
    if not isinstance(value, int) or value < 1:
        raise InvalidValueError(f"{what} must be a whole number of at least 1, not {value!r}.")
    return value
