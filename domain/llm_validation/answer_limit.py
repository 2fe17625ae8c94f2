"""How many tokens an answer may have, said in each provider's own word for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs

from domain.jobs.errors import FailureKind, PermanentFailure
from domain.language_models.model import ModelSpec, Provider

T = TypeVar("T")

_LIMITS: Mapping[Provider, tuple[str, ...]] = {
    Provider.OPENAI: ("max_completion_tokens", "max_tokens"),
    Provider.AZURE: ("max_completion_tokens", "max_tokens"),
    Provider.OPENAI_COMPATIBLE: ("max_tokens", "max_completion_tokens"),
    Provider.ANTHROPIC: ("max_tokens",),
    Provider.GOOGLE: ("maxOutputTokens",),
    Provider.OLLAMA: ("num_predict",),
}
"""How each provider calls the limit of an answer; a second name is for the models that refuse the first."""


def with_answer_limit(spec: ModelSpec, most: int, asked: Callable[[ModelSpec], T]) -> T:
    """
    Have the model *asked* with the limit of *most* tokens by its first name, and where that is refused by its second.

    Raises:
        TransientFailure, PermanentFailure: what *asked* raises.
    """
    names = _LIMITS.get(spec.provider, ())
    for name in names[1:] and names[:1]:
        try:
            return asked(_limited(spec, {name: most}))
        except PermanentFailure as failure:
            if failure.kind is not FailureKind.REFUSED or name not in str(failure):
                raise
    return asked(_limited(spec, {names[-1]: most} if names else {}))


def _limited(spec: ModelSpec, limit: Mapping[str, object]) -> ModelSpec:
    return attrs.evolve(spec, parameters={**spec.parameters, **limit})
