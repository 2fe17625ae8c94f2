"""Measuring what an author drafted for an RFP against what somebody expects of it; nothing is asked, or kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from domain.embedding.library_document import DocumentId
from domain.embedding.ports import Library
from domain.jobs.errors import Conflict, NotFound
from domain.rfp_answering.measuring.expectation import Expectation, checked_expectations
from domain.rfp_answering.measuring.measurement import DocumentName, Measurement, measured
from domain.rfp_answering.passage import source_of
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.records import DraftRecord
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import StageSpec, standings
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class Measuring:
    """Says how good the drafts of an organization's RFPs are."""

    rfps: RfpStore
    library: Library

    def measure(self, tenant: TenantContext, rfp_id: RfpId, expectations: Sequence[Expectation]) -> Measurement:
        """
        Return how the newest drafts of an RFP do.

        Raises:
            NotFound: there is no such RFP.
            InvalidInput: the expectations are not of this RFP, or contradict themselves.
            Conflict: none of their questions has a draft.
        """
        with self.rfps.view(tenant) as work:
            questions = work.rfps.get(rfp_id).questionnaire.questions
        checked = checked_expectations(expectations, questions=questions)
        wanted = StageSpec(rfp_id=rfp_id, questions=tuple(one.no for one in checked))
        found = (one.draft for one in standings(self.rfps, tenant, wanted))
        drafts = {draft.no: draft for draft in found if draft is not None}
        if not drafts:
            raise Conflict(f"RFP {rfp_id}: none of these questions has a draft yet; have its answers drafted first")
        return measured(checked, drafts, names=dict(self._names(tenant, drafts.values())))

    def _names(self, tenant: TenantContext, drafts: Iterable[DraftRecord]) -> Iterator[tuple[str, DocumentName]]:
        quoted = {source_of(quote.chunk_id).document_id for draft in drafts for quote in draft.draft.quotes}
        with self.library.view(tenant) as work:
            for document_id in sorted(quoted):
                try:
                    document = work.documents.get(DocumentId(document_id))
                except NotFound:  # quoted by a model that made it up
                    continue
                yield document_id, DocumentName(location=document.location, title=document.title)
