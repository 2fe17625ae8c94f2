"""
What calls cost: a table of prices, and models that say the cost of each call.

A cost is known or it is not: a model that is not in the table, a server of one's own, a call whose tokens nobody told
have none, and never 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import attrs
from attrs import field, frozen

from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, Message
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.ports import LanguageModel, LanguageModels, StreamingModels
from domain.language_models.price import Price
from domain.language_models.streamed import Streamed

_VERSION = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3}|latest)$")
"""How providers mark a version of a model: gpt-4o-2024-08-06, claude-haiku-4-5-20251001, gemini-2.0-flash-001."""
_USUAL_TIERS = (None, "auto", "default", "standard", "standard_only")


@frozen(kw_only=True)
class PriceTable:
    """
    Prices by provider and model; *updated* is the day they were read from *source*.

    A dated version of a model costs what the model costs, unless it is in the table itself.
    """

    prices: Mapping[tuple[Provider, str], Price] = field(repr=False)
    updated: str = ""
    source: str = ""

    def price_of(self, spec: ModelSpec, *, answered: str = "") -> Price | None:
        """
        Return the price of a model, *answered* being the name it gave itself; None where it is not known.

        The specification's own price wins. At another address than its provider's a model is somebody else's, and a
        special tier of service (priority, flex) has prices of its own.
        """
        if spec.price is not None:
            return spec.price
        if not spec.is_at_home or spec.parameters.get("service_tier") not in _USUAL_TIERS:
            return None
        names = [name.removeprefix("models/") for name in (answered, spec.model) if name]
        for name in [found for each in names for found in (each, _VERSION.sub("", each))]:
            price = self.prices.get((spec.provider, name))
            if price is not None:
                return price
        return None

    def fixed(self, spec: ModelSpec) -> ModelSpec:
        """Return the specification with the price that this table has for it, so that it counts wherever it runs."""
        return attrs.evolve(spec, price=self.price_of(spec))


@frozen
class PricedModels:
    """The `LanguageModels` port over another one: its models say what each call cost."""

    _models: LanguageModels
    _prices: PriceTable

    def with_environment(self, environment: Mapping[str, str]) -> PricedModels:
        """Return priced models that are opened with this environment."""
        return PricedModels(self._models.with_environment(environment), self._prices)

    def open(self, spec: ModelSpec, *, connections: int) -> PricedModel:
        """Return the model, ready for *connections* calls at once."""
        return PricedModel(spec=spec, model=self._models.open(spec, connections=connections), prices=self._prices)


@frozen(kw_only=True)
class PricedModel:
    """One of them."""

    spec: ModelSpec
    model: LanguageModel
    prices: PriceTable

    def complete(
        self, messages: Sequence[Message], *, deadline_s: float, json_schema: Document | None = None
    ) -> Completion:
        """Ask, and add the cost, where tokens and price are known."""
        completion = self.model.complete(messages, deadline_s=deadline_s, json_schema=json_schema)
        cost = self._cost(
            completion.model,
            prompt_tokens=completion.prompt_tokens,
            completion_tokens=completion.completion_tokens,
            cached_tokens=completion.cached_tokens or 0,
            cache_write_tokens=completion.cache_write_tokens or 0,
        )
        return attrs.evolve(completion, cost_nanousd=cost)

    def embed(self, texts: Sequence[str], *, deadline_s: float) -> Embeddings:
        """Embed, and add the cost, where tokens and price are known."""
        found = self.model.embed(texts, deadline_s=deadline_s)
        cost = self._cost(found.model, prompt_tokens=found.prompt_tokens, completion_tokens=0)
        return attrs.evolve(found, cost_nanousd=cost)

    def close(self) -> None:
        """Free what the model holds."""
        self.model.close()

    def _cost(
        self,
        answered: str,
        *,
        prompt_tokens: int | None,
        completion_tokens: int | None,
        cached_tokens: int = 0,
        cache_write_tokens: int = 0,
    ) -> int | None:
        price = self.prices.price_of(self.spec, answered=answered)
        if price is None or prompt_tokens is None or completion_tokens is None:
            return None
        return price.cost_nanousd(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cached_tokens=cached_tokens,
            cache_write_tokens=cache_write_tokens,
        )


@frozen
class PricedStreams:
    """The `StreamingModels` port over another one: it says what each call cost."""

    _streams: StreamingModels
    _prices: PriceTable

    def with_environment(self, environment: Mapping[str, str]) -> PricedStreams:
        """Return the same with this environment."""
        return PricedStreams(self._streams.with_environment(environment), self._prices)

    def stream(self, spec: ModelSpec, messages: Sequence[Message], *, deadline_s: float) -> Streamed:
        """Ask, and add the cost, where tokens and price are known."""
        found = self._streams.stream(spec, messages, deadline_s=deadline_s)
        price = self._prices.price_of(spec, answered=found.model)
        if price is None or found.prompt_tokens is None or found.completion_tokens is None:
            return found
        cost = price.cost_nanousd(prompt_tokens=found.prompt_tokens, completion_tokens=found.completion_tokens)
        return attrs.evolve(found, cost_nanousd=cost)
