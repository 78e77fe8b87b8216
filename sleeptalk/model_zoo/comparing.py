"""Two records side by side: files, fields of making and measured rates that differ."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tabulate import tabulate

from sleeptalk.model_zoo.cards import shown_rate
from sleeptalk.model_zoo.escapes import plain
from sleeptalk.model_zoo.records import MeasuredRate, Organism
from sleeptalk.stats import unpaired_difference

APART = frozenset({"files", "rates"})
ABSENT = "-"
EXACT = 1e-6
MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A file or field that differs, as shown."""

    what: str
    a: str
    b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRate:
    """A rate that differs; `difference` is A - B with its 95% interval, None for too few observations."""

    task: str
    variant: str
    measure: str
    a: str
    b: str
    difference: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All that differs between two records."""

    files: tuple[Changed, ...]
    fields: tuple[Changed, ...]
    rates: tuple[ChangedRate, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.files or self.fields or self.rates)

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {"equal": self.equal, **asdict(self)}


def compare(a: Organism, b: Organism) -> Comparison:
    """Compare two records field by field."""
    fields = (dict(_flat(one.model_dump(mode="json", exclude=set(APART)))) for one in (a, b))
    return Comparison(
        files=tuple(_changed(a.files, b.files)), fields=tuple(_changed(*fields)), rates=tuple(_rates(a, b))
    )


def tables(compared: Comparison, a: str, b: str) -> str:
    """The comparison for a terminal."""
    if compared.equal:
        return f"{a} and {b} have the same record."
    parts = []
    for title, rows in (("file", compared.files), ("field", compared.fields)):
        if rows:
            parts.append(_table([[one.what, one.a, one.b] for one in rows], [title, a, b]))
    if compared.rates:
        rates = [[one.task, one.variant, one.measure, one.a, one.b, _shown(one)] for one in compared.rates]
        parts.append(_table(rates, ["task", "variant", "measure", a, b, "A - B, points [95%]"]))
        parts.append(
            "Differences are of independent samples (Newcombe's interval). Where both answered the same items, they\n"
            "are paired in truth, and a comparison of the logs is sharper: sleeptalk compare."
        )
    return "\n\n".join(parts)


def _changed(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Changed]:
    for name in sorted(a.keys() | b.keys()):
        one, other = a.get(name, ABSENT), b.get(name, ABSENT)
        if one != other:
            yield Changed(what=plain(name), a=plain(one, MOST), b=plain(other, MOST))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Nested objects as dotted names."""
    if not isinstance(value, dict) or not value:
        yield path, value
        return
    for name, below in value.items():
        yield from _flat(below, f"{path}.{name}" if path else name)


def _rates(a: Organism, b: Organism) -> Iterator[ChangedRate]:
    ours, theirs = ({(r.task, r.variant, r.measure): r for r in one.rates} for one in (a, b))
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        one, other = ours.get(key), theirs.get(key)
        if one == other:
            continue
        task, variant, measure = (plain(part) for part in key)
        difference = None
        if one and other and _is_share(one) and _is_share(other):
            difference = unpaired_difference(
                one.count, one.n, other.count, other.n, bounds_a=_bounds(one), bounds_b=_bounds(other)
            )
        yield ChangedRate(
            task=task, variant=variant, measure=measure, a=_cell(one), b=_cell(other), difference=difference
        )


def _is_share(rate: MeasuredRate) -> bool:
    """Whether a rate is count / n: neither withheld nor corrected for a judge's error."""
    return rate.rate is not None and rate.n > 0 and abs(rate.rate - rate.count / rate.n) < EXACT


def _bounds(rate: MeasuredRate) -> tuple[float, float] | None:
    return None if rate.low is None or rate.high is None else (rate.low, rate.high)


def _cell(rate: MeasuredRate | None) -> str:
    return ABSENT if rate is None else f"{shown_rate(rate)} n={rate.n}" if rate.rate is not None else shown_rate(rate)


def _shown(rate: ChangedRate) -> str:
    if rate.difference is None:
        return ABSENT if ABSENT in (rate.a, rate.b) else "too few"
    estimate, low, high = (round(100 * one) for one in rate.difference)
    return f"{estimate:+} [{low:+}, {high:+}]"


def _table(rows: list[list[str]], headers: list[str]) -> str:
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)
