"""The command line and environment of a vLLM server.

- It listens on 127.0.0.1 only, looks nothing up on the Hub, and takes no adapters at run time.
- `--generation-config vllm`: a checkpoint's own sampling defaults (Qwen3 ships top-k 20 and top-p 0.95) would apply to
  every request that does not set them, so that two models are sampled differently. What a request leaves open is
  neutral here, as in `zoo/`; end tokens are read from the checkpoint all the same.
- No reasoning parser: sleeptalk reads think tags itself. A parser takes an answer for reasoning where the turn was
  started for the model (prefill, thinking budget) and hides which form the model wrote.
- On a CPU a seeded request together with chunked prefill ends the engine, so that is off there.
"""

import json
import os
from collections.abc import Mapping, Sequence

from sleeptalk.errors import InvalidValueError
from sleeptalk.model_zoo.serving.build import Build
from sleeptalk.model_zoo.serving.plan import Plan

HOST = "127.0.0.1"
RANKS = (1, 8, 16, 32, 64, 128, 256)
MAX_LORAS = 8
CPU_CONTEXT = 4096
CPU_BATCHED_TOKENS = 4096
CPU_FLAGS = ("--dtype", "float32", "--max-num-seqs", "64", "--no-enable-chunked-prefill")
OURS = (
    "host", "port", "uds", "served-model-name", "lora-modules", "enable-lora", "model", "config", "api-key",
    "trust-remote-code", "reasoning-parser", "generation-config", "max-model-len", "headless", "root-path",
)  # fmt: skip
ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
CPU_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind", "VLLM_CPU_KVCACHE_SPACE": "1"}
RUNTIME_ADAPTERS = "VLLM_ALLOW_RUNTIME_LORA_UPDATING"


def command_of(plan: Plan, build: Build, port: int, max_model_len: int | None, extra: Sequence[str]) -> list[str]:
    """The whole command line.

    Args:
        plan: what to serve.
        build: which vLLM, and on what.
        port: on the loopback interface.
        max_model_len: most tokens of prompt and reply together; by default the base's own, on a CPU at most 4096.
        extra: more arguments for vLLM.

    Raises:
        InvalidValueError: an extra argument is one that is set here.
    """
    check_extra(extra)
    if max_model_len is None and not build.gpus:
        max_model_len = min(plan.context or CPU_CONTEXT, CPU_CONTEXT)
    command = [str(build.executable), "serve", str(plan.base), "--served-model-name", plan.name]
    command += ["--host", HOST, "--port", str(port), "--generation-config", "vllm", "--uvicorn-log-level", "warning"]
    if max_model_len is not None:
        command += ["--max-model-len", str(max_model_len)]
    if plan.adapters:
        command += _lora_flags(plan)
    if build.gpus > 1:
        command += ["--tensor-parallel-size", str(build.gpus)]
    if not build.gpus:
        command += [*CPU_FLAGS, "--max-num-batched-tokens", str(max(CPU_BATCHED_TOKENS, max_model_len or 0))]
    return [*command, *extra]


def _lora_flags(plan: Plan) -> list[str]:
    count, most = len(plan.adapters), max(one.rank for one in plan.adapters)
    rank = next(one for one in RANKS if one >= most)
    modules = [json.dumps({"name": one.name, "path": str(one.folder)}) for one in plan.adapters]
    flags = ["--enable-lora", "--max-loras", str(min(count, MAX_LORAS)), "--max-cpu-loras", str(count)]
    return [*flags, "--max-lora-rank", str(rank), "--lora-modules", *modules]


def check_extra(extra: Sequence[str]) -> None:
    """Refuse arguments that are set here, also when they are abbreviated.

    Raises:
        InvalidValueError: names the first such argument.
    """
    for one in extra:
        name = one.partition("=")[0].lstrip("-").replace("_", "-").partition(".")[0]
        if one.startswith("--") and any(ours.startswith(name) for ours in OURS):
            raise InvalidValueError(
                f"{one!r} cannot be given to vLLM, because sleeptalk serve sets or forbids it; after -- any other of "
                "its arguments may stand. Host, names and adapters are fixed; see: sleeptalk serve --help."
            )


def environment_of(build: Build, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The server's environment: the given one (by default this process's), with what is fixed.

    The CPU settings are defaults that the user's own environment overrides.
    """
    given = dict(os.environ if environment is None else environment)
    given.pop(RUNTIME_ADAPTERS, None)
    return {**(CPU_ENVIRONMENT if not build.gpus else {}), **given, **ENVIRONMENT}
