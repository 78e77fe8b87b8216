"""Where a base lies: a shipped one, a local folder, or a pinned repository of the Hub.

To evaluate an organism nothing is fetched: its base ships or is in the cache of the Hub. To train on a base, it is
downloaded at the commit of the recipe if it is not there.
"""

import re
from pathlib import Path

from sleeptalk.errors import DownloadError, IntegrityError, OutputFolderError
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.records import Organism, file_sha256, shipped_organisms, verified_folder, weights_sha256

PATTERNS = ("*.json", "*.safetensors", "*.jinja", "merges.txt", "vocab.json")
BLOB = re.compile(r"[0-9a-f]{64}")
POCKET_MAX_TOKENS = 160
"""Most new tokens of a pocket organism's reply if the run sets no limit."""

REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")


class MissingBaseError(DownloadError):
    """A base that has to be downloaded first."""

    code = "no-base"


def is_adapter(organism: Organism) -> bool:
    """Whether the organism is weights for a base, and not a model on its own."""
    return "adapter_config.json" in organism.files


def base_of(organism: Organism) -> Path | None:
    """The folder of an adapter's base; None for a model on its own.

    Raises:
        MissingBaseError: it is not here; the sentence tells how to get it.
        IntegrityError: its weights are not those that the organism was made with.
    """
    if not is_adapter(organism):
        return None
    name, revision = organism.base or "", organism.base_revision
    shipped = shipped_organisms().get(name)
    if shipped and shipped.kind == "base":
        folder = verified_folder(shipped)
    elif REPO.fullmatch(name) and revision:
        folder = _cached(name, revision)
    else:
        raise MissingBaseError(
            f"The base {plain(name)!r} of {organism.name} is neither shipped nor a pinned repository; evaluate it "
            "with -M base=DIR -M adapter=DIR."
        )
    _check_weights(organism, folder)
    return folder


def base_to_train(name: str, revision: str | None) -> Path:
    """The folder of a base that something is planted into, downloaded from the Hub if it has to be.

    Raises:
        OutputFolderError: it is no shipped base, no model's folder, and no repository with a commit.
        DownloadError: the Hub does not hand it out.
    """
    shipped = shipped_organisms().get(name)
    if shipped and shipped.kind == "base":
        return verified_folder(shipped)
    if (Path(name) / "config.json").is_file():
        return Path(name)
    if REPO.fullmatch(name) and revision:
        return _downloaded(name, revision)
    bases = ", ".join(one.name for one in shipped_organisms().values() if one.kind == "base")
    raise OutputFolderError(
        f"The base {name!r} is no shipped one ({bases}), no folder with a config.json, and no repository with a "
        "pinned revision."
    )


def _downloaded(repo: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(repo, revision=revision, allow_patterns=list(PATTERNS)))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        first = str(error).strip().partition("\n")[0]
        raise DownloadError(f"Cannot get the base {repo} at {revision}: {first}") from None


def _cached(repo: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(repo, revision=revision, allow_patterns=list(PATTERNS), local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        folder = None
    if folder is None or not (folder / "config.json").is_file() or not any(folder.glob("*.safetensors")):
        raise MissingBaseError(
            f"The base {repo} at {revision} is not in the Hub's cache; get it: hf download {repo} --revision {revision}"
        )
    return folder


def _check_weights(organism: Organism, folder: Path) -> None:
    """Refuse another base than the organism was made with."""
    if organism.base_sha256 is None:
        return
    found = base_sha256(folder)
    if found != organism.base_sha256:
        raise IntegrityError(
            f"The base in {folder} is not that of {organism.name}: weights {organism.base_sha256} are recorded, found "
            f"{found}. Download it again: hf download {plain(organism.base)} --revision {organism.base_revision}"
        )


def base_sha256(folder: Path) -> str:
    """Digest of the weights in a base's folder, as organisms record it."""
    return weights_sha256({path.name: _digest(path) for path in folder.glob("*.safetensors")})


def _digest(path: Path) -> str:
    """A file's sha256; large files of the Hub's cache are called by it, so that they need not be read."""
    blob = path.resolve().name if path.is_symlink() else ""
    return blob if BLOB.fullmatch(blob) else file_sha256(path)
