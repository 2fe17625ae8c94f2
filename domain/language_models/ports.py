"""What everything that needs a language model asks of one: targets under test, judges, simulated users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import frozen

from domain.jobs.item import Document
from domain.language_models.conversation import Completion, Embeddings, Message
from domain.language_models.model import ModelSpec
from domain.language_models.streamed import Streamed
from domain.language_models.use import Capability


class LanguageModel(Protocol):
    """A model that can be called; from several threads at once."""

    def complete(
        self, messages: Sequence[Message], *, deadline_s: float, json_schema: Document | None = None
    ) -> Completion:
        """
        Ask once and return what the model says; never retries, that is the kernel's.

        With *json_schema* the provider is told to answer with JSON that fits it, by its own means; the answer's text is
        that JSON. Write the schema for the strictest of them: an object, `additionalProperties: false`, all properties
        required. Not every server obeys: check what comes back.

        Raises:
            TransientFailure: connection, dns (the resolver is away), tls, timed_out (its own timeout), rate_limited
                (with `retry_after_s` where the provider says so), server_error: may pass.
            PermanentFailure: dns (no such name), tls (a certificate), timed_out (the deadline), authentication,
                permission, quota, content_filtered, context_too_long, model_not_found, refused (any other 4xx),
                bad_answer, too_large, bad_input: will not.
        """

    def embed(self, texts: Sequence[str], *, deadline_s: float) -> Embeddings:
        """
        Return a vector for each of *texts*, from one request.

        Raises:
            TransientFailure, PermanentFailure: as `complete`; bad_input also where the provider has no embeddings.
        """

    def close(self) -> None:
        """Free what the model holds (connections)."""


class LanguageModels(Protocol):
    """Opens models."""

    def with_environment(self, environment: Mapping[str, str]) -> LanguageModels:
        """Return what opens models with *environment* as that what `${NAME}` stands for, and nothing beside it."""

    def open(self, spec: ModelSpec, *, connections: int) -> LanguageModel:
        """
        Return the model, ready for *connections* calls at once; nothing is sent yet.

        Raises:
            InvalidInput: the specification can't work here: an unset environment variable, no address.
        """


class StreamingModels(Protocol):
    """Asks models for answers in pieces, as people who watch one being written do."""

    def with_environment(self, environment: Mapping[str, str]) -> StreamingModels:
        """Return the same with *environment* as that what `${NAME}` stands for, and nothing beside it."""

    def stream(self, spec: ModelSpec, messages: Sequence[Message], *, deadline_s: float) -> Streamed:
        """
        Ask the model once, over a connection of its own, and return how the answer came; never retries.

        Raises:
            TransientFailure, PermanentFailure: as `LanguageModel.complete`, also where the failure comes in the middle
                of the answer; connection where it breaks off; bad_answer where it does not come in pieces at all.
            InvalidInput: as `LanguageModels.open`.
        """


@frozen(kw_only=True)
class ListedModel:
    """
    A model as its provider lists it: under the name it is called by.

    *capabilities* are empty, and *context_length* (tokens of a prompt) None, where the list does not say.
    """

    name: str
    capabilities: frozenset[Capability] = frozenset()
    context_length: int | None = None


class ModelCatalogue(Protocol):
    """The list of models of one account."""

    def list(self, *, deadline_s: float) -> tuple[ListedModel, ...]:
        """
        Return all models that the account is told of, each once, in the provider's order; never retries.

        Raises:
            TransientFailure, PermanentFailure: as `LanguageModel.complete`; refused also where there is no list at
                this address, bad_input where the provider has none at all; bad_answer, too_large: it is no list.
        """

    def close(self) -> None:
        """Free what is held (connections)."""


class ModelCatalogues(Protocol):
    """Opens lists of models."""

    def with_environment(self, environment: Mapping[str, str]) -> ModelCatalogues:
        """Return what opens lists with *environment* as that what `${NAME}` stands for, and nothing beside it."""

    def catalogue(self, spec: ModelSpec) -> ModelCatalogue:
        """
        Return the list of the account that *spec* calls, whichever model it names; nothing is sent yet.

        Raises:
            InvalidInput: the specification can't work here: an unset environment variable, no address.
        """
