"""What turns texts into vectors, as a port: one call, no repetition, no waiting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from attrs import field, frozen

from domain.embedding.asked_model import AskedModel, FoundModel
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.vector import Vector, unit_vector
from domain.jobs.errors import ItemFailure, PermanentFailure
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class Embedded:
    """
    What one call brought: for each text its vector, or the failure that is this text's own; and what it cost.

    What the whole call failed with is raised instead.
    """

    vectors: tuple[Vector | ItemFailure, ...] = field(repr=False)
    usage: Usage = NOTHING


class Embedder(Protocol):
    """An embedding model that was opened; called from several threads at once."""

    def embed_documents(self, texts: Sequence[str], *, deadline_s: float) -> Embedded:
        """
        Return the vectors of *texts*, as parts of documents, in their order; one call, which is never repeated here.

        The model's prefix for documents goes before each.

        Raises:
            TransientFailure: connection, timed_out, rate_limited (with `retry_after_s` where known): may pass.
            PermanentFailure: context_too_long or too_large: fewer or shorter texts may do. Others: as
                `LanguageModel.embed`.
            Deferred: the call may not be made yet.
        """

    def embed_query(self, text: str, *, deadline_s: float) -> Embedded:
        """
        Return the one vector of *text*, as a question to be answered from documents.

        Raises:
            As `embed_documents`; also what is the text's own failure.
        """


class Embedders(Protocol):
    """Opens embedding models of an organization."""

    def look_at(self, tenant: TenantContext, asked: AskedModel) -> FoundModel:
        """
        Return what the words of *asked* lead to; a model behind an API, or on this machine, embeds a word for it.

        Raises:
            InvalidInput: there is no such model, or it can't be used so; the message says what it said.
            ServiceUnavailable: it does not answer just now.
        """

    def open(self, tenant: TenantContext, model: EmbeddingModel) -> Embedder:
        """
        Return the model, ready to be called; nothing is sent yet.

        Raises:
            InvalidInput: it can't work here: an unset variable, files that are missing or have changed, a reference
                that leads to another model than the one its vectors are of.
        """


def checked_vectors(found: Iterable[Iterable[float]], *, dimensions: int | None) -> tuple[Vector | ItemFailure, ...]:
    """Return what a model gave as vectors of unit length; each that is none as its text's own failure."""
    return tuple(_checked(numbers, dimensions) for numbers in found)


def only_vector(embedded: Embedded) -> Vector:
    """
    Return the vector of a call for one text.

    Raises:
        PermanentFailure: it is none.
    """
    (found,) = embedded.vectors
    if isinstance(found, ItemFailure):
        raise found
    return found


def _checked(numbers: Iterable[float], dimensions: int | None) -> Vector | ItemFailure:
    try:
        return unit_vector(numbers, dimensions=dimensions)
    except PermanentFailure as failure:
        return failure
