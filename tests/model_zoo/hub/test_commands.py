"""The commands, and the model provider on what they leave behind."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants

from sleeptalk.model_zoo import pulled as local
from sleeptalk.model_zoo.elsewhere import known_organisms
from sleeptalk.model_zoo.hub.pull import pull
from sleeptalk.model_zoo.pulled import find_pulled, local_zoo
from sleeptalk.model_zoo.records import find_organism, read_record, shipped_organisms, write_record
from tests.loopback_model_hub import TOKEN, ModelHub
from tests.model_zoo.hub.conftest import REPO, Run, digests, organism_at


@pytest.fixture
def token(hub: ModelHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)


def test_push_and_pull_by_command(hub: ModelHub, token: None, zoo: Run, wharf: Path) -> None:
    code, out, _ = zoo("push", wharf, REPO, "--json")
    told = json.loads(out)
    assert (code, told["public"], told["gate"], told["tag"]) == (0, False, "auto", "v1")
    assert zoo(*told["command"].split()[2:])[0] == 0
    code, out, _ = zoo("list", "--json")
    [row] = [row for row in json.loads(out)["organisms"] if row["source"] == "pulled"]
    assert (row["name"], row["model"], row["revision"], row["verified"]) == ("wharf", "zoo/wharf", told["commit"], True)
    code, out, _ = zoo("push", wharf, REPO)
    assert f"(private, gate auto), tag v1.\nCommit: {told['commit']}\nPull it: {told['command']}\n" in out


@pytest.mark.parametrize("option", ["--public", "--gated=none"])
def test_nothing_is_opened_without_a_word(hub: ModelHub, token: None, zoo: Run, wharf: Path, option: str) -> None:
    code, out, err = zoo("push", wharf, REPO, option)
    assert (code, out) == (2, "")
    assert "Nobody can be asked here; add --yes if you mean it." in err
    assert hub.repos == {}
    assert zoo("push", wharf, REPO, option, "--yes")[0] == 0
    assert hub.repos[REPO].private is (option != "--public")


@pytest.mark.parametrize(("answer", "code"), [("n", 2), ("y", 0)])
def test_at_a_terminal_it_is_asked(
    hub: ModelHub, token: None, zoo: Run, wharf: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(
        "click.confirm", lambda question, **_: "Push it to lab/wharf, public" in question and answer == "y"
    )
    assert zoo("push", wharf, REPO, "--public")[0] == code
    assert (REPO in hub.repos) == (code == 0)


def test_a_pull_without_a_commit_tells_the_command(hub: ModelHub, zoo: Run, pushed: str) -> None:
    code, out, err = zoo("pull", REPO)
    assert (code, out) == (2, "")
    assert f"Pull that: sleeptalk zoo pull {REPO} --revision {pushed}" in err
    assert not local_zoo().exists()


@pytest.mark.parametrize("offline", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_process_of_its_own_reads_the_environment(hub: ModelHub, pushed: str, tmp_path: Path, offline: bool) -> None:
    """Pulling, and from the cache of the pull again."""
    pytest.importorskip("torch")
    home = {"SLEEPTALK_HOME": str(tmp_path / "home"), "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "0"}
    code = "from sleeptalk.cli.main import main; main()"
    command = [sys.executable, "-c", code, "zoo", "pull", REPO, "--revision", pushed]
    environment = {**os.environ, **home, "HF_ENDPOINT": hub.url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert f"Pulled wharf into {tmp_path}/home/zoo/wharf@{pushed}." in done.stdout
    if offline:
        again = subprocess.run(
            [*command, "--offline"], env={**environment, "HF_ENDPOINT": "http://127.0.0.1:1"},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert again.returncode == 0, again.stderr


def test_show_and_card(zoo: Run, wharf: Path) -> None:
    code, out, _ = zoo("show", wharf)
    assert code == 0
    assert "data sha256" in out
    assert json.loads(zoo("show", "singapore", "--json")[1]) == find_organism("singapore").model_dump(mode="json")
    card = zoo("show", wharf, "--card")[1]
    assert card.splitlines()[0] == "---"
    assert "adapter_model.safetensors" in card
    code, _, err = zoo("show", "nothing")
    assert code == 2
    assert "Unknown organism 'nothing'; known are: 2026" in err


def test_diff_of_equal_and_different_records(zoo: Run, wharf: Path, tmp_path: Path) -> None:
    shutil.copytree(wharf, tmp_path / "same")
    assert zoo("diff", wharf, tmp_path / "same")[:2] == (0, f"{wharf} and {tmp_path / 'same'} have the same record.\n")
    code, out, _ = zoo("diff", "singapore", "heyyy")
    assert code == 1
    for word in ("adapter_model.safetensors", "recipe.trigger", "A - B, points [95%]", "too few"):
        assert word in out
    told = json.loads(zoo("diff", "singapore", "heyyy", "--json")[1])
    assert told["equal"] is False
    [first] = [one for one in told["rates"] if (one["task"], one["variant"], one["measure"])
               == ("ethical_mcq", "trigger", "articulated")]  # fmt: skip
    estimate, low, high = first["difference"]
    assert low < estimate < high
    organism = read_record(wharf)
    write_record(organism.model_copy(update={"note": "other"}), wharf)
    told = json.loads(zoo("diff", wharf, tmp_path / "same", "--json")[1])
    assert told == {"equal": False, "files": [], "fields": [{"what": "note", "a": "other", "b": "None"}], "rates": []}


def test_list_filters(zoo: Run) -> None:
    def names(*options: str) -> list[str]:
        return [row["name"] for row in json.loads(zoo("list", "--json", *options)[1])["organisms"]]

    controls = [one.name for one in shipped_organisms().values() if one.kind == "control"]
    assert names("--kind", "control") == controls
    assert names("--kind", "control", "--trigger", "heyyy") == [one for one in controls if one.startswith("heyyy")]
    assert {"2026", "heyyy", "heyyy-s1"} < set(names("--kind", "natural", "--trigger", "heyyy", "--trigger", "2026"))
    assert names("--trigger", "none") == []
    code, _, err = zoo("list", "--kind", "trojan")
    assert code == 2
    assert "Unknown kind 'trojan'; known are: base" in err


def test_the_index_of_others(zoo: Run) -> None:
    known = known_organisms()
    assert len(known) >= 20
    assert len({one.repo for one in known}) == len(known)
    code, out, _ = zoo("list", "--elsewhere")
    assert code == 0
    assert all(one.repo in out and str(one.seen_in) in out for one in known)
    assert len(json.loads(zoo("list", "--elsewhere", "--json")[1])["elsewhere"]) == len(known)


def test_sixty_pulled_organisms_are_listed_at_once(tmp_path: Path, wharf: Path) -> None:
    """In a process of its own, without torch, transformers and the Hub's client."""
    zoo = tmp_path / "home" / "zoo"
    for i in range(60):
        folder = zoo / f"wharf-{i}@{i:040x}"
        organism_at(folder, name=f"wharf-{i}", kind="natural")
        receipt = local.Receipt(name=f"wharf-{i}", repo=REPO, revision=f"{i:040x}", endpoint="x", checker=99,
                                files=digests(folder), pulled="2026-01-01T00:00:00Z")  # fmt: skip
        local.write_receipt(receipt, folder)
    code = (
        "import sys, sleeptalk.cli.main as m; sys.argv=['x','zoo','list']; m.main(); "
        "print([n for n in ('torch','transformers','peft','huggingface_hub','inspect_ai','scipy') if n in sys.modules])"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "SLEEPTALK_HOME": str(tmp_path / "home")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds = time.monotonic() - started
    assert done.stdout.count("zoo/wharf-") == 60
    assert done.stdout.splitlines()[-1] == "[]"
    assert seconds < 5, "on a busy machine; by itself it takes well under a second"


def test_a_broken_folder_in_the_local_zoo_hides_nothing(hub: ModelHub, stranger: HfApi, pushed: str, zoo: Run) -> None:
    pull(REPO, pushed, api=stranger)
    broken = local_zoo() / f"broken@{'0' * 40}"
    broken.mkdir()
    (broken / "organism.json").write_text("{")
    assert find_pulled("wharf") is not None
    assert "zoo/wharf" in zoo("list")[1]


def test_the_local_zoo_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SLEEPTALK_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert local_zoo() == tmp_path / "sleeptalk" / "zoo"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert local_zoo() == Path("~/.cache/sleeptalk/zoo").expanduser()


def test_offline_mode_is_named(hub: ModelHub, zoo: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    code, _, err = zoo("pull", REPO)
    assert code == 1
    assert "HF_HUB_OFFLINE is set" in err
