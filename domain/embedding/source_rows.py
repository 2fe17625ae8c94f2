"""What a sync is given: its source's row, what the library knows of it, and a listing of bounded length."""

from __future__ import annotations

from collections.abc import Iterator

from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.library_document import SourceId
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.embedding.source_ports import Entry
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


def counted(source: DocumentationSource, entries: Iterator[Entry]) -> Iterator[Entry]:
    """
    Yield what a listing has, up to as many as the source may have.

    Raises:
        PermanentFailure: there are more; a part of a listing is no listing.
    """
    for no, entry in enumerate(entries, start=1):
        if no > source.settings.most_documents:
            raise PermanentFailure(
                f"the source lists more than {source.settings.most_documents:,} documents; take fewer (--include, "
                "--exclude), or let it have more (--most-documents)",
                kind=FailureKind.TOO_LARGE,
            )
        yield entry
