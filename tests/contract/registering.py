"""What the suites about the LLM registry build on: APIs, models, and registries of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs
import pytest

from adapters.database.llm_registry import SqlRegistry
from adapters.memory.llm_registry import MemoryRegistry
from adapters.memory.store import MemoryStore
from domain.language_models.model import Provider
from domain.language_models.use import Capability, Use
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.llm_model import LlmModel, ModelPlace
from domain.llm_validation.ports import Registry, RegistryWork
from domain.tenancy import TenantContext
from tests.contract.building import NOW, US
from tests.contract.checking import DOWN, LISTED, a_check


def registry_of(request: pytest.FixtureRequest) -> Registry:
    """Return the registry that the parameter names, empty."""
    if request.param == "memory":
        return MemoryRegistry(MemoryStore())
    return SqlRegistry(request.getfixturevalue(f"{request.param}_engine"))


def an_api(no: int = 1, *, name: str = "", tenant: TenantContext = US, is_active: bool = True) -> LlmApi:
    """Return an account at a server of one's own."""
    return LlmApi(
        id=LlmApiId(f"00000000-0000-4000-8000-0000000000{no:02d}"),
        organization_id=tenant.organization_id,
        name=name or f"api-{no}",
        provider=Provider.OPENAI_COMPATIBLE,
        base_url="https://llm.example.org/v1",
        api_key="${LLM_KEY}",
        is_active=is_active,
        created_at=NOW,
        updated_at=NOW,
    )


def a_model(api: LlmApi, name: str = "small", *, created_at: datetime = NOW) -> LlmModel:
    """Return a model of it that chats."""
    return LlmModel(
        api_id=api.id,
        name=name,
        capabilities=frozenset({Capability.CHAT}),
        created_at=created_at,
        updated_at=created_at,
    )


def place_of(model: LlmModel) -> ModelPlace:
    """Return where the model is."""
    return ModelPlace(api_id=model.api_id, model=model.name)


def registered(registry: Registry, *apis: LlmApi, models: tuple[LlmModel, ...] = ()) -> None:
    """Store APIs of one organization, and models of them."""
    tenant = TenantContext(organization_id=apis[0].organization_id, user_id=US.user_id)
    with registry.begin(tenant) as work:
        for api in apis:
            work.apis.add(api)
        for model in models:
            work.models.put(model)
        work.commit()


def fill_registry(registry: Registry, tenant: TenantContext, mark: str, no: int) -> LlmApiId:
    """Store something in every table, for isolation's suites: an API called *mark*, and a default for one use."""
    api = an_api(no, name=mark, tenant=tenant)
    model = a_model(api, mark)
    registered(registry, api, models=(model,))
    with registry.begin(tenant) as work:
        work.defaults.put(list(Use)[no % len(Use)], place_of(model))  # no two organizations the same
        work.checks.add(attrs.evolve(a_check(api.id, no), message=mark))
        work.checks.put_standing(place_of(model), attrs.evolve(DOWN, failures=no))
        work.listings.put(api.id, attrs.evolve(LISTED, failure=mark))
        work.commit()
    return api.id


RegistryQuestion = Callable[[TenantContext, LlmApiId, str], object]


def registry_questions(registry: Registry) -> Mapping[str, RegistryQuestion]:
    """Return everything that can be asked of the rows, or told to change, by an API's id and a word."""

    def asked(question: Callable[[RegistryWork, ModelPlace], object]) -> RegistryQuestion:
        def ask(tenant: TenantContext, api_id: LlmApiId, word: str) -> object:
            with registry.begin(tenant) as work:
                answer = question(work, ModelPlace(api_id=api_id, model=word))
                work.commit()
            return answer

        return ask

    moves: dict[str, Callable[[RegistryWork, ModelPlace], object]] = {
        "LLM API": lambda w, p: (w.apis.get(p.api_id), w.models.of(p.api_id)),
        "LLM APIs": lambda w, p: (w.apis.all(), w.models.all(), w.defaults.all(), w.apis.named(p.model)),
        "remove an LLM API": lambda w, p: w.apis.remove(p.api_id),
        "add a model": lambda w, p: w.models.put(a_model(w.apis.get(p.api_id), "tried")),
        "a model of an API": lambda w, p: (w.models.find(p), w.models.remove(p)),
        "make a model the default": lambda w, p: w.defaults.put(Use.CHAT, p),
        "have no default": lambda w, _: w.defaults.remove(Use.JUDGE) in (True, False),  # theirs alone, however often
        "checks of an API": lambda w, p: (w.checks.page(p.api_id, limit=9), w.checks.tokens_since(NOW)),
        "how an API stands": lambda w, p: (w.checks.standing(p), w.checks.standings(), w.listings.get(p.api_id)),
        "note a check": lambda w, p: w.checks.add(a_check(p.api_id, 77)),
        "move a state": lambda w, p: w.checks.put_standing(p, DOWN),
        "note a list": lambda w, p: w.listings.put(p.api_id, LISTED),
        "forget checks": lambda w, _: w.checks.forget(before=NOW),
    }
    return {name: asked(question) for name, question in moves.items()}
