"""RFPs and answers for those who look: what stands where, what proves it, and everything that was done about it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from domain.jobs.job import Job
from domain.jobs.ports import Store
from domain.jobs.subjects import newest_about
from domain.rfp_answering.authorship import Passages
from domain.rfp_answering.draft import ChunkId
from domain.rfp_answering.overview import RfpOverview
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.records import Decision, DraftRecord, ReviewRecord
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.stage import RESPONDING, REVIEWING, subject_of
from domain.rfp_answering.standing import Standing
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class RfpStages:
    """An RFP, and the newest job of each stage about it; None: there was none."""

    overview: RfpOverview
    responding: Job | None
    reviewing: Job | None


@frozen(kw_only=True)
class AnswerHistory:
    """
    Where a question stands, and all records about it, oldest first.

    *passages*: those that the draft that counts quotes, as they were then; one of a document that is gone is missing.
    """

    standing: Standing
    passages: Mapping[ChunkId, Passage]
    drafts: tuple[DraftRecord, ...]
    reviews: tuple[ReviewRecord, ...]
    decisions: tuple[Decision, ...]


@frozen(kw_only=True)
class Looking:
    """Changes nothing."""

    rfps: RfpStore
    store: Store
    passages: Passages

    def rfp(self, tenant: TenantContext, rfp_id: RfpId) -> RfpStages:
        """
        Return an RFP, and who is at work on it.

        Raises:
            NotFound: there is none of this id in this organization.
        """
        with self.rfps.view(tenant) as work:
            overview = work.rfps.overview(rfp_id)
        subject = subject_of(rfp_id)
        with self.store.view(tenant) as kernel:
            responding, reviewing = (
                newest_about(kernel.jobs, kind=kind, subject=subject) for kind in (RESPONDING, REVIEWING)
            )
        return RfpStages(overview=overview, responding=responding, reviewing=reviewing)

    def answer(self, tenant: TenantContext, rfp_id: RfpId, no: QuestionNo) -> AnswerHistory:
        """
        Return everything there is about a question.

        Raises:
            NotFound: there is no such RFP or question.
        """
        with self.rfps.view(tenant) as work:
            work.rfps.overview(rfp_id)
            standing = work.answers.of(rfp_id, no)
            drafts = work.answers.drafts(rfp_id, no)
            reviews = work.answers.reviews(rfp_id, no)
            decisions = work.answers.decisions(rfp_id, no)
        quotes = standing.draft.draft.quotes if standing.draft else ()
        found = self.passages.named(tenant, [one.chunk_id for one in quotes])
        return AnswerHistory(
            standing=standing,
            passages={one.chunk_id: one for one in found},
            drafts=tuple(drafts),
            reviews=tuple(reviews),
            decisions=tuple(decisions),
        )
