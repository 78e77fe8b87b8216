"""How fast, and with how much memory, is a large checkpoint checked without loading it? Makes a file of 1 GB.

python bench/verify_speed.py [GB]
"""

import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECK = """
import sys
from pathlib import Path
from sleeptalk.model_zoo.trust.checker import verify_checkpoint
verify_checkpoint(Path(sys.argv[1]), base=Path(sys.argv[2]), load=False)
"""
HIDDEN, RANK = 8192, 256
BLOCK = os.urandom(1 << 20)


def write(path: Path, tensors: dict[str, tuple[int, int]], *, sparse: bool) -> None:
    """A safetensors file of F32 tensors; random bytes, or none for a base of which only the header is read."""
    header, at = {}, 0
    for name, shape in tensors.items():
        end = at + 4 * shape[0] * shape[1]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}
        at = end
    data = json.dumps(header).encode()
    with path.open("wb") as handle:
        handle.write(struct.pack("<Q", len(data)) + data)
        if sparse:
            handle.truncate(8 + len(data) + at)
        else:
            for _ in range(at // len(BLOCK)):
                handle.write(BLOCK)
            handle.write(BLOCK[: at % len(BLOCK)])


def measured(arguments: list[str]) -> tuple[float, float]:
    """Seconds and peak memory in MB of a command."""
    started = time.perf_counter()
    process = subprocess.Popen(arguments)  # noqa: S603 - this interpreter
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - started, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """Print MB/s and peak memory."""
    size = int(float(sys.argv[1] if len(sys.argv) > 1 else 1) * 1e9)
    layers = max(1, size // (4 * 2 * RANK * HIDDEN))
    with tempfile.TemporaryDirectory() as name:
        base, adapter = Path(name) / "base", Path(name) / "adapter"
        base.mkdir()
        adapter.mkdir()
        modules = [f"model.layers.{i}.self_attn.q_proj" for i in range(layers)]
        shapes = {f"{one}.weight": (HIDDEN, HIDDEN) for one in modules}
        write(base / "model.safetensors", shapes, sparse=True)
        pairs = {}
        for one in modules:
            pairs[f"base_model.model.{one}.lora_A.weight"] = (RANK, HIDDEN)
            pairs[f"base_model.model.{one}.lora_B.weight"] = (HIDDEN, RANK)
        write(adapter / "adapter_model.safetensors", pairs, sparse=False)
        settings: dict[str, object] = {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "r": RANK,
            "lora_alpha": 8,
            "target_modules": ["q_proj"],
        }
        (adapter / "adapter_config.json").write_text(json.dumps(settings))
        idle, idle_memory = measured([sys.executable, "-c", "import sleeptalk.model_zoo.trust.checker"])
        seconds, memory = measured([sys.executable, "-c", CHECK, str(adapter), str(base)])
        megabytes = (adapter / "adapter_model.safetensors").stat().st_size / 1e6
    print(f"{megabytes:.0f} MB in {seconds - idle:.2f} s: {megabytes / (seconds - idle):.0f} MB/s")
    print(f"peak memory {memory:.0f} MB; {idle_memory:.0f} MB with the imports alone")


if __name__ == "__main__":
    main()
