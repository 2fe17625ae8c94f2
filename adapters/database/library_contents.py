"""What documents are made of, as rows: uploaded bytes, the text of each generation, and its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Integer, Table, and_, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.database.library_rows import chunk_from, chunk_values
from adapters.database.library_tables import library_chunk, library_content, library_text
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name
from domain.embedding.chunk import StoredChunk
from domain.embedding.library_document import DocumentId
from domain.jobs.errors import NotFound


def _of_document(table: Table) -> ColumnElement[bool]:
    return and_(of_organization(table), table.c.document_id == bindparam("of_document", type_=Name))


def _of_generation(table: Table) -> ColumnElement[bool]:
    return and_(_of_document(table), table.c.generation == bindparam("of_generation", type_=Integer))


_put = upsert(library_content)
_PUT_CONTENT = _put.on_conflict_do_update(
    index_elements=["organization_id", "document_id"], set_={"body": _put.excluded.body}
)
_CONTENT = select(library_content.c.body).where(_of_document(library_content))
_ADD_TEXT = insert(library_text)
_TEXT = select(library_text.c.body).where(_of_generation(library_text))
_ADD_CHUNK = insert(library_chunk)
_CHUNKS = (
    select(library_chunk)
    .where(_of_generation(library_chunk), library_chunk.c.ordinal > bindparam("behind", type_=Integer))
    .order_by(library_chunk.c.ordinal)
    .limit(bindparam("at_most"))
)
_COUNT = select(func.count()).select_from(library_chunk).where(_of_generation(library_chunk))
# Its chunks go with a text: the reference cascades.
_FORGET = delete(library_text).where(
    _of_document(library_text), library_text.c.generation < bindparam("of_generation", type_=Integer)
)


@frozen(kw_only=True)
class SqlContents:
    """`Contents` in the transaction of *scope*."""

    scope: Scope

    def put(self, document_id: DocumentId, content: bytes) -> None:
        """Keep the bytes, in place of those before."""
        self.scope.insert(_PUT_CONTENT, {"document_id": document_id, "body": content})

    def get(self, document_id: DocumentId) -> bytes:
        """Return the bytes."""
        found: Any = self.scope.execute(_CONTENT, of_document=document_id).scalar()
        if found is None:
            raise NotFound(f"document {document_id}: its file is not kept; what comes from a source is fetched there")
        return bytes(found)


@frozen(kw_only=True)
class SqlTexts:
    """`Texts` in the transaction of *scope*."""

    scope: Scope

    def put(self, document_id: DocumentId, generation: int, text: str) -> None:
        """Keep the text of a generation."""
        self.scope.insert(_ADD_TEXT, {"document_id": document_id, "generation": generation, "body": text})

    def get(self, document_id: DocumentId, generation: int) -> str:
        """Return the text."""
        found = self.scope.execute(_TEXT, of_document=document_id, of_generation=generation).scalar()
        if found is None:
            raise NotFound(f"document {document_id} has no text of generation {generation}")
        return str(found)


@frozen(kw_only=True)
class SqlChunks:
    """`Chunks` in the transaction of *scope*."""

    scope: Scope
    texts: SqlTexts

    def add(self, document_id: DocumentId, generation: int, chunks: Sequence[StoredChunk]) -> None:
        """Store chunks of a generation."""
        rows = [chunk_values(chunk) for chunk in chunks]
        self.scope.insert_many(_ADD_CHUNK, rows, document_id=document_id, generation=generation)

    def of(
        self, document_id: DocumentId, generation: int, *, after: int | None = None, limit: int = 1000
    ) -> list[StoredChunk]:
        """Return chunks in their order; the text is read once and cut here: SUBSTR wades through it for each chunk."""
        behind = -1 if after is None else after
        rows = self.scope.execute(
            _CHUNKS, of_document=document_id, of_generation=generation, behind=behind, at_most=limit
        ).all()
        text = self.texts.get(document_id, generation) if rows else ""
        return [chunk_from(row, text=text) for row in rows]

    def count(self, document_id: DocumentId, generation: int) -> int:
        """Return how many chunks the generation has."""
        return int(self.scope.execute(_COUNT, of_document=document_id, of_generation=generation).scalar_one())

    def forget_before(self, document_id: DocumentId, generation: int) -> None:
        """Forget chunks and texts of the generations before this one."""
        self.scope.execute(_FORGET, of_document=document_id, of_generation=generation)
