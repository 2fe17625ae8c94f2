"""RFPs beside this machine's database."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from domain.jobs.job import Job
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.rfp import RfpId
from domain.tenancy import TenantContext
from entrypoints.api.documents.jobs import JobDocument, job_document
from entrypoints.api.documents.rfp_answers import (
    AnswerDetailDocument,
    AnswerDocument,
    answer_detail_document,
    answer_document,
)
from entrypoints.api.documents.rfps import (
    ImportWords,
    PreviewDocument,
    RfpDetailDocument,
    RfpDocument,
    StartAnswering,
    StartReview,
    preview_document,
    rfp_detail_document,
    rfp_document,
)
from entrypoints.container import Antiphon
from entrypoints.rfp_requests import imported, start_answering, start_review

_PAGE = 200


@frozen(kw_only=True)
class LocalRfps:
    """`Rfps` of this machine's database."""

    antiphon: Antiphon
    tenant: TenantContext

    def preview(self, name: str, content: bytes, words: ImportWords) -> PreviewDocument:
        return preview_document(self.antiphon.rfp.answering.preview(content, name=name, wanted=words.wanted()))

    def add(self, name: str, content: bytes, words: ImportWords) -> RfpDocument:
        return imported(self.antiphon, self.tenant, name, content, words)

    def all(self, *, id_prefix: str = "") -> Iterator[RfpDocument]:
        answering, before = self.antiphon.rfp.answering, None
        while page := answering.page(self.tenant, id_prefix=id_prefix, before=before, limit=_PAGE):
            yield from map(rfp_document, page)
            before = page[-1].place

    def get(self, rfp_id: str) -> RfpDetailDocument:
        return rfp_detail_document(self.antiphon.rfp.looking.rfp(self.tenant, RfpId(rfp_id)))

    def remove(self, rfp_id: str) -> None:
        self.antiphon.rfp.answering.remove(self.tenant, RfpId(rfp_id))

    def answers(self, rfp_id: str) -> Iterator[AnswerDocument]:
        answering, after = self.antiphon.rfp.answering, 0
        while page := answering.standings(self.tenant, RfpId(rfp_id), after=after, limit=_PAGE):
            yield from map(answer_document, page)
            after = page[-1].question.no

    def answer(self, rfp_id: str, no: int) -> AnswerDetailDocument:
        return answer_detail_document(self.antiphon.rfp.looking.answer(self.tenant, RfpId(rfp_id), QuestionNo(no)))

    def start_answering(self, rfp_id: str, words: StartAnswering, *, idempotency_key: str | None = None) -> JobDocument:
        key = IdempotencyKey(idempotency_key) if idempotency_key else None
        return self._accepted(start_answering(self.antiphon, self.tenant, RfpId(rfp_id), words, key))

    def start_review(self, rfp_id: str, words: StartReview, *, idempotency_key: str | None = None) -> JobDocument:
        key = IdempotencyKey(idempotency_key) if idempotency_key else None
        return self._accepted(start_review(self.antiphon, self.tenant, RfpId(rfp_id), words, key))

    def _accepted(self, job: Job) -> JobDocument:
        return job_document(self.antiphon.jobs.get(self.tenant, job.id))
