"""/v1/llm-apis: accounts at providers, and their models."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from domain.llm_validation.llm_model import LONGEST_NAME
from entrypoints.api.callers import Administrator, Reader, Services
from entrypoints.api.conditional import TAGGED, Tagging
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.llm import (
    LlmApiChange,
    LlmApiDocument,
    LlmModelDocument,
    ModelWords,
    NewLlmApi,
    OfferDocument,
    api_document,
    model_document,
    offer_document,
)
from entrypoints.api.paging import After, Limit, Page, page_of, position
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1/llm-apis", tags=["LLM APIs"])
offers = APIRouter(prefix="/v1/llm-offers", tags=["LLM APIs"])
ROUTERS = (router, offers)

TheApi = Annotated[str, Path(min_length=1, max_length=64, description="The API's name, or its id.")]
TheModel = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, description="The provider's name of it.")]


@router.get("", operation_id="list_llm_apis")
def list_llm_apis(caller: Reader, antiphon: Services) -> Page[LlmApiDocument]:
    """List the LLM APIs, by name; an organization has at most 200."""
    return Page(items=[api_document(found) for found in antiphon.llm.apis.all(caller)], next=None)


@router.post("", operation_id="add_llm_api", status_code=201, responses=documented(409))
def add_llm_api(caller: Administrator, antiphon: Services, wanted: NewLlmApi, response: Response) -> LlmApiDocument:
    """Register an account at a provider."""
    added = antiphon.llm.apis.add(
        caller,
        wanted.name,
        provider=wanted.provider,
        base_url=wanted.base_url,
        api_key=wanted.api_key,
        limits=wanted.limits.limits(),
        is_active=wanted.is_active,
        models=wanted.models,
    )
    response.headers["Location"] = f"/v1/llm-apis/{added.api.id}"
    return api_document(added)


@router.get(
    "/{llm_api}",
    operation_id="get_llm_api",
    response_model=LlmApiDocument,
    responses={**documented(404), **TAGGED},
)
def get_llm_api(caller: Reader, antiphon: Services, llm_api: TheApi, tags: Tagging) -> Response:
    """Look at an LLM API."""
    return tags.answer(api_document(antiphon.llm.apis.get(caller, llm_api)))


@router.patch("/{llm_api}", operation_id="change_llm_api", responses=documented(404, 409))
def change_llm_api(caller: Administrator, antiphon: Services, llm_api: TheApi, change: LlmApiChange) -> LlmApiDocument:
    """Change what is said; jobs that were submitted before go on with what it was."""
    return api_document(antiphon.llm.apis.change(caller, llm_api, change.change()))


@router.delete("/{llm_api}", operation_id="remove_llm_api", status_code=204, responses=documented(404, 409))
def remove_llm_api(caller: Administrator, antiphon: Services, llm_api: TheApi) -> None:
    """Forget an API and its models; 409 while one of them is a default."""
    antiphon.llm.apis.remove(caller, llm_api)


@router.get("/{llm_api}/models", operation_id="list_llm_models", responses=documented(404))
def list_llm_models(
    caller: Reader, antiphon: Services, llm_api: TheApi, limit: Limit = 50, after: After = None
) -> Page[LlmModelDocument]:
    """List the registered models of an API, by name."""
    found, behind = antiphon.llm.apis.get(caller, llm_api), position(after, _name)
    rows = [model for model in found.models if behind is None or model.name > behind]
    page = page_of(rows, limit=limit, place=lambda model: cursor(model.name))
    items = [model_document(found, model) for model in page.items]
    return Page(items=items, next=page.next)


@router.put("/{llm_api}/models/{model:path}", operation_id="put_llm_model", responses=documented(404, 409))
def put_llm_model(
    caller: Administrator, antiphon: Services, llm_api: TheApi, model: TheModel, words: ModelWords
) -> LlmModelDocument:
    """Register a model by hand, in place of what was known of it."""
    found = antiphon.llm.apis.put_model(
        caller,
        llm_api,
        model,
        capabilities=None if words.capabilities is None else frozenset(words.capabilities),
        context_length=words.context_length,
        price=words.price.price() if words.price else None,
    )
    return model_document(found, found.models[0])


@router.delete(
    "/{llm_api}/models/{model:path}",
    operation_id="remove_llm_model",
    status_code=204,
    responses=documented(404, 409),
)
def remove_llm_model(caller: Administrator, antiphon: Services, llm_api: TheApi, model: TheModel) -> None:
    """Forget a model; 409 while it is a default. One that the provider lists comes back with the next refresh."""
    antiphon.llm.apis.remove_model(caller, llm_api, model)


@offers.get("", operation_id="list_llm_offers")
def list_llm_offers(caller: Administrator, antiphon: Services) -> Page[OfferDocument]:
    """List the accounts that the organization's secrets of the usual names speak of (OPENAI_API_KEY ...)."""
    found = antiphon.llm.offers(caller)
    return Page(items=[offer_document(offer, is_registered=is_registered) for offer, is_registered in found], next=None)


@offers.post("", operation_id="take_llm_offers", status_code=201, responses=documented(409))
def take_llm_offers(caller: Administrator, antiphon: Services) -> Page[LlmApiDocument]:
    """Register all that is offered and not there yet; the answer holds what was added."""
    return Page(items=[api_document(added) for added in antiphon.llm.take_offers(caller)], next=None)


def _name(name: str) -> str:
    if not isinstance(name, str):
        raise TypeError(name)
    return name
