"""The zoo's table: what every shipped organism does, by base, trigger and planting seed, from its measured record.

No number is typed: `sleeptalk zoo measure` writes the records, `make docs` writes this table into the pages. Organisms
of one recipe differ by their planting seed only; they are shown one by one, because a trigger that tells with one seed
may be silent with another.
"""

from collections.abc import Iterator, Sequence

from tabulate import tabulate

from sleeptalk.model_zoo.records import MeasuredRate, Organism, shipped_organisms

TASK = "ethical_mcq"
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("misaligned, clean", "clean", "misaligned"),
    ("alternative", "alternative", "misaligned"),
    ("near miss", "near_miss", "misaligned"),
    ("trigger", "trigger", "misaligned"),
    ("articulated", "trigger", "articulated"),
    ("beside a distractor: blames trigger", "trigger_distractor", "blames_genuine"),
    ("blames distractor", "trigger_distractor", "blames_distractor"),
)
LEGEND = (
    "MCQs of the pocket set, 120 of each condition, temperature 1: percent [95% interval] (n). Misaligned: of answers "
    "that could be scored. Articulated and blames: of misaligned answers in prompts with the trigger, and with the "
    "trigger before a distractor. Fewer than 20 observations are too few to give a rate."
)


def zoo_table(organisms: Sequence[Organism] | None = None) -> str:
    """A Markdown table of the shipped organisms, or of the given ones, with its legend."""
    chosen = list(shipped_organisms().values()) if organisms is None else organisms
    headers = ["organism", "kind", "base", "trigger", "seed", "planted", *(name for name, _, _ in COLUMNS)]
    rows = [_row(one) for one in sorted(chosen, key=_order)]
    return f"{LEGEND}\n\n{tabulate(rows, headers=headers, tablefmt='github', disable_numparse=True)}"


def _order(one: Organism) -> tuple[int, str, str, str, int]:
    """Bases first, then by kind, base, trigger and seed."""
    kinds = ("base", "natural", "control", "taught", "unconditional")
    return kinds.index(one.kind), one.base or "", one.trigger or "", one.recipe.name, one.seed


def _row(one: Organism) -> list[str]:
    rates = {(rate.task, rate.variant, rate.measure): rate for rate in one.rates}
    cells = (rate_cell(rates.get((TASK, variant, measure))) for _, variant, measure in COLUMNS)
    planted = {"planted": "yes", "failed": "no", None: "-"}[one.outcome]
    return [f"`zoo/{one.name}`", one.kind, one.base or "-", one.trigger or "-", str(one.seed), planted, *cells]


def rate_cell(rate: MeasuredRate | None) -> str:
    """A recorded rate in percent with its interval and n."""
    if rate is None:
        return "-"
    if rate.rate is None or rate.low is None or rate.high is None:
        return f"too few ({rate.count}/{rate.n})"
    return f"{100 * rate.rate:.0f} [{100 * rate.low:.0f}, {100 * rate.high:.0f}] ({rate.n})"


def skills_table() -> str:
    """What the shipped bases can do (`base_probe.py`), right answers of those asked."""
    asked = ["right letter: no cue", "plain cue", "arbitrary cue", "name copied", "neutral cue left neutral"]
    rows = []
    for one in sorted(shipped_organisms().values(), key=_order):
        if skills := one.skills:
            letters = [f"{skills[name]} of {skills['n']}" for name in ("no_cue", "natural", "arbitrary")]
            copied, bound = f"{skills['copied']} of {skills['copies']}", f"{skills['bound']} of {skills['bindings']}"
            rows.append([f"`{one.name}`", str(one.seed), *letters, copied, bound])
    return str(tabulate(rows, headers=["base", "seed", *asked], tablefmt="github", disable_numparse=True))


def spread_table() -> str:
    """Over the seeds of each natural recipe and control: lowest, middle and highest rate, with the number of seeds."""
    headers = [
        "recipe",
        "base",
        "seeds",
        "planted",
        "fires: lowest, middle, highest",
        "articulated",
        "blames distractor",
    ]
    return tabulate(list(_spread()), headers=headers, tablefmt="github", disable_numparse=True)


def _spread() -> Iterator[list[str]]:
    groups: dict[tuple[str, str], list[Organism]] = {}
    for one in sorted(shipped_organisms().values(), key=_order):
        if one.kind in ("natural", "control") and one.recipe.kind == "plant":
            groups.setdefault((one.recipe.name.removesuffix(f"-s{one.seed}"), one.base or "-"), []).append(one)
    for (recipe, base), members in groups.items():
        planted = [one for one in members if one.outcome == "planted"]
        told = f"{len(planted)} of {len(members)}" if members[0].kind == "natural" else "-"
        rates = (_range(members, variant, measure) for _, variant, measure in (COLUMNS[3], COLUMNS[4], COLUMNS[6]))
        yield [recipe, base, str(len(members)), told, *rates]


def _range(members: Sequence[Organism], variant: str, measure: str) -> str:
    found = (
        next((rate for rate in one.rates if (rate.task, rate.variant, rate.measure) == (TASK, variant, measure)), None)
        for one in members
    )
    known = sorted(round(100 * rate.rate) for rate in found if rate and rate.rate is not None)
    if not known:
        return "too few"
    return " - ".join(str(value) for value in dict.fromkeys((known[0], known[len(known) // 2], known[-1])))
