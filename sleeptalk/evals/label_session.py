"""The way of one annotator through the traces: which ones, in which order, on and back."""

from collections.abc import Mapping, Sequence
from random import Random

from sleeptalk.evals.labelling import Label, UnlabelledTrace


class Session:
    """One annotator's way through the traces: what is labelled first, the rest behind it.

    Attributes:
        traces: in the order in which they are shown.
        labels: by the id of their trace.
        at: the position of the trace that is shown; the number of traces once there is none.
    """

    def __init__(self, traces: Sequence[UnlabelledTrace], labels: Mapping[str, Label]) -> None:
        place = {name: number for number, name in enumerate(labels)}
        self.traces = sorted(traces, key=lambda trace: place.get(trace.id, len(place)))
        self.labels = {trace.id: labels[trace.id] for trace in self.traces if trace.id in labels}
        self.at = len(self.labels)

    @property
    def current(self) -> UnlabelledTrace | None:
        """The trace that is shown; None once all are done or skipped."""
        return self.traces[self.at] if self.at < len(self.traces) else None

    def put(self, label: Label) -> None:
        """Take a label and go on."""
        self.labels[label.id] = label
        self.forward()

    def forward(self) -> None:
        """Go on to the next trace without a label."""
        self.at += 1
        while (trace := self.current) and trace.id in self.labels:
            self.at += 1

    def back(self) -> bool:
        """Go back by one trace, labelled or not; False at the first."""
        moved = self.at > 0
        self.at -= moved
        return moved


def shuffled(
    traces: Sequence[UnlabelledTrace], annotator: str, traces_sha256: str, seed: int | None = None, limit: int = 0
) -> list[UnlabelledTrace]:
    """The traces in an annotator's own order.

    Args:
        traces: all of the file.
        annotator: whose name gives the order.
        traces_sha256: of the file, which decides what a limit keeps.
        seed: gives the order instead of the name.
        limit: number of traces, the same ones for every annotator; 0 for all.
    """
    kept = list(traces)
    if limit:
        Random(f"sleeptalk label sample {traces_sha256}").shuffle(kept)
        kept = kept[:limit]
    Random(f"sleeptalk label order {annotator if seed is None else seed}").shuffle(kept)
    return kept
