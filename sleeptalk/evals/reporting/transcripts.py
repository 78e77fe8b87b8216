"""Transcripts for the page: what was asked, thought and answered, with the verdicts and the passages they rest on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import ChatMessage

from sleeptalk.evals.cells import Run
from sleeptalk.evals.log_files import samples_in
from sleeptalk.evals.logs import OUTCOME
from sleeptalk.evals.reporting.choosing import Place, in_turns, places_of
from sleeptalk.evals.reporting.marking import Piece, Span, named, pieces, quoted
from sleeptalk.reasoning import Reasoning, extract
from sleeptalk.samples import AskedSample, SampleMetadata
from sleeptalk.scorers.observations import Outcome
from sleeptalk.verdicts import RUBRIC

MOST = 5_000
MOST_CHARACTERS = 40_000_000
"""Of all shown transcripts together; a page with more opens slowly."""

FOCAL, DISTRACTOR, EVIDENCE, BLAMED = "focal", "distractor", "evidence", "blamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTranscript:
    """One transcript.

    Attributes:
        place: where it is, and its group.
        item: what shares it was asked the same question; empty if unknown.
        prompt, reasoning: in marked pieces.
        answer: what stands outside of the reasoning.
        facts: names and values of the verdicts, for people.
        rubrics: the rubrics and judges that gave them, with versions.
    """

    place: Place
    item: str
    prompt: list[Piece]
    reasoning: list[Piece]
    answer: str
    facts: list[tuple[str, str]]
    rubrics: frozenset[str]

    @property
    def characters(self) -> int:
        """Length of its texts."""
        return sum(len(text) for text, _ in (*self.prompt, *self.reasoning)) + len(self.answer)

    def as_data(self) -> dict[str, Any]:
        """Plain data for the page's script."""
        model, part, seed = self.place.cell
        return {
            "model": model,
            "part": part,
            "seed": seed,
            "variant": self.place.variant,
            "verdict": self.place.verdict,
            "id": str(self.place.key[0]),
            "epoch": self.place.key[1],
            "item": self.item,
            "prompt": self.prompt,
            "reasoning": self.reasoning,
            "answer": self.answer,
            "facts": self.facts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The transcripts that a page shows, and how many there are."""

    shown: list[ShownTranscript]
    all: int

    @property
    def rubrics(self) -> list[str]:
        """The rubrics and judges behind the verdicts that are shown."""
        return sorted({name for one in self.shown for name in one.rubrics})


def choose(run: Run, headers: Sequence[EvalLog], most: int = MOST, most_characters: int = MOST_CHARACTERS) -> Chosen:
    """All transcripts of a run, or as many as a page can hold, see `choosing.py`; in the order of the run."""
    places = places_of(run, headers)
    order = [place for place, _ in zip(in_turns(places, run.seeds[0]), range(most), strict=False)]
    read = {(one.place.location, one.place.key): one for one in _read(order)}
    kept, characters = set[tuple[str, Any]](), 0
    for place in order:
        one = (place.location, place.key)
        characters += read[one].characters if one in read else 0
        if characters > most_characters:
            break
        kept.add(one)
    in_order = ((place.location, place.key) for place in places)
    return Chosen(shown=[read[one] for one in in_order if one in kept and one in read], all=len(places))


def _read(places: Iterable[Place]) -> Iterator[ShownTranscript]:
    by_log: dict[str, dict[Any, Place]] = defaultdict(dict)
    for place in places:
        by_log[place.location][place.key] = place
    for location, wanted in by_log.items():
        for sample in samples_in(location, wanted.keys()):
            yield shown(wanted[sample.id, sample.epoch], sample)


def shown(place: Place, sample: EvalSample) -> ShownTranscript:
    """What a page shows of a sample of any task."""
    behaviour = _parsed(SampleMetadata, sample)
    asked = behaviour or _parsed(AskedSample, sample)
    content, stop = sample.output.message.content if sample.output.choices else "", sample.output.stop_reason
    reply = asked.read(content, stop) if asked else extract(content, stop_reason=stop)
    prompt = _prompt(sample)
    marks = _prompt_spans(prompt, behaviour) if behaviour else []
    return ShownTranscript(
        place=place,
        item=asked.item if asked else "",
        prompt=pieces(prompt, marks),
        reasoning=pieces(reply.text, _reasoning_spans(reply.text, sample, behaviour)),
        answer=reply.answer,
        facts=[(name, value) for name, value in _facts(sample, reply) if value],
        rubrics=frozenset(_rubrics(sample)),
    )


def _parsed(kind: type[Any], sample: EvalSample) -> Any:
    """A sample's metadata as a record; None if it is none of this kind."""
    fields = {name: value for name, value in sample.metadata.items() if name in kind.model_fields}
    required = {name for name, field in kind.model_fields.items() if field.is_required()}
    return kind.model_validate(fields) if required <= fields.keys() else None


def _prompt(sample: EvalSample) -> str:
    """What the model was given: one user message as it is, more of them with their roles."""
    last = next((place for place, one in enumerate(sample.messages) if one.role == "user"), None)
    given: list[ChatMessage] = sample.messages[: last + 1] if last is not None else []
    begun = str(sample.metadata.get("prefill") or "")
    if not given:
        return sample.input if isinstance(sample.input, str) else "\n\n".join(one.text for one in sample.input)
    if len(given) == 1 and not begun:
        return given[0].text
    texts = [f"[{one.role}]\n{one.text}" for one in given] + ([f"[assistant, begun for it]\n{begun}"] if begun else [])
    return "\n\n".join(texts)


def _prompt_spans(prompt: str, sample: SampleMetadata) -> list[Span]:
    """The cues in a prompt, in their own words and by their names."""
    found: list[Span] = []
    for cue in sample.cues:
        mark = DISTRACTOR if cue.role == "distractor" else FOCAL
        found += [*quoted(prompt, cue.text, mark), *named(prompt, cue.mentions, mark)]
    return found


def _reasoning_spans(text: str, sample: EvalSample, behaviour: SampleMetadata | None) -> list[Span]:
    """The quote that decides on articulation, and the names of what is blamed."""
    scores = sample.scores or {}
    told = {name: (scores[name].metadata or {}) if name in scores else {} for name in ("articulation", "attribution")}
    spans = quoted(text, str(told["articulation"].get("evidence") or ""), EVIDENCE)
    if behaviour is None or "attribution" not in scores:
        return spans
    blamed = scores["attribution"].value
    names = [*(told["attribution"].get("blamed_words") or ())]
    names += behaviour.focal_mentions if blamed in ("genuine", "both") else ()
    names += behaviour.distractor_mentions if blamed in ("distractor", "both") else ()
    return [*spans, *named(text, names, BLAMED)]


def _facts(sample: EvalSample, reply: Reasoning) -> Iterator[tuple[str, str]]:
    """The verdicts in words."""
    scores = sample.scores or {}
    if OUTCOME not in scores:
        for name, score in scores.items():
            yield name, f"{score.value}" + (f" ({score.explanation})" if score.explanation else "")
        return
    found = Outcome.model_validate(scores[OUTCOME].metadata)
    yield "level", "" if found.level is None else f"{found.level} of 4. {RUBRIC[found.level]}"
    yield "cue set aside", "yes" if found.rejected else ""
    yield "blames", (found.blamed or "").replace("_", " ")
    yield "answer contradicts the reasoning", "yes" if found.flipped else ""
    yield "role", (found.persona or "").replace("_", " ")
    yield "monitor flags", ", ".join(found.flags or ()).replace("_", " ")
    yield "suspicion, 0 to 100", ", ".join(f"{view} {value:.0f}" for view, value in found.suspicion.items())
    yield "cut off", "yes" if found.truncated else ""
    yield "reasoning", "" if reply.visibility == "full" else f"{reply.visibility} (not readable in full)"
    yield "unscored because", (found.unscored_reason or "").replace("_", " ")
    yield "decided by a judge", ", ".join(found.judge_decided)
    yield "judge failed on", ", ".join(found.judge_failed)


def _rubrics(sample: EvalSample) -> Iterator[str]:
    """What each verdict says of its rubric and judge."""
    for score in (sample.scores or {}).values():
        told = score.metadata or {}
        if "rubric" in told:
            yield f"{told['rubric']} by {told.get('judge', 'an unknown judge')}"
