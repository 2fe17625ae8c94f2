"""The tables of the library in memory, of one organization."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field, frozen

from domain.embedding.check_question import CheckQuestion
from domain.embedding.chunk import StoredChunk
from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingModelId, Fingerprint
from domain.embedding.library_document import DocumentId, LibraryDocument, SourceId
from domain.embedding.model_ports import LibrarySettings
from domain.embedding.vector import Vector
from domain.organizations.audit_entry import AuditEntry, AuditEntryId


@frozen(kw_only=True)
class MemoryVector:
    """A vector, and since when it is there."""

    vector: Vector
    made_at: datetime


Generation = tuple[DocumentId, int]


@define(kw_only=True)
class LibraryRows:
    """All that one organization has in its library; whoever adds rows adds a dict here."""

    documents: dict[DocumentId, LibraryDocument] = field(factory=dict)
    contents: dict[DocumentId, bytes] = field(factory=dict)
    texts: dict[Generation, str] = field(factory=dict)
    chunks: dict[Generation, tuple[StoredChunk, ...]] = field(factory=dict)
    questions: dict[int, CheckQuestion] = field(factory=dict)
    models: dict[EmbeddingModelId, EmbeddingModel] = field(factory=dict)
    vectors: dict[tuple[Fingerprint, str], MemoryVector] = field(factory=dict)
    settings: dict[None, LibrarySettings] = field(factory=dict)
    sources: dict[SourceId, DocumentationSource] = field(factory=dict)
    entries: dict[AuditEntryId, AuditEntry] = field(factory=dict)
