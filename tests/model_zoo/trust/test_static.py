# ruff: noqa: E501 - templates
"""Hostile checkpoints are refused by the static rules, each with its own code, and good ones pass."""

import pickle
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sleeptalk.errors import SleeptalkError
from sleeptalk.model_zoo.pocket.tokenizer import CHAT_TEMPLATE
from sleeptalk.model_zoo.records import shipped_organisms, zoo_folder
from sleeptalk.model_zoo.trust.checker import verify_checkpoint
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.refusal import CODES, UntrustedError
from sleeptalk.model_zoo.trust.template import check_template
from tests.model_zoo.trust.builders import Mutation, change_json, make_adapter, shard
from tests.model_zoo.trust.conftest import Recorder
from tests.model_zoo.trust.hostile import ADAPTERS, MODELS


def refused(folder: Path, base: Path | None = None, base_name: str | None = None) -> UntrustedError:
    with pytest.raises(UntrustedError) as caught:
        verify_checkpoint(folder, base=base, base_name=base_name, load=False)
    assert caught.value.code in CODES
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1500
    return caught.value


@pytest.mark.parametrize(("name", "code", "mutate"), MODELS, ids=[one[0] for one in MODELS])
def test_hostile_models_are_refused(
    name: str, code: str, mutate: Mutation, model: Path, recorder: Recorder, canary: Path
) -> None:
    mutate(model)
    started = time.monotonic()
    assert refused(model).code == code
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(("name", "code", "mutate"), ADAPTERS, ids=[one[0] for one in ADAPTERS])
def test_hostile_adapters_are_refused(
    name: str, code: str, mutate: Mutation, adapter: Path, base: Path, recorder: Recorder, canary: Path
) -> None:
    mutate(adapter)
    assert refused(adapter, base, "tiny").code == code


QWEN_3 = """\
{%- if tools %}{{- '<|im_start|>system\\n' }}{%- for tool in tools %}{{- tool | tojson }}{%- endfor %}{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string
        and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}{%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set content = message.content %}{%- set reasoning_content = '' %}
        {%- if '</think>' in content %}
            {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index and (loop.last or reasoning_content) %}
            {{- '<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}{{- '<|im_start|>' + message.role + '\\n' + content }}{%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}{{- '<|im_start|>user' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}
{%- endif %}"""
LLAMA_3 = """\
{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role']
+ '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}
{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"""
MISTRAL = """\
{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Roles must alternate') }}{% endif %}{% if message['role'] == 'user' %}
{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}"""


@pytest.mark.parametrize(
    "template", [QWEN_3, LLAMA_3, MISTRAL, CHAT_TEMPLATE], ids=["qwen3", "llama3", "mistral", "own"]
)
def test_templates_in_the_style_of_known_families_pass(template: str) -> None:
    refused = None
    try:
        check_template(template, Limits())
    except UntrustedError as error:
        refused = error
    assert refused is None


def test_every_code_has_a_fixture() -> None:
    """Codes of the child process are checked in test_process.py; some happen only while something else goes on."""
    found = {one[1] for one in MODELS + ADAPTERS}
    elsewhere = {"no-folder", "file-changed", "keys-differ", "nan-weights", "bad-logits", "forbidden-call"}
    elsewhere |= {"tokenizer-lossy", "template-text"}
    elsewhere |= {
        f"{part}-{cause}"
        for part in ("tokenizer", "template", "model")
        for cause in ("time", "memory", "panic", "crash", "failed")
    }
    assert found | elsewhere == set(CODES)
    assert not found & elsewhere


def test_names_of_cases_are_unique() -> None:
    names = [one[0] for one in MODELS + ADAPTERS]
    assert len(set(names)) == len(names)
    assert len(names) >= 45


@pytest.mark.parametrize("name", sorted(shipped_organisms()))
def test_shipped_organisms_pass(name: str) -> None:
    base = shipped_organisms()[name].base
    found = verify_checkpoint(
        zoo_folder() / name, base=zoo_folder() / base if base else None, base_name=base, load=False
    )
    organism = shipped_organisms()[name]
    assert found.parameters == organism.params
    assert {one: file.sha256 for one, file in found.files.items() if one in organism.files} == organism.files
    assert not found.loaded


def test_a_model_may_be_sharded(model: Path) -> None:
    whole = verify_checkpoint(model, base=None, load=False)
    shard(model)
    parts = verify_checkpoint(model, base=None, load=False)
    assert (parts.tensors, parts.parameters) == (whole.tensors, whole.parameters)


def test_an_adapter_may_repeat_the_tokenizer_of_its_base(adapter: Path, base: Path) -> None:
    for name in ("tokenizer.json", "chat_template.jinja"):
        shutil.copyfile(base / name, adapter / name)
    assert "tokenizer" in verify_checkpoint(adapter, base=base, base_name="tiny", load=False).passed


def test_a_model_can_be_held_to_the_tokenizer_of_a_base(model: Path, base: Path) -> None:
    assert not verify_checkpoint(model, base=None, tokenizer_base=base, load=False).notes
    with (model / "chat_template.jinja").open("a") as handle:
        handle.write(" ")
    with pytest.raises(UntrustedError) as caught:
        verify_checkpoint(model, base=None, tokenizer_base=base, load=False)
    assert caught.value.code == "template-differs"


def test_the_base_is_never_chosen_by_the_adapter(adapter: Path, model: Path, base: Path) -> None:
    assert refused(adapter).code == "wrong-kind"
    assert refused(model, base).code == "wrong-kind"


def test_a_link_to_a_folder_is_not_followed(model: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(model)
    assert refused(tmp_path / "link").code == "symlink"
    assert refused(tmp_path / "none").code == "no-folder"


def test_a_file_that_changes_meanwhile_is_refused(model: Path) -> None:
    def change(step: str) -> None:
        if step == "sha256":
            change_json(model / "generation_config.json", eos_token_id=1)

    with pytest.raises(UntrustedError) as caught:
        verify_checkpoint(model, base=None, load=False, progress=change)
    assert caught.value.code == "file-changed"


def test_hostile_text_cannot_reach_a_terminal(model: Path) -> None:
    (model / "\x1b[2J\u202egpj.md").write_text("x")
    message = str(refused(model))
    assert "\\x1b[2J\\u202egpj.md" in message


def test_the_code_survives_a_process_border() -> None:
    error = pickle.loads(pickle.dumps(UntrustedError("auto-map", "No.")))  # noqa: S301 - our own
    assert (error.code, str(error), error.exit_code) == ("auto-map", "No.", 1)
    assert isinstance(error, SleeptalkError)


def test_static_rules_import_no_library_that_loads_models(tmp_path: Path, base: Path) -> None:
    """In a process of its own, for a model with its own tokenizer and for an adapter."""
    adapter = make_adapter(tmp_path / "adapter")
    code = (
        "import sys; from pathlib import Path; from sleeptalk.model_zoo.trust.checker import verify_checkpoint as v\n"
        f"v(Path({str(base)!r}), base=None, load=False)\n"
        f"v(Path({str(adapter)!r}), base=Path({str(base)!r}), load=False)\n"
        "bad = {'torch', 'transformers', 'peft', 'tokenizers', 'safetensors', 'numpy'} & set(sys.modules)\n"
        "print(sorted(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
