"""LLM APIs, their models and the default models, as the API shows them, and what is asked for of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from domain.language_models.price import Price
from domain.language_models.use import Capability, Use
from domain.limits.limit import CallLimits
from domain.llm_validation.api_state import StateName
from domain.llm_validation.defaults import DefaultModel
from domain.llm_validation.llm_api import LONGEST_URL, OFFERED, LlmApi
from domain.llm_validation.llm_model import LONGEST_NAME, LlmModel, ModelOrigin
from domain.llm_validation.offers import Offer
from domain.llm_validation.registering import ApiChange
from domain.llm_validation.views import ApiView
from entrypoints.api.documents.runs import LimitWords
from entrypoints.api.documents.words import Words

ModelName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
_KEY = "The NAME of a secret (`${OPENAI_API_KEY}`), never the key itself; empty: none is sent."
_REFERENCE = "How targets, judges and embedders name it."
_USD = Annotated[float, Field(ge=0, le=1e6)]


class NewLlmApi(Words):
    """An account at a provider."""

    name: str = Field(max_length=64, description="How it is called here.", examples=["main"])
    provider: str = Field(
        max_length=40, description=f"One of {', '.join(OFFERED)}; `gemini` is google.", examples=["openai"]
    )
    base_url: str = Field(default="", max_length=LONGEST_URL, description="Empty: the provider's own address.")
    api_key: str | None = Field(
        default=None, max_length=140, description=f"{_KEY} Left out: the provider's usual one, at its own address."
    )
    is_active: bool = Field(default=True, description="Whether it may be called.")
    limits: LimitWords = Field(
        default=LimitWords(), description="The account's: all of its models and all jobs keep to them together."
    )
    models: list[ModelName] = Field(default=[], max_length=100, description="Models that are known already.")


class LlmApiChange(Words):
    """What is to be changed; what is left out stays."""

    name: str | None = Field(default=None, max_length=64)
    base_url: str | None = Field(default=None, max_length=LONGEST_URL)
    api_key: str | None = Field(default=None, max_length=140, description=_KEY)
    is_active: bool | None = None
    limits: LimitWords | None = Field(default=None, description="Those that are named; null takes one out.")

    def change(self) -> ApiChange:
        """Return it as the service takes it."""
        named = self.limits.model_fields_set if self.limits else set()
        return ApiChange(
            name=self.name,
            base_url=self.base_url,
            api_key=self.api_key,
            is_active=self.is_active,
            limits={name: getattr(self.limits, name) for name in named},
        )


class LlmApiDocument(BaseModel):
    """An account at a provider."""

    id: str
    name: str
    provider: str
    base_url: str = Field(description="Empty: the provider's own address.")
    api_key: str = Field(description="The name of the secret that is sent; empty: none.")
    is_active: bool
    limits: LimitWords
    models: int = Field(description="How many of its models are registered.")
    default_for: list[Use] = Field(description="The uses that one of its models is the default for.")
    state: StateName = Field(description="How it stands: two failed checks in a row are `down`, a good one is `up`.")
    checked_at: datetime | None = Field(description="The newest check; null: never.")
    last_good_at: datetime | None = Field(description="The newest check at which all worked; null: never.")
    created_at: datetime
    updated_at: datetime


class PriceWords(Words):
    """US dollars per million tokens."""

    input: _USD
    output: _USD
    cached_input: _USD | None = None
    cache_write: _USD | None = None
    up_to_prompt_tokens: Annotated[int, Field(ge=1, le=2**53)] | None = None

    def price(self) -> Price:
        """Return it."""
        return Price(**dict(self))


class ModelWords(Words):
    """What is known of a model."""

    capabilities: list[Capability] | None = Field(
        default=None, max_length=10, description="Left out: what its name says: it embeds, or it chats."
    )
    context_length: Annotated[int, Field(ge=1, le=2**53)] | None = Field(default=None, description="In tokens.")
    price: PriceWords | None = Field(default=None, description="In place of the price table's.")


class LlmModelDocument(BaseModel):
    """A model of an LLM API."""

    name: str
    reference: str = Field(description=_REFERENCE, examples=["llm:main/gpt-5-mini"])
    capabilities: list[Capability] = Field(description="Empty: not known.")
    context_length: int | None
    price: PriceWords | None
    origin: ModelOrigin = Field(description="Who says that there is it: a person, or the provider's list.")
    missing_since: datetime | None = Field(description="Since when the provider's list does not name it.")
    default_for: list[Use]
    state: StateName = Field(description="How it stands, as far as checks have asked it.")
    created_at: datetime
    updated_at: datetime


class DefaultWords(Words):
    """Which model is to be meant."""

    llm_api: str = Field(min_length=1, max_length=64, description="Name or id of the API.", examples=["main"])
    model: ModelName = Field(examples=["gpt-5-mini"])


class LlmDefaultDocument(BaseModel):
    """The model that `llm:default` means for a use."""

    use: Use
    llm_api: str = Field(description="The API's name.")
    llm_api_id: str
    model: str
    reference: str = Field(description=_REFERENCE)


class OfferDocument(BaseModel):
    """An account that variables or secrets of the usual names speak of."""

    name: str
    provider: str
    base_url: str
    api_key: str
    models: list[str]
    variables: list[str] = Field(description="The names that speak of it.")
    is_registered: bool = Field(description="Whether an API of this name is registered already.")


def api_document(found: ApiView) -> LlmApiDocument:
    """Return the document of an API."""
    api = found.api
    return LlmApiDocument(
        id=api.id,
        name=api.name,
        provider=api.provider.value,
        base_url=api.base_url,
        api_key=api.api_key,
        is_active=api.is_active,
        limits=_limits(api.limits),
        models=len(found.models),
        default_for=found.default_for(),
        state=found.standing().state,
        checked_at=found.standing().checked_at,
        last_good_at=found.standing().last_good_at,
        created_at=api.created_at,
        updated_at=api.updated_at,
    )


def model_document(found: ApiView, model: LlmModel) -> LlmModelDocument:
    """Return the document of a model of an API."""
    price = PriceWords.model_validate(model.price, from_attributes=True) if model.price else None
    return LlmModelDocument(
        name=model.name,
        reference=reference(found.api, model.name),
        capabilities=sorted(model.capabilities),
        context_length=model.context_length,
        price=price,
        origin=model.origin,
        missing_since=model.missing_since,
        default_for=found.default_for(model.name),
        state=found.standing(model.name).state,
        created_at=model.created_at,
        updated_at=model.updated_at,
    )


def default_document(found: DefaultModel) -> LlmDefaultDocument:
    """Return the document of a default."""
    return LlmDefaultDocument(
        use=found.use,
        llm_api=found.api.name,
        llm_api_id=found.api.id,
        model=found.model,
        reference=reference(found.api, found.model),
    )


def offer_document(offer: Offer, *, is_registered: bool) -> OfferDocument:
    """Return the document of an offer."""
    return OfferDocument(
        name=offer.name,
        provider=offer.provider.value,
        base_url=offer.base_url,
        api_key=offer.api_key,
        models=list(offer.models),
        variables=list(offer.variables),
        is_registered=is_registered,
    )


def reference(api: LlmApi, model: str) -> str:
    """Return the words that stand for a registered model wherever a model is named."""
    return f"llm:{api.name}/{model}"


def _limits(limits: CallLimits) -> LimitWords:
    return LimitWords.model_validate(limits, from_attributes=True)
