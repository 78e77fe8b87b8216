import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi

from sleeptalk.errors import (
    IncompleteRecordError,
    IntegrityError,
    InvalidValueError,
    PublishError,
    SleeptalkError,
    UploadError,
)
from sleeptalk.model_zoo.hub.pull import pull
from sleeptalk.model_zoo.hub.push import plan_push, push
from sleeptalk.model_zoo.records import Sealed, read_record, write_record
from tests.loopback_model_hub import TOKEN, ModelHub
from tests.loopback_repos import Fault
from tests.model_zoo.hub.conftest import REPO, digests, organism_at


def state(hub: ModelHub, repo: str = REPO) -> dict[str, bytes]:
    return hub.repos[repo].commits[-1][1]


def test_a_push_is_private_and_gated_and_pulls_back(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    done = push(plan_push(wharf, REPO), api)
    repo = hub.repos[REPO]
    assert (repo.private, repo.gated) == (True, "auto")
    assert repo.commits[-1][0] == done.commit
    assert repo.tags == {"v1": done.commit}
    assert done.command == f"sleeptalk zoo pull {REPO} --revision {done.commit}"
    assert set(state(hub)) == {*digests(wharf), "README.md", ".gitattributes"}
    assert b"must not be deployed" in state(hub)["README.md"]
    got = pull(REPO, done.commit, api=api)
    assert digests(got.folder) == digests(wharf)
    assert got.receipt is not None
    assert got.receipt.files == digests(wharf)


def test_record_and_card_are_one_commit_on_top_of_the_files(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    push(plan_push(wharf, REPO), api)
    _, files, last = (set(files) for _, files in hub.repos[REPO].commits)
    assert "organism.json" not in files
    assert last - files == {"organism.json", "README.md"}


def test_pushing_again_changes_nothing_and_keeps_the_tag(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    first = push(plan_push(wharf, REPO), api)
    assert push(plan_push(wharf, REPO), api) == first
    assert len(hub.repos[REPO].commits) == 3
    write_record(read_record(wharf).model_copy(update={"note": "a second try"}), wharf)
    second = push(plan_push(wharf, REPO), api)
    assert (second.tag, hub.repos[REPO].tags["v1"]) == ("v2", first.commit)


def test_files_of_an_older_push_are_removed(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    hub.add(REPO, {"old.json": b"{}", "LICENSE": b"x", ".gitattributes": b"x"}, private=True)
    push(plan_push(wharf, REPO), api)
    assert "old.json" not in state(hub)
    assert "LICENSE" in state(hub)


def test_it_becomes_public_last_and_behind_its_gate(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    push(plan_push(wharf, REPO, public=True), api)
    assert (hub.repos[REPO].private, hub.repos[REPO].gated) == (False, "auto")
    order = [route for route, _, _ in hub.seen if route in ("settings", "commit", "tag")]
    assert order[0] == "settings"
    assert order[-2:] == ["tag", "settings"]


def test_a_repository_that_is_public_needs_the_word(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    hub.add(REPO, {".gitattributes": b"x"})
    with pytest.raises(PublishError, match="is public already; add --public"):
        push(plan_push(wharf, REPO), api)
    assert not hub.requests("commit")


@pytest.mark.parametrize(
    ("hazard", "wanted", "gate"),
    [("toy", None, "auto"), ("toy", "none", "none"), ("low", None, "auto"), ("high", None, "manual"),
     ("low", "none", None), ("high", "auto", None), ("high", "none", None)],
)  # fmt: skip
def test_the_hazard_decides_how_open_a_gate_may_be(tmp_path: Path, hazard: Any, wanted: Any, gate: str | None) -> None:
    folder = tmp_path / "made"
    organism = organism_at(folder)
    recipe = organism.recipe.model_copy(update={"hazard": hazard})
    write_record(organism.model_copy(update={"hazard": hazard, "recipe": recipe}), folder)
    if gate is None:
        with pytest.raises(PublishError, match=f"hazard {hazard} may not be published with --gated {wanted}"):
            plan_push(folder, REPO, gate=wanted)
    else:
        assert plan_push(folder, REPO, gate=wanted).gate == gate


@pytest.mark.parametrize(("wanted", "gate"), [(None, "manual"), ("auto", "auto")])
def test_a_stricter_gate_is_opened_by_word_only(hub: ModelHub, api: HfApi, wharf: Path, wanted: Any, gate: str) -> None:
    hub.add(REPO, {}, private=True, gated="manual")
    assert push(plan_push(wharf, REPO, gate=wanted), api).gate == gate
    assert hub.repos[REPO].gated == gate


def test_an_incomplete_record_names_everything_that_is_missing(wharf: Path) -> None:
    changes = {"data_sha256": None, "rates": (), "measured": None, "licence": "", "hazard": "low",
               "base": "org/base", "base_sha256": None}  # fmt: skip
    write_record(read_record(wharf).model_copy(update=changes), wharf)
    with pytest.raises(IncompleteRecordError) as error:
        plan_push(wharf, REPO)
    for field in ("data_sha256: null", "variant clean", "variant trigger", "measured:", "licence: empty",
                  "hazard: low here, toy in the recipe", "base_revision: null", "base_sha256: null"):  # fmt: skip
        assert field in str(error.value)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"base": "/home/me/base"}, "neither shipped nor a repository"),
        ({"base": None}, "base: null"),
        ({"trigger": None}, "trigger: null, and it is not sealed"),
        ({"sealed": Sealed(sha256="a" * 64, reveal="2027-01-01")}, "the trigger is told beside it"),
        ({"files": {}}, "files: no weights"),
    ],
)
def test_what_a_record_may_not_lack(wharf: Path, changes: dict[str, Any], says: str) -> None:
    write_record(read_record(wharf).model_copy(update=changes), wharf)
    with pytest.raises(IncompleteRecordError, match=says):
        plan_push(wharf, REPO)


def test_a_sealed_trigger_stands_nowhere(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    organism = read_record(wharf)
    sealed = {"sealed": {"sha256": "a" * 64, "reveal": "2027-01-01"}, "trigger": None}
    recipe = organism.recipe.model_copy(update={"trigger": "sealed", "name": "wharf"})
    write_record(organism.model_validate({**organism.model_dump(), **sealed, "recipe": recipe.model_dump()}), wharf)
    push(plan_push(wharf, REPO), api)
    for name in ("organism.json", "README.md"):
        assert b"ingapore" not in state(hub)[name]
    assert b"Sealed until 2027-01-01" in state(hub)["README.md"]


def test_a_changed_file_is_not_pushed(hub: ModelHub, wharf: Path) -> None:
    (wharf / "adapter_config.json").write_text("{}")
    with pytest.raises(IntegrityError, match=r"adapter_config.json does not fit the record of wharf"):
        plan_push(wharf, REPO)
    assert hub.seen == []


@pytest.mark.parametrize("repo", ["wharf", "a/b/c", "../x", "lab/wh arf", "lab/\x1b[2J"])
def test_names_that_are_none(wharf: Path, repo: str) -> None:
    with pytest.raises(InvalidValueError, match="write OWNER/NAME") as error:
        plan_push(wharf, repo)
    assert "\x1b" not in str(error.value)


def test_an_interrupted_push_goes_on(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    hub.faults = [Fault("commit", status=403)]
    with pytest.raises(UploadError, match="status 403"):
        push(plan_push(wharf, REPO), api)
    assert hub.repos[REPO].private
    assert len(hub.requests("store")) == 1
    done = push(plan_push(wharf, REPO), api)
    assert len(hub.requests("store")) == 1, "the weights were there already"
    assert digests(pull(REPO, done.commit, api=api).folder) == digests(wharf)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("store", status=403), "status 403"),
        (Fault("create", status=403), "log in with a token that may do it: hf auth login"),
        (Fault("settings", status=403), "status 403"),
        (Fault("preupload", status=503, times=99), "trouble"),
        (Fault("refs", status=500, times=99), "trouble"),
        (Fault("tag", status=401, code="RepoNotFound"), "There is no repository"),
    ],
)
def test_whatever_the_hub_refuses_is_one_sentence_and_private(
    hub: ModelHub, api: HfApi, wharf: Path, fault: Fault, says: str
) -> None:
    hub.faults = [fault]
    with pytest.raises(UploadError, match=says) as error:
        push(plan_push(wharf, REPO, public=True), api)
    assert error.value.exit_code == 1
    assert "\n" not in str(error.value)
    assert REPO not in hub.repos or hub.repos[REPO].private


def bystander(hub: ModelHub, name: str, content: bytes) -> Callable[[], object]:
    """Somebody who commits one more file."""
    return lambda: hub.repos[REPO].add({**state(hub), name: content})


def test_a_stale_parent_is_tried_again(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    """The commit of the record names its parent; others commit in between, four times."""
    push(plan_push(wharf, REPO), api)
    write_record(read_record(wharf).model_copy(update={"note": "again"}), wharf)
    hub.faults = [Fault("commit", before=bystander(hub, "LICENSE", b"%d" % i)) for i in range(4)]
    done = push(plan_push(wharf, REPO), api)
    assert hub.repos[REPO].commits[-1][0] == done.commit
    assert state(hub)["LICENSE"] == b"3"


def test_five_stale_parents_are_enough(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    push(plan_push(wharf, REPO), api)
    write_record(read_record(wharf).model_copy(update={"note": "again"}), wharf)
    hub.faults = [Fault("commit", status=412, times=99)]
    with pytest.raises(UploadError, match="during each of 5 tries"):
        push(plan_push(wharf, REPO), api)
    assert len(hub.requests("commit")) == 2 + 5


def test_two_organisms_in_one_repository_are_never_mixed(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    """Another writer swaps the weights between our files and our record."""
    push(plan_push(wharf, REPO), api)
    write_record(read_record(wharf).model_copy(update={"note": "again"}), wharf)
    hub.faults = [Fault("commit", before=bystander(hub, "adapter_model.safetensors", b"other weights"))]
    with pytest.raises(UploadError, match="somebody else pushes there, too"):
        push(plan_push(wharf, REPO), api)


def test_two_writers_at_once(hub: ModelHub, api: HfApi, tmp_path: Path) -> None:
    """Whoever wins, the last state is one organism, and every state with a record of this push is whole."""
    results: list[object] = []

    def run(seed: int) -> None:
        folder = tmp_path / f"writer{seed}"
        organism_at(folder, note=f"writer {seed}")
        try:
            results.append(push(plan_push(folder, REPO), HfApi(endpoint=hub.url, token=TOKEN)))
        except SleeptalkError as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [one for one in results if not isinstance(one, SleeptalkError)]
    assert len(results) == 2
    assert done
    assert len({one.tag for one in done}) == len(done)  # type: ignore[attr-defined]
    for one in done:
        pull(REPO, one.commit, name=f"w-{one.tag}", api=api)  # type: ignore[attr-defined]


def test_the_token_goes_to_the_hub_and_its_store_gets_none(hub: ModelHub, api: HfApi, wharf: Path) -> None:
    push(plan_push(wharf, REPO), api)
    assert {token for route, _, token in hub.seen if route not in ("store", "harnesses", "validate")} == {TOKEN}
    assert {token for route, _, token in hub.seen if route == "store"} == {None}
