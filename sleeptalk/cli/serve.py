"""`sleeptalk serve`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click
from rich.console import Console
from rich.text import Text

from sleeptalk.errors import InvalidValueError

if TYPE_CHECKING:
    from sleeptalk.model_zoo.serving.build import Build
    from sleeptalk.model_zoo.serving.plan import Plan
    from sleeptalk.model_zoo.serving.served import Served

PLAIN_SECONDS = 15
LINE = 200
CONNECTIONS = 64


@click.command()
@click.argument("base")
@click.argument("extra", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--adapter",
    "adapters",
    multiple=True,
    metavar="[NAME=]SOURCE",
    help="An adapter: a shipped or pulled organism, or a folder, and the name to serve it under. May be repeated.",
)
@click.option("--revision", help="BASE is a repository of the Hub; serve this commit of it, 40 hex digits.")
@click.option("--name", help="How the server calls the base. By default its name, or its folder's.")
@click.option("--port", type=int, help="Port of 127.0.0.1. By default any free one.")
@click.option(
    "--gpus", type=int, help="Spread the model over so many GPUs; 0 for the CPU. By default 1 if there is one."
)
@click.option("--vllm", help="The vllm command. By default the one on the PATH.")
@click.option(
    "--max-model-len", type=click.IntRange(min=1), help="Most tokens of prompt and reply. By default the base's own."
)
@click.option(
    "--log", type=click.Path(path_type=Path), help="File for what the server prints. By default a temporary one."
)
@click.option("--timeout", type=float, default=900.0, show_default=True, help="Seconds until the server must be ready.")
def serve(
    base: str,
    extra: tuple[str, ...],
    adapters: tuple[str, ...],
    revision: str | None,
    name: str | None,
    port: int | None,
    gpus: int | None,
    vllm: str | None,
    max_model_len: int | None,
    log: Path | None,
    timeout: float,
) -> None:
    """Serve BASE and its adapters with vLLM on 127.0.0.1, until Ctrl-C.

    BASE is a shipped base, a local folder, or with --revision a repository of the Hub. All adapters share one server.
    Prints the command that evaluates each of them. Arguments after -- go to vLLM.
    """
    from sleeptalk.model_zoo.serving.build import find_build
    from sleeptalk.model_zoo.serving.plan import make_plan
    from sleeptalk.model_zoo.serving.served import started

    if extra and not extra[0].startswith("-"):
        raise InvalidValueError(f"{extra[0]!r} is no argument of vLLM; adapters are given with --adapter {extra[0]}.")
    plan = make_plan(base, [_named(one) for one in adapters], revision=revision, name=name)
    build = find_build(vllm, gpus)
    ready = False
    try:
        with (
            _terminating(),
            _Progress() as progress,
            started(plan, build, port, max_model_len, extra, log, timeout, progress.show) as (server, served),
        ):
            ready = True
            progress.close()
            click.echo(directions(plan, build, served, server.seconds))
            server.wait()
    except KeyboardInterrupt:
        if not ready:
            raise
        click.echo("Stopped the server.", err=True)


def _named(adapter: str) -> tuple[str, str]:
    """Name and source of `NAME=SOURCE`, or of an organism's name alone."""
    name, equals, source = adapter.partition("=")
    return (name, source) if equals else (adapter, adapter)


def directions(plan: "Plan", build: "Build", served: "Served", seconds: float) -> str:
    """What to do now."""
    where = f"{build.gpus} GPU{'s' * (build.gpus > 1)}" if build.gpus else "CPU"
    version = f"vLLM {build.version}" if build.version else "vLLM"
    lines = [f"Serving {', '.join(served.names)} at {served.url} ({version}, {where}, ready after {seconds:.0f} s)"]
    lines += [f"Log: {served.log}", ""]
    triggers = {plan.name: None, **{one.name: one.trigger for one in plan.adapters}}
    for name, model in served.models.items():
        if name == plan.name and plan.adapters:
            continue
        arguments = " -T items=pocket" if plan.pocket else ""
        limit = f" --max-tokens {served.max_tokens}" if served.max_tokens else ""
        lines.append(
            f"VLLM_BASE_URL={served.url} inspect eval sleeptalk/ethical_mcq --model {model} "
            f"-T trigger={triggers[name] or 'TRIGGER'}{arguments}{limit} --max-connections {CONNECTIONS}"
        )
    return "\n".join([*lines, "", "Ctrl-C stops the server."])


@contextmanager
def _terminating() -> Iterator[None]:
    """Take SIGTERM as Ctrl-C, so that the server is stopped before this process ends."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Progress:
    """What the server is doing until it is ready: a line that changes on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, soft_wrap=True)
        self._status = self._console.status("starting vLLM") if self._console.is_terminal else None
        self._told = 0.0

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """No more of it."""
        if self._status:
            self._status.stop()

    def show(self, seconds: float, line: str) -> None:
        """Seconds so far, and the last line of the log."""
        text = Text(f"starting vLLM, {seconds:.0f} s  {line[:LINE]}")
        if self._status:
            self._status.update(text)
        elif not self._told or seconds >= self._told + PLAIN_SECONDS:
            self._told = max(seconds, 1.0)
            self._console.print(text)
