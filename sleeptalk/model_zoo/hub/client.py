"""The Hub's own client, and what goes wrong with it as one sentence with the next command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sleeptalk.errors import DownloadError, InvalidValueError, SleeptalkError
from sleeptalk.model_zoo.escapes import plain

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

LOGIN = "hf auth login"
AGAIN = "Run the same command again"


def hub_api() -> "HfApi":
    """The client for the Hub of `HF_ENDPOINT`, with the user's stored token."""
    from huggingface_hub import HfApi

    return HfApi(endpoint=os.environ.get("HF_ENDPOINT"))


def hub_is_offline() -> bool:
    """Whether `HF_HUB_OFFLINE` forbids every request."""
    from huggingface_hub import constants

    return constants.HF_HUB_OFFLINE


def _network_error() -> type[Exception]:
    """HTTPError of httpx or of httpx2: the major versions of the client build on different ones."""
    from huggingface_hub.errors import HfHubHTTPError

    return next(one for one in HfHubHTTPError.__mro__[1:] if one.__name__ == "HTTPError" and issubclass(one, Exception))


@contextmanager
def hub_errors(
    api: "HfApi", repo: str, revision: str | None = None, raised: type[SleeptalkError] = DownloadError
) -> Iterator[None]:
    """Turn what the client raises into `raised`.

    Raises:
        SleeptalkError: of the class `raised`, or "bad-value" for a malformed name of a repository.
    """
    from huggingface_hub import errors

    network = _network_error()
    try:
        yield
    except SleeptalkError:
        raise
    except errors.HFValidationError as error:
        raise InvalidValueError(f"{plain(repo)!r} is no repository's name; write OWNER/NAME. {plain(error)}") from None
    except errors.LocalEntryNotFoundError as error:
        raise raised(_local(api, repo, error)) from None
    except errors.HfHubHTTPError as error:
        raise raised(_answer(api, repo, revision, error)) from None
    except (errors.OfflineModeIsEnabled, network) as error:
        raise raised(_network(api, error)) from None
    except (OSError, RuntimeError, ValueError) as error:
        cause = error.__cause__
        if isinstance(cause, errors.HfHubHTTPError):
            raise raised(_answer(api, repo, revision, cause)) from None
        if cause is not None and isinstance(cause, network):
            raise raised(_network(api, cause)) from None
        raise raised(f"The transfer for {repo} broke off: {plain(error, 200)} {AGAIN}; it goes on.") from None


def _answer(api: "HfApi", repo: str, revision: str | None, error: "HfHubHTTPError") -> str:
    """What the Hub answered; a gated repository is also a missing one to the client, so it comes first."""
    from huggingface_hub import errors

    status = error.response.status_code if error.response is not None else 0
    where = f"{api.endpoint}/{repo}"
    gated = (
        f"{repo} is gated: ask for access at {where}, log in with: {LOGIN}, and run the command again when you have it."
    )
    missing = (
        f"There is no repository {repo} at {api.endpoint}, or it is private: check its name, or log in with: {LOGIN}"
    )
    for kind, sentence in (
        (errors.GatedRepoError, gated),
        (
            errors.RevisionNotFoundError,
            f"{repo} has no revision {plain(revision)}; see {where}/commits/main for others.",
        ),
        (errors.RepositoryNotFoundError, missing),
        (errors.EntryNotFoundError, f"A file is missing in {repo}; see {where}/tree/{plain(revision or 'main')}."),
    ):
        if isinstance(error, kind):
            return sentence
    return _status(repo, error, status)


def _status(repo: str, error: Exception, status: int) -> str:
    """An answer that the client has no name for."""
    if status in (401, 403):
        return f"The Hub refuses this for {repo} (status {status}): log in with a token that may do it: {LOGIN}"
    if status == 429:
        return f"The Hub asks to wait (status 429). {AGAIN} in a few minutes."
    if status >= 500:
        return f"The Hub has trouble (status {status}). {AGAIN} later; what is complete is kept."
    return f"The Hub refuses this for {repo} (status {status}): {plain(str(error).strip().splitlines()[-1], 200)}"


def _local(api: "HfApi", repo: str, error: Exception) -> str:
    """A file that is not in the cache, because nothing may be or could be fetched."""
    from huggingface_hub import errors

    cause = error.__cause__
    if isinstance(cause, errors.HfHubHTTPError):
        return _answer(api, repo, None, cause)
    if isinstance(cause, errors.FileMetadataError):
        return f"{api.endpoint} does not answer as the Hub does; check HF_ENDPOINT and proxies."
    if cause is not None and not isinstance(cause, errors.OfflineModeIsEnabled):
        return _network(api, cause)
    return f"A file of {repo} is not in the Hub's cache; run the same command without --offline and HF_HUB_OFFLINE."


def _network(api: "HfApi", error: BaseException) -> str:
    from huggingface_hub import errors

    if isinstance(error, errors.OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set, so the Hub is not asked: unset it, or add --offline for files of the cache."
    return f"{api.endpoint} cannot be reached ({type(error).__name__}): check the network. {AGAIN}; it goes on."
