"""Every error that a user can cause, as one sentence: what was wrong, the value, what is allowed, the next command.

The command line prints the sentence and exits with the class's `exit_code`; it never shows a traceback for these. Each
class has a stable `code` that scripts and tests can rely on.
"""

from collections.abc import Iterable
from typing import Any, ClassVar


class SleeptalkError(Exception):
    """Base of all errors that are the input's fault, not the program's."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 2

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross from worker processes whatever their constructors take."""
        return _rebuilt, (type(self), str(self))


def _rebuilt(kind: type[SleeptalkError], message: str) -> SleeptalkError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    return error


class UnknownNameError(SleeptalkError):
    """A trigger, organism, variant, item set or recipe that does not exist."""

    code = "unknown-name"

    def __init__(self, what: str, value: object, allowed: Iterable[str], hint: str = "") -> None:
        known = ", ".join(sorted(allowed)) or "none"
        super().__init__(f"Unknown {what} {value!r}; known are: {known}.{' ' + hint if hint else ''}")


class InputFileError(SleeptalkError):
    """A file that cannot be read, is empty, or does not hold what it should."""

    code = "bad-file"


class InvalidValueError(SleeptalkError):
    """A value outside what is allowed."""

    code = "bad-value"


class MissingExtraError(SleeptalkError):
    """A feature whose optional dependencies are not installed."""

    code = "missing-extra"

    def __init__(self, feature: str, extra: str, module: str, command: str = "") -> None:
        how = command or f"pip install 'sleeptalk[{extra}]'"
        super().__init__(f"{feature} needs the module {module!r}; install it with: {how}")


class DownloadError(SleeptalkError):
    """Data that the Hub does not hand out: no network, no such revision, or no access."""

    code = "no-download"
    exit_code = 1


class IntegrityError(SleeptalkError):
    """A shipped or pulled file whose sha256 differs from its manifest."""

    code = "bad-sha256"


class WrongBytesError(IntegrityError):
    """Bytes that came from the Hub, or lie in its cache, and are not the recorded ones."""

    exit_code = 1


class UnverifiedError(SleeptalkError):
    """A pulled organism that was not checked, or checked by rules that are older than the installed ones."""

    code = "unverified"


class UnwantedFileError(SleeptalkError):
    """A file on the Hub with a name that no organism needs, or that lies in a folder."""

    code = "unexpected-file"
    exit_code = 1


class TooLargeError(SleeptalkError):
    """A file on the Hub that is, or turns out to be, larger than any organism needs."""

    code = "file-too-large"
    exit_code = 1


class IncompleteRecordError(SleeptalkError):
    """An organism whose record lacks what a published one must tell."""

    code = "incomplete-record"


class PublishError(SleeptalkError):
    """A push that would make more public than was asked for, or that was not confirmed."""

    code = "not-published"


class UploadError(SleeptalkError):
    """Files that the Hub did not take."""

    code = "no-upload"
    exit_code = 1


class OutputFolderError(SleeptalkError):
    """An output folder that cannot be written or that holds another run."""

    code = "bad-output"


class RunFailedError(SleeptalkError):
    """An evaluation that ended without the log status "success"."""

    code = "run-failed"
    exit_code = 1
