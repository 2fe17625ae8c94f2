"""What `antiphon llm` asks of where it acts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

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


class Llm(Protocol):
    """The LLM APIs of one organization, their models and the default models; APIs are named by name or id."""

    def all(self) -> Iterable[LlmApiDocument]:
        """Return the APIs, by name."""

    def get(self, api: str) -> LlmApiDocument:
        """
        Return an API.

        Raises:
            NotFound: there is none of this name or id.
        """

    def add(self, words: NewLlmApi) -> LlmApiDocument:
        """
        Register an account.

        Raises:
            InvalidInput: a name, provider, address or key that can't be one.
            Conflict: the name is taken.
        """

    def change(self, api: str, words: LlmApiChange) -> LlmApiDocument:
        """
        Change what is said.

        Raises:
            NotFound, InvalidInput, Conflict: as `get` and `add`.
        """

    def remove(self, api: str) -> None:
        """
        Forget an API and its models.

        Raises:
            NotFound: there is none of this name or id.
            Conflict: one of its models is a default.
        """

    def models(self, api: str) -> Iterable[LlmModelDocument]:
        """
        Return the registered models of an API, by name.

        Raises:
            NotFound: there is none of this name or id.
        """

    def put_model(self, api: str, model: str, words: ModelWords) -> LlmModelDocument:
        """
        Register a model by hand, in place of what was known of it.

        Raises:
            NotFound: there is no such API.
            InvalidInput: no model can be called so.
        """

    def remove_model(self, api: str, model: str) -> None:
        """
        Forget a model.

        Raises:
            NotFound: there is no such API or model.
            Conflict: it is a default.
        """

    def defaults(self) -> Iterable[LlmDefaultDocument]:
        """Return the default models, by use."""

    def choose(self, use: Use, words: DefaultWords) -> LlmDefaultDocument:
        """
        Make a registered model the default of a use.

        Raises:
            NotFound: there is no such API or model.
            InvalidInput: the model can't be used so.
        """

    def forget_default(self, use: Use) -> None:
        """
        Leave a use without a default.

        Raises:
            NotFound: it has none.
        """

    def offers(self) -> Iterable[OfferDocument]:
        """Return the accounts that variables or secrets of the usual names speak of."""

    def take_offers(self) -> Iterable[LlmApiDocument]:
        """Register those that are not there yet; return what was added."""
