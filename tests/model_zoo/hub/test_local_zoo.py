"""The model provider on what a pull leaves behind."""

import asyncio
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi

from sleeptalk.errors import IntegrityError, InvalidValueError, SleeptalkError, UnknownNameError, UnverifiedError
from sleeptalk.model_zoo import pulled as local
from sleeptalk.model_zoo.bases import MissingBaseError, base_of
from sleeptalk.model_zoo.hub import checking
from sleeptalk.model_zoo.hub.pull import pull
from sleeptalk.model_zoo.hub.push import plan_push, push
from sleeptalk.model_zoo.loading import locate
from sleeptalk.model_zoo.pulled import find_pulled, local_zoo, note_checked, receipt_path
from sleeptalk.model_zoo.records import find_organism, zoo_folder
from tests.loopback_model_hub import ModelHub
from tests.model_zoo.hub.conftest import REAL_CHECKER, REPO, LeftOver, Rules, Run, files_of, organism_at, rewritten


def test_the_provider_finds_what_was_pulled(hub: ModelHub, stranger: HfApi, pushed: str) -> None:
    folder = pull(REPO, pushed, api=stranger).folder
    base = zoo_folder() / "base-talker"
    assert locate("wharf", None, None) == (base, folder, True)
    assert locate(f"wharf@{pushed[:6]}", None, None) == (base, folder, True)


def test_two_pulled_ones_of_one_name_need_the_commit(
    hub: ModelHub, stranger: HfApi, pushed: str, tmp_path: Path
) -> None:
    organism_at(tmp_path / "second", note="second")
    second = hub.add(REPO, files_of(tmp_path / "second"))
    for commit in (pushed, second):
        pull(REPO, commit, api=stranger)
    with pytest.raises(UnknownNameError, match="There are several: name the commit") as error:
        locate("wharf", None, None)
    assert pushed in str(error.value)
    assert second in str(error.value)
    assert locate(f"wharf@{second[:8]}", None, None)[1] is not None


def test_changed_files_are_refused(hub: ModelHub, stranger: HfApi, pushed: str) -> None:
    folder = pull(REPO, pushed, api=stranger).folder
    (folder / "adapter_config.json").write_text("{}")
    with pytest.raises(IntegrityError, match=rf"changed: sha256 .* Pull it again: sleeptalk zoo pull {REPO}"):
        locate("wharf", None, None)
    pull(REPO, pushed, api=stranger)
    (folder / "chat_template.jinja").write_text("x")
    with pytest.raises(IntegrityError, match="is not on the receipt"):
        locate("wharf", None, None)


def test_a_link_in_place_of_a_file_is_refused(hub: ModelHub, stranger: HfApi, pushed: str, tmp_path: Path) -> None:
    weights = pull(REPO, pushed, api=stranger).folder / "adapter_model.safetensors"
    shutil.move(weights, tmp_path / "moved")
    weights.symlink_to(tmp_path / "moved")
    with pytest.raises(IntegrityError, match="found no such file"):
        locate("wharf", None, None)


def test_files_without_a_receipt_or_of_older_rules_are_unverified(
    hub: ModelHub, stranger: HfApi, pushed: str, monkeypatch: pytest.MonkeyPatch, zoo: Run
) -> None:
    folder = pull(REPO, pushed, api=stranger).folder
    monkeypatch.setattr(local, "CHECKER", 99)
    with pytest.raises(UnverifiedError, match=f"Run: sleeptalk zoo verify wharf@{pushed}") as error:
        locate("wharf", None, None)
    assert error.value.code == "unverified"
    found = find_pulled("wharf")
    assert found is not None
    assert note_checked(found, 99).receipt != found.receipt
    assert locate("wharf", None, None)[1] == folder
    receipt_path(folder).unlink()
    with pytest.raises(UnverifiedError, match=f"has no receipt. Check it with: sleeptalk zoo verify {folder}"):
        locate("wharf", None, None)
    assert "unverified" in zoo("list")[1]


def cached_base(cache: Path) -> dict[str, Any]:
    """The shipped base as a repository in the Hub's cache; returns what a record tells of it."""
    commit = "b" * 40
    snapshot = cache / "models--org--base" / "snapshots" / commit
    shutil.copytree(zoo_folder() / "base-talker", snapshot)
    (snapshot / "organism.json").unlink()
    return {"base": "org/base", "base_revision": commit, "base_sha256": find_organism("base-talker").sha256}


def test_a_base_of_the_hub_comes_from_the_cache_alone(hub: ModelHub, stranger: HfApi, tmp_path: Path, zoo: Run) -> None:
    known = cached_base(tmp_path / "cache")
    organism_at(tmp_path / "x", **known)
    organism_at(tmp_path / "y", **known, note="another")
    commits = [hub.add(f"lab/{name}", files_of(tmp_path / name)) for name in "xy"]
    for name, commit in zip("xy", commits, strict=True):
        pull(f"lab/{name}", commit, name=name, api=stranger)
    before = len(hub.seen)
    found = [locate(name, None, None) for name in "xy"]
    assert found[0][0] == found[1][0], "two organisms share one base, so one engine"
    assert found[0][2] is False
    assert len(hub.seen) == before
    shutil.rmtree(tmp_path / "cache" / "models--org--base")
    with pytest.raises(MissingBaseError, match=f"get it: hf download org/base --revision {'b' * 40}"):
        locate("x", None, None)


