"""/v1/llm-apis, /v1/llm-defaults and /v1/llm-offers."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from domain.jobs.errors import NotFound
from domain.language_models.use import Use
from entrypoints.api.documents.llm import (
    DefaultWords,
    LlmApiChange,
    LlmApiDocument,
    LlmDefaultDocument,
    LlmModelDocument,
    ModelWords,
    NewLlmApi,
    OfferDocument,
)
from entrypoints.calls.asking import Calls, path

_APIS, _DEFAULTS, _OFFERS = path("llm-apis"), path("llm-defaults"), path("llm-offers")


@frozen(kw_only=True)
class LlmCalls(Calls):
    """`Llm` of a server; changes ask for a key with the scope `admin`."""

    def all(self) -> Iterator[LlmApiDocument]:
        return self._pages(_APIS, LlmApiDocument)

    def get(self, api: str) -> LlmApiDocument:
        return self._get(path("llm-apis", named(api)), LlmApiDocument)

    def add(self, words: NewLlmApi) -> LlmApiDocument:
        return self._post(_APIS, LlmApiDocument, words)

    def change(self, api: str, words: LlmApiChange) -> LlmApiDocument:
        return self._patch(path("llm-apis", named(api)), LlmApiDocument, words)

    def remove(self, api: str) -> None:
        self._delete(path("llm-apis", named(api)))

    def models(self, api: str) -> Iterator[LlmModelDocument]:
        return self._pages(path("llm-apis", named(api), "models"), LlmModelDocument)

    def put_model(self, api: str, model: str, words: ModelWords) -> LlmModelDocument:
        return self._put(path("llm-apis", named(api), "models", model), LlmModelDocument, words)

    def remove_model(self, api: str, model: str) -> None:
        self._delete(path("llm-apis", named(api), "models", model))

    def defaults(self) -> Iterator[LlmDefaultDocument]:
        return self._pages(_DEFAULTS, LlmDefaultDocument)

    def choose(self, use: Use, words: DefaultWords) -> LlmDefaultDocument:
        return self._put(path("llm-defaults", use.value), LlmDefaultDocument, words)

    def forget_default(self, use: Use) -> None:
        self._delete(path("llm-defaults", use.value))

    def offers(self) -> Iterator[OfferDocument]:
        return self._pages(_OFFERS, OfferDocument)

    def take_offers(self) -> Iterator[LlmApiDocument]:
        page = self.sender.send("POST", _OFFERS, repeatable=False).json()
        return map(LlmApiDocument.model_validate, page["items"])


def named(api: str) -> str:
    """Return the name or id as a part of a path."""
    # a slash ends a part of a path at the server, however it is written, and what follows would name a model
    if "/" in api:
        raise NotFound(f"there is no LLM API {api!r}: no name has a slash; `antiphon llm list` shows those there are")
    return api
