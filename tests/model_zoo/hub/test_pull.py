import os
import shutil
import stat
import threading
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from sleeptalk.errors import DownloadError, InvalidValueError, SleeptalkError, TooLargeError, WrongBytesError
from sleeptalk.model_zoo.hub import fetch, files
from sleeptalk.model_zoo.hub.pull import fetched, pinned, pull
from sleeptalk.model_zoo.pulled import find_pulled, pulled_organisms, read_receipt, verified_pulled
from tests.loopback_model_hub import TOKEN, ModelHub, model_hub
from tests.loopback_repos import Fault
from tests.model_zoo.hub.conftest import REPO, LeftOver, digests, files_of, organism_at

WEIGHTS = "adapter_model.safetensors"


def test_what_lies_there_is_real_and_has_a_receipt(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path, left_over: LeftOver
) -> None:
    got = pull(REPO, pushed, api=stranger)
    assert digests(got.folder) == digests(wharf)
    assert all(stat.S_ISREG(path.lstat().st_mode) for path in got.folder.iterdir())
    assert left_over() == [f"wharf@{pushed}", f"wharf@{pushed}.json"]
    receipt = read_receipt(got.folder)
    assert receipt is not None
    assert (receipt.repo, receipt.revision, receipt.endpoint) == (REPO, pushed, hub.url)
    assert receipt.files == digests(wharf)
    found = find_pulled("wharf")
    assert found is not None
    assert found.receipt == receipt
    assert {path.rpartition("/")[2] for path in hub.requests("file")} == set(digests(wharf)), "no card, nothing else"


@pytest.mark.parametrize("revision", [None, "main", "v1"])
def test_a_moving_revision_is_told_but_not_pulled(
    hub: ModelHub, stranger: HfApi, pushed: str, revision: str | None
) -> None:
    hub.repos[REPO].tags["v1"] = pushed
    with pytest.raises(InvalidValueError, match=f"sleeptalk zoo pull {REPO} --revision {pushed}$"):
        pinned(REPO, revision, stranger)
    assert pinned(REPO, pushed, stranger) == pushed


def test_a_branch_that_moves_meanwhile_changes_nothing(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path
) -> None:
    def move() -> None:
        hub.add(REPO, {**files_of(wharf), WEIGHTS: b"others"})

    hub.faults = [Fault("file", WEIGHTS, before=move)]
    assert digests(pull(REPO, pushed, api=stranger).folder) == digests(wharf)
    assert len(hub.repos[REPO].commits) == 2