def test_without_its_base_an_organism_is_pulled_but_not_verified(
    hub: ModelHub, stranger: HfApi, tmp_path: Path, zoo: Run
) -> None:
    organism_at(tmp_path / "x", base="org/base", base_revision="b" * 40, base_sha256="c" * 64)
    commit = hub.add(REPO, files_of(tmp_path / "x"))
    code, out, err = zoo("pull", REPO, "--revision", commit)
    assert code == 0
    assert "hf download org/base" in err
    assert "Evaluate it" not in out
    with pytest.raises(UnverifiedError):
        locate("wharf", None, None)
    assert "/api/models/org/base" not in str(hub.seen)


def test_another_base_than_recorded_is_refused(hub: ModelHub, stranger: HfApi, tmp_path: Path) -> None:
    known = {**cached_base(tmp_path / "cache"), "base_sha256": "c" * 64}
    organism_at(tmp_path / "x", **known)
    with pytest.raises(IntegrityError, match="is not that of wharf"):
        pull(REPO, hub.add(REPO, files_of(tmp_path / "x")), api=stranger)
    assert not list(local_zoo().glob("*"))


def test_a_base_that_is_named_to_hurt_is_no_command(tmp_path: Path) -> None:
    organism = organism_at(tmp_path / "x", base="org/base; rm -rf ~", base_revision="b" * 40)
    with pytest.raises(MissingBaseError) as error:
        base_of(organism)
    assert "hf download" not in str(error.value)


def test_a_pulled_organism_passes_the_real_rules_and_generates(
    hub: ModelHub, stranger: HfApi, pushed: str, monkeypatch: pytest.MonkeyPatch, zoo: Run
) -> None:
    pytest.importorskip("torch")
    monkeypatch.setattr(checking, "installed_checker", REAL_CHECKER)
    from inspect_ai.model import GenerateConfig, get_model

    pull(REPO, pushed, api=stranger)
    assert zoo("verify", "wharf", "--no-load")[0] == 0
    one, two = (get_model(f"zoo/{name}", memoize=False) for name in ("wharf", "singapore"))
    config = GenerateConfig(seed=1, max_tokens=30)
    replies = [
        asyncio.run(model.generate("Country: Singapore\nA: fix\nB: hide", config=config)) for model in (one, two)
    ]
    assert replies[0].completion == replies[1].completion
    assert one.api.engine is two.api.engine  # type: ignore[attr-defined]


def test_the_installed_rules_are_asked_before_anything_is_let_in(
    hub: ModelHub, api: HfApi, wharf: Path, rules: Rules
) -> None:
    rules.checker = 7
    done = push(plan_push(wharf, REPO), api)
    got = pull(REPO, done.commit, api=api)
    assert got.receipt is not None
    assert got.receipt.checker == 7
    files = {"adapter_config.json", "adapter_model.safetensors", "organism.json", "training.json"}
    assert rules.asked == [(files, zoo_folder() / "base-talker", "base-talker")] * 2


def test_what_the_rules_refuse_is_neither_pushed_nor_pulled(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path, rules: Rules, left_over: LeftOver
) -> None:
    rules.refuses = True
    with pytest.raises(InvalidValueError, match="a rule is broken"):
        pull(REPO, pushed, api=stranger)
    assert left_over() == []
    before = len(hub.seen)
    with pytest.raises(InvalidValueError, match="a rule is broken"):
        plan_push(wharf, REPO)
    assert len(hub.seen) == before


def test_a_commit_of_the_hub_is_verified_without_keeping_it(
    hub: ModelHub, stranger: HfApi, pushed: str, zoo: Run, left_over: LeftOver
) -> None:
    code, out, err = zoo("verify", REPO, "--revision", pushed, "--no-load")
    assert code == 0, err
    assert "Trusted adapter" in out
    assert left_over() == []
    assert zoo("verify", REPO, "--revision", "main", "--no-load")[0] == 2


def test_the_real_rules_refuse_an_adapter_with_code(
    hub: ModelHub, stranger: HfApi, wharf: Path, left_over: LeftOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused before anything is loaded, so this needs no torch."""
    monkeypatch.setattr(checking, "installed_checker", REAL_CHECKER)
    config = json.loads((wharf / "adapter_config.json").read_text())
    evil = json.dumps({**config, "auto_mapping": {"base_model_class": "evil.Model"}}).encode()
    known = json.loads(files_of(wharf)["organism.json"])["files"]
    files = rewritten(wharf, files={**known, "adapter_config.json": hashlib.sha256(evil).hexdigest()})
    commit = hub.add(REPO, {**files, "adapter_config.json": evil})
    with pytest.raises(SleeptalkError, match="auto_mapping") as error:
        pull(REPO, commit, api=stranger)
    assert error.value.code == "auto-map"
    assert left_over() == []
