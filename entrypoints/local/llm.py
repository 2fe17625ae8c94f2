"""The LLM registry of an organization, looked after beside its database."""

from __future__ import annotations

from attrs import frozen

from domain.language_models.use import Use
from domain.tenancy import TenantContext
from entrypoints.api.documents.llm import (
    DefaultWords,
    LlmApiChange,
    LlmApiDocument,
    LlmDefaultDocument,
    LlmModelDocument,
    ModelWords,
    NewLlmApi,
    OfferDocument,
    api_document,
    default_document,
    model_document,
    offer_document,
)
from entrypoints.llm_registry import LlmRegistry


@frozen(kw_only=True)
class LocalLlm:
    """`Llm` of this machine's database."""

    service: LlmRegistry
    tenant: TenantContext

    def all(self) -> list[LlmApiDocument]:
        return [api_document(found) for found in self.service.apis.all(self.tenant)]

    def get(self, api: str) -> LlmApiDocument:
        return api_document(self.service.apis.get(self.tenant, api))

    def add(self, words: NewLlmApi) -> LlmApiDocument:
        added = self.service.apis.add(
            self.tenant,
            words.name,
            provider=words.provider,
            base_url=words.base_url,
            api_key=words.api_key,
            limits=words.limits.limits(),
            is_active=words.is_active,
            models=words.models,
        )
        return api_document(added)

    def change(self, api: str, words: LlmApiChange) -> LlmApiDocument:
        return api_document(self.service.apis.change(self.tenant, api, words.change()))

    def remove(self, api: str) -> None:
        self.service.apis.remove(self.tenant, api)

    def models(self, api: str) -> list[LlmModelDocument]:
        found = self.service.apis.get(self.tenant, api)
        return [model_document(found, one) for one in found.models]

    def put_model(self, api: str, model: str, words: ModelWords) -> LlmModelDocument:
        found = self.service.apis.put_model(
            self.tenant,
            api,
            model,
            capabilities=None if words.capabilities is None else frozenset(words.capabilities),
            context_length=words.context_length,
            price=words.price.price() if words.price else None,
        )
        (put,) = found.models
        return model_document(found, put)

    def remove_model(self, api: str, model: str) -> None:
        self.service.apis.remove_model(self.tenant, api, model)

    def defaults(self) -> list[LlmDefaultDocument]:
        return [default_document(found) for found in self.service.defaults.all(self.tenant)]

    def choose(self, use: Use, words: DefaultWords) -> LlmDefaultDocument:
        return default_document(self.service.defaults.choose(self.tenant, use, api=words.llm_api, model=words.model))

    def forget_default(self, use: Use) -> None:
        self.service.defaults.forget(self.tenant, use)

    def offers(self) -> list[OfferDocument]:
        return [offer_document(offer, is_registered=known) for offer, known in self.service.offers(self.tenant)]

    def take_offers(self) -> list[LlmApiDocument]:
        return [api_document(added) for added in self.service.take_offers(self.tenant)]
