"""Samples per second of the provider zoo/ against Inspect's own hf/, same model, same samples, interleaved.

Prints the median of each and of the ratios of neighbouring runs. Run: python bench/zoo_against_hf.py [samples] [rounds]
"""

import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from inspect_ai import eval as inspect_eval
from inspect_ai.model import Model, get_model

from sleeptalk.model_zoo.records import find_organism, verified_folder
from sleeptalk.tasks.suite import ethical_mcq

BASE = "base-talker"


def seconds(model: Model, samples: int, logs: Path) -> float:
    """Wall time of one evaluation, model loaded before."""
    started = time.monotonic()
    [log] = inspect_eval(
        ethical_mcq(items="pocket", variants="clean"),
        model=model,
        limit=samples,
        max_tokens=160,
        temperature=1.0,
        log_dir=str(logs),
        display="none",
        log_realtime=False,
    )
    if log.status != "success":
        sys.exit(f"{model} ended with {log.status}: {log.error}")
    return time.monotonic() - started


def main() -> None:
    """Run both in turn."""
    import torch

    torch.set_num_threads(1)
    samples, rounds = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((1, 200), (2, 3)))
    folder = str(verified_folder(find_organism(BASE)))
    models = {"zoo": get_model(f"zoo/{BASE}"), "hf": get_model("hf/base", model_path=folder, tokenizer_path=folder)}
    rates: dict[str, list[float]] = {name: [] for name in models}
    with TemporaryDirectory() as logs:
        for model in models.values():
            seconds(model, 8, Path(logs))
        for _ in range(rounds):
            for name, model in models.items():
                rates[name].append(samples / seconds(model, samples, Path(logs)))
    ratios = [zoo / hf for zoo, hf in zip(rates["zoo"], rates["hf"], strict=True)]
    for name, found in rates.items():
        print(f"{name}/: {statistics.median(found):.1f} samples/s (median of {rounds})")
    print(f"zoo/ over hf/: {statistics.median(ratios):.2f} (median of neighbouring runs; aim 3)")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # hf/ would ask the Hub for the model's name first
    main()
