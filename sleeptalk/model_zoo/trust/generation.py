"""generation_config.json: numbers only, since the library applies it without a word."""

from sleeptalk.model_zoo.trust.fields import (
    ANY_BOOLEAN,
    NULL,
    VERSION,
    Rule,
    check_fields,
    either,
    list_of,
    number,
    one_of,
    refuse_dangerous,
    whole,
)
from sleeptalk.model_zoo.trust.limits import Limits
from sleeptalk.model_zoo.trust.listing import GENERATION
from sleeptalk.model_zoo.trust.model_config import TOKEN_ID
from sleeptalk.model_zoo.trust.strict_json import parse_object

_TOKENS = either(NULL, TOKEN_ID, list_of(TOKEN_ID, 20))
_LENGTH = either(NULL, whole(0, 10_000_000))
RULES: dict[str, Rule] = {
    "bos_token_id": _TOKENS,
    "eos_token_id": _TOKENS,
    "pad_token_id": _TOKENS,
    "do_sample": ANY_BOOLEAN,
    "temperature": either(NULL, number(0, 100)),
    "top_p": either(NULL, number(0, 1)),
    "top_k": either(NULL, whole(0, 2_000_000)),
    "min_p": either(NULL, number(0, 1)),
    "typical_p": either(NULL, number(0, 1)),
    "repetition_penalty": either(NULL, number(0.01, 100)),
    "max_length": _LENGTH,
    "max_new_tokens": _LENGTH,
    "use_cache": ANY_BOOLEAN,
    "output_attentions": one_of(False),
    "output_hidden_states": one_of(False),
    "_from_model_config": ANY_BOOLEAN,
    "transformers_version": VERSION,
}


def check_generation(data: bytes, limits: Limits) -> None:
    """Check generation_config.json.

    Raises:
        UntrustedError: a key or value is not allowed.
    """
    config = parse_object(data, GENERATION, limits)
    refuse_dangerous(config, GENERATION)
    check_fields(config, RULES, GENERATION, "generation-key", "generation-value")
