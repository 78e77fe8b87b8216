"""A running server: started, waited for, watched, and stopped with everything that it started."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from sleeptalk.errors import InvalidValueError, OutputFolderError, SleeptalkError
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.serving import keeper
from sleeptalk.model_zoo.serving.command import HOST

Waiting = Callable[[float, str], None]

POLL_SECONDS = 0.2
REQUEST_SECONDS = 5.0
GRACE_SECONDS = 15.0
TAIL_LINES = 20
TAIL_BYTES = 20_000


class ServerFailedError(SleeptalkError):
    """A server that did not start, serves something else than it should, or ended by itself."""

    code = "server-failed"
    exit_code = 1


class Server:
    """A vLLM server and its keeper.

    Args:
        command: the whole command line.
        environment: of the server.
        port: where it will listen on the loopback interface.
        log: file for all that it prints; written anew.
        grace: seconds between asking it to end and making it.

    Raises:
        OutputFolderError: the log cannot be written.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], port: int, log: Path, grace: float = GRACE_SECONDS
    ) -> None:
        self.root, self.log, self._grace = f"http://{HOST}:{port}", log, grace
        self._started = time.monotonic()
        self._stopped = False
        keeping = [sys.executable, "-I", keeper.__file__, str(os.getpid()), str(grace), *command]
        try:
            with log.open("wb") as output:
                self._keeper = subprocess.Popen(  # noqa: S603 - our own script
                    keeping,
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    env=dict(environment),
                    start_new_session=True,  # out of the reach of the terminal's Ctrl-C
                )
        except OSError as error:
            raise OutputFolderError(
                f"Cannot write the log {log}: {error.strerror}; choose another with --log."
            ) from None

    @property
    def seconds(self) -> float:
        """Time since it was started."""
        return time.monotonic() - self._started

    @property
    def died(self) -> bool:
        """Whether it ended without having been stopped."""
        return not self._stopped and self._keeper.poll() is not None

    def wait_until_ready(self, names: Sequence[str], limit: float, waiting: Waiting | None = None) -> None:
        """Wait until it is healthy and lists exactly these names.

        Args:
            names: of the base and all adapters.
            limit: seconds.
            waiting: called again and again with the seconds so far and the last line of the log.

        Raises:
            ServerFailedError: it ended, lists other names, or was not healthy in time.
        """
        headers = {"Authorization": f"Bearer {key}"} if (key := os.environ.get("VLLM_API_KEY")) else {}
        with httpx.Client(trust_env=False, timeout=REQUEST_SECONDS, headers=headers) as client:
            while not _answers(client, f"{self.root}/health"):
                if self.died:
                    raise self.failure()
                if self.seconds > limit:
                    raise ServerFailedError(
                        f"The vLLM server was not healthy after {limit:g} s; give it longer with --timeout. "
                        f"{self._tail()}"
                    )
                if waiting:
                    waiting(self.seconds, self._last_line())
                time.sleep(POLL_SECONDS)
            listed = self._listed(client)
        if self.died:  # then somebody else answered
            raise self.failure()
        if sorted(listed) != sorted(names):
            raise ServerFailedError(
                f"The server at {self.root} lists the models {plain(', '.join(sorted(listed))) or 'none'}; expected "
                f"are {', '.join(sorted(names))}. {self._tail()}"
            )

    def wait(self) -> None:
        """Return never; the server is watched until it ends by itself.

        Raises:
            ServerFailedError: it ended.
        """
        self._keeper.wait()
        raise self.failure()

    def failure(self) -> ServerFailedError:
        """What to say of a server that ended."""
        return ServerFailedError(
            f"The vLLM server ended with exit code {self._keeper.wait()} after {self.seconds:.0f} s. {self._tail()}"
        )

    def stop(self) -> None:
        """End it and all that it started, at the latest after the grace period."""
        self._stopped = True
        if self._keeper.stdin:
            self._keeper.stdin.close()
        try:
            self._keeper.wait(timeout=self._grace + REQUEST_SECONDS)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()

    def _listed(self, client: httpx.Client) -> list[str]:
        try:
            answer = client.get(f"{self.root}/v1/models").raise_for_status().json()
            return [str(one["id"]) for one in answer["data"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ServerFailedError(
                f"The server at {self.root} is healthy but does not list its models: {plain(error)}. {self._tail()}"
            ) from None

    def _lines(self) -> list[str]:
        try:
            with self.log.open("rb") as handle:
                handle.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
                text = handle.read().decode("utf-8", "replace")
        except OSError:
            return []
        return [plain(line, 300) for line in text.splitlines() if line.strip()]

    def _last_line(self) -> str:
        return (self._lines() or [""])[-1]

    def _tail(self) -> str:
        lines = self._lines()[-TAIL_LINES:]
        told = "".join(f"\n  {line}" for line in lines)
        return f"The last lines of its log {self.log}:{told}" if lines else f"Its log {self.log} is empty."


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.HTTPError:
        return False


def free_port(wanted: int | None) -> int:
    """A port of the loopback interface: the wanted one if it is free, by default any.

    Raises:
        InvalidValueError: it is taken, or no port.
    """
    if wanted is not None and not 1 <= wanted <= 65535:
        raise InvalidValueError(f"--port must be between 1 and 65535, not {wanted}.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise InvalidValueError(
                f"Port {wanted} of {HOST} cannot be used: {error.strerror}; choose another with --port, or none."
            ) from None
        return int(probe.getsockname()[1])
