"""Answers of RFPs beside this machine's database."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from adapters.reports.rfp_markdown import rfp_markdown
from domain.rfp_answering.questionnaire import Form, QuestionNo
from domain.rfp_answering.rfp import RfpId
from domain.tenancy import TenantContext
from entrypoints.api.documents.rfp_answers import AnswerDocument, answer_document
from entrypoints.api.documents.rfp_decisions import (
    ApprovalsDocument,
    DecisionWords,
    FindingsDocument,
    GapsDocument,
    RefusalsDocument,
    ShelvedDocument,
    StaleAnswersDocument,
    approvals_document,
    findings_document,
    gaps_document,
    refusals_document,
    shelved_document,
    stale_document,
)
from entrypoints.rfp import RfpServices
from entrypoints.rfp_exports import ExportedFile, exported_file


@frozen(kw_only=True)
class LocalRfpAnswers:
    """`RfpAnswers` of this machine's database."""

    rfp: RfpServices
    tenant: TenantContext

    def decide(self, rfp_id: str, no: int, words: DecisionWords) -> AnswerDocument:
        decided = self.rfp.deciding.decide(
            self.tenant, RfpId(rfp_id), QuestionNo(no), words.kind, text=words.text, draft_version=words.draft
        )
        return answer_document(decided)

    def approve_all(self, rfp_id: str) -> ApprovalsDocument:
        return approvals_document(self.rfp.deciding.approve_all(self.tenant, RfpId(rfp_id)))

    def gaps(self, *, limit: int) -> GapsDocument:
        return gaps_document(self.rfp.deciding.gaps(self.tenant, limit=limit))

    def findings(self, rfp_id: str, *, own_names: Sequence[str] = ()) -> FindingsDocument:
        return findings_document(self.rfp.inspecting.findings(self.tenant, RfpId(rfp_id), own_names=own_names))

    def stale(self, *, limit: int) -> StaleAnswersDocument:
        return stale_document(self.rfp.inspecting.stale(self.tenant, limit=limit))

    def export(
        self, rfp_id: str, *, with_drafts: bool = False, form: Form | None = None, leave_out_refused: bool = False
    ) -> ExportedFile:
        exported = self.rfp.deciding.export(
            self.tenant, RfpId(rfp_id), with_drafts=with_drafts, form=form, leave_out_refused=leave_out_refused
        )
        return exported_file(exported)

    def refused(self, rfp_id: str, *, with_drafts: bool = False, form: Form | None = None) -> RefusalsDocument:
        found = self.rfp.deciding.refused(self.tenant, RfpId(rfp_id), with_drafts=with_drafts, form=form)
        return refusals_document(found)

    def report(self, rfp_id: str) -> str:
        return rfp_markdown(self.rfp.reporting.report(self.tenant, RfpId(rfp_id)))

    def to_library(self, rfp_id: str) -> ShelvedDocument:
        return shelved_document(self.rfp.shelving.shelve(self.tenant, RfpId(rfp_id)))
