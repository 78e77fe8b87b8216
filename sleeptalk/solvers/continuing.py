"""Let a model go on from a chain of thought that is given to it."""

import hashlib

from inspect_ai.model import GenerateConfig, GenerateConfigArgs, Model
from inspect_ai.model._generate_config import active_generate_config

from sleeptalk.reasoning import Reasoning
from sleeptalk.samples import AskedSample
from sleeptalk.solvers.asking import CLOSED, opening, thinking_turn
from sleeptalk.solvers.switches import own_seed


def started_sample(sample: AskedSample, thought: str, *, closed: bool) -> AskedSample:
    """The sample as it is asked once the assistant's turn holds this thought.

    Args:
        sample: how it was asked before.
        thought: takes the place of what the model thought; may be empty.
        closed: end the thought, so that the model must answer; else it may think on.
    """
    turn = thinking_turn(sample.turn_start, thought) + (CLOSED if closed else "")
    return sample.model_copy(update={"prefill": turn})


async def reply_of(model: Model, started: AskedSample, question: str, config: GenerateConfigArgs) -> Reasoning:
    """What the model makes of a started turn, in a draw of its own; a budget for thinking is not enforced once more.

    Args:
        model: the model under test.
        started: what `started_sample` made.
        question: the question with its cues.
        config: what `asking.asking_config` gives for the started sample.
    """
    own = own_seed(model, "continued", question, started.turn_start) or {"seed": _seed(model)}
    drawn = GenerateConfig(**config).merge(GenerateConfig(**own))
    output = await model.generate(opening(started, question), tool_choice="none", config=drawn)
    return started.read(output.message.content, output.stop_reason)


def _seed(model: Model) -> int | None:
    """A seed made from the run's, if it has one.

    With the run's own seed a model that is given nothing, or what it wrote itself, would only repeat its first reply.
    """
    seed = model.config.merge(active_generate_config()).seed
    digest = hashlib.sha256(f"continued {seed}".encode()).digest()
    return None if seed is None else int.from_bytes(digest[:4], "big") % 2**31
