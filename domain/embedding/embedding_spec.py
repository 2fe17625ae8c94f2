"""What a job of embedding is asked to do: which documents, and with which model beside the one in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from attrs import frozen

from domain.embedding.embedding_model import EmbeddingModelId
from domain.embedding.library_document import DocumentId, LibraryDocument, ReviewStatus
from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document
from domain.jobs.job import JobOptions

KIND = "document_embedding"
MOST_NAMED = 10_000
"""More documents than these are not named one by one: the job's row would hold them all."""

OPTIONS = JobOptions(concurrency=32, deadline_s=300.0, max_attempts=6)
"""Attempts end by themselves before their time is up, and go on in others; a model that is away for a minute is waited
for."""


@frozen(kw_only=True)
class EmbeddingSpec:
    """
    Documents to embed: those named; else those of *status*; else all; of these only those *waiting* (whose newest
    content can't be found yet), if that is said.

    *model_id*: a model whose vectors are made beside those of the model in use.
    """

    documents: tuple[DocumentId, ...] = ()
    status: ReviewStatus | None = None
    model_id: EmbeddingModelId | None = None
    waiting: bool = False

    def __attrs_post_init__(self) -> None:
        if len(self.documents) > MOST_NAMED:
            raise InvalidInput(
                f"documents: {len(self.documents)} named; expected at most {MOST_NAMED}; embed all, or those of "
                "a status"
            )
        if self.documents and self.status is not None:
            raise InvalidInput("documents: they are named, and so is a status; name one of the two")

    @property
    def is_everything(self) -> bool:
        """Whether it is about all documents."""
        return not self.documents and self.status is None and not self.waiting

    def covers(self, document: LibraryDocument) -> bool:
        """Whether a plan made now has the document in it."""
        if self.documents:
            return document.id in self.documents
        if self.waiting and document.visible_hash == document.content_hash:
            return False
        return self.status in (None, document.review_status)

    def to_document(self) -> Document:
        """Return it as a job's row holds it."""
        return {
            "documents": list(self.documents),
            "status": self.status.value if self.status else None,
            "model_id": self.model_id,
            "waiting": self.waiting,
        }

    @classmethod
    def from_document(cls, data: Document) -> EmbeddingSpec:
        """Read back what `to_document` wrote."""
        status, model_id = data.get("status"), data.get("model_id")
        return cls(
            documents=tuple(DocumentId(str(each)) for each in cast(Sequence[object], data.get("documents") or ())),
            status=ReviewStatus(str(status)) if status else None,
            model_id=EmbeddingModelId(str(model_id)) if model_id else None,
            waiting=bool(data.get("waiting")),
        )
