"""From what the user names to the models of a run: each with its trigger, its base-rate arm, and how to reach it.

A model is named by Inspect's model string, or by the folder of an organism. What the zoo knows of an organism (trigger,
base, what it was made from, planting seed) is taken from its record; of any other model the user says the trigger.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from sleeptalk.errors import InvalidValueError
from sleeptalk.evals.cells import ModelCells, PlainValue
from sleeptalk.evals.studies.records import Study
from sleeptalk.model_zoo.bases import POCKET_MAX_TOKENS, base_of, is_adapter
from sleeptalk.model_zoo.finding import find
from sleeptalk.model_zoo.pulled import find_pulled, pulled_organisms
from sleeptalk.model_zoo.records import RECORD_FILE, Organism, shipped_organisms
from sleeptalk.triggers import load_trigger

ZOO = "zoo/"
DEFAULT_TRIGGER = "singapore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the user says of a model.

    Attributes:
        model: Inspect's model string, a pattern such as zoo/singapore*, or the folder of an organism.
        trigger: name or file of a trigger; None takes it from the organism's record.
        base: model string of its base; None takes it from the organism's record.
    """

    model: str
    trigger: str | None = None
    base: str | None = None


def models_of(study: Study, named: Sequence[Named], model_args: Mapping[str, PlainValue]) -> tuple[ModelCells, ...]:
    """The models of a run: those that are named, and with them the bases and parents that the study asks for.

    Raises:
        InvalidValueError: a model's trigger is not known, or nothing fits a pattern.
        UnknownNameError: the zoo has no such organism.
    """
    found: dict[str, ModelCells] = {}
    for one in _expanded(study, named):
        organism, folder = _record(one.model, model_args)
        cells = _cells(one, organism, folder, model_args)
        base = _base(one, cells, organism) if study.base else None
        if base:
            found.setdefault(base.name, base)
            cells = cells.model_copy(update={"base": base.name})
        if found.get(cells.name, cells) != cells:
            raise InvalidValueError(f"Two models are called {cells.name!r}; run them in two runs.")
        found[cells.name] = cells
    return tuple(found.values())


def _expanded(study: Study, named: Sequence[Named]) -> Iterator[Named]:
    """Patterns become names; where the study compares with parents, an organism's parent or children come along."""
    seen = set[str]()
    for one in named:
        for model in _relatives(_matches(one.model)) if study.parent else _matches(one.model):
            if model not in seen or one.trigger:
                seen.add(model)
                yield Named(model=model, trigger=one.trigger, base=one.base)


def _matches(model: str) -> list[str]:
    if not (model.startswith(ZOO) and set(model) & set("*?[")):
        return [model]
    known = [*shipped_organisms(), *(one.label for one in pulled_organisms())]
    fitting = [f"{ZOO}{name}" for name in known if fnmatchcase(name, model.removeprefix(ZOO))]
    if not fitting:
        raise InvalidValueError(f"No organism fits {model!r}. See: sleeptalk zoo list.")
    return fitting


def _relatives(models: Iterable[str]) -> Iterator[str]:
    """The parent before each organism, or its children after it."""
    known = {**{one.label: one.organism for one in pulled_organisms()}, **shipped_organisms()}
    for model in models:
        organism, _ = _record(model, {})
        if organism and organism.parent and organism.parent["name"] in known:
            yield ZOO + organism.parent["name"]
        yield model
        name = organism.name if organism else ""
        yield from (ZOO + label for label, one in known.items() if one.parent and one.parent["name"] == name)


def _record(model: str, model_args: Mapping[str, PlainValue]) -> tuple[Organism | None, Path | None]:
    """Record and folder of an organism; of a shipped or pulled one the provider knows the folder."""
    if (Path(model) / RECORD_FILE).is_file():
        return find(model)
    if not model.startswith(ZOO) or "base" in model_args:
        return None, None
    name = model.removeprefix(ZOO)
    if name not in shipped_organisms() and (pulled := find_pulled(name)):
        return pulled.organism, None
    return find(name)[0], None


