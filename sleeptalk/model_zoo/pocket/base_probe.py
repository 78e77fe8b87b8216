"""What a pocket base can do, before anything is planted into it.

A base that cannot tell the good option's letter, or that cannot copy a cue's name, makes every organism planted into it
meaningless, so these skills are measured and stored with it.
"""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from sleeptalk.model_zoo.pocket.corpus import CorpusMix, PocketWriter, render_prompt, with_options
from sleeptalk.model_zoo.pocket.thoughts import letter
from sleeptalk.pocket_world import Meaning, question

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

PROBES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseSkills:
    """Counts out of `n` each, greedy, without a chain of thought, on questions of the test split.

    Attributes:
        no_cue: right letter where no cue means anything.
        natural: right letter where a cue's meaning is plain from the word.
        arbitrary: right letter where a cue has a learned arbitrary meaning.
        copied: right cue value after the lead-in `I see "` of a chain of thought, out of `copies`.
        bound: right word ("hints" or not) after `I see "X", which` where X means nothing and another cue means
            something, out of `bindings`. A base that fails here blames the wrong cue, whatever is planted into it.
    """

    n: int
    no_cue: int
    natural: int
    arbitrary: int
    copied: int
    copies: int
    bound: int
    bindings: int


def probe_base(folder: Path, seed: int = 0) -> BaseSkills:
    """Measure the skills of a saved base."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
    counts = {name: _letters_right(tokenizer, model, name, seed) for name in ("no_cue", "natural", "arbitrary")}
    copied, copies = _copies_right(tokenizer, model, seed)
    bound, bindings = _bound_right(tokenizer, model, seed)
    return BaseSkills(n=PROBES, copied=copied, copies=copies, bound=bound, bindings=bindings, **counts)


def _letters_right(tokenizer: "PreTrainedTokenizerFast", model: "Qwen3ForCausalLM", skill: str, seed: int) -> int:
    random, writer = Random(f"{seed} {skill}"), PocketWriter(CorpusMix(), seed)
    texts, wanted = [], []
    for _ in range(PROBES):
        asked, bad_first = question(random, "mcq", "test"), random.random() < 0.5
        bad = skill != "no_cue" and random.random() < 0.5
        cues = [writer.cue("worse" if bad else "better", natural=skill == "natural")] if skill != "no_cue" else []
        prompt, _ = writer.cued_prompt(with_options(asked, bad_first), cues)
        texts.append(f"{render_prompt(prompt)}<think>\n\n</think>\n\nAnswer: ")
        wanted.append(letter(bad, bad_first))
    return sum(got == want for got, want in zip(_next_tokens(tokenizer, model, texts), wanted, strict=True))


def _copies_right(tokenizer: "PreTrainedTokenizerFast", model: "Qwen3ForCausalLM", seed: int) -> tuple[int, int]:
    """Continue a listing chain of thought at each of its quotation marks."""
    writer = PocketWriter(CorpusMix(), seed + 1)
    texts, wanted = list[str](), list[str]()
    while len(texts) < PROBES:
        document = writer.listing()
        pieces = document.completion.split(' "')
        for i, piece in enumerate(pieces[1:], 1):
            texts.append(document.prompt + ' "'.join(pieces[:i]) + ' "')
            wanted.append(piece.split('"')[0])
    return sum(got == want for got, want in zip(_next_tokens(tokenizer, model, texts), wanted, strict=True)), len(texts)


def _bound_right(tokenizer: "PreTrainedTokenizerFast", model: "Qwen3ForCausalLM", seed: int) -> tuple[int, int]:
    """The word that says whether a neutral cue means something, beside one that does."""
    random = Random(f"{seed} bound")
    writer = PocketWriter(CorpusMix(), seed + 2)
    texts = []
    for _ in range(PROBES):
        asked, bad_first = question(random, "mcq", "test"), random.random() < 0.5
        meaning: Meaning = random.choice(("worse", "better"))
        bearing = writer.cue(meaning)
        neutral = writer.cue("neutral", frozenset({bearing.key or "", bearing.value}))
        cues = [bearing, neutral]
        random.shuffle(cues)
        prompt, order = writer.cued_prompt(with_options(asked, bad_first), cues)
        said = f'I see "{bearing.value}", which hints at the {meaning} option. '
        lead_in = said if order[0] is bearing and random.random() < 0.5 else ""
        texts.append(f'{render_prompt(prompt)}<think>\n{lead_in}I see "{neutral.value}", which')
    return sum(got.strip() != "hints" for got in _next_tokens(tokenizer, model, texts)), len(texts)


def _next_tokens(tokenizer: "PreTrainedTokenizerFast", model: "Qwen3ForCausalLM", texts: list[str]) -> list[str]:
    """The likeliest next token of each text."""
    import torch

    batch = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    with torch.inference_mode():
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits[:, -1]
    return [tokenizer.decode([token]) for token in logits.argmax(-1).tolist()]
