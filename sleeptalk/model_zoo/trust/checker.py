"""Check a checkpoint of somebody else before anything loads it: the same checker for submitter and board.

The static rules run in this process with the standard library alone, file by file; torch, transformers and peft are
not imported. What remains needs the libraries, so it happens in one child process (`process.py`).
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sleeptalk.model_zoo.trust.about import check_about, check_record, read_plain
from sleeptalk.model_zoo.trust.adapter import AdapterPlan, check_adapter_tensors, read_adapter
from sleeptalk.model_zoo.trust.generation import check_generation
from sleeptalk.model_zoo.trust.limits import CHECKER_VERSION, Limits
from sleeptalk.model_zoo.trust.listing import (
    ADAPTER_CONFIG,
    CONFIG,
    GENERATION,
    TEMPLATE,
    Entries,
    Kind,
    check_unchanged,
    list_checkpoint,
    trusted_entries,
)
from sleeptalk.model_zoo.trust.model_config import check_tensors, declared_tensors, read_config
from sleeptalk.model_zoo.trust.process import Request, run_child
from sleeptalk.model_zoo.trust.refusal import UntrustedError, shown
from sleeptalk.model_zoo.trust.template import check_template
from sleeptalk.model_zoo.trust.tokenizer_files import check_same, check_tokenizer
from sleeptalk.model_zoo.trust.verification import Verification, VerifiedFile
from sleeptalk.model_zoo.trust.weights import Weights, read_weights

Progress = Callable[[str], None]


@dataclass(slots=True)
class _Run:
    """What one check has found so far."""

    limits: Limits
    progress: Progress | None
    passed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def done(self, name: str) -> None:
        self.passed.append(name)
        if self.progress:
            self.progress(name)


def verify_checkpoint(
    folder: Path,
    *,
    base: Path | None,
    base_name: str | None = None,
    tokenizer_base: Path | None = None,
    load: bool = True,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> Verification:
    """Check a checkpoint; what it returns is the proof, and any doubt is an exception.

    Args:
        folder: the checkpoint, a flat folder of regular files.
        base: folder of the trusted base of an adapter; None for a model on its own.
        base_name: what an adapter's config must name as its base; None does not compare.
        tokenizer_base: folder whose tokenizer and template a model on its own must share; None checks what it has.
        load: also load it in a child process; without, nothing is known of the values of its weights.
        limits: how large and slow it may be.
        progress: called with the name of each passed check.

    Raises:
        UntrustedError: the first reason not to trust it, with its code.
        MissingExtraError: the libraries that load it are not installed.
    """
    started, run = time.monotonic(), _Run(limits, progress)
    kind, entries = list_checkpoint(folder, limits)
    _check_kind(kind, base)
    run.done("files")
    check_about(entries, limits)
    run.done("texts")
    weights = read_weights(kind, entries, limits)
    run.done("headers")
    request = (
        _adapter(entries, weights, base, base_name, run) if base else _model(entries, weights, tokenizer_base, run)
    )
    digests = {name: _sha256(entries, name) for name in sorted(entries)}
    check_record(entries, digests, limits)
    run.done("sha256")
    isolation = run_child(request, folder, base, weights.size, limits) if load else ()
    if load:
        run.done("load")
    check_unchanged(entries)
    run.done("unchanged")
    files = {name: VerifiedFile(sha256=digest, size=entries[name].size) for name, digest in digests.items()}
    return _verification(kind, files, weights, run, isolation, load=load, seconds=time.monotonic() - started)


def _verification(
    kind: Kind,
    files: dict[str, VerifiedFile],
    weights: Weights,
    run: _Run,
    isolation: tuple[str, ...],
    *,
    load: bool,
    seconds: float,
) -> Verification:
    return Verification(
        checker=CHECKER_VERSION,
        kind=kind,
        files=files,
        tensors=len(weights.tensors),
        parameters=weights.parameters,
        dtypes=weights.dtypes,
        passed=tuple(run.passed),
        loaded=load,
        isolation=isolation,
        notes=tuple(run.notes),
        seconds=round(seconds, 3),
    )


def _check_kind(kind: Kind, base: Path | None) -> None:
    if kind == "adapter" and base is None:
        raise UntrustedError("wrong-kind", "The folder holds an adapter; name the base that it is for, with --base.")
    if kind == "model" and base is not None:
        raise UntrustedError(
            "wrong-kind", "The folder holds a model, not an adapter for a base; check it without --base."
        )


def _adapter(entries: Entries, weights: Weights, base: Path, base_name: str | None, run: _Run) -> Request:
    theirs = read_weights("model", trusted_entries(base), run.limits)
    plan, declared = read_adapter(entries[ADAPTER_CONFIG].read(), theirs.tensors, base_name, run.limits)
    run.done("adapter-config")
    check_adapter_tensors(declared, weights.tensors)
    run.done("tensors")
    check_same(entries, base)
    run.done("tokenizer")
    return _request("adapter", theirs.size, plan=plan)


def _model(entries: Entries, weights: Weights, tokenizer_base: Path | None, run: _Run) -> Request:
    shape = read_config(entries[CONFIG].read(), run.limits)
    if GENERATION in entries:
        check_generation(entries[GENERATION].read(), run.limits)
    run.done("config")
    if shape.named:
        run.notes.append(f"config.json says that it comes from {shown(shape.named)}; this is not used")
    check_tensors(declared_tensors(shape), weights.tensors, CONFIG)
    run.done("tensors")
    if tokenizer_base:
        check_same(entries, tokenizer_base)
        run.done("tokenizer")
        return _request("model", 0, own_tokenizer=False)
    in_config = check_tokenizer(entries, shape.vocabulary, run.limits)
    run.done("tokenizer")
    _check_templates(entries, in_config, run.limits)
    run.done("template")
    run.notes.append("tokenizer and template are its own; they passed an allow-list and probes, not a comparison")
    return _request("model", 0, own_tokenizer=True)


def _check_templates(entries: Entries, in_config: str | None, limits: Limits) -> None:
    """The template in its file and the one in the tokenizer's config: one of them, or equal."""
    in_file = read_plain(entries[TEMPLATE].read(), TEMPLATE) if TEMPLATE in entries else None
    if in_file is not None and in_config is not None and in_file != in_config:
        raise UntrustedError("template-differs", f"{TEMPLATE} differs from the tokenizer config's; keep one of them.")
    template = in_file if in_file is not None else in_config
    if template is None:
        raise UntrustedError("template-missing", f"The model has no chat template; add {TEMPLATE}.")
    check_template(template, limits)


def _request(kind: Kind, base_size: int, *, plan: AdapterPlan | None = None, own_tokenizer: bool = False) -> Request:
    return Request(kind=kind, base_size=base_size, plan=plan, own_tokenizer=own_tokenizer)


def _sha256(entries: Entries, name: str) -> str:
    with entries[name].open() as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
