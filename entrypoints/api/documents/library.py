"""Documents of the library as the API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from domain.embedding.adding import Added, Change
from domain.embedding.chunk import StoredChunk
from domain.embedding.library_document import LibraryDocument, ReviewStatus
from entrypoints.api.documents.words import Words


class ReviewWords(Words):
    """What is decided on."""

    generation: int | None = Field(
        default=None,
        ge=1,
        le=2**31 - 1,
        description="The generation that was looked at; refused where another one is visible by now.",
    )


class StoredDocument(BaseModel):
    """A document of the library."""

    id: str = Field(description="Its id.", examples=["0b9f2c56-1f0e-4d0e-9a53-6a0c2f1d7e11"])
    location: str = Field(description="The file's name, or its path or URL in its source.", examples=["handbook.md"])
    title: str = Field(description="As the document itself says it; until it is read, its location.")
    media_type: str = Field(description="What its sender said it is; empty where nobody did.")
    source_id: str | None = Field(description="The documentation source it comes from; null for an upload.")
    version: str = Field(description="The source's token for its content; empty for an upload.")
    content_hash: str = Field(description="SHA-256 of its newest content.")
    size_bytes: int = Field(description="Of its newest content.")
    review_status: ReviewStatus = Field(
        description="How far its newest content got: processing, pending (for a person to decide), approved, rejected, "
        "failed."
    )
    is_approved: bool = Field(
        description="Whether what search finds of it is approved. While newer content is processed, or when that "
        "failed, this is still what was approved before."
    )
    generation: int = Field(description="Which generation search finds; 0: nothing can be found yet.")
    failure: str | None = Field(description="Why its newest content can't be found.")
    reviewed_by: str | None = Field(description="Who decided; null where nobody has, or its source is trusted.")
    reviewed_at: datetime | None = Field(description="When that was decided.")
    created_at: datetime = Field(description="When it was first handed in.")
    updated_at: datetime = Field(description="When it last changed.")


class AddedDocument(StoredDocument):
    """A document that was handed in, and what that changed."""

    change: Change = Field(description="created, updated (a new version of it), or unchanged (it was there already).")


class DocumentText(BaseModel):
    """What a document says."""

    generation: int = Field(description="Which generation this is the text of.")
    text: str = Field(description="The text that offsets of chunks count characters of.")


class ChunkDocument(BaseModel):
    """A piece of a document: what is embedded, found and quoted."""

    ordinal: int = Field(description="Counted from 0.")
    start: int = Field(description="Where it begins, in characters of the document's text.")
    end: int = Field(description="Behind its last character.")
    heading_path: list[str] = Field(description="The headings it stands under, from the highest down.")
    text: str = Field(description="What it says.")
    text_hash: str = Field(description="SHA-256 of what was embedded: title and headings, then the text.")


def stored_document(document: LibraryDocument) -> StoredDocument:
    """Return the document of a document."""
    review = document.review
    return StoredDocument(
        id=document.id,
        location=document.location,
        title=document.title,
        media_type=document.media_type,
        source_id=document.source_id,
        version=document.version,
        content_hash=document.content_hash,
        size_bytes=document.size_bytes,
        review_status=document.review_status,
        is_approved=document.is_approved,
        generation=document.generation,
        failure=document.failure,
        reviewed_by=review.by if review else None,
        reviewed_at=review.at if review else None,
        created_at=document.created_at,
        updated_at=document.updated_at,
    )


def added_document(added: Added) -> AddedDocument:
    """Return the document of what was handed in."""
    return AddedDocument(**stored_document(added.document).model_dump(), change=added.change)


def chunk_document(stored: StoredChunk) -> ChunkDocument:
    """Return the document of a chunk."""
    chunk = stored.chunk
    return ChunkDocument(
        ordinal=chunk.ordinal,
        start=chunk.start,
        end=chunk.end,
        heading_path=list(chunk.heading_path),
        text=chunk.text,
        text_hash=stored.text_hash,
    )
