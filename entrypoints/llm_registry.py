"""The LLM registry, put together: what administrators do with it, and what is offered to them."""

from __future__ import annotations

from attrs import frozen

from adapters.database.llm_registry import SqlRegistry
from domain.llm_validation.defaults import DefaultModels
from domain.llm_validation.llm_api import checked_base_url
from domain.llm_validation.llm_model import checked_model_name
from domain.llm_validation.offers import Offer, offers_in
from domain.llm_validation.ports import Registry
from domain.llm_validation.registering import LlmApiService
from domain.llm_validation.resolving import RegisteredModels
from domain.llm_validation.views import ApiView
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext
from entrypoints.foundation import Foundation


@frozen(kw_only=True)
class LlmRegistry:
    """What a process needs of the registry."""

    registry: Registry
    apis: LlmApiService
    defaults: DefaultModels
    references: RegisteredModels
    environments: Environments

    def offers(self, tenant: TenantContext) -> list[tuple[Offer, bool]]:
        """
        Return the accounts that the organization's secrets speak of, and whether an API of each name is there.

        On one's own machine the shell's variables count as well.
        """
        names = {found.api.name for found in self.apis.all(tenant)}
        return [(offer, offer.name in names) for offer in offers_in(self.environments.of(tenant))]

    def take_offers(self, tenant: TenantContext) -> list[ApiView]:
        """
        Register what is offered and not there yet; return what was added.

        Raises:
            InvalidInput: a variable holds what can't be used, such as an address that is none; nothing was added.
        """
        offers = [offer for offer, is_registered in self.offers(tenant) if not is_registered]
        for offer in offers:
            checked_base_url(offer.base_url, provider=offer.provider)
            for model in offer.models:
                checked_model_name(model)
        return [
            self.apis.add(
                tenant,
                offer.name,
                provider=offer.provider.value,
                base_url=offer.base_url,
                api_key=offer.api_key,
                models=offer.models,
            )
            for offer in offers
        ]


def make_llm_registry(base: Foundation) -> LlmRegistry:
    """Plug it together."""
    registry = SqlRegistry(base.engine)
    return LlmRegistry(
        registry=registry,
        apis=LlmApiService(registry=registry, clock=base.clock, ids=base.ids, audit=base.audit),
        defaults=DefaultModels(registry=registry, audit=base.audit),
        references=RegisteredModels(registry=registry),
        environments=base.environments,
    )
