"""What summaries need of a store: the documents, their chunks, and what was made of their parts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from attrs import frozen

from domain.jobs.job import JobId
from domain.jobs.ports import Outbox
from domain.organizations.ports import Entries
from domain.rfp_answering.records import Author
from domain.rfp_answering.summaries.information_document import (
    InformationDocument,
    InformationId,
    InformationPlace,
    TextChunk,
)
from domain.rfp_answering.summaries.statements import Partial
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class PartialRecord:
    """A partial as it was stored: *basis* is what it was made of and by whom (`grouping.basis_of`)."""

    document_id: InformationId
    basis: str
    partial: Partial
    author: Author
    job_id: JobId
    made_at: datetime


class InformationDocuments(Protocol):
    """The information documents of one organization, with their chunks."""

    def add(self, document: InformationDocument, chunks: Sequence[TextChunk]) -> None:
        """
        Store a new document.

        Raises:
            Conflict: there is one of this content and name.
        """

    def get(self, document_id: InformationId) -> InformationDocument:
        """
        Return the document.

        Raises:
            NotFound: there is none of this id in this organization.
        """

    def of(self, *, content_hash: str, name: str) -> InformationDocument | None:
        """Return the document of this content and name, if there is one."""

    def page(
        self, *, id_prefix: str = "", before: InformationPlace | None = None, limit: int
    ) -> list[InformationDocument]:
        """Return documents whose id starts with *id_prefix*, newest first, from just behind *before*."""

    def chunks(self, document_id: InformationId, *, first: int = 0, last: int | None = None) -> list[TextChunk]:
        """Return chunks in their order: from *first* to *last*, both included."""

    def remove(self, document_id: InformationId) -> None:
        """
        Forget the document with its chunks and all that was made of them.

        Raises:
            NotFound: there is none of this id.
        """


class Partials(Protocol):
    """What was made of the parts of one organization's documents; of one basis there is one, the first."""

    def add(self, record: PartialRecord) -> PartialRecord:
        """
        Store a partial, and return the one that counts: an earlier one of the same basis stays.

        Raises:
            NotFound: there is no such document.
        """

    def get(self, document_id: InformationId, basis: str) -> PartialRecord | None:
        """Return the partial of a basis, if there is one."""

    def of(self, document_id: InformationId, bases: Sequence[str]) -> dict[str, PartialRecord]:
        """Return the partials of these bases, as far as they are there."""


class SummaryUnitOfWork(Protocol):
    """One transaction in the summaries of one organization: all of it becomes visible at `commit`, or nothing."""

    @property
    def documents(self) -> InformationDocuments:
        """Its documents."""

    @property
    def partials(self) -> Partials:
        """What was made of their parts."""

    @property
    def outbox(self) -> Outbox:
        """Messages that leave after the commit."""

    @property
    def entries(self) -> Entries:
        """The organization's audit log."""

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""


class SummaryStore(Protocol):
    """Where summaries live."""

    def begin(self, tenant: TenantContext) -> AbstractContextManager[SummaryUnitOfWork]:
        """
        Begin a unit of work for the tenant.

        Raises:
            ServiceUnavailable: the store can't be reached, or refuses to work.
        """

    def view(self, tenant: TenantContext) -> AbstractContextManager[SummaryUnitOfWork]:
        """Begin a read-only unit of work, which waits for no writer; `commit` is refused."""
