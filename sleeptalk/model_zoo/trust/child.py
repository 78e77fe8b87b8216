"""The program of the child process: isolate itself, load the libraries, lock the doors, then touch the checkpoint.

It is started by its path with `python -I -B`, so until `_isolate` is done it uses the standard library alone. It tells
its parent line by line in JSON which part it has reached, and ends with an exit code of `EXITS` or by a signal.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

EXITS = {"passed": 0, "refused": 3, "panic": 70, "forbidden": 71, "memory": 72, "failed": 73, "no-library": 74}
FORBIDDEN = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostby", "socket.sendto", "socket.sendmsg",
    "subprocess.", "os.exec", "os.system", "os.posix_spawn", "os.spawn", "os.fork", "pty.",
)  # fmt: skip
LOG_BYTES = 1 << 20
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NO_NEW_PRIVILEGES = 38


class Reporter:
    """Lines of JSON to the parent."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def tell(self, **what: Any) -> None:
        """One line."""
        os.write(self._pipe, json.dumps(what).encode() + b"\n")

    def end(self, how: str, **what: Any) -> NoReturn:
        """A last line and the exit code; destructors of the checkpoint's objects do not run."""
        with contextlib.suppress(OSError, MemoryError):
            self.tell(**what)
        os._exit(EXITS[how])


def _isolate(memory: int, seconds: int) -> list[str]:
    """Limits that the process cannot raise again, and a network of its own if the system lets it."""
    import resource

    done = []
    limits = (
        ("memory", resource.RLIMIT_AS, memory),
        ("cpu", resource.RLIMIT_CPU, seconds),
        ("file-size", resource.RLIMIT_FSIZE, LOG_BYTES),
        ("open-files", resource.RLIMIT_NOFILE, 1024),
        ("no-core", resource.RLIMIT_CORE, 0),
    )
    for name, which, most in limits:
        hard = resource.getrlimit(which)[1]
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(OSError, ValueError):  # macOS refuses some
            resource.setrlimit(which, (wanted, wanted))
            done.append(name)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
            done.append("no-new-privileges")
        if libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
            done.append("network-namespace")
    return done


def _lock(reporter: Reporter) -> None:
    """From here on, an attempt to reach the network or to start a program ends the process."""

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(FORBIDDEN) or (event == "import" and str(arguments[0]).partition(".")[0] == "kernels"):
            reporter.end("forbidden", refused="forbidden-call", message=f"Loading called {event}.")

    sys.addaudithook(watch)


@contextlib.contextmanager
def _within(seconds: float, more_memory: int | None = None) -> Any:
    """Die by SIGALRM after a time, even inside native code; optionally with little memory beyond the present."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    if more_memory is not None and Path("/proc/self/statm").exists():
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        wanted = now + more_memory
        soft = wanted if before[1] == resource.RLIM_INFINITY else min(wanted, before[1])
        resource.setrlimit(resource.RLIMIT_AS, (soft, before[1]))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, before)


def _check(request: dict[str, Any], reporter: Reporter) -> None:
    from sleeptalk.model_zoo.trust import loaded

    loaded.import_libraries(adapter=request["kind"] == "adapter")
    _lock(reporter)
    folder = Path(request["folder"])
    if request["own_tokenizer"]:
        reporter.tell(part="tokenizer")
        with _within(request["tokenizer_seconds"], request["tokenizer_memory"]):
            tokenizer = loaded.check_tokenizer(folder, request["probes"])
        reporter.tell(part="template")
        with _within(request["template_seconds"], request["tokenizer_memory"]):
            loaded.check_template(tokenizer, request["probes"])
    reporter.tell(part="model")
    if request["kind"] == "adapter":
        loaded.check_adapter(folder, Path(request["base"]), request["plan"])
    else:
        loaded.check_model(folder)


def main() -> NoReturn:
    """Run the checks of the request file named on the command line."""
    reporter = Reporter(int(sys.argv[1]))
    request = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    sys.path[:] = request["path"]
    isolation = _isolate(request["memory"], request["seconds"])
    sys.modules["kernels"] = None  # type: ignore[assignment] # makes its import fail
    reporter.tell(part="start")
    try:
        _check(request, reporter)
    except ImportError as error:
        reporter.end("no-library", library=str(error.name), message=str(error)[:300])
    except MemoryError:
        reporter.end("memory")
    except Exception as error:  # noqa: BLE001 - whatever a library raises for a hostile file
        message = str(error)[:500]
        code = getattr(error, "code", None) if type(error).__name__ == "UntrustedError" else None
        if code:
            reporter.end("refused", refused=code, message=message)
        if "allocate memory" in message or "memory allocation" in message:
            reporter.end("memory")
        reporter.end("failed", message=f"{type(error).__name__}: {message}")
    except BaseException as error:  # noqa: BLE001 - panics of native code are no Exception
        reporter.end("panic", message=f"{type(error).__name__}: {str(error)[:300]}")
    reporter.end("passed", isolation=isolation)


if __name__ == "__main__":
    main()
