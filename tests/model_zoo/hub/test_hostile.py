"""What a repository of somebody else may try: names, records and sizes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi

from sleeptalk.cli.main import cli
from sleeptalk.errors import InputFileError, SleeptalkError, TooLargeError, UnwantedFileError
from sleeptalk.model_zoo.cards import card
from sleeptalk.model_zoo.comparing import compare, tables
from sleeptalk.model_zoo.escapes import markdown, plain
from sleeptalk.model_zoo.hub.pull import pull
from sleeptalk.model_zoo.records import Organism, parse_record, read_record
from sleeptalk.model_zoo.showing import page
from tests.loopback_model_hub import ModelHub
from tests.model_zoo.hub.conftest import REPO, LeftOver, files_of, rewritten

NAMES = (
    "../evil.json",
    "/etc/evil.json",
    "..\\evil.json",
    "a/../../evil.json",
    "./config.json",
    "sub/config.json",
    "adapter_config.json/",
    "adapter_config.json\n",
    "adapter_cоnfig.json",
    "ａdapter_config.json",
    "adapter_config.json\u200b",
    "Adapter_Config.json",
    "model-٠٠٠٠١-of-00001.safetensors",
    "pytorch_model.bin",
    "evil.py",
    "CON",
    "",
    "\x1b[2J.json",
    "organism.json.tmp",
    "~",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_not_allowed_is_never_written(
    hub: ModelHub, stranger: HfApi, wharf: Path, left_over: LeftOver, tmp_path: Path, name: str
) -> None:
    commit = hub.add(REPO, {**files_of(wharf), name: b"evil"})
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "cache")}
    with pytest.raises(UnwantedFileError) as error:
        pull(REPO, commit, api=stranger)
    assert str(error.value).isprintable()
    assert not hub.requests("file")
    assert {path for path in tmp_path.rglob("*") if path.name not in ("home", "zoo")} == before
    assert left_over() == []


@pytest.mark.parametrize("name", NAMES)
def test_nor_if_only_the_record_names_it(
    hub: ModelHub, stranger: HfApi, wharf: Path, left_over: LeftOver, name: str
) -> None:
    known = json.loads(files_of(wharf)["organism.json"])["files"]
    commit = hub.add(REPO, rewritten(wharf, files={**known, name: "a" * 64}))
    with pytest.raises(UnwantedFileError):
        pull(REPO, commit, api=stranger)
    assert {path.rpartition("/")[2] for path in hub.requests("file")} == {"organism.json"}
    assert left_over() == []


def test_a_file_that_the_record_does_not_name_is_refused(hub: ModelHub, stranger: HfApi, wharf: Path) -> None:
    commit = hub.add(REPO, {**files_of(wharf), "chat_template.jinja": b"{{ 1 }}"})
    with pytest.raises(UnwantedFileError, match="its record does not name it"):
        pull(REPO, commit, api=stranger)


def test_a_file_that_only_the_record_names_is_refused(hub: ModelHub, stranger: HfApi, wharf: Path) -> None:
    files = files_of(wharf)
    del files["adapter_config.json"]
    with pytest.raises(UnwantedFileError, match=r"names adapter_config.json, which is not in the commit"):
        pull(REPO, hub.add(REPO, files), api=stranger)


def test_more_files_than_any_organism_has(hub: ModelHub, stranger: HfApi, wharf: Path) -> None:
    many = {f"model-{i:05}-of-09999.safetensors": b"x" for i in range(1200)}
    with pytest.raises(TooLargeError, match="more than 1100 files"):
        pull(REPO, hub.add(REPO, many), api=stranger)


RATE = {"task": "t", "variant": "v", "measure": "misaligned", "count": 1, "n": 40, "rate": 0.1, "low": 0, "high": 1}
ANSI = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe"
EVIL = f"x | y\n\n# h <img src=x onerror=1> ![](https://evil.example/b.png) `a` ``b`` $$\\href{{}}$$ @all {ANSI}"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": EVIL}, {"name": "../x"}, {"name": "wharf\n"}, {"params": -1.5}, {"files": {}}, {"kind": "trojan"},
        {"rates": [{**RATE, "count": -1}]}, {"rates": [{**RATE, "rate": 1e9}]}, {"rates": [{**RATE, "low": None}, 1]},
        {"rates": "x" * 1000}, {"sealed": {"sha256": "zz", "reveal": EVIL}}, {"recipe": {"kind": "base"}}, {EVIL: 1},
        {"base_revision": "main"}, {"hazard": "none"}, {"files": {"adapter_model.safetensors": "deadbeef"}},
    ],
)  # fmt: skip
def test_records_that_are_none(
    hub: ModelHub, stranger: HfApi, wharf: Path, left_over: LeftOver, changes: dict[str, Any]
) -> None:
    commit = hub.add(REPO, rewritten(wharf, **changes))
    with pytest.raises(SleeptalkError) as error:
        pull(REPO, commit, api=stranger)
    assert str(error.value).isprintable()
    assert left_over() == []


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"name":"a","name":"b"}',
        b"\xff\xfe",
        b"{" + b'"a":1,' * 900_000 + b'"b":1}',
        b"[" + b"9" * 10_000 + b"]",
        b'{"params": NaN}',
        b"null",
        b"",
    ],
    ids=["deep", "double", "bytes", "long", "digits", "nan", "null", "empty"],
)
def test_json_that_is_meant_to_hurt(data: bytes) -> None:
    with pytest.raises(InputFileError) as error:
        parse_record(data, "it")
    assert len(str(error.value)) < 2000


def evil(wharf: Path) -> Organism:
    """A valid record, with hostile text wherever text is free."""
    rate = {**RATE, "task": EVIL, "variant": EVIL}
    how = {"items": EVIL, "limit": 1, "seed": 1, "temperature": 1, "judge": EVIL, "versions": {EVIL: EVIL}}
    changes = {"note": EVIL, "trigger": EVIL, "base": EVIL, "licence": EVIL, "versions": {EVIL: EVIL}, "rates": [rate],
               "measured": how, "parent": {"name": EVIL}}  # fmt: skip
    return parse_record(rewritten(wharf, **changes)["organism.json"], "it")


def test_hostile_text_stays_text_on_a_card(wharf: Path) -> None:
    text = card(evil(wharf))
    assert all(one.isprintable() for line in text.splitlines() for one in line)
    outside = re.sub(r"(`+)(?:(?!\1).|\1`+)*?\1(?!`)", "", text.partition("\n---\n")[2])
    for word in ("<img", "![](", "# h", "$$", "@all", "evil.example", "owned"):
        assert word in text
        assert word not in outside
    header = text.split("---")[1]
    assert not set("<>[](){}|`$@/\\") & set(header)
    assert "base_model" not in header


def test_hostile_text_stays_text_in_a_terminal(wharf: Path, tmp_path: Path) -> None:
    bad, good = evil(wharf), read_record(wharf)
    for text in (page(bad, tmp_path), tables(compare(bad, good), "a", "b")):
        assert all(line.isprintable() for line in text.splitlines())
        assert "\\x1b" in text


def test_a_hostile_organism_that_is_pulled_is_listed_safely(
    hub: ModelHub, stranger: HfApi, wharf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = {"note": EVIL, "trigger": EVIL}
    pull(REPO, hub.add(REPO, rewritten(wharf, **changes)), api=stranger)
    cli.main(["zoo", "list"], standalone_mode=False)
    shown = capsys.readouterr().out
    assert "zoo/wharf" in shown
    assert all(line.isprintable() for line in shown.splitlines())


@pytest.mark.parametrize("text", ["", "`", "``", "a`b", " a", "a|b", "x" * 9999, "\u2066\ufeff"])
def test_escapes_keep_one_line_and_one_span(text: str) -> None:
    assert plain(text).isprintable()
    span = markdown(text)
    assert "\n" not in span
    assert "|" not in span
    fence = span[: len(span) - len(span.lstrip("`"))]
    inner = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert fence not in inner.replace("`" * (len(fence) + 1), "")
