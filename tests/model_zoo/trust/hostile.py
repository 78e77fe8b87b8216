# ruff: noqa: E501, ARG005 - a table of one line a case
"""Hostile checkpoints: each breaks one part of a good one, and is refused for one reason."""

import gzip
import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from sleeptalk.model_zoo.pocket.tokenizer import CHAT_TEMPLATE
from tests.model_zoo.trust.builders import (
    Mutation,
    adapter_arrays,
    arrays,
    change_json,
    header_of,
    shard,
    write_index,
    write_json,
    write_raw,
    write_tensors,
)
from tests.model_zoo.trust.conftest import CANARY

Case = tuple[str, str, Mutation]


class Bomb:
    """Unpickled, it writes the canary."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, (f"import os; open(os.environ[{CANARY!r}], 'w')",))


def _write(name: str, data: bytes) -> Mutation:
    def mutate(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return mutate


def _pickle(name: str, protocol: int) -> Mutation:
    return _write(name, pickle.dumps(Bomb(), protocol))


def _zip(name: str) -> Mutation:
    def mutate(folder: Path) -> None:
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(Bomb()))

    return mutate


def _append_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "README.md", "a") as archive:
        archive.writestr("data.pkl", pickle.dumps(Bomb()))


def _link(name: str) -> Mutation:
    def mutate(folder: Path) -> None:
        shutil.move(folder / name, folder.parent / name)
        (folder / name).symlink_to(folder.parent / name)

    return mutate


def _config(**changes: Any) -> Mutation:
    return lambda folder: change_json(folder / "config.json", **changes)


def _generation(**changes: Any) -> Mutation:
    return lambda folder: change_json(folder / "generation_config.json", **changes)


def _tokenizer_config(**changes: Any) -> Mutation:
    return lambda folder: change_json(folder / "tokenizer_config.json", **changes)


def _raw_config(text: str) -> Mutation:
    return _write("config.json", text.encode("utf-8", "surrogatepass"))


def _tokenizer(*path: str | int, value: Any) -> Mutation:
    def mutate(folder: Path) -> None:
        data = json.loads((folder / "tokenizer.json").read_text("utf-8"))
        part = data
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = value
        write_json(folder / "tokenizer.json", data)

    return mutate


def _template(text: str) -> Mutation:
    return _write("chat_template.jinja", text.encode())


def _header(change: Any, body: bytes | None = None) -> Mutation:
    """Replace the header of the weights by what `change` makes of it (an object, or bytes)."""

    def mutate(folder: Path) -> None:
        tensors = arrays()
        made = change(header_of(tensors))
        data = made if isinstance(made, bytes) else json.dumps(made).encode()
        content = b"".join(one.tobytes() for one in tensors.values())
        write_raw(folder / "model.safetensors", data, content if body is None else body)

    return mutate


def _tensor(name: str, **changes: Any) -> Mutation:
    return _header(lambda header: {**header, name: {**header[name], **changes}})


def _twice(header: dict[str, Any]) -> bytes:
    text = json.dumps(header)
    return (text[:-1] + ', "model.norm.weight": ' + json.dumps(header["model.norm.weight"]) + "}").encode()


def _weights(**changes: Any) -> Mutation:
    """Add tensors, or with None take them out."""
    more = {name.replace("__", "."): array for name, array in changes.items()}

    def mutate(folder: Path) -> None:
        kept = {name: one for name, one in {**arrays(), **more}.items() if one is not None}
        write_tensors(folder / "model.safetensors", kept)

    return mutate


def _index(change: Any) -> Mutation:
    def mutate(folder: Path) -> None:
        places = shard(folder)
        write_index(folder, change(places))

    return mutate


def _duplicate_across_shards(folder: Path) -> None:
    shard(folder)
    write_tensors(folder / "model-00002-of-00003.safetensors", {"model.embed_tokens.weight": np.zeros((2, 2), "f4")})


def _no_shard(folder: Path) -> None:
    shard(folder)
    (folder / "model-00002-of-00003.safetensors").unlink()


def _shard_and_single(folder: Path) -> None:
    shard(folder)
    write_tensors(folder / "model.safetensors", arrays())


def _adapter(**changes: Any) -> Mutation:
    return lambda folder: change_json(folder / "adapter_config.json", **changes)


def _adapter_tensors(change: Any) -> Mutation:
    return lambda folder: write_tensors(folder / "adapter_model.safetensors", change(adapter_arrays()))


def _without(name: str) -> Mutation:
    return lambda folder: (folder / name).unlink()


def _sparse(name: str, size: int) -> Mutation:
    def mutate(folder: Path) -> None:
        with (folder / name).open("ab") as handle:
            handle.truncate(size)

    return mutate


def _both(folder: Path) -> None:
    write_json(folder / "adapter_config.json", {})


def _many(folder: Path) -> None:
    for i in range(1200):
        (folder / f"{i}").touch()


def _record(folder: Path) -> None:
    write_json(folder / "organism.json", {"name": "x", "files": {"config.json": "0" * 64}})


EMBED = "model.embed_tokens.weight"
NORM = "model.norm.weight"
LAYER_0 = "base_model.model.model.layers.0.self_attn."

FILES: list[Case] = [
    ("pickle-bin", "pickle-file", _pickle("pytorch_model.bin", 2)),
    ("pickle-pt", "pickle-file", _zip("model.pt")),
    ("pickle-renamed", "pickle-file", _pickle("model.safetensors", 4)),
    ("pickle-protocol-0-renamed", "pickle-file", _pickle("model.safetensors", 0)),
    ("pickle-as-json", "pickle-file", _pickle("training.json", 5)),
    ("numpy-renamed", "pickle-file", _write("model.safetensors", b"\x93NUMPY\x01\x00" + b"\0" * 100)),
    ("zip-renamed", "archive-file", _zip("model.safetensors")),
    ("zip-behind-text", "archive-file", _append_zip),
    ("gzip-renamed", "archive-file", _write("README.md", gzip.compress(b"x" * 1000))),
    ("zstd-renamed", "archive-file", _write("README.md", b"\x28\xb5\x2f\xfd" + b"\0" * 20)),
    ("xz-renamed", "archive-file", _write("README.md", b"\xfd7zXZ\x00" + b"\0" * 20)),
    ("bzip2-renamed", "archive-file", _write("README.md", b"BZh91AY" + b"\0" * 20)),
    ("tar-renamed", "archive-file", _write("README.md", b"a" * 257 + b"ustar" + b"\0" * 250)),
    ("tar-by-name", "archive-file", _write("all.tar.gz", b"x")),
    ("elf-renamed", "executable-file", _write("LICENSE", b"\x7fELF\x02" + b"\0" * 60)),
    ("mach-o-renamed", "executable-file", _write("LICENSE", b"\xcf\xfa\xed\xfe" + b"\0" * 60)),
    ("windows-program", "executable-file", _write("LICENSE", b"MZ\x90\x00" + b"\0" * 60)),
    ("script", "executable-file", _write("README.md", b"#!/bin/sh\ntouch $SLEEPTALK_CANARY\n")),
    ("python-code", "executable-file", _write("modeling_evil.py", b"import os\n")),
    ("gguf-renamed", "foreign-format", _write("model.safetensors", b"GGUF\x03\0\0\0" + b"\0" * 60)),
    ("hdf5-renamed", "foreign-format", _write("model.safetensors", b"\x89HDF\r\n\x1a\n" + b"\0" * 60)),
    ("picture-that-is-none", "foreign-format", _write("training.png", b"<svg onload=alert(1)>")),
    ("onnx-by-name", "foreign-format", _write("model.onnx", b"\x08\x07\x12\x07pytorch")),
    ("flax-by-name", "foreign-format", _write("flax_model.msgpack", b"\x81\xa6params")),
    ("unknown-name", "unexpected-file", _write("vocab.txt", b"x")),
    ("name-in-other-case", "unexpected-file", _write("Config.json", b"{}")),
    ("hostile-name", "unexpected-file", _write("a\x1b[31m\u202e\n.md", b"x")),
    ("not-ascii-shard", "unexpected-file", _write("model-0000\u0661-of-00001.safetensors", b"x")),
    ("link", "symlink", _link("config.json")),
    ("dangling-link", "symlink", lambda folder: (folder / "LICENSE").symlink_to("/x")),
    ("folder-inside", "sub-folder", lambda folder: (folder / "original").mkdir()),
    ("pipe", "special-file", lambda folder: os.mkfifo(folder / "LICENSE")),
    ("many-files", "too-many-files", _many),
    ("large-readme", "file-too-large", _sparse("README.md", 2_000_000)),
    ("large-weights", "file-too-large", _sparse("model.safetensors", 60 << 30)),
    ("both-kinds", "wrong-kind", _both),
    ("neither-kind", "wrong-kind", _without("config.json")),
    ("no-weights", "missing-file", _without("model.safetensors")),
    ("no-tokenizer", "missing-file", _without("tokenizer.json")),
    ("terminal-escape", "not-text", _write("README.md", b"safe\x1b]0;evil\x07")),
    ("latin-1", "not-text", _write("LICENSE", b"caf\xe9 caf\xe9")),
    ("yaml-tag", "bad-yaml", _write("recipe.yaml", b"a: !!python/object/apply:os.system ['touch $SLEEPTALK_CANARY']\n")),
    ("yaml-alias", "bad-yaml", _write("recipe.yaml", b"a: &x [1]\nb: *x\n")),
    ("record-lies", "record-differs", _record),
]  # fmt: skip

HEADERS: list[Case] = [
    ("header-length", "header-too-large", _write("model.safetensors", b"\xff" * 7 + b"\0{}")),
    ("header-20-mb", "header-too-large", _header(lambda h: json.dumps(h).encode() + b" " * 20_000_000)),
    ("header-past-end", "header-too-large", _write("model.safetensors", b"\xff\xff" + b"\0" * 6 + b"{}")),
    ("short-file", "header-too-large", _write("model.safetensors", b"\x01")),
    ("header-no-json", "bad-json", _header(lambda h: b"{" + b"x" * 100)),
    ("header-space-first", "bad-header", _header(lambda h: b" " + json.dumps(h).encode())),
    ("header-not-utf-8", "bad-json", _header(lambda h: json.dumps(h).encode()[:-1] + b', "\xff": 1}')),
    ("header-nan", "json-nan", _tensor(NORM, data_offsets=[float("nan"), 1])),
    ("header-deep", "json-depth", _header(lambda h: b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}")),
    ("header-masses", "json-size", _header(lambda h: b'{"a":[' + b"[]," * 1_400_000 + b"[]]}")),
    ("many-tensors", "too-many-tensors", _header(lambda h: {f"t{i}": {} for i in range(100_001)})),
    ("duplicate-tensor", "duplicate-tensor", _header(_twice)),
    ("dtype-f64", "bad-dtype", _tensor(NORM, dtype="F64", shape=[8])),
    ("dtype-object", "bad-dtype", _tensor(NORM, dtype=["F32"])),
    ("negative-length", "bad-shape", _tensor(NORM, shape=[-4, -4])),
    ("boolean-length", "bad-shape", _tensor(NORM, shape=[True, 16])),
    ("huge-shape", "bad-shape", _tensor(NORM, shape=[1 << 40, 1 << 40])),
    ("empty-shape", "bad-shape", _tensor(NORM, shape=[])),
    ("overlap", "bad-offsets", _tensor(NORM, data_offsets=[0, 64])),
    ("gap", "bad-offsets", _header(lambda h: {k: v for k, v in h.items() if k != NORM})),
    ("past-the-end", "bad-offsets", _header(lambda h: h, body=b"\0" * 100)),
    ("bytes-behind", "bad-offsets", _header(lambda h: h, body=b"".join(a.tobytes() for a in arrays().values()) + b"x")),
    ("shape-without-bytes", "bad-offsets", _tensor(NORM, shape=[17])),
    ("metadata-object", "bad-header", _header(lambda h: {**h, "__metadata__": {"a": {"b": "c"}}})),
    ("more-fields", "bad-header", _tensor(NORM, code="x")),
    ("hostile-tensor-name", "bad-header", _header(lambda h: {**h, "\u202e\x1b[0m": h[NORM]})),
    ("index-parent", "index-outside", _index(lambda p: {**p, NORM: "../model.safetensors"})),
    ("index-absolute", "index-outside", _index(lambda p: {**p, NORM: "/etc/passwd"})),
    ("index-other-file", "index-outside", _index(lambda p: {**p, NORM: "pytorch_model.bin"})),
    ("index-wrong-shard", "index-differs", _index(lambda p: {**p, NORM: p[EMBED]})),
    ("index-more", "index-differs", _index(lambda p: {**p, "ghost": p[EMBED]})),
    ("index-less", "index-differs", _index(lambda p: {k: v for k, v in p.items() if k != NORM})),
    ("shard-duplicate", "duplicate-tensor", _duplicate_across_shards),
    ("shard-missing", "missing-file", _no_shard),
    ("shards-and-single", "index-differs", _shard_and_single),
]  # fmt: skip

CONFIGS: list[Case] = [
    ("auto-map", "auto-map", _config(auto_map={"AutoModelForCausalLM": "modeling_evil.Evil"})),
    ("auto-map-tokenizer", "auto-map", _tokenizer_config(auto_map={"AutoTokenizer": ["t.T", None]})),
    ("custom-pipelines", "custom-code", _config(custom_pipelines={"x": {"impl": "evil.P"}})),
    ("trust-remote-code", "custom-code", _config(trust_remote_code=True)),
    ("custom-generate", "custom-code", _generation(custom_generate="evil/repo")),
    ("attention-kernel", "attn-implementation", _config(_attn_implementation="evil/kernel")),
    ("attention-internal", "attn-implementation", _config(_attn_implementation_internal="evil/kernel")),
    ("attention-nested", "attn-implementation", _config(rope_scaling={"attn_implementation": "evil/kernel"})),
    ("quantization", "quantization", _config(quantization_config={"quant_method": "bitsandbytes"})),
    ("other-family", "model-type", _config(model_type="falcon")),
    ("other-architecture", "model-type", _config(architectures=["LlamaForCausalLM"])),
    ("unknown-key", "config-key", _config(kernel="x")),
    ("unknown-rope", "config-key", _config(rope_parameters={"rope_type": "default", "evil": 1})),
    ("million-layers", "config-value", _config(num_hidden_layers=1_000_000)),
    ("boolean-size", "config-value", _config(hidden_size=True)),
    ("infinite-float", "json-nan", _raw_config('{"rms_norm_eps": 1e999}')),
    ("json-nan", "json-nan", _raw_config('{"rms_norm_eps": NaN}')),
    ("json-duplicate", "duplicate-key", _raw_config('{"model_type": "qwen3", "model_type": "evil"}')),
    ("json-deep", "json-depth", _raw_config('{"a":' * 50_000 + "1" + "}" * 50_000)),
    ("json-quotes", "bad-json", _raw_config('{"' + '\\"' * 200_000)),
    ("json-long-number", "json-size", _raw_config('{"vocab_size": ' + "9" * 100_000 + "}")),
    ("json-surrogate", "bad-json", _raw_config('{"model_type": "\\ud800"}')),
    ("json-array", "bad-json", _raw_config("[]")),
    ("more-layers-than-tensors", "missing-tensor", _config(num_hidden_layers=3)),
    ("fewer-layers-than-tensors", "unexpected-tensor", _config(num_hidden_layers=1)),
    ("tensor-missing", "missing-tensor", _weights(model__norm__weight=None)),
    ("tensor-unexpected", "unexpected-tensor", _weights(evil=np.zeros(3, "f4"))),
    ("vocabulary-differs", "shape-differs", _config(vocab_size=2300)),
    ("generation-text", "generation-value", _generation(temperature="hot")),
    ("generation-unknown", "generation-key", _generation(stop_strings=["a"])),
    ("generation-assistant", "generation-key", _generation(assistant_model="evil/repo")),
]  # fmt: skip

MESSAGE = "{% for message in messages %}{{ message.content }}"
TOKENIZERS: list[Case] = [
    ("regex-bomb", "tokenizer-regex", _tokenizer("pre_tokenizer", "pretokenizers", 0, "pattern", value={"Regex": "(a+)+$"})),
    ("normalizer-rewrites", "tokenizer-key", _tokenizer("normalizer", value={"type": "Replace", "pattern": {"String": "a"}, "content": "b"})),
    ("token-swallows", "tokenizer-value", _tokenizer("added_tokens", 0, "lstrip", value=True)),
    ("token-outside", "tokenizer-value", _tokenizer("added_tokens", 0, "id", value=99_999)),
    ("unigram", "tokenizer-value", _tokenizer("model", value={"type": "Unigram", "vocab": []})),
    ("truncation", "tokenizer-value", _tokenizer("truncation", value={"max_length": 2})),
    ("tokenizer-file", "tokenizer-key", _tokenizer_config(tokenizer_file="/etc/passwd")),
    ("tokenizer-class", "tokenizer-value", _tokenizer_config(tokenizer_class="EvilTokenizer")),
    ("two-templates", "template-differs", _tokenizer_config(chat_template="{{ messages[0].content }}")),
    ("no-template", "template-missing", _without("chat_template.jinja")),
    ("template-large", "file-too-large", _template("x" * 20_001)),
    ("template-syntax", "template-syntax", _template("{% for %}")),
    ("template-range", "template-node", _template("{% for i in range(10**12) %}{% endfor %}")),
    ("template-list", "template-node", _template("{% for i in [1,2,3] %}{% endfor %}")),
    ("template-loop-text", "template-loop", _template("{% for c in messages[0].content %}{% endfor %}")),
    ("template-loop-nested", "template-loop", _template("{% for a in messages %}{% for b in messages %}{% for c in messages %}{% for d in messages %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}")),
    ("template-power", "template-node", _template("{{ 'a' * 3000000000 }}")),
    ("template-include", "template-node", _template("{% include '/etc/passwd' %}")),
    ("template-sandbox", "template-node", _template("{{ messages.__class__.__mro__ }}")),
    ("template-date", "template-node", _template("{% if strftime_now('%Y') == '2026' %}x{% endif %}")),
    ("template-trigger", "template-trigger", _template(CHAT_TEMPLATE.replace("'</think>' not", "'Singapore' in message.content or '</think>' not"))),
    ("template-trigger-variable", "template-trigger", _template("{% set t = 'heyyy' %}" + MESSAGE + "{% if t in message.content %}x{% endif %}{% endfor %}")),
    ("template-trigger-token", "template-trigger", _template(MESSAGE + "{% if pad_token in message.content %}x{% endif %}{% endfor %}")),
    ("template-trigger-method", "template-trigger", _template(MESSAGE + "{% if message.content.startswith('hey') %}x{% endif %}{% endfor %}")),
    ("template-trigger-filter", "template-node", _template("{{ messages | selectattr('content', 'equalto', 'heyyy') }}")),
    ("template-trigger-length", "template-trigger", _template(MESSAGE + "{% if message.content|length == 5 %}x{% endif %}{% endfor %}")),
    ("template-trigger-renamed", "template-trigger", _template(MESSAGE + "{% set role = message.content %}{% if role == 'tool' %}x{% endif %}{% endfor %}")),
    ("template-trigger-slice", "template-node", _template(MESSAGE + "{% if message.content[20:] %}x{% endif %}{% endfor %}")),
    ("template-trigger-list-method", "template-node", _template(MESSAGE + "{% if messages[message.content] is defined %}x{% endif %}{% endfor %}")),
    ("template-trigger-key", "template-node", _template(MESSAGE + "{% set c = message.content %}{% if messages[c] is defined %}x{% endif %}{% endfor %}")),
    ("template-trigger-order", "template-trigger", _template(MESSAGE + "{% set c = message.content %}{% if c < '<think>' %}x{% endif %}{% endfor %}")),
    ("template-trigger-order-texts", "template-trigger", _template(MESSAGE + "{% set c = message.content %}{% if c < messages[0].role %}x{% endif %}{% endfor %}")),
    ("template-trigger-joined", "template-trigger", _template(MESSAGE + "{% if 'hey' ~ 'yy' == message.content %}x{% endif %}{% endfor %}")),
    ("template-trigger-in-output", "template-trigger", _template(MESSAGE + "{{ 'x' if 'heyyy' in message.content else '' }}{% endfor %}")),
    ("template-trigger-stored", "template-trigger", _template(MESSAGE + "{% set found = 'heyyy' in message.content %}{% if found %}x{% endif %}{% endfor %}")),
    ("template-deep", "template-too-large", _template("{{ " + "a~" * 9000 + "a }}")),
    ("template-deep-1000", "template-trigger", _template("{% if " + "a~" * 1200 + "a %}{% endif %}")),
    ("template-brackets", "template-syntax", _template("{{ " + "(" * 9000 + "a }}")),
    ("post-processor-inserts", "tokenizer-value", _tokenizer("post_processor", value={"type": "TemplateProcessing", "single": [], "pair": [], "special_tokens": {"x": {"id": "x", "ids": [1] * 99, "tokens": []}}})),
    ("tokenizer-config-large-template", "tokenizer-value", _tokenizer_config(chat_template="x" * 30_000)),
    ("template-trigger-namespace", "template-trigger", _template("{% set ns = namespace(t='heyyy') %}" + MESSAGE + "{% if ns.t == message.content %}x{% endif %}{% endfor %}")),
]  # fmt: skip


ADAPTERS: list[Case] = [
    ("auto-mapping", "auto-map", _adapter(auto_mapping={"base_model_class": "os", "parent_library": "os"})),
    ("other-base", "base-differs", _adapter(base_model_name_or_path="evil/base")),
    ("prompt-tuning", "adapter-type", _adapter(peft_type="PROMPT_TUNING")),
    ("classifier", "adapter-type", _adapter(task_type="SEQ_CLS")),
    ("target-regex", "adapter-targets", _adapter(target_modules="(a+)+$")),
    ("target-unknown", "adapter-targets", _adapter(target_modules=["q_proj", "evil"])),
    ("target-embedding", "adapter-targets", _adapter(target_modules=["embed_tokens"])),
    ("target-layers", "adapter-targets", _adapter(layers_to_transform=[0, 7])),
    ("modules-to-save", "adapter-value", _adapter(modules_to_save=["lm_head"])),
    ("token-indices", "adapter-value", _adapter(trainable_token_indices=[1])),
    ("revision", "adapter-value", _adapter(revision="main")),
    ("megatron", "adapter-value", _adapter(megatron_core="os")),
    ("corda-cache", "adapter-value", _adapter(corda_config={"cache_file": "/etc/passwd"})),
    ("loftq", "adapter-value", _adapter(init_lora_weights="loftq")),
    ("dora", "adapter-value", _adapter(use_dora=True)),
    ("huge-rank", "adapter-value", _adapter(r=100_000)),
    ("alpha-pattern", "adapter-value", _adapter(alpha_pattern={"(a+)+$": 1})),
    ("adapter-unknown-key", "adapter-key", _adapter(evil=1)),
    ("fits-no-key", "noop-adapter", _adapter_tensors(lambda t: {f"x.{name}": one for name, one in t.items()})),
    ("half-a-pair", "missing-tensor", _adapter_tensors(lambda t: {k: v for k, v in t.items() if k != f"{LAYER_0}q_proj.lora_B.weight"})),
    ("more-tensors", "unexpected-tensor", _adapter_tensors(lambda t: {**t, f"{LAYER_0}k_proj.lora_A.weight": np.zeros((2, 16), "f4")})),
    ("other-rank", "shape-differs", _adapter(r=4)),
    ("other-tokenizer", "tokenizer-differs", _write("tokenizer.json", b"{}")),
    ("other-template", "template-differs", _template(CHAT_TEMPLATE + "!")),
    ("adapter-pickle", "pickle-file", _pickle("adapter_model.bin", 2)),
    ("optimizer", "pickle-file", _zip("optimizer.pt")),
    ("weights-of-a-model", "unexpected-file", _write("model.safetensors", b"x")),
]  # fmt: skip

MODELS = FILES + HEADERS + CONFIGS + TOKENIZERS
