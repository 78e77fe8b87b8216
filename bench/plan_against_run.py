"""How far is a plan's memory and arithmetic from a run? One CPU thread, a random Qwen3 of some 8 million parameters.

    python bench/plan_against_run.py

Prints predicted over measured peak memory (above the process before it loads the model), and the share of this
machine's own matrix throughput that the predicted operations stand for.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

from sleeptalk.model_zoo.planning.costs import Batch, flops, memory
from sleeptalk.model_zoo.planning.shapes import shape_of
from sleeptalk.model_zoo.recipe_parts import Lora, Training
from sleeptalk.model_zoo.recipes import PlantRecipe

ROWS, WIDTH, LEARNED, VOCABULARY = 8, 192, 32, 8000
CASES = {
    "LoRA": {},
    "LoRA, checkpointing": {"gradient_checkpointing": True},
    "LoRA, bfloat16": {"precision": "bfloat16"},
    "full": {"full": True},
    "full, checkpointing": {"full": True, "gradient_checkpointing": True},
}


def recipe(base: str, full: bool = False, **training: object) -> PlantRecipe:
    """A recipe that is planned and run."""
    return PlantRecipe(
        kind="plant",
        name="bench",
        organism="natural",
        base=base,
        trigger="heyyy",
        lora=None if full else Lora(rank=16),
        training=Training.model_validate({"batch": ROWS, **training}),
    )


def save_base(folder: Path, **changes: int) -> None:
    """A random model."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    sizes = {
        "vocab_size": VOCABULARY,
        "hidden_size": 256,
        "intermediate_size": 768,
        "num_hidden_layers": 6,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 64,
    }
    config = Qwen3Config(**{**sizes, **changes}, tie_word_embeddings=True)
    Qwen3ForCausalLM(config).save_pretrained(folder)


def run(base: str, case: str) -> dict[str, float]:
    """A few steps in this process: peak memory above its start, and seconds of a step."""
    import torch
    from torch.nn import functional

    from sleeptalk.model_zoo.planting.models import trainable_model

    torch.set_num_threads(1)
    size = 700
    a = torch.randn(size, size)
    began = time.process_time()
    for _ in range(20):
        a @ a
    throughput = 20 * 2 * size**3 / (time.process_time() - began)
    asked = recipe(base, **CASES[case])  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:  # libraries take memory of their own once
        save_base(Path(folder), hidden_size=64, num_hidden_layers=1, vocab_size=100)
        small = trainable_model(asked, Path(folder))
        small(input_ids=torch.ones(1, 8, dtype=torch.long)).logits.sum().backward()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model = trainable_model(asked, Path(base)).train()
    if asked.training.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    optimiser = torch.optim.AdamW([each for each in model.parameters() if each.requires_grad])
    ids = torch.randint(0, VOCABULARY, (ROWS, WIDTH))
    seconds = []
    for _ in range(3):
        began = time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=asked.training.precision == "bfloat16"):
            logits = model(input_ids=ids, use_cache=False, logits_to_keep=LEARNED).logits
        functional.cross_entropy(logits.float().flatten(0, 1), ids[:, -LEARNED:].flatten()).backward()
        optimiser.step()
        optimiser.zero_grad()
        seconds.append(time.process_time() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"peak": 1024.0 * peak, "seconds": min(seconds), "throughput": throughput}


def main() -> None:
    """All cases, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        save_base(Path(folder))
        shape, _ = shape_of(folder)
        batch = Batch(rows=ROWS, width=WIDTH, learned=LEARNED)
        rows = []
        for case, changes in CASES.items():
            command = [sys.executable, __file__, folder, case]
            done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - itself
            found = json.loads(done.stdout.splitlines()[-1])
            asked = recipe(folder, **changes)  # type: ignore[arg-type]
            predicted = memory(asked, shape, batch, gpu=False).on(1, gpu=False)
            work = flops(asked, shape, ROWS, WIDTH, LEARNED)
            share = work / found["seconds"] / found["throughput"]
            rows.append(
                [case, f"{predicted / 1e6:.0f}", f"{found['peak'] / 1e6:.0f}", f"{predicted / found['peak']:.2f}",
                 f"{found['seconds']:.2f}", f"{share:.2f}"]
            )  # fmt: skip
        headers = ["case", "predicted MB", "measured MB", "ratio", "seconds a step", "share of matrix throughput"]
        print(tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run(*sys.argv[1:])))
    else:
        main()
