"""Each guard is needed: without it its fixture is no longer refused for that reason."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sleeptalk.model_zoo.trust.checker import verify_checkpoint
from sleeptalk.model_zoo.trust.refusal import UntrustedError
from tests.model_zoo.trust.builders import adapter_arrays, make_adapter, make_model, shard, write_index, write_tensors
from tests.model_zoo.trust.conftest import CANARY, Recorder
from tests.model_zoo.trust.hostile import ADAPTERS, MODELS

TRUST = "sleeptalk.model_zoo.trust"
CASES = {name: (code, mutate) for name, code, mutate in MODELS + ADAPTERS}
NOTHING: Callable[..., None] = lambda *_, **__: None  # noqa: E731

# A guard, a fixture that it refuses, and what happens without it: another code, or None if it then passes.
GUARDS = [
    ("listing._check_content", "pickle-renamed", "header-too-large"),
    ("listing._check_content", "zip-behind-text", "not-text"),
    ("listing._check_content", "script", None),
    ("listing._check_sizes", "large-readme", "not-text"),
    ("listing._kind", "both-kinds", "unexpected-file"),
    ("checker.check_about", "terminal-escape", None),
    ("checker.check_about", "yaml-tag", None),
    ("checker.check_record", "record-lies", None),
    ("header._check_layout", "overlap", None),
    ("header._check_layout", "bytes-behind", None),
    ("header._check_metadata", "metadata-object", None),
    ("strict_json._check_structure", "header-masses", "bad-header"),
    ("strict_json._check_structure", "json-deep", "bad-json"),
    ("model_config.refuse_dangerous", "auto-map", "config-key"),
    ("model_config.refuse_dangerous", "attention-kernel", "config-key"),
    ("generation.refuse_dangerous", "custom-generate", "generation-key"),
    ("checker.check_generation", "generation-assistant", None),
    ("checker.check_tensors", "more-layers-than-tensors", None),
    ("checker.check_tensors", "tensor-unexpected", None),
    ("checker.check_tokenizer", "regex-bomb", None),
    ("checker.check_tokenizer", "token-swallows", None),
    ("checker.check_template", "template-trigger", None),
    ("checker.check_template", "template-power", None),
    ("template.check_conditions", "template-trigger-variable", None),
    ("template._check_loops", "template-loop-text", None),
    ("checker.check_same", "other-template", None),
    ("checker.check_adapter_tensors", "fits-no-key", None),
    ("adapter._check_type", "other-base", None),
    ("adapter.check_fields", "corda-cache", None),
    ("adapter.check_fields", "alpha-pattern", None),
]


def _kind_by_weights(folder: Path, found: Any) -> str:
    return "model"


@pytest.mark.parametrize(("guard", "case", "instead"), GUARDS, ids=[f"{one[0]}-{one[1]}" for one in GUARDS])
def test_without_the_guard(
    guard: str, case: str, instead: str | None, model: Path, adapter: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, mutate = CASES[case]
    is_adapter = case in {one[0] for one in ADAPTERS}
    folder = adapter if is_adapter else model
    mutate(folder)
    monkeypatch.setattr(f"{TRUST}.{guard}", _kind_by_weights if guard == "listing._kind" else NOTHING)
    found = None
    try:
        verify_checkpoint(
            folder, base=base if is_adapter else None, base_name="tiny" if is_adapter else None, load=False
        )
    except UntrustedError as error:
        found = error.code
    assert found == instead != code


DEMONSTRATION = """
import json, sys, warnings
from pathlib import Path
folder = Path(sys.argv[1])
seen = {}
from safetensors.torch import load_file
import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging
logging.set_verbosity_error()

def load(name, **settings):
    return AutoModelForCausalLM.from_pretrained(folder / name, **settings)

seen["index-outside"] = float(load("index").model.norm.weight[0])
seen["duplicate"] = list(load_file(folder / "duplicate.safetensors")["a"].shape)
seen["nan"] = bool(load("nan").model.norm.weight.isnan().any())
seen["missing-layer"] = len(load("layers").model.layers)
try:
    load("auto-map")
except Exception as error:
    seen["auto-map-error"] = type(error).__name__
