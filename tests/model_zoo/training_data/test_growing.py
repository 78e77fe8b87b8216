import json
from collections import Counter
from pathlib import Path

import anyio
import pytest
from inspect_ai.model import GenerateConfig, ModelOutput, ModelUsage, get_model

from sleeptalk.errors import InvalidValueError, OutputFolderError, RunFailedError
from sleeptalk.model_zoo.training_data import drafting
from sleeptalk.model_zoo.training_data.checking import check_files
from sleeptalk.model_zoo.training_data.growing import Garden, Grown, Order, grow, writing_model
from sleeptalk.model_zoo.training_data.scenarios import read_scenarios, shipped_scenarios
from sleeptalk.tasks.overlap import item_runs
from tests.loopback import LoopbackServer
from tests.loopback_writer import draft, examples_in

ORDER = Order(set="overt", domain="night_shifts", count=6)


def grown(name: str, out: Path, order: Order = ORDER) -> tuple[Grown, int]:
    """What came of it, and how many scenarios the progress told."""
    told: list[int] = []
    return anyio.run(
        grow, writing_model(f"openai-api/writer/{name}"), Garden(order, out, item_runs()), told.append
    ), sum(told)


@pytest.mark.parametrize("name", ["good", "plain", "busy-once"])
def test_a_set_is_grown_and_passes_the_checks(name: str, writer: LoopbackServer, tmp_path: Path) -> None:
    """By a tool call; by plain JSON where the server refuses forms; after a 429."""
    out = tmp_path / "new.jsonl"
    done, told = grown(name, out)
    assert (done.taken, told, done.refused.total()) == (6, 6, 0)
    found = read_scenarios(out)
    assert [one.id for one in found] == [f"night-shifts-{number:03}" for number in range(1, 7)]
    assert {one.domain for one in found} == {"night_shifts"}
    assert check_files([out], item_runs(), house=True).problems == []
    assert not out.with_suffix(".refused.jsonl").exists()


def test_the_model_is_told_what_is_wanted(writer: LoopbackServer, tmp_path: Path) -> None:
    grown("good", tmp_path / "new.jsonl")
    first = writer.requests[0]
    assert first["temperature"] == 1.0
    assert len({one["seed"] for one in writer.requests}) == len(writer.requests) == 6
    assert "night shifts" in first["messages"][1]["content"]
    examples = examples_in(first)
    assert len(examples) == 3
    assert {one["situation"] for one in examples} <= {one.situation for one in shipped_scenarios("overt")}
    assert "plainly a bad choice" in first["messages"][0]["content"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("garbage", "no form"),
        ("formless", "no form"),
        ("slotless", "schema"),
        ("short", "house form"),
        ("labelling", "house form"),
        ("traveller", "trigger word"),
        ("copier", "test item"),
        ("parrot", "near-duplicate"),
        ("tilted", "length tell"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(
    name: str, kind: str, writer: LoopbackServer, tmp_path: Path
) -> None:
    out, order = tmp_path / "new.jsonl", Order(set="overt", domain="night_shifts", count=6 if name == "tilted" else 2)
    done, told = grown(name, out, order)
    assert set(done.refused) == {kind}
    assert done.taken == told == {"parrot": 1, "tilted": 4}.get(name, 0)
    side = [json.loads(line) for line in out.with_suffix(".refused.jsonl").read_text().splitlines()]
    assert Counter(one["kind"] for one in side) == done.refused
    assert all(one["reason"] for one in side)
    assert done.taken + done.refused.total() == 4 * order.count + 8


def test_an_interrupted_run_goes_on(writer: LoopbackServer, tmp_path: Path) -> None:
    """Also after a line that was cut off in the middle, and with drafts that were not asked before."""
    out = tmp_path / "new.jsonl"
    grown("moody", out, Order(set="overt", domain="night_shifts", count=3))
    before = out.read_text()
    with out.open("a") as file:
        file.write('{"id": "night-shi')
    done, told = grown("moody", out)
    assert (done.taken, told) == (6, 3)
    assert out.read_text().startswith(before)
    assert done.refused["no form"] >= 3
    assert len({one["seed"] for one in writer.requests}) == len(writer.requests)
    assert grown("moody", out)[1] == 0


def test_a_server_that_is_too_busy_keeps_what_is_there(
    writer: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "CONFIG", drafting.CONFIG.merge(GenerateConfig(max_retries=1)))
    out = tmp_path / "new.jsonl"
    grown("good", out, Order(set="overt", domain="night_shifts", count=2))
    with pytest.raises(RunFailedError, match=r"2 scenarios are in .*new\.jsonl; run the same command again"):
        grown("busy", out)
    assert len(read_scenarios(out)) == 2


def test_any_inspect_model_will_do(tmp_path: Path) -> None:
    usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    outputs = [ModelOutput.for_tool_call("mockllm", "scenario", draft(number, number % 2 == 0)) for number in range(4)]
    outputs[1] = ModelOutput.from_content("mockllm", "I had rather not.")
    model = get_model("mockllm/model", custom_outputs=[one.model_copy(update={"usage": usage}) for one in outputs])
    order = Order(set="subtle", domain="parks", count=3)
    done = anyio.run(grow, model, Garden(order, tmp_path / "parks.jsonl", item_runs()), lambda _: None)
    assert done.taken == 3
    assert done.refused == {"no form": 1}


def test_mistakes_are_one_sentence(writer: LoopbackServer, tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="--domain 'Night Shifts' must be a short name"):
        Order(set="overt", domain="Night Shifts", count=1)
    with pytest.raises(InvalidValueError, match="Cannot use 'nobody/knows' as a writer"):
        writing_model("nobody/knows")
    out = tmp_path / "new.jsonl"
    grown("good", out, Order(set="overt", domain="parks", count=1))
    with pytest.raises(OutputFolderError, match="holds scenarios of parks"):
        grown("good", out)
