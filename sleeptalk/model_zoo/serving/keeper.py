"""A small process between the starter and the server, so that no server outlives whoever started it.

It starts the server in a process group of its own and waits. Its standard input is a pipe that the starter holds open:
when the starter closes it, or dies in whatever way, the group is asked to end (SIGTERM) and after a grace period made
to (SIGKILL). If the keeper itself is killed, Linux asks the server to end. It runs as a script with nothing but the
standard library: `python -I keeper.py PARENT_PID GRACE_SECONDS COMMAND...`; its exit code is the server's.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time

POLL_SECONDS = 0.1
PR_SET_PDEATHSIG = 1
NOT_STARTED = 127


def keep(parent: int, grace: float, command: list[str]) -> int:
    """Run a command until it ends by itself, or the parent lets go; returns its exit code, 128 + n after a signal."""
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: asked.append(received))
    try:
        child = subprocess.Popen(  # noqa: S603 - the command is the starter's
            command,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
        )
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be started: {error.strerror}\n")
        return NOT_STARTED
    while child.poll() is None:
        let_go = bool(select.select([sys.stdin], [], [], POLL_SECONDS)[0])
        if let_go or asked or os.getppid() != parent:
            _signal_group(child.pid, signal.SIGTERM)
            deadline = time.monotonic() + grace
            while child.poll() is None and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            break
    _signal_group(child.pid, signal.SIGKILL)  # whatever is left of the group
    code = child.wait()
    return code if code >= 0 else 128 - code


def _end_with_parent() -> None:
    """In the child before it becomes the server: SIGTERM when the keeper dies (Linux only)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(keep(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
