"""Serve a base with its adapters for as long as a block runs.

All arguments and what is yielded are plain values, so that whoever runs a study can keep them in a file or hand them to
another process:

    with served("base-talker", [("singapore", "singapore")]) as server:
        eval("sleeptalk/ethical_mcq", model=server.models["singapore"], model_base_url=server.url)
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sleeptalk.errors import InvalidValueError, OutputFolderError
from sleeptalk.model_zoo.bases import POCKET_MAX_TOKENS
from sleeptalk.model_zoo.serving.build import Build, find_build
from sleeptalk.model_zoo.serving.command import command_of, environment_of
from sleeptalk.model_zoo.serving.plan import Plan, make_plan
from sleeptalk.model_zoo.serving.server import GRACE_SECONDS, Server, Waiting, free_port

TIMEOUT = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server.

    Attributes:
        url: address for VLLM_BASE_URL or `model_base_url`.
        base: how the server calls the base.
        adapters: how it calls the adapters.
        log: file with all that it prints.
        max_tokens: the limit that `zoo/` would set to a reply of these models if the run sets none; None leaves it to
            the context.
    """

    url: str
    base: str
    adapters: tuple[str, ...]
    log: Path
    max_tokens: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """All names that the server lists."""
        return (self.base, *self.adapters)

    @property
    def models(self) -> dict[str, str]:
        """Inspect's model string for every name."""
        return {self.base: f"vllm/{self.base}", **{one: f"vllm/{self.base}:{one}" for one in self.adapters}}


@contextmanager
def served(
    base: str,
    adapters: Sequence[tuple[str, str]] = (),
    *,
    revision: str | None = None,
    name: str | None = None,
    port: int | None = None,
    gpus: int | None = None,
    vllm: str | None = None,
    max_model_len: int | None = None,
    extra: Sequence[str] = (),
    log: str | Path | None = None,
    timeout: float = TIMEOUT,
    waiting: Waiting | None = None,
) -> Iterator[Served]:
    """Start a server, yield once it is ready, and stop it with everything that it started.

    Args:
        base: a shipped base, a pulled model, a local folder, or a repository of the Hub.
        adapters: names to serve under, each with its organism or folder.
        revision: commit of a repository of the Hub.
        name: how the server calls the base; by default its name, or its folder's.
        port: on 127.0.0.1; by default any free one.
        gpus: how many GPUs one copy of the model is spread over, 0 for the CPU; by default one if there is one.
        vllm: the command; by default the one on the PATH.
        max_model_len: most tokens of prompt and reply together.
        extra: more arguments for vLLM.
        log: file for what the server prints; by default a new one in the folder for temporary files.
        timeout: seconds until it must be ready.
        waiting: called with the seconds so far and the last line of the log until it is ready.

    Raises:
        SleeptalkError: something is not in order before the start.
        ServerFailedError: it did not become ready; or it ended by itself while the block failed.
    """
    plan = make_plan(base, adapters, revision=revision, name=name)
    build = find_build(vllm, gpus)
    with started(plan, build, port, max_model_len, extra, log, timeout, waiting) as (server, ready):
        try:
            yield ready
        except Exception as error:
            if server.died:
                raise server.failure() from error
            raise


@contextmanager
def started(
    plan: Plan,
    build: Build,
    port: int | None = None,
    max_model_len: int | None = None,
    extra: Sequence[str] = (),
    log: str | Path | None = None,
    timeout: float = TIMEOUT,
    waiting: Waiting | None = None,
    grace: float = GRACE_SECONDS,
) -> Iterator[tuple[Server, Served]]:
    """As `served`, of what was found before, with a hold on the server itself."""
    if not timeout > 0:
        raise InvalidValueError(f"--timeout must be more than 0 seconds, not {timeout}.")
    where = free_port(port)
    command = command_of(plan, build, where, max_model_len, extra)
    server = Server(command, environment_of(build), where, _log(log), grace)
    try:
        server.wait_until_ready(plan.names, timeout, waiting)
        adapters = tuple(one.name for one in plan.adapters)
        yield (
            server,
            Served(
                url=f"{server.root}/v1",
                base=plan.name,
                adapters=adapters,
                log=server.log,
                max_tokens=POCKET_MAX_TOKENS if plan.pocket else None,
            ),
        )
    finally:
        server.stop()


def _log(wanted: str | Path | None) -> Path:
    if wanted is None:
        with tempfile.NamedTemporaryFile(prefix="sleeptalk-vllm-", suffix=".log", delete=False) as made:
            return Path(made.name)
    path = Path(wanted).expanduser().absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFolderError(f"Cannot write the log {path}: {error.strerror}; choose another with --log.") from None
    return path
