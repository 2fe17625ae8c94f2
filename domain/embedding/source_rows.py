"""Reading a source's row inside a sync, where its absence ends the work and is nobody's wrong words."""

from __future__ import annotations

from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.library_document import SourceId
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.embedding.sync_plan import Known, known_of
from domain.jobs.errors import FailureKind, NotFound, PermanentFailure
from domain.tenancy import TenantContext

PAGE = 1000


def source_in(work: LibraryUnitOfWork, source: DocumentationSource) -> DocumentationSource:
    """
    Return the source as it is stored now, locked until the unit of work ends.

    Raises:
        PermanentFailure: it was removed.
    """
    try:
        return work.sources.get(source.id, lock=True)
    except NotFound as error:
        raise removed(source.name) from error


def removed(name: str) -> PermanentFailure:
    """Return the failure of work for a source that is there no more."""
    return PermanentFailure(f"the source {name} was removed", kind=FailureKind.REFUSED)


def known_documents(library: Library, tenant: TenantContext, source_id: SourceId) -> dict[str, Known]:
    """Return what the library has of a source, by location, removed documents too."""
    known: dict[str, Known] = {}
    after = ""
    while True:
        with library.view(tenant) as work:
            page = work.documents.of_source(source_id, after=after, limit=PAGE)
        known |= {document.location: known_of(document) for document in page}
        if len(page) < PAGE:
            return known
        after = page[-1].location
