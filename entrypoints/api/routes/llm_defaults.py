"""/v1/llm-defaults: which model `llm:default` means, for each use."""

from __future__ import annotations

from fastapi import APIRouter

from domain.language_models.use import Use
from entrypoints.api.callers import Administrator, Reader, Services
from entrypoints.api.documents.llm import DefaultWords, LlmDefaultDocument, default_document
from entrypoints.api.paging import Page
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1/llm-defaults", tags=["LLM APIs"])


@router.get("", operation_id="list_llm_defaults")
def list_llm_defaults(caller: Reader, antiphon: Services) -> Page[LlmDefaultDocument]:
    """List the default models; a use without one is left out."""
    return Page(items=[default_document(found) for found in antiphon.llm.defaults.all(caller)], next=None)


@router.put("/{use}", operation_id="put_llm_default", responses=documented(404))
def put_llm_default(caller: Administrator, antiphon: Services, use: Use, words: DefaultWords) -> LlmDefaultDocument:
    """Make a registered model the default of a use."""
    return default_document(antiphon.llm.defaults.choose(caller, use, api=words.llm_api, model=words.model))


@router.delete("/{use}", operation_id="remove_llm_default", status_code=204, responses=documented(404))
def remove_llm_default(caller: Administrator, antiphon: Services, use: Use) -> None:
    """Leave a use without a default: `llm:default` is refused there from now on."""
    antiphon.llm.defaults.forget(caller, use)