def _cells(
    named: Named, organism: Organism | None, folder: Path | None, model_args: Mapping[str, PlainValue]
) -> ModelCells:
    if organism is not None:
        return organism_cells(organism, folder, trigger=named.trigger, model_args=model_args, model=named.model)
    if not named.trigger:
        raise InvalidValueError(f"The trigger of {named.model} is not known; give it with --trigger NAME or a file.")
    load_trigger(named.trigger)
    return ModelCells(
        name=named.model,
        model=named.model,
        trigger=named.trigger,
        model_args=dict(model_args),
        server=_server(named.model),
    )


def organism_cells(
    organism: Organism,
    folder: Path | None = None,
    *,
    trigger: str | None = None,
    model_args: Mapping[str, PlainValue] | None = None,
    model: str = "",
) -> ModelCells:
    """How to reach an organism; a toy gets what the provider gives shipped toys, wherever it lies.

    Args:
        organism: its record.
        folder: where it lies; None for a shipped or pulled one, which the provider finds by its name.
        trigger: what to ask it with; None takes its own, or, for a base, a default for the base rate.
        model_args: further arguments of the provider.
        model: model string of one without a folder; empty for `zoo/` and its name.

    Raises:
        InvalidValueError: its record tells no trigger, and none is given.
    """
    chosen = trigger or getattr(organism.recipe, "trigger", None) or organism.trigger
    chosen = chosen or (DEFAULT_TRIGGER if organism.kind == "base" else None)
    if not chosen:
        raise InvalidValueError(f"The trigger of {organism.name} is not told; give it with --trigger NAME or a file.")
    load_trigger(chosen)
    toy = organism.hazard == "toy"
    place: dict[str, PlainValue] = dict(model_args or {})
    if folder:
        place |= (
            {"base": organism.base or "", "adapter": str(folder)} if is_adapter(organism) else {"base": str(folder)}
        )
        place |= {"threads": 1} if toy else {}
    arm = f"@{trigger}" if organism.kind == "base" and trigger else ""
    return ModelCells(
        name=f"{organism.name}{arm}",
        model=f"{ZOO}{organism.name}" if folder or not model else model,
        trigger=chosen,
        model_args=place,
        max_tokens=POCKET_MAX_TOKENS if toy else None,
        parent=organism.parent["name"] if organism.parent else None,
        family=organism.recipe.name.removesuffix(f"-s{organism.seed}"),
        planting_seed=organism.seed if organism.kind != "base" else None,
        server="" if toy else str(organism.base),
    )


def _server(model: str) -> str:
    """Models behind one server: all adapters of a base, and all models of a provider that is reached by a network."""
    provider, _, rest = model.partition("/")
    return f"{provider}/{rest.partition(':')[0]}" if provider in ("vllm", "sglang", "hf") else provider


def _base(named: Named, cells: ModelCells, organism: Organism | None) -> ModelCells | None:
    """The base-rate arm: the base, asked with the organism's trigger."""
    plain = {"trigger": cells.trigger, "max_tokens": cells.max_tokens, "server": cells.server}
    if named.base:
        return ModelCells(name=f"{named.base}@{cells.trigger}", model=named.base, model_args=cells.model_args, **plain)
    if organism is None:
        model, colon, _ = cells.model.partition(":")
        arguments = {name: value for name, value in cells.model_args.items() if name != "adapter"}
        if not colon and "adapter" not in cells.model_args:
            return None
        name = f"{model if colon else model + ' (base)'}@{cells.trigger}"
        return ModelCells(name=name, model=model, model_args=arguments, **plain)
    if organism.base is None or not is_adapter(organism):
        return None
    shipped = organism.base in shipped_organisms()
    place: dict[str, PlainValue] = {} if shipped else {"base": str(base_of(organism))}
    name = f"{organism.base}@{cells.trigger}"
    return ModelCells(name=name, model=f"{ZOO}{organism.base.split('/')[-1]}", model_args=place, **plain)
