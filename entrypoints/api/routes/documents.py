"""/v1/documents: the library's documents, handed in, reviewed and read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from domain.embedding.adding import Change, Upload
from domain.embedding.library_document import DocumentId, DocumentPlace, ReviewStatus, SourceId
from domain.embedding.reviewing import DocumentFilter
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.library import (
    AddedDocument,
    ChunkDocument,
    DocumentText,
    ReviewWords,
    StoredDocument,
    added_document,
    chunk_document,
    stored_document,
)
from entrypoints.api.paging import After, Limit, Page, numbered, page_of, position
from entrypoints.api.problems import documented
from entrypoints.api.request_keys import KEEPS_NO_KEY
from entrypoints.api.uploading import FORM, UploadedFile

router = APIRouter(prefix="/v1/documents", tags=["library"])


def _document_id(document_id: Annotated[UUID, Path(description="The document's id.")]) -> DocumentId:
    return DocumentId(str(document_id))


TheDocument = Annotated[DocumentId, Depends(_document_id)]
Decision = Annotated[ReviewWords | None, Body(description="What was looked at; may be left out.")]


@router.post(
    "",
    operation_id="add_document",
    status_code=201,
    dependencies=[KEEPS_NO_KEY],
    responses={
        200: {"model": AddedDocument, "description": "There is a document of this name: a new version, or the same."},
        **documented(409, 415),
    },
    openapi_extra={"requestBody": {"required": True, "content": FORM}},
)
def add_document(caller: Writer, antiphon: Services, file: UploadedFile, response: Response) -> AddedDocument:
    """
    Hand in a file: Markdown, text, HTML, PDF, Word, CSV or Excel, of 25 MB at most.

    Its name is what it is known by: other content under the same name is its new version, the same content changes
    nothing. It is read and embedded afterwards; `review_status` says how far that got, and `failure` why not.
    """
    upload = Upload(name=file.name, content=file.content, media_type=file.media_type)
    added = antiphon.library.adding.add(caller, upload)
    response.status_code = 201 if added.change is Change.CREATED else 200
    response.headers["Location"] = f"/v1/documents/{added.document.id}"
    return added_document(added)


@router.get("", operation_id="list_documents")
def list_documents(
    caller: Reader,
    antiphon: Services,
    limit: Limit = 20,
    after: After = None,
    status: Annotated[ReviewStatus | None, Query(description="Only those of this status.")] = None,
    source_id: Annotated[UUID | None, Query(description="Only those of this documentation source.")] = None,
    id: Annotated[
        str, Query(pattern="^[0-9a-f-]{0,36}$", description="Only those whose id begins so; at most ten are found.")
    ] = "",
) -> Page[StoredDocument]:
    """List documents, the newest first; removed ones are left out."""
    wanted = DocumentFilter(status=status, source_id=SourceId(str(source_id)) if source_id else None, id_prefix=id)
    found = antiphon.library.reviewing.page(caller, wanted=wanted, before=position(after, _place), limit=limit + 1)
    documents = [stored_document(document) for document in found]
    return page_of(documents, limit=limit, place=lambda one: cursor(one.created_at.isoformat(), one.id))


@router.get("/{document_id}", operation_id="get_document", responses=documented(404))
def get_document(caller: Reader, antiphon: Services, document_id: TheDocument) -> StoredDocument:
    """Look at a document."""
    return stored_document(antiphon.library.reviewing.get(caller, document_id))


@router.get("/{document_id}/text", operation_id="get_document_text", responses=documented(404))
def get_document_text(caller: Reader, antiphon: Services, document_id: TheDocument) -> DocumentText:
    """Read what search finds of a document."""
    document, text = antiphon.library.reviewing.text(caller, document_id)
    return DocumentText(generation=document.generation, text=text)


@router.get("/{document_id}/chunks", operation_id="list_document_chunks", responses=documented(404))
def list_document_chunks(
    caller: Reader, antiphon: Services, document_id: TheDocument, limit: Limit = 20, after: After = None
) -> Page[ChunkDocument]:
    """List the chunks that search finds of a document, in their order."""
    behind = position(after, numbered)
    found = antiphon.library.reviewing.chunks(caller, document_id, after=behind, limit=limit + 1)
    documents = [chunk_document(stored) for stored in found]
    return page_of(documents, limit=limit, place=lambda one: cursor(one.ordinal))


@router.post("/{document_id}/approve", operation_id="approve_document", responses=documented(404, 409))
def approve_document(
    caller: Writer, antiphon: Services, document_id: TheDocument, words: Decision = None
) -> StoredDocument:
    """Let what search finds of a document be evidence. Who decided, and when, is kept."""
    generation = words.generation if words else None
    return stored_document(antiphon.library.reviewing.approve(caller, document_id, generation=generation))


@router.post("/{document_id}/reject", operation_id="reject_document", responses=documented(404, 409))
def reject_document(
    caller: Writer, antiphon: Services, document_id: TheDocument, words: Decision = None
) -> StoredDocument:
    """Say that what search finds of a document is no evidence."""
    generation = words.generation if words else None
    return stored_document(antiphon.library.reviewing.reject(caller, document_id, generation=generation))


@router.delete("/{document_id}", operation_id="remove_document", status_code=204, responses=documented(404))
def remove_document(caller: Writer, antiphon: Services, document_id: TheDocument) -> None:
    """Let nobody find a document any more; handing in its file again brings it back."""
    antiphon.library.reviewing.remove(caller, document_id)


def _place(created_at: str, document_id: str) -> DocumentPlace:
    moment = datetime.fromisoformat(created_at)
    if moment.tzinfo is None:
        raise ValueError(created_at)
    return DocumentPlace(created_at=moment, id=DocumentId(str(UUID(document_id))))
