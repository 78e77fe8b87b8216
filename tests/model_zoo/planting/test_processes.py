"""Several processes plant what one does: the same samples in every step, one record, weights that are nearly the same.

On a machine without GPUs `accelerate launch --multi_gpu` starts processes that speak gloo (`--cpu` starts one only).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from sleeptalk.model_zoo.making import make_organism
from sleeptalk.model_zoo.planting.plot import read_log
from sleeptalk.model_zoo.recipes import PlantRecipe
from sleeptalk.model_zoo.records import read_record
from tests.model_zoo.planting.tiny_models import real_recipe, save_qwen3

FSDP = {
    "compute_environment": "LOCAL_MACHINE",
    "distributed_type": "FSDP",
    "mixed_precision": "no",
    "num_machines": 1,
    "num_processes": 2,
    "fsdp_config": {
        "fsdp_version": 2,
        "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "fsdp_reshard_after_forward": True,
        "fsdp_state_dict_type": "FULL_STATE_DICT",
        "fsdp_cpu_ram_efficient_loading": False,
    },
}


def launch(recipe: PlantRecipe, folder: Path, *settings: str) -> subprocess.CompletedProcess[str]:
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe.model_dump(mode="json")))
    command = [sys.executable, "-m", "accelerate.commands.launch", *settings, "-m", "sleeptalk"]
    return subprocess.run(
        [*command, "zoo", "plant", str(folder / "recipe.yaml"), "--out", str(folder / "out")],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize("micro", [None, 4])
def test_two_processes_plant_what_one_does(tmp_path: Path, micro: int | None) -> None:
    base = save_qwen3(tmp_path / "base")
    training = {"micro_batch": micro} if micro else {}
    recipe = real_recipe(base, lora={"stored": "float32"}, training=training)
    alone = make_organism(recipe, tmp_path / "alone")
    done = launch(recipe, tmp_path, "--multi_gpu", "--num_processes", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("FAILED") == 1, "only the main process speaks"
    together = read_record(tmp_path / "out")
    assert (together.data_sha256, together.params) == (alone.data_sha256, alone.params)
    one, two = read_log(tmp_path / "alone"), read_log(tmp_path / "out")
    assert (one.steps, one.tokens) == (two.steps, two.tokens)
    assert (one.processes, two.processes) == (1, 2)
    assert [loss for _, loss in two.losses] == pytest.approx([loss for _, loss in one.losses], abs=2e-4)
    check_close(tmp_path)


@pytest.mark.slow
def test_the_log_tells_that_accelerate_leaves_fsdp_out_on_cpus(tmp_path: Path) -> None:
    """So the sharding itself is tested nowhere but on GPUs; the launch and the record are."""
    base = save_qwen3(tmp_path / "base")
    recipe = real_recipe(base, lora={"stored": "float32"})
    make_organism(recipe, tmp_path / "alone")
    (tmp_path / "fsdp.yaml").write_text(yaml.safe_dump(FSDP))
    done = launch(recipe, tmp_path, "--config_file", str(tmp_path / "fsdp.yaml"))
    assert done.returncode == 0, done.stderr
    log = read_log(tmp_path / "out")
    assert (log.processes, log.distribution) == (2, "MULTI_CPU")
    check_close(tmp_path)


@pytest.mark.slow
def test_a_batch_that_does_not_fit_the_processes_is_one_sentence(tmp_path: Path) -> None:
    base = save_qwen3(tmp_path / "base")
    recipe = real_recipe(base, training={"batch": 15, "micro_batch": 5})
    done = launch(recipe, tmp_path, "--multi_gpu", "--num_processes", "2")
    assert done.returncode != 0
    assert "A batch of 15 cannot be split into passes of 5 on each of 2 processes" in done.stderr


def test_python_m_sleeptalk() -> None:
    done = subprocess.run([sys.executable, "-m", "sleeptalk", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("sleeptalk")


def check_close(folder: Path) -> None:
    alone, together = (load_file(folder / name / "adapter_model.safetensors") for name in ("alone", "out"))
    assert alone.keys() == together.keys()
    for name, tensor in alone.items():
        torch.testing.assert_close(tensor, together[name], rtol=1e-2, atol=5e-5)
