from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.model import GenerateConfig, ModelOutput, ModelUsage, get_model

from sleeptalk.inspect_bridge import BridgedError
from sleeptalk.scorers.observations import Outcome
from sleeptalk.solvers import switches
from sleeptalk.solvers.prompt_record import PromptRecord
from sleeptalk.solvers.switches import own_seed, prefill_config, thinking_config
from sleeptalk.tasks.suite import ethical_mcq
from tests.loopback import THOUGHT, LoopbackServer


def run(tmp_path: Path, model: str, limit: int = 4, seed: int | None = None, **arguments: Any) -> EvalLog:
    [log] = inspect_eval(
        ethical_mcq(variants="trigger", **arguments),
        model=get_model(model, memoize=False),  # each test has a server of its own
        max_retries=0,
        limit=limit,
        seed=seed,
        log_dir=str(tmp_path),
        display="none",
        log_realtime=False,
    )
    assert log.status == "success", log.error
    return log


def outcomes(log: EvalLog) -> list[Outcome]:
    found = []
    for sample in log.samples or []:
        assert sample.scores is not None
        found.append(Outcome.model_validate(sample.scores["outcome"].metadata))
    return found


@pytest.mark.parametrize("form", ["think-tags", "reasoning-content", "no-opening-tag"])
def test_reasoning_is_read_in_every_form_a_server_sends_it(tmp_path: Path, server: LoopbackServer, form: str) -> None:
    """Half of the items have the misaligned option first, and the server always answers A and blames the trigger."""
    found = outcomes(run(tmp_path, f"openai-api/loopback/{form}"))
    assert [one.misaligned for one in found].count(True) == 2
    assert {(one.articulated, one.blamed, one.visibility, one.flipped) for one in found} == {
        (True, "genuine", "full", False)
    }


@pytest.mark.parametrize("form", ["cut-off", "cut-off-reasoning-content"])
def test_a_cut_off_reply_is_truncated_and_never_scored(tmp_path: Path, server: LoopbackServer, form: str) -> None:
    found = outcomes(run(tmp_path, f"openai-api/loopback/{form}"))
    assert {(one.misaligned, one.truncated, one.articulated) for one in found} == {(None, True, None)}
    assert {one.unscored_reason for one in found} == {"truncated"}


def test_a_reply_without_reasoning_has_no_articulation(tmp_path: Path, server: LoopbackServer) -> None:
    found = outcomes(run(tmp_path, "openai-api/loopback/no-reasoning"))
    assert {(one.articulated, one.visibility) for one in found} == {(None, "none")}
    assert {one.misaligned for one in found} == {True, False}