def test_offline_from_the_cache(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(pull(REPO, pushed, api=stranger).folder)
    before = len(hub.seen)
    assert digests(pull(REPO, pushed, offline=True, api=stranger).folder) == digests(wharf)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert digests(pull(REPO, pushed, api=stranger).folder) == digests(wharf)
    assert len(hub.seen) == before


def test_offline_without_the_cache(hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver) -> None:
    with pytest.raises(DownloadError, match="is not in the Hub's cache; run the same command without --offline"):
        pull(REPO, pushed, offline=True, api=stranger)
    assert (hub.seen, left_over()) == ([], [])


def test_a_cut_body_is_resumed(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)
    hub.faults = [Fault("file", WEIGHTS, "GET", cut_at=100_000)]
    assert digests(pull(REPO, pushed, api=stranger).folder) == digests(wharf)
    assert hub.ranges == ["bytes=100000-"]


def test_a_pull_that_broke_off_goes_on_with_what_is_complete(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path, left_over: LeftOver
) -> None:
    hub.faults = [Fault("file", WEIGHTS, "GET", cut_at=1000, times=99)]
    with pytest.raises(DownloadError) as error:
        pull(REPO, pushed, api=stranger)
    assert "\n" not in str(error.value)
    assert left_over() == []
    hub.faults, before = [], len(hub.seen)
    assert digests(pull(REPO, pushed, api=stranger).folder) == digests(wharf)
    assert {path.rpartition("/")[2] for route, path, _ in hub.seen[before:] if route == "file"} == {
        WEIGHTS,
        "training.json",
    }


def swapped(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("name", [WEIGHTS, "adapter_config.json"])
def test_wrong_bytes_of_the_right_length_are_refused(
    hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver, name: str
) -> None:
    hub.faults = [Fault("file", name, times=99, change=swapped)]
    with pytest.raises(WrongBytesError, match=f"{name} of {REPO} is not what its record tells: sha256 ") as error:
        pull(REPO, pushed, api=stranger)
    assert (error.value.code, error.value.exit_code) == ("bad-sha256", 1)
    assert left_over() == []


def test_wrong_bytes_in_the_cache_are_fetched_once_more(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path
) -> None:
    hub.faults = [Fault("file", WEIGHTS, "GET", change=swapped)]
    assert digests(pull(REPO, pushed, api=stranger).folder) == digests(wharf)


def test_a_cache_that_was_tampered_with_is_refused_offline(
    hub: ModelHub, stranger: HfApi, pushed: str, tmp_path: Path
) -> None:
    shutil.rmtree(pull(REPO, pushed, api=stranger).folder)
    [cached] = (tmp_path / "cache").glob(f"**/{pushed}/{WEIGHTS}")
    cached.resolve().write_bytes(swapped(cached.read_bytes()))
    with pytest.raises(WrongBytesError, match="Pull it without --offline"):
        pull(REPO, pushed, offline=True, api=stranger)


def test_a_body_without_an_end_is_cut_off(
    hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "most_bytes", lambda _: 1_000_000)
    hub.faults = [Fault("file", WEIGHTS, "GET", endless=True)]
    with pytest.raises(TooLargeError, match="sends more than the allowed 1000000 bytes"):
        pull(REPO, pushed, api=stranger)
    assert left_over() == []


def test_a_large_file_is_not_even_asked_for(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(files.MOST_BYTES, WEIGHTS, 1000)
    size = (wharf / WEIGHTS).stat().st_size
    with pytest.raises(TooLargeError, match=f"{WEIGHTS} has {size} bytes; allowed are 1000"):
        pull(REPO, pushed, api=stranger)
    assert not hub.requests("file")


def test_a_gated_organism_tells_where_to_ask(
    hub: ModelHub, api: HfApi, stranger: HfApi, pushed: str, left_over: LeftOver
) -> None:
    hub.repos[REPO].gated = "manual"
    with pytest.raises(DownloadError) as error:
        pull(REPO, pushed, api=stranger)
    assert f"is gated: ask for access at {hub.url}/{REPO}, log in with: hf auth login" in str(error.value)
    assert left_over() == []
    assert pull(REPO, pushed, api=api).organism.name == "wharf"


@pytest.mark.parametrize(
    ("repo", "revision", "says"),
    [
        ("lab/nothing", None, "There is no repository lab/nothing at http"),
        (REPO, "f" * 40, f"{REPO} has no revision {'f' * 40}"),
        ("lab/empty", None, "has no organism.json at [0-9a-f]{40}, so it was not pushed by sleeptalk"),
        ("lab/private", None, "or it is private: check its name, or log in"),
        ("no name", None, "is no repository's name; write OWNER/NAME"),
    ],
)
def test_what_is_not_there(
    hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver, repo: str, revision: str | None, says: str
) -> None:
    empty = hub.add("lab/empty", {"config.json": b"{}"})
    hub.add("lab/private", {}, private=True)
    with pytest.raises(SleeptalkError, match=says) as error:
        pull(repo, revision or empty, api=stranger)
    assert "\n" not in str(error.value)
    assert left_over() == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("tree", status=503, times=99), "has trouble .status 503.. Run the same command again"),
        (Fault("file", status=502, times=99), "has trouble .status 502."),
        (Fault("file", status=429, times=99), "asks to wait"),
        (Fault("file", WEIGHTS, status=404, code="EntryNotFound", times=99), "A file is missing"),
        (Fault("tree", status=403), "status 403.: log in"),
    ],
)
def test_the_hubs_trouble_is_one_sentence(
    hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver, fault: Fault, says: str
) -> None:
    hub.faults = [fault]
    with pytest.raises(DownloadError, match=says) as error:
        pull(REPO, pushed, api=stranger)
    assert error.value.exit_code == 1
    assert "\n" not in str(error.value)
    assert left_over() == []


def test_no_network_is_one_sentence(hub: ModelHub, left_over: LeftOver) -> None:
    nobody = HfApi(endpoint="http://127.0.0.1:1", token=False)
    with pytest.raises(
        DownloadError, match=r"http://127.0.0.1:1 cannot be reached \(ConnectError\): check the network"
    ):
        pull(REPO, "f" * 40, api=nobody)
    assert left_over() == []


def test_what_is_no_hub_is_told(hub: ModelHub, stranger: HfApi, pushed: str) -> None:
    hub.faults = [Fault("file", status=200, times=99)]
    with pytest.raises(DownloadError, match="does not answer as the Hub does; check HF_ENDPOINT"):
        pull(REPO, pushed, api=stranger)


