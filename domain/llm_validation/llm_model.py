"""A model of an LLM API: what it is called there, what it can do, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen
from attrs.validators import gt, optional

from domain.jobs.errors import InvalidInput
from domain.language_models.price import Price
from domain.language_models.use import Capability, Use
from domain.llm_validation.llm_api import LlmApiId

LONGEST_NAME = 200
MOST_MODELS = 2000
"""Of one API: the largest lists there are (gateways to all providers) hold some hundreds."""
_EMBEDS = re.compile(r"embed|(^|[/_-])(bge|gte|e5|minilm)([_-]|$)", re.IGNORECASE)


class ModelOrigin(StrEnum):
    """Who says that there is the model: a person, or the provider's own list."""

    MANUAL = "manual"
    DISCOVERED = "discovered"


@frozen(kw_only=True)
class LlmModel:
    """
    A model at an account. Its *name* is the provider's.

    Without *capabilities* nobody knows what it can do, and it may be tried for anything. *context_length* is in
    tokens. *price* replaces that of the price table. *missing_since*: the provider's list has not named it since then;
    it stays, since lists leave out what works (fine-tuned models, previews).
    """

    api_id: LlmApiId
    name: str
    capabilities: frozenset[Capability] = frozenset()
    context_length: int | None = field(default=None, validator=optional(gt(0)))
    price: Price | None = None
    origin: ModelOrigin = ModelOrigin.MANUAL
    missing_since: datetime | None = None
    created_at: datetime
    updated_at: datetime

    def serves(self, use: Use) -> bool:
        """Whether it can be used so, as far as is known."""
        return not self.capabilities or use.needs in self.capabilities


@frozen(kw_only=True)
class ModelPlace:
    """Which model of which API."""

    api_id: LlmApiId
    model: str


Defaults = Mapping[Use, ModelPlace]


def checked_model_name(name: str) -> str:
    """
    Return the name without spaces around it.

    Raises:
        InvalidInput: no provider calls a model so.
    """
    word = name.strip()
    if not word or len(word) > LONGEST_NAME or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", word):
        raise InvalidInput(
            f"model: {name[:100]!r} can't name a model; expected the provider's own name of it, one line of at most "
            f"{LONGEST_NAME} characters, such as gpt-5-mini"
        )
    return word


def checked_capabilities(words: Iterable[str]) -> frozenset[Capability]:
    """
    Return what the words name.

    Raises:
        InvalidInput: one of them is no capability.
    """
    found = set()
    for word in words:
        if word not in list(Capability):
            raise InvalidInput(f"capabilities: {word[:100]!r} is none; expected some of {', '.join(Capability)}")
        found.add(Capability(word))
    return frozenset(found)


def likely_capabilities(name: str) -> frozenset[Capability]:
    """Return what a model of this name can do, most likely, where nobody says it: it embeds, or it chats."""
    return frozenset({Capability.EMBEDDING if _EMBEDS.search(name) else Capability.CHAT})