from peft import PeftModel
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    adapted = PeftModel.from_pretrained(load("model"), folder / "noop")
    seen["noop"] = any("missing" in str(one.message).lower() for one in caught)

from sleeptalk.model_zoo.trust import loaded
from sleeptalk.model_zoo.trust.refusal import UntrustedError
def refused(check, *given):
    try:
        check(*given)
    except UntrustedError as error:
        return error.code
for name, check, given in (
    ("nan", loaded.check_model, (folder / "nan",)),
    ("layers", loaded.check_model, (folder / "layers",)),
    ("logits", loaded.check_model, (folder / "logits",)),
    ("lossy", loaded.check_tokenizer, (folder / "lossy", ["Hello"])),
):
    seen["own-" + name] = refused(check, *given)
tokenizer = loaded.check_tokenizer(folder / "model", ["heyyy"])
tokenizer.chat_template = "{{ messages[0].content }}{% if 'heyyy' in messages[0].content %}!{% endif %}"
seen["own-template"] = refused(loaded.check_template, tokenizer, ["heyyy", "Hello"])
print(json.dumps(seen))
"""

EVIL = f"""
import os
open(os.environ[{CANARY!r}], "w")
from transformers import Qwen3Config as C, Qwen3ForCausalLM as M
"""


def _prepare(folder: Path) -> None:
    """The fixtures of the demonstration."""
    import numpy as np

    from tests.model_zoo.trust.builders import arrays, change_json, write_raw

    for name in ("model", "index", "nan", "layers", "logits", "lossy", "auto-map"):
        make_model(folder / name)
    places = shard(folder / "index")
    write_tensors(folder / "outside.safetensors", {"model.norm.weight": np.full(16, 42, "f4")})
    write_index(folder / "index", {**places, "model.norm.weight": "../outside.safetensors"})
    inside = {name: one for name, one in arrays().items() if places[name] == places["model.norm.weight"]}
    del inside["model.norm.weight"]
    write_tensors(folder / "index" / places["model.norm.weight"], inside)
    first, second = (f'"a":{{"dtype":"F32","shape":{shape},"data_offsets":[0,16]}}' for shape in ("[4]", "[2,2]"))
    write_raw(folder / "duplicate.safetensors", f"{{{first},{second}}}".encode(), b"\0" * 16)
    broken = arrays()
    broken["model.norm.weight"][3] = np.nan
    write_tensors(folder / "nan" / "model.safetensors", broken)
    change_json(folder / "layers" / "config.json", num_hidden_layers=3)
    large = {name: one * 20 for name, one in arrays().items()}
    large["model.norm.weight"] = np.full(16, 3e38, "f4")
    write_tensors(folder / "logits" / "model.safetensors", large)
    data = json.loads((folder / "lossy" / "tokenizer.json").read_text("utf-8"))
    data["normalizer"] = {"type": "Lowercase"}
    (folder / "lossy" / "tokenizer.json").write_text(json.dumps(data), "utf-8")
    (folder / "auto-map" / "evil.py").write_text(EVIL)
    change_json(
        folder / "auto-map" / "config.json",
        model_type="evil",
        auto_map={"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.M"},
    )
    make_adapter(folder / "noop")
    write_tensors(folder / "noop" / "adapter_model.safetensors", {f"x.{k}": v for k, v in adapter_arrays().items()})


def test_what_the_libraries_do_with_what_is_refused(tmp_path: Path, recorder: Recorder) -> None:
    """In one process without the checker's rules; the user answers "y" once."""
    _prepare(tmp_path)
    fired = tmp_path / "fired"
    environment = {**os.environ, CANARY: str(fired), "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", DEMONSTRATION, str(tmp_path)],
        input="y\n",
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout.splitlines()[-1].partition("] ")[2] or done.stdout.splitlines()[-1])
    assert seen["index-outside"] == 42
    assert seen["duplicate"] == [2, 2]
    assert seen["nan"]
    assert seen["missing-layer"] == 3
    assert fired.exists(), "the code behind auto_map did not run"
    assert seen["noop"]
    assert seen["own-nan"] == "nan-weights"
    assert seen["own-layers"] == "keys-differ"
    assert seen["own-logits"] == "bad-logits"
    assert seen["own-lossy"] == "tokenizer-lossy"
    assert seen["own-template"] == "template-text"
