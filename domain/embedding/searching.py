"""Asking a library: the question becomes a vector of the model in use, and the index finds what is near."""

from __future__ import annotations

from array import array

from attrs import evolve, frozen

from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.ingesting import NO_MODEL
from domain.embedding.ports import Library
from domain.embedding.rank_fusion import fused
from domain.embedding.search import MOST_HITS, Hit, LexicalIndex, SearchIndex
from domain.embedding.shared_embedders import SharedEmbedders
from domain.embedding.vector import Vector
from domain.jobs.errors import (
    Conflict,
    Deferred,
    FailureKind,
    InvalidInput,
    NotFound,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext

LONGEST_QUESTION = 8_000
"""Characters: what somebody pastes, and not a document."""
DEADLINE_S = 30.0
"""For the question's vector: somebody waits for it."""
DEEP = 4
"""So many times the hits asked for are taken from each ranking that is put together with another."""
_OUR_WORDS = (FailureKind.CONTEXT_TOO_LONG, FailureKind.TOO_LARGE, FailureKind.BAD_INPUT)


@frozen(kw_only=True)
class Found:
    """What a search brought, by which model, and what the question's vector cost."""

    hits: list[Hit]
    model: EmbeddingModel
    usage: Usage = NOTHING


@frozen(kw_only=True)
class Searching:
    """
    Searches libraries; with *lexical*, the ranking by shared words is put together with the one by vectors.

    Approved documents and those that wait for a person are found; only the former where somebody asks for evidence that
    may be quoted to a customer.
    """

    library: Library
    embedders: SharedEmbedders
    index: SearchIndex
    lexical: LexicalIndex | None = None

    def search(
        self, tenant: TenantContext, question: str, *, k: int, only_approved: bool = False, model: str | None = None
    ) -> Found:
        """
        Return the *k* hits that are nearest to the question, by the model in use or the one of this name.

        Raises:
            InvalidInput: the question is empty or too long, or *k* is out of bounds.
            Conflict: no model is in use, or the model refuses.
            NotFound: there is no model of this name.
            ServiceUnavailable: the model or the store can't be reached now.
        """
        words = _checked(question, k)
        chosen = self.model(tenant, model)
        vector = self._vector(tenant, words, chosen)
        return self._ranked(tenant, words, vector, model=chosen, k=k, only_approved=only_approved)

    def nearest(self, tenant: TenantContext, question: str, *, k: int, only_approved: bool, deadline_s: float) -> Found:
        """
        Return the hits nearest to a question, by the model in use, to an item's work: that has its way with failures.

        Raises:
            TransientFailure, PermanentFailure, Deferred: as the model's calls do, with what they cost.
            InvalidInput, Conflict, ServiceUnavailable: as `search`, for what is not the model's.
        """
        words = _checked(question, k)
        chosen = self.model(tenant)
        vector, usage = self.embedders.open(tenant, chosen).embed_query(words, deadline_s=deadline_s)
        found = self._ranked(tenant, words, vector, model=chosen, k=k, only_approved=only_approved)
        return evolve(found, usage=usage)

    def finds_anything(self, tenant: TenantContext, *, only_approved: bool) -> bool:
        """
        Return whether there is a hit for some question; no model is asked. It takes as long as a process' first search.

        Raises:
            Conflict: no model is in use.
            ServiceUnavailable: the store can't be reached now.
        """
        model = self.model(tenant)
        anywhere = array("f", [1.0, *[0.0] * (model.dimensions - 1)])
        return bool(self.index.search(tenant, anywhere, model=model, k=1, only_approved=only_approved))

    def _ranked(
        self, tenant: TenantContext, words: str, vector: Vector, *, model: EmbeddingModel, k: int, only_approved: bool
    ) -> Found:
        if self.lexical is None:
            hits = self.index.search(tenant, vector, model=model, k=k, only_approved=only_approved)
            return Found(hits=hits, model=model)
        deep = k * DEEP
        near = self.index.search(tenant, vector, model=model, k=deep, only_approved=only_approved)
        shared = self.lexical.search(tenant, words, model=model, k=deep, only_approved=only_approved)
        return Found(hits=fused([near, shared], k=k), model=model)

    def model(self, tenant: TenantContext, name: str | None = None) -> EmbeddingModel:
        """Return the model of this name, or the one in use; raises as `search`."""
        with self.library.view(tenant) as work:
            found = work.models.in_use() if name is None else work.models.named(name)
        if found is None and name is not None:
            raise NotFound(
                f"there is no embedding model {name!r} in this organization; `antiphon library models list` shows "
                "those there are"
            )
        if found is None:
            raise Conflict(NO_MODEL)
        return found

    def _vector(self, tenant: TenantContext, words: str, model: EmbeddingModel) -> Vector:
        try:
            return self.embedders.open(tenant, model).embed_query(words, deadline_s=DEADLINE_S)[0]
        except (TransientFailure, Deferred) as failure:
            raise ServiceUnavailable(f"embedding model {model.name!r} can't be asked now: {failure}") from failure
        except PermanentFailure as failure:
            kind = InvalidInput if failure.kind in _OUR_WORDS else Conflict
            raise kind(f"embedding model {model.name!r} takes no question: {failure}") from failure


def _checked(question: str, k: int) -> str:
    words = question.strip()
    if not words:
        raise InvalidInput("question: it is empty; expected what to look for, in words")
    if len(words) > LONGEST_QUESTION:
        raise InvalidInput(f"question: {len(words)} characters; expected at most {LONGEST_QUESTION}")
    if not 0 < k <= MOST_HITS:
        raise InvalidInput(f"k: {k}; expected 1 to {MOST_HITS} hits")
    return words