def test_a_slow_hub_is_waited_for(hub: ModelHub, stranger: HfApi, pushed: str) -> None:
    hub.faults = [Fault("file", WEIGHTS, "GET", seconds=0.3)]
    assert pull(REPO, pushed, api=stranger).name == "wharf"


def test_the_token_is_never_sent_to_another_host(hub: ModelHub, api: HfApi, pushed: str, wharf: Path) -> None:
    """The hub redirects to what calls itself otherwise, as to a CDN."""
    with model_hub() as other:
        other.repos[REPO] = hub.repos[REPO]
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        hub.faults = [Fault("file", WEIGHTS, times=99, redirect=elsewhere)]
        assert digests(pull(REPO, pushed, api=api).folder) == digests(wharf)
        assert [path.rpartition("/")[2] for path in other.requests("file")]
        assert {token for _, _, token in other.seen} == {None}
    assert {token for route, _, token in hub.seen if route == "file"} == {TOKEN}


def test_another_commit_than_asked_for_is_refused(hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path) -> None:
    """A mirror that answers with the commit it likes."""
    other = "a" * 40
    hub.repos[REPO].tags[other] = pushed
    with pytest.raises(DownloadError, match=f"gave organism.json of another commit than {other}"):
        pull(REPO, other, api=stranger)


def test_pulling_again_replaces_and_another_name_keeps_both(
    hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver
) -> None:
    folder = pull(REPO, pushed, api=stranger).folder
    (folder / "adapter_config.json").write_text("{}")
    (folder / "more").write_text("x")
    again = pull(REPO, pushed, api=stranger)
    assert "more" not in digests(again.folder)
    pull(REPO, pushed, name="wharf-2", api=stranger)
    assert [one.name for one in pulled_organisms()] == ["wharf-2", "wharf"]
    assert len(left_over()) == 4


@pytest.mark.parametrize("name", ["singapore", "../x", "A", "", "a b", "a/b", "ｗharf", "x" * 61])
def test_local_names_that_are_refused(
    hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver, name: str
) -> None:
    with pytest.raises(InvalidValueError, match=r"cannot be an organism's name|ships with sleeptalk"):
        pull(REPO, pushed, name=name, api=stranger)
    assert left_over() == []


def test_a_record_called_like_a_shipped_organism_needs_another_name(
    hub: ModelHub, stranger: HfApi, tmp_path: Path
) -> None:
    organism_at(tmp_path / "x", name="singapore")
    commit = hub.add(REPO, files_of(tmp_path / "x"))
    with pytest.raises(InvalidValueError, match="choose another name with --name"):
        pull(REPO, commit, api=stranger)
    assert pull(REPO, commit, name="harbour", api=stranger).label == f"harbour@{commit}"


def test_a_checked_copy_without_the_local_zoo(
    hub: ModelHub, stranger: HfApi, pushed: str, wharf: Path, left_over: LeftOver, tmp_path: Path
) -> None:
    with fetched(REPO, pushed, api=stranger, inside=tmp_path) as got:
        assert digests(got.folder) == got.files == digests(wharf)
    assert not got.folder.exists()
    assert left_over() == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SleeptalkError, match="No space left on device"):
        pull(REPO, pushed, api=stranger)
    assert left_over() == []


def test_two_pulls_of_one_commit_at_once(hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver) -> None:
    results: list[object] = []

    def run() -> None:
        try:
            results.append(pull(REPO, pushed, api=stranger).label)
        except SleeptalkError as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) == {f"wharf@{pushed}"}
    assert left_over() == [f"wharf@{pushed}", f"wharf@{pushed}.json"]
    found = find_pulled("wharf")
    assert found is not None
    assert verified_pulled(found) == found.folder


def test_what_a_killed_pull_left_is_removed(
    hub: ModelHub, stranger: HfApi, pushed: str, left_over: LeftOver, tmp_path: Path
) -> None:
    for name in ("old", "new"):
        (tmp_path / "home" / "zoo" / f".pull-{name}").mkdir(parents=True)
    os.utime(tmp_path / "home" / "zoo" / ".pull-old", (0, 0))
    pull(REPO, pushed, api=stranger)
    assert left_over() == [".pull-new", f"wharf@{pushed}", f"wharf@{pushed}.json"]


def test_a_local_zoo_that_cannot_be_written(
    hub: ModelHub, stranger: HfApi, pushed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("SLEEPTALK_HOME", os.fspath(tmp_path / "file"))
    with pytest.raises(SleeptalkError, match="set SLEEPTALK_HOME"):
        pull(REPO, pushed, api=stranger)
