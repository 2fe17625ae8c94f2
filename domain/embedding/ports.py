"""
What the library needs of a store: one unit of work for one organization, and what is in it.

Whoever adds rows to the library (models, vectors, sources, questions) adds one property here, and its Protocol in a
file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from domain.embedding.check_question import Questions
from domain.embedding.chunk import StoredChunk
from domain.embedding.library_document import DocumentId, DocumentPlace, LibraryDocument, ReviewStatus, SourceId
from domain.embedding.model_ports import Models, Settings, Vectors
from domain.embedding.source_ports import SourceRows
from domain.jobs.ports import Outbox
from domain.organizations.ports import Entries
from domain.tenancy import TenantContext


class Documents(Protocol):
    """The documents of one organization, those that were removed included where it says so."""

    def add(self, document: LibraryDocument) -> None:
        """
        Store a new document.

        Raises:
            Conflict: there is one at this location of the source (look it up with `at`).
        """

    def put(self, document: LibraryDocument) -> None:
        """
        Store a changed document.

        Raises:
            NotFound: there is none of this id.
        """

    def get(self, document_id: DocumentId, *, lock: bool = False) -> LibraryDocument:
        """
        Return the document, removed or not; with *lock*, nobody else locks it until this unit of work ends.

        Raises:
            NotFound: there is none of this id in this organization.
        """

    def at(self, source_id: SourceId | None, location: str, *, lock: bool = False) -> LibraryDocument | None:
        """Return the document at a location of the source (None: uploaded), removed or not, if there ever was one."""

    def find(self, id_prefix: str) -> list[DocumentId]:
        """Return the documents that are there and whose id starts with *id_prefix* (at most ten)."""

    def page(
        self,
        *,
        before: DocumentPlace | None = None,
        limit: int,
        status: ReviewStatus | None = None,
        source_id: SourceId | None = None,
    ) -> list[LibraryDocument]:
        """Return documents that are there, newest first, from just behind *before*; of one status, of one source."""

    def of_source(self, source_id: SourceId, *, after: str = "", limit: int) -> list[LibraryDocument]:
        """Return a source's documents, removed ones too, by location, from just behind the location *after*."""


class Contents(Protocol):
    """The bytes of uploaded documents: of each the newest."""

    def put(self, document_id: DocumentId, content: bytes) -> None:
        """Keep the bytes, in place of those before."""

    def get(self, document_id: DocumentId) -> bytes:
        """
        Return the bytes.

        Raises:
            NotFound: none are kept; what comes from a source is fetched there.
        """


class Texts(Protocol):
    """The text of documents, by generation: what offsets of chunks point into."""

    def put(self, document_id: DocumentId, generation: int, text: str) -> None:
        """Keep the text of a generation."""

    def get(self, document_id: DocumentId, generation: int) -> str:
        """
        Return the text.

        Raises:
            NotFound: there is none; the generation is gone, or never was.
        """


class Chunks(Protocol):
    """The chunks of documents, by generation. A chunk's own text is cut from the generation's, which must be there."""

    def add(self, document_id: DocumentId, generation: int, chunks: Sequence[StoredChunk]) -> None:
        """Store chunks of a generation."""

    def of(
        self, document_id: DocumentId, generation: int, *, after: int | None = None, limit: int = 1000
    ) -> list[StoredChunk]:
        """Return chunks in their order, from just behind the ordinal *after*."""

    def count(self, document_id: DocumentId, generation: int) -> int:
        """Return how many chunks the generation has."""

    def forget_before(self, document_id: DocumentId, generation: int) -> None:
        """Forget chunks and texts of the generations before this one."""


class LibraryUnitOfWork(Protocol):
    """One transaction in the library of one organization: all of it becomes visible at `commit`, or nothing."""

    @property
    def documents(self) -> Documents:
        """Its documents."""

    @property
    def contents(self) -> Contents:
        """The bytes of those that were uploaded."""

    @property
    def texts(self) -> Texts:
        """What the documents say."""

    @property
    def chunks(self) -> Chunks:
        """The pieces of the documents."""

    @property
    def questions(self) -> Questions:
        """What the library is checked by."""

    @property
    def models(self) -> Models:
        """The organization's embedding models."""

    @property
    def vectors(self) -> Vectors:
        """What its models made of its texts."""

    @property
    def settings(self) -> Settings:
        """What the organization has set."""

    @property
    def sources(self) -> SourceRows:
        """Where documents come from."""

    @property
    def outbox(self) -> Outbox:
        """Messages that leave after the commit."""

    @property
    def entries(self) -> Entries:
        """The organization's audit log."""

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""


class Library(Protocol):
    """Where the rows of libraries live."""

    def begin(self, tenant: TenantContext) -> AbstractContextManager[LibraryUnitOfWork]:
        """
        Begin a unit of work for the tenant.

        Raises:
            ServiceUnavailable: the store can't be reached, or refuses to work.
        """

    def view(self, tenant: TenantContext) -> AbstractContextManager[LibraryUnitOfWork]:
        """Begin a read-only unit of work: one consistent state of the rows, seen without waiting for a writer."""
