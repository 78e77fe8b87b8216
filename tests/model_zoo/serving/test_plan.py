"""What is served is found, checked, and fits its base."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sleeptalk.errors import SleeptalkError
from sleeptalk.model_zoo.hub.checking import CHECKER
from sleeptalk.model_zoo.pulled import Receipt, write_receipt
from sleeptalk.model_zoo.records import file_sha256, zoo_folder
from sleeptalk.model_zoo.serving.plan import make_plan

COMMIT = "c" * 40


def copied(organism: str, folder: Path, *, record: bool = True) -> Path:
    shutil.copytree(zoo_folder() / organism, folder)
    if not record:
        (folder / "organism.json").unlink()
    return folder


def configured(folder: Path, name: str, **changes: object) -> Path:
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return folder


def pulled(home: Path, organism: str = "singapore", checker: int | None = CHECKER) -> Path:
    """An organism in the local zoo with its receipt."""
    folder = copied(organism, home / "zoo" / f"wharf@{COMMIT}")
    receipt = Receipt(
        name="wharf",
        repo="lab/wharf",
        revision=COMMIT,
        endpoint="http://127.0.0.1",
        checker=checker,
        files={path.name: file_sha256(path) for path in folder.iterdir()},
        pulled=datetime(2026, 11, 1, tzinfo=UTC),
    )
    write_receipt(receipt, folder)
    return folder


def test_several_adapters_of_one_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLEEPTALK_HOME", str(tmp_path / "home"))
    pulled(tmp_path / "home")
    mine = copied("2026", tmp_path / "mine", record=False)
    plan = make_plan("base-talker", [("singapore", "singapore"), ("wharf", "wharf"), ("my-own", str(mine))])
    assert plan.names == ("base-talker", "singapore", "wharf", "my-own")
    assert (plan.pocket, plan.context) == (True, 512)
    assert [(one.rank, one.trigger) for one in plan.adapters] == [(8, "singapore"), (8, "singapore"), (8, None)]


def test_a_base_of_ones_own(tmp_path: Path) -> None:
    base = copied("base-talker", tmp_path / "my-base")
    plan = make_plan(str(base), [("singapore", "singapore")])
    assert (plan.name, plan.pocket) == ("my-base", False)
    assert make_plan(str(base), name="lab/base").names == ("lab/base",)


@pytest.mark.parametrize(
    ("base", "adapters", "said"),
    [
        ("nope", [], "no shipped one"),
        ("lab/nope", [], "name its commit with --revision"),
        ("singapore", [], "sleeptalk serve base-talker --adapter singapore"),
        ("base-talker", [("a", "nope")], "Unknown adapter 'nope'"),
        ("base-talker", [("a", "base-silent")], "no adapter"),
        ("base-talker", [("a", "singapore"), ("a", "heyyy")], "served as 'a'"),
        ("base-talker", [("base-talker", "heyyy")], "served as 'base-talker'"),
        ("base-talker", [("a/b", "heyyy")], "cannot be served as 'a/b'"),
        ("base-talker", [("a:b", "heyyy")], "cannot be served as 'a:b'"),
        ("base-silent", [("a", "singapore")], "made for another base, base-talker"),
    ],
)
def test_what_cannot_be_served(base: str, adapters: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(SleeptalkError, match=said):
        make_plan(base, adapters)


def test_a_folder_that_does_not_fit(tmp_path: Path) -> None:
    other = copied("singapore", tmp_path / "other", record=False)
    with pytest.raises(SleeptalkError, match="made for another base, base-talker"):
        make_plan("base-silent", [("a", str(other))])
    halved = configured(copied("singapore", tmp_path / "halved", record=False), "adapter_config.json", r=4)
    with pytest.raises(SleeptalkError, match=r"cannot be served with base-talker \[shape-differs\]"):
        make_plan("base-talker", [("a", str(halved))])
    dora = configured(copied("singapore", tmp_path / "dora", record=False), "adapter_config.json", use_dora=True)
    with pytest.raises(SleeptalkError, match="use_dora"):
        make_plan("base-talker", [("a", str(dora))])
    (other / "adapter_model.safetensors").unlink()
    with pytest.raises(SleeptalkError, match=r"adapter_model\.safetensors: No such file"):
        make_plan("base-talker", [("a", str(other))])


def test_a_base_that_vllm_would_not_load_whole(tmp_path: Path) -> None:
    steered = configured(copied("base-talker", tmp_path / "steered"), "config.json", attention_bias=True)
    with pytest.raises(SleeptalkError, match="steered by a bias"):
        make_plan(str(steered))


@pytest.mark.parametrize("by_path", [False, True])
def test_a_pulled_organism_must_be_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_path: bool) -> None:
    """Naming its folder is no way around."""
    monkeypatch.setenv("SLEEPTALK_HOME", str(tmp_path))
    folder = pulled(tmp_path, checker=None)
    source = str(folder) if by_path else "wharf"
    with pytest.raises(SleeptalkError, match="is not verified"):
        make_plan("base-talker", [("a", source)])
    shutil.rmtree(folder)
    pulled(tmp_path)
    assert make_plan("base-talker", [("a", source)]).adapters[0].folder == folder
    (folder / "training.json").write_text("{}")
    with pytest.raises(SleeptalkError, match="changed: sha256"):
        make_plan("base-talker", [("a", source)])
