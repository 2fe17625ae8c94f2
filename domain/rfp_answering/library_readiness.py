"""Whether a library can answer anything at all: found out before a job is accepted, and not question by question."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from domain.embedding.ingesting import NO_MODEL
from domain.embedding.library_document import LibraryDocument
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.jobs.errors import Conflict
from domain.tenancy import TenantContext

_PAGE = 200
_EMPTY = (
    "nothing can be found in the library yet, so nothing can be answered from it; `antiphon library add FILE` hands "
    "documents in"
)
_NOTHING_APPROVED = (
    "no document of the library is approved, and answers are made of approved ones; `antiphon library documents "
    "approve --pending` approves those that wait, --include-pending (`include_pending`) answers from them as they are"
)


@frozen(kw_only=True)
class LibraryReadiness:
    """Looks at the rows of a library; no model is asked."""

    library: Library

    def check_searchable(self, tenant: TenantContext) -> None:
        """
        Refuse where no passage can be searched for.

        Raises:
            Conflict: no embedding model is in use.
        """
        with self.library.view(tenant) as work:
            _check_model(work)

    def check_answers(self, tenant: TenantContext, *, only_approved: bool) -> None:
        """
        Refuse where every question would be left without an answer, for want of documents.

        Raises:
            Conflict: no embedding model is in use, or there is nothing to be found by it.
        """
        with self.library.view(tenant) as work:
            _check_model(work)
            is_empty = True
            for document in _visible(work):
                if document.is_approved or not only_approved:
                    return
                is_empty = False
        raise Conflict(_EMPTY if is_empty else _NOTHING_APPROVED)


def _check_model(work: LibraryUnitOfWork) -> None:
    if work.models.in_use() is None:
        raise Conflict(NO_MODEL)


def _visible(work: LibraryUnitOfWork) -> Iterator[LibraryDocument]:
    before = None
    while page := work.documents.page(before=before, limit=_PAGE):
        yield from (document for document in page if document.is_findable)
        before = page[-1].place
