"""Whether a library can answer anything at all: found out before a job is accepted, and not question by question."""

from __future__ import annotations

from attrs import frozen

from domain.embedding.searching import Searching
from domain.jobs.errors import Conflict
from domain.tenancy import TenantContext

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
    """Looks whether searches lead anywhere; no model is asked."""

    searching: Searching

    def check_searchable(self, tenant: TenantContext) -> None:
        """
        Refuse where no passage can be searched for.

        Raises:
            Conflict: no embedding model is in use.
        """
        self.searching.model(tenant)

    def check_answers(self, tenant: TenantContext, *, only_approved: bool) -> None:
        """
        Refuse where every question would be left without an answer, for want of documents.

        Raises:
            Conflict: no embedding model is in use, or there is nothing to be found by it.
        """
        if self.searching.finds_anything(tenant, only_approved=only_approved):
            return
        waits = only_approved and self.searching.finds_anything(tenant, only_approved=False)
        raise Conflict(_NOTHING_APPROVED if waits else _EMPTY)
