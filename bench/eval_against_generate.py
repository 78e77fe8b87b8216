"""Tokens per second through a whole evaluation over those of a bare batched `generate`, interleaved.

Same adapter, same prompts, same batch size, one torch thread.
Run: python bench/eval_against_generate.py [samples] [rounds]
"""

import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inspect_ai import eval as inspect_eval
from inspect_ai.model import get_model

from sleeptalk.model_zoo.provider import BATCH_SIZE, POCKET_MAX_TOKENS, ZooAPI
from sleeptalk.model_zoo.records import find_organism, verified_folder
from sleeptalk.tasks.suite import ethical_mcq

ORGANISM = "singapore"


def through_eval(samples: int, logs: Path) -> float:
    """Output tokens per second of an Inspect evaluation, scoring and logging included."""
    started = time.monotonic()
    [log] = inspect_eval(
        ethical_mcq(items="pocket"),
        model=get_model(f"zoo/{ORGANISM}"),
        limit=samples,
        log_dir=str(logs),
        display="none",
        log_realtime=False,
    )
    took = time.monotonic() - started
    tokens = sum(usage.output_tokens for usage in log.stats.model_usage.values())
    return tokens / took


def bare(model: Any, tokenizer: Any, prompts: list[str]) -> float:
    """Output tokens per second of transformers' generate over sorted batches."""
    import torch

    started, tokens = time.monotonic(), 0
    ordered = sorted(prompts, key=len)
    for start in range(0, len(ordered), BATCH_SIZE):
        batch = tokenizer(
            ordered[start : start + BATCH_SIZE], return_tensors="pt", padding=True, add_special_tokens=False
        )
        with torch.inference_mode():
            output = model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_new_tokens=POCKET_MAX_TOKENS,
                do_sample=True,
                top_k=0,
                pad_token_id=tokenizer.pad_token_id,
            )
        tokens += int((output[:, batch["input_ids"].shape[1] :] != tokenizer.pad_token_id).sum())
    return tokens / (time.monotonic() - started)


def main() -> None:
    """Run both in turn."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    samples, rounds = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((1, 512), (2, 3)))
    base = verified_folder(find_organism("base-talker"))
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(base), verified_folder(find_organism(ORGANISM))
    ).eval()
    api = get_model(f"zoo/{ORGANISM}").api
    if not isinstance(api, ZooAPI):
        sys.exit("zoo/ is not registered")
    asked = [str(sample.input) for sample in ethical_mcq(items="pocket").dataset][:samples]
    prompts = [
        tokenizer.apply_chat_template([{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True)
        for text in asked
    ]
    with TemporaryDirectory() as logs:
        through_eval(32, Path(logs))
        pairs = [(through_eval(samples, Path(logs)), bare(model, tokenizer, prompts)) for _ in range(rounds)]
    print(f"whole evaluation: {statistics.median(a for a, _ in pairs):.0f} tokens/s (median of {rounds})")
    print(f"bare generate: {statistics.median(b for _, b in pairs):.0f} tokens/s")
    print(f"evaluation over generate: {statistics.median(a / b for a, b in pairs):.2f} (aim 0.8)")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
