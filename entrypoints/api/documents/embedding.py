"""Embedding models, jobs of embedding and the library's settings as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from domain.embedding.asked_model import FORMS, AskedModel
from domain.embedding.embedding_model import (
    LONGEST_PREFIX,
    MOST_DIMENSIONS,
    EmbeddingModelId,
    EmbeddingProvider,
)
from domain.embedding.embedding_spec import MOST_NAMED, EmbeddingSpec
from domain.embedding.library_document import DocumentId, ReviewStatus
from domain.embedding.model_service import ModelView
from entrypoints.api.documents.words import Words

Prefix = Annotated[str, Field(max_length=LONGEST_PREFIX)]


class NewEmbeddingModel(Words):
    """A model to embed with. It is tried before it is stored."""

    model: str = Field(min_length=1, max_length=300, description=FORMS, examples=["openai:text-embedding-3-small"])
    name: str = Field(default="", max_length=200, description="What to call it; default: as the model.")
    base_url: str = Field(default="", max_length=2000, description="Where PROVIDER:MODEL is.")
    api_key: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^(\$\{[A-Za-z_][A-Za-z0-9_]{0,127}\})?$",
        description="The secret with the key, as `${NAME}`, never the key; default: the provider's usual name.",
    )
    dimensions: int | None = Field(
        default=None, ge=1, le=MOST_DIMENSIONS, description="Ask the API for vectors of this length."
    )
    query_prefix: Prefix = Field(default="", description="Goes before each question, where the model wants one.")
    document_prefix: Prefix = Field(default="", description="Goes before each part of a document.")
    most_input_tokens: int | None = Field(
        default=None, ge=64, le=1_000_000, description="How long a text may be; default: 512, or as its files say."
    )

    def asked(self) -> AskedModel:
        """Return the words as the domain has them."""
        return AskedModel(words=self.model, **self.model_dump(exclude={"model"}))


class EmbeddingModelDocument(BaseModel):
    """An embedding model of the organization."""

    id: str
    name: str = Field(description="What it is called here.")
    model: str = Field(description="Which model it is.")
    provider: EmbeddingProvider
    is_lexical: bool = Field(description="Whether it compares letters, and knows nothing of meanings.")
    dimensions: int = Field(description="How many numbers its vectors have.")
    query_prefix: str
    document_prefix: str
    most_input_tokens: int
    fingerprint: str = Field(description="Vectors of one fingerprint can be compared, and no others.")
    is_in_use: bool = Field(description="Whether documents are embedded and searched with it.")
    texts: int = Field(description="How many different texts can be found in the library.")
    missing: int = Field(description="How many of these have no vector of this model.")
    created_at: datetime


class LibrarySettingsDocument(BaseModel):
    """What an organization has set for its library."""

    model: str | None = Field(description="Name of the embedding model in use; null: none, and nothing is embedded.")
    auto_embed: bool = Field(description="Whether a new document is embedded by itself.")


class LibrarySettingsChange(Words):
    """What is to be set; what is left out stays."""

    model: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Name or id of the model to use. Refused while texts that can be found have no vector of it.",
    )
    auto_embed: bool | None = Field(default=None, description="Whether a new document is embedded by itself.")


class StartEmbedding(Words):
    """Which documents to embed: those named, those of a status, those that wait; else all."""

    documents: list[UUID] = Field(default=[], max_length=MOST_NAMED, description="Ids of documents.")
    status: ReviewStatus | None = Field(default=None, description="Those of this status.")
    waiting: bool = Field(default=False, description="Only those whose newest content can't be found yet.")
    model: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Name or id of a model to embed with beside the one in use, to compare it or to change to it.",
    )

    def spec(self, *, model_id: EmbeddingModelId | None) -> EmbeddingSpec:
        """Return what the job is to do."""
        named = tuple(DocumentId(str(each)) for each in self.documents)
        return EmbeddingSpec(documents=named, status=self.status, waiting=self.waiting, model_id=model_id)


def embedding_model_document(view: ModelView) -> EmbeddingModelDocument:
    """Return the document of a model."""
    model = view.model
    return EmbeddingModelDocument(
        id=model.id,
        name=model.name,
        model=model.model,
        provider=model.provider,
        is_lexical=model.is_lexical,
        dimensions=model.dimensions,
        query_prefix=model.query_prefix,
        document_prefix=model.document_prefix,
        most_input_tokens=model.most_input_tokens,
        fingerprint=model.fingerprint,
        is_in_use=view.is_in_use,
        texts=view.coverage.texts,
        missing=view.coverage.missing,
        created_at=model.created_at,
    )
