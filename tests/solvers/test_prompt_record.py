import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.model import Model, get_model

from sleeptalk.model_zoo.records import find_organism, verified_folder
from sleeptalk.solvers.prompt_record import PromptRecord
from sleeptalk.tasks.suite import ethical_mcq
from tests.loopback import LoopbackServer


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def logged(tmp_path: Path, model: Model, **arguments: Any) -> tuple[EvalLog, PromptRecord]:
    """The log of one pocket sample, and its prompt record."""
    task = ethical_mcq(variants="clean", items="pocket", **arguments)
    [log] = inspect_eval(task, model=model, limit=1, log_dir=str(tmp_path), display="none", log_realtime=False)
    assert log.status == "success", log.error
    assert log.samples is not None
    return log, PromptRecord.model_validate(log.samples[0].metadata["prompt"])


def test_the_zoo_records_what_it_rendered(tmp_path: Path) -> None:
    """Checked against transformers' own rendering and tokenizing."""
    from transformers import AutoTokenizer

    log, record = logged(tmp_path, get_model("zoo/singapore"))
    base, adapter = (verified_folder(find_organism(name)) for name in ("base-talker", "singapore"))
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    assert log.samples is not None
    messages = [{"role": "user", "content": log.samples[0].input}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert record == PromptRecord(
        sha256=digest(text),
        source="rendered",
        tokens=len(tokenizer(text).input_ids),
        token_ids_sha256=digest(json.dumps(tokenizer(text).input_ids)),
        template=f"sha256:{digest((base / 'chat_template.jinja').read_text())}",
        adapter=f"sha256:{hashlib.sha256((adapter / 'adapter_model.safetensors').read_bytes()).hexdigest()}",
    )


def test_records_differ_where_prompts_differ(tmp_path: Path) -> None:
    organism = get_model("zoo/singapore")
    plain = logged(tmp_path, organism)[1]
    silent = logged(tmp_path, organism, thinking="off")[1]
    with_system = logged(tmp_path, organism, system="default")[1]
    raw = logged(tmp_path, organism, form="completion")[1]
    assert len({one.sha256 for one in (plain, silent, with_system, raw)}) == 4
    assert plain.template == silent.template == with_system.template
    assert raw.template == "raw"
    assert logged(tmp_path, get_model("zoo/base-talker"))[1].adapter == "none"
    assert logged(tmp_path, organism)[1] == plain


def test_hf_records_what_inspect_renders(tmp_path: Path) -> None:
    folder = str(verified_folder(find_organism("base-talker")))
    hf = get_model("hf/local", model_path=folder, tokenizer_path=folder, enable_thinking=True, device="cpu")
    record, zoo = logged(tmp_path, hf)[1], logged(tmp_path, get_model("zoo/base-talker"))[1]
    assert (record.sha256, record.token_ids_sha256) == (zoo.sha256, zoo.token_ids_sha256)
    assert record.template == zoo.template


def test_a_server_that_does_not_tell_is_recorded_as_unknown(tmp_path: Path, server: LoopbackServer) -> None:
    log, record = logged(tmp_path, get_model("openai-api/loopback/think-tags", memoize=False))
    assert (record.source, record.tokens, record.template) == ("messages", None, "unknown")
    assert record.adapter == "loopback/think-tags"
    assert log.samples is not None
    sent = [{"role": "user", "content": log.samples[0].input}]
    assert record.sha256 == digest(json.dumps(sent, ensure_ascii=False))


def test_a_vllm_server_is_asked_for_token_ids(
    tmp_path: Path, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_BASE_URL", server.url)
    model = get_model("vllm/think-tags", memoize=False)
    log, record = logged(tmp_path, model)
    assert log.samples is not None
    asked = [{"role": "user", "content": log.samples[0].input}]
    ids = [ord(letter) for letter in json.dumps(asked) + "None"]
    assert record.token_ids_sha256 == digest(json.dumps(ids))
    assert (record.source, record.tokens, record.adapter) == ("token_ids", len(ids), "think-tags")
    assert record.template.startswith("probe:")
    assert logged(tmp_path, model, thinking="off")[1].token_ids_sha256 != record.token_ids_sha256
