"""What a passed check says, for logs, boards and the command line."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sleeptalk.model_zoo.records import Sha256


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VerifiedFile(_Frozen):
    """A file by its content."""

    sha256: Sha256
    size: Annotated[int, Field(ge=0)]


class Verification(_Frozen):
    """A checkpoint that passed.

    Attributes:
        checker: version of the rules; see `limits.CHECKER_VERSION`.
        files: all files by name.
        parameters: numbers in all tensors.
        passed: names of the checks, in their order.
        loaded: whether a child process loaded it.
        isolation: what kept the child from network and resources, as far as the system allowed.
        notes: what a reader should know; nothing that was refused.
    """

    checker: int
    kind: Literal["adapter", "model"]
    files: dict[str, VerifiedFile]
    tensors: int
    parameters: int
    dtypes: tuple[str, ...]
    passed: tuple[str, ...]
    loaded: bool
    isolation: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float
