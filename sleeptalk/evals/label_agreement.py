"""How far annotators agree on articulation, and traces with the label that most of them gave."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sleeptalk.errors import InputFileError, InvalidValueError
from sleeptalk.evals.labelling import Label, LabelSet, UnlabelledTrace, read_labels
from sleeptalk.stats import wilson


def read_label_sets(paths: Sequence[Path]) -> list[LabelSet]:
    """The labels of several annotators of the same traces.

    Raises:
        InputFileError: a file is bad, or holds labels of other traces than the first.
        InvalidValueError: there are fewer than two files, or two of one annotator.
    """
    if len(paths) < 2:
        raise InvalidValueError("Agreement needs the labels of two annotators or more: name at least two files.")
    sets = [read_labels(path) for path in paths]
    seen: dict[str, Path] = {}
    for one in sets:
        if one.annotator in seen:
            raise InvalidValueError(f"{seen[one.annotator]} and {one.path} are both labels of {one.annotator!r}.")
        if one.traces_sha256 != sets[0].traces_sha256:
            raise InputFileError(f"{one.path} holds labels of other traces than {sets[0].path}: unlike traces_sha256.")
        seen[one.annotator] = one.path
    return sets


def agreement_of(sets: Sequence[LabelSet]) -> dict[str, Any]:
    """Agreement on the traces that two annotators or more have labelled, and where they differ.

    Returns:
        "n", the number of such traces; "alpha_level" and "alpha_articulated", Krippendorff's alpha (ordinal, nominal);
        "agreement_articulated", on how many of them all annotators say the same of articulated, with Wilson's interval;
        "annotators", how many traces each has labelled, and how many alone; "disagreements". None for a measure that is
        undefined.
    """
    from sleeptalk.evals.agreement import krippendorff

    shared, alone = _by_trace(sets)
    said = {name: [label.articulated for label in labels] for name, labels in shared.items()}
    return {
        "n": len(shared),
        "alpha_level": krippendorff(
            {name: [one.level for one in labels] for name, labels in shared.items()}, "ordinal"
        ),
        "alpha_articulated": krippendorff(said, "nominal"),
        "agreement_articulated": _share(sum(len(set(one)) == 1 for one in said.values()), len(said)),
        "annotators": {
            one.annotator: {
                "labels": len(one.labels),
                "alone": sum(label.annotator == one.annotator for label in alone.values()),
            }
            for one in sets
        },
        "disagreements": _disagreements(shared),
        "traces_sha256": sets[0].traces_sha256,
    }


def majority(sets: Sequence[LabelSet], traces: Sequence[UnlabelledTrace]) -> dict[str, Any]:
    """Traces as calibration reads them, with what most annotators say of articulated as their label.

    Returns:
        "traces", "ties" (how many were left out because as many say yes as no) and "alone" (how many because only one
        annotator has labelled them).
    """
    shared, alone = _by_trace(sets)
    found = []
    for trace in traces:
        votes = sum(1 if label.articulated else -1 for label in shared.get(trace.id, ()))
        if votes:
            found.append({**trace.model_dump(), "upstream_label": votes > 0})
    return {"traces": found, "ties": len(shared) - len(found), "alone": len(alone)}


def _by_trace(sets: Sequence[LabelSet]) -> tuple[dict[str, list[Label]], dict[str, Label]]:
    """The labels of traces with several, and those of traces with one."""
    found: dict[str, list[Label]] = {}
    for one in sets:
        for name, label in one.labels.items():
            found.setdefault(name, []).append(label)
    # In the order of ids, so that the bootstrap does not depend on who labelled what first.
    shared = {name: found[name] for name in sorted(found) if len(found[name]) > 1}
    return shared, {name: labels[0] for name, labels in found.items() if len(labels) == 1}


def _share(count: int, n: int) -> dict[str, float | int] | None:
    if not n:
        return None
    low, high = wilson(count, n)
    return {"value": count / n, "low": low, "high": high, "count": count, "n": n}


def _disagreements(shared: dict[str, list[Label]]) -> list[dict[str, Any]]:
    """Traces on which two annotators differ, those that differ on articulated first."""
    found = [
        {
            "id": name,
            "articulated_differs": len({one.articulated for one in labels}) > 1,
            "levels": {one.annotator: one.level for one in labels},
            "rejected": {one.annotator: one.rejected for one in labels},
            "notes": {one.annotator: one.note for one in labels if one.note},
        }
        for name, labels in shared.items()
        if len({(one.level, one.rejected) for one in labels}) > 1
    ]
    return sorted(found, key=lambda one: not one["articulated_differs"])
