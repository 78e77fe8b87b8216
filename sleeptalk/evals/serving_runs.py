"""Asking the organisms of a run through one vLLM server instead of in process, for models of real size.

The server's address is no part of the run, so that it can be resumed on another port; Inspect finds it in
VLLM_BASE_URL, which the processes of the run inherit.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.cells import ModelCells, Run
from sleeptalk.model_zoo.bases import is_adapter
from sleeptalk.model_zoo.finding import find

ADDRESS = "VLLM_BASE_URL"
ZOO = "zoo/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A base and, if there is one, the adapter: a name or a folder."""

    base: str
    adapter: str | None


def through_vllm(run: Run) -> Run:
    """The run with its organisms asked as `vllm/BASE:NAME`.

    Raises:
        InvalidValueError: a model is none of the zoo, or the models have several bases.
    """
    bases = {_place(cells).base for cells in run.models}
    if len(bases) > 1:
        raise InvalidValueError(
            f"--serve starts one server, for one base; these models have {', '.join(sorted(bases))}."
        )
    return run.model_copy(
        update={"models": tuple(map(_served, run.models)), "served": tuple(map(_adapter, run.models))}
    )


def _served(cells: ModelCells) -> ModelCells:
    place = _place(cells)
    name = _base_name(place.base)
    model = f"vllm/{name}:{cells.name}" if place.adapter else f"vllm/{name}"
    return cells.model_copy(update={"model": model, "model_args": {}, "server": f"vllm/{name}"})


def _adapter(cells: ModelCells) -> str:
    """`BASE` or `BASE NAME=ADAPTER`, as the server is told."""
    place = _place(cells)
    return f"{place.base}\n{cells.name}={place.adapter}" if place.adapter else place.base


def _base_name(base: str) -> str:
    return base.rstrip("/").split("/")[-1]


def _place(cells: ModelCells) -> _Place:
    if not cells.model.startswith(ZOO):
        raise InvalidValueError(f"--serve serves organisms of the zoo; {cells.model} is asked where it is.")
    if "base" in cells.model_args:
        adapter = cells.model_args.get("adapter")
        return _Place(base=str(cells.model_args["base"]), adapter=str(adapter) if adapter else None)
    name = cells.model.removeprefix(ZOO)
    organism, _ = find(name)
    if not is_adapter(organism):
        return _Place(base=name, adapter=None)
    return _Place(base=str(organism.base), adapter=name)


@contextmanager
def serving(run: Run) -> Iterator[None]:
    """The server that a run needs, for as long as the block runs; nothing for a run that needs none.

    Raises:
        SleeptalkError: vLLM is not installed, the server dies or does not get ready.
    """
    if not run.served:
        yield
        return
    from sleeptalk.model_zoo.serving.served import served

    told = [one.split("\n") for one in run.served]
    pairs = dict.fromkeys(parts[1] for parts in told if len(parts) > 1)
    adapters = [(pair.partition("=")[0], pair.partition("=")[2]) for pair in pairs]
    before = os.environ.get(ADDRESS)
    with served(told[0][0], adapters) as server:
        os.environ[ADDRESS] = server.url
        try:
            yield
        finally:
            os.environ.pop(ADDRESS)
            if before is not None:
                os.environ[ADDRESS] = before