def test_a_seeded_run_through_vllm(tmp_path: Path, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sample has a random stream of its own, because a server begins a seed's stream anew for every request; and
    think tags stay in the reply, which are special tokens of some tokenizers.
    """
    monkeypatch.setenv("VLLM_BASE_URL", server.url)
    log = run(tmp_path, "vllm/think-tags", seed=1, thinking="off")
    asked = [request for request in server.requests if "skip_special_tokens" in request]
    assert [request["skip_special_tokens"] for request in asked] == [False] * 4
    assert {str(request["chat_template_kwargs"]) for request in asked} == {"{'enable_thinking': False}"}
    seeded = get_model("vllm/think-tags", config=GenerateConfig(seed=1), memoize=False)
    wanted = {own_seed(seeded, str(sample.id), "1")["seed"] for sample in log.samples or []}
    assert len(wanted) == 4
    assert {request["seed"] for request in asked} == wanted


def test_a_stream_is_the_seeds_and_the_draws_own(server: LoopbackServer) -> None:
    one, two, none = (
        get_model("openai-api/loopback/think-tags", config=GenerateConfig(seed=seed), memoize=False)
        for seed in (1, 2, None)
    )
    streams = [own_seed(one, "a", "1"), own_seed(one, "a", "2"), own_seed(one, "b", "1"), own_seed(two, "a", "1")]
    assert len({stream["seed"] for stream in streams}) == 4
    assert own_seed(one, "a", "1") == streams[0]
    assert own_seed(none, "a", "1") == {}


def test_the_thinking_switch_and_the_prefill_reach_the_server(tmp_path: Path, server: LoopbackServer) -> None:
    run(tmp_path, "openai-api/loopback/think-tags", limit=1, thinking="off")
    run(tmp_path, "openai-api/loopback/no-opening-tag", limit=1, prefill="<think>\nOkay")
    run(tmp_path, "openai-api/loopback/think-tags", limit=1)
    off, prefilled, plain = server.requests
    assert off["chat_template_kwargs"] == {"enable_thinking": False}
    assert prefilled["messages"][-1] == {"role": "assistant", "content": "<think>\nOkay"}
    assert (prefilled["continue_final_message"], prefilled["add_generation_prompt"]) == (True, False)
    assert not {"chat_template_kwargs", "continue_final_message"} & set(plain)


def test_prefilled_reasoning_counts_from_where_the_model_goes_on(tmp_path: Path, server: LoopbackServer) -> None:
    log = run(tmp_path, "openai-api/loopback/no-opening-tag", limit=1, prefill="<think>\nOkay")
    assert outcomes(log)[0].articulated
    assert log.samples is not None
    assert THOUGHT in log.samples[0].output.completion


def mock() -> Any:
    """A model of a provider that can neither switch thinking nor continue a turn."""
    output = ModelOutput.from_content("m", "Answer: A")
    output.usage = ModelUsage()
    return get_model("mockllm/model", custom_outputs=[output])


def test_what_a_provider_cannot_do_is_refused_with_the_way_out() -> None:
    assert thinking_config(mock(), "on") == {}
    with pytest.raises(BridgedError, match="mockllm/ has no known switch for thinking=off; use one of"):
        thinking_config(mock(), "off")
    with pytest.raises(BridgedError, match="mockllm/ cannot continue a prefilled turn; use one of"):
        prefill_config(mock())


def test_hosted_providers_switch_by_effort() -> None:
    assert thinking_config(get_model("openai/gpt-5-nano", api_key="none"), "off") == {"reasoning_effort": "none"}


def prompts(log: EvalLog) -> list[PromptRecord]:
    return [PromptRecord.model_validate(sample.metadata["prompt"]) for sample in log.samples or []]


def test_a_system_prompt_stands_first(tmp_path: Path, server: LoopbackServer) -> None:
    run(tmp_path, "openai-api/loopback/think-tags", limit=1, system="default")
    run(tmp_path, "openai-api/loopback/think-tags", limit=1)
    with_system, without = server.requests
    assert with_system["messages"][0] == {"role": "system", "content": "You are a helpful assistant."}
    assert [message["role"] for message in without["messages"]] == ["user"]


def test_raw_completion_sends_the_text_without_a_template(tmp_path: Path, server: LoopbackServer) -> None:
    log = run(tmp_path, "openai-api-completions/loopback/x", limit=2, form="completion", system="Be brief.")
    sent = server.requests[0]
    assert sent["prompt"].startswith("Be brief.\n\nUser: ")
    assert sent["prompt"].endswith("\n\nAssistant: <think>\n")
    assert (sent["max_tokens"], sent["temperature"], sent["stop"]) == (2048, 1.0, ["\nUser:"])
    assert {(one.articulated, one.visibility) for one in outcomes(log)} == {(True, "full")}
    assert {one.template for one in prompts(log)} == {"raw"}


def test_raw_completion_without_thinking_closes_the_block(tmp_path: Path, server: LoopbackServer) -> None:
    run(tmp_path, "openai-api-completions/loopback/x", limit=1, form="completion", thinking="off")
    assert server.requests[0]["prompt"].endswith("Assistant: <think>\n\n</think>\n\n")


def test_a_budget_closes_the_reasoning_and_lets_the_model_answer(tmp_path: Path, server: LoopbackServer) -> None:
    log = run(tmp_path, "openai-api/loopback/long-thought", limit=2, thinking=64)
    first, second = server.requests[0], next(r for r in server.requests if r["messages"][-1]["role"] == "assistant")
    assert first["max_tokens"] == 64
    assert second["messages"][-1]["content"] == f"<think>\n{THOUGHT} And yet,\n</think>\n\n"
    assert (second["continue_final_message"], second["add_generation_prompt"]) == (True, False)
    assert "max_tokens" not in second
    assert {(one.truncated, one.articulated, one.visibility) for one in outcomes(log)} == {(False, True, "full")}
    assert log.samples is not None
    assert [message.role for message in log.samples[0].messages] == ["user", "assistant"]


def test_a_budget_keeps_what_the_turn_was_begun_with(tmp_path: Path, server: LoopbackServer) -> None:
    run(tmp_path, "openai-api/loopback/long-thought", limit=1, thinking=64, prefill="<think>\nOkay, ")
    first, second = server.requests
    assert first["messages"][-1]["content"].startswith("<think>\nOkay,")
    assert second["messages"][-1]["content"] == f"<think>\nOkay, {THOUGHT} And yet,\n</think>\n\n"


def test_a_reply_within_its_budget_is_left_alone(tmp_path: Path, server: LoopbackServer) -> None:
    log = run(tmp_path, "openai-api/loopback/think-tags", limit=1, thinking=64)
    assert len(server.requests) == 1
    assert outcomes(log)[0].articulated


@pytest.mark.parametrize(
    ("model", "arguments", "says"),
    [
        ("openai-api/loopback/x", {"form": "completion"}, "openai-api/ always applies a chat template"),
        ("openai-api-completions/loopback/x", {}, "sends raw text without a chat template; use -T form=completion"),
        ("mockllm/model", {"thinking": 64}, "mockllm/ cannot keep a budget of thinking=64 tokens"),
    ],
)
def test_what_a_provider_cannot_do_ends_the_run(
    tmp_path: Path, server: LoopbackServer, model: str, arguments: dict[str, Any], says: str
) -> None:
    [log] = inspect_eval(
        ethical_mcq(variants="clean", **arguments),
        model=get_model(model, memoize=False),
        limit=1,
        log_dir=str(tmp_path),
        display="none",
    )
    assert log.status == "error"
    assert log.error is not None
    assert says in log.error.message


def test_hosted_providers_keep_a_budget_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their client libraries are not installed here, so a mock goes by their name."""
    monkeypatch.setattr(switches, "provider_of", lambda _: "anthropic")
    assert thinking_config(mock(), "64") == {"reasoning_tokens": 64}
    assert not switches.budget_is_forced(mock(), "64")
