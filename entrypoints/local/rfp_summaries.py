"""Summaries beside this machine's database."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from domain.embedding.adding import Upload
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.summaries.information_document import InformationId, InformationPlace
from domain.rfp_answering.summaries.service import Summaries
from domain.tenancy import TenantContext
from entrypoints.api.documents.jobs import JobDocument, job_document
from entrypoints.api.documents.rfp_summaries import (
    InformationDocumentDocument,
    SummaryAuthorDocument,
    SummaryDocument,
    SummaryWords,
    information_document_document,
    summary_document,
)
from entrypoints.container import Antiphon
from entrypoints.rfp_summary_requests import check_summarizing, start_summarizing

_PAGE = 200


@frozen(kw_only=True)
class LocalRfpSummaries:
    """`RfpSummaries` of this machine's database."""

    antiphon: Antiphon
    tenant: TenantContext

    def add(self, name: str, content: bytes) -> InformationDocumentDocument:
        document, _is_new = self._summaries.add(self.tenant, Upload(name=name, content=content))
        return information_document_document(document, self._summaries.newest_job(self.tenant, document.id))

    def check(self, words: SummaryWords) -> SummaryAuthorDocument:
        return check_summarizing(self.antiphon, self.tenant, words)

    def start(self, summary_id: str, words: SummaryWords, *, idempotency_key: str | None = None) -> JobDocument:
        key = IdempotencyKey(idempotency_key) if idempotency_key else None
        job = start_summarizing(self.antiphon, self.tenant, InformationId(summary_id), words, key)
        return job_document(self.antiphon.jobs.get(self.tenant, job.id))

    def all(self, *, id_prefix: str = "") -> Iterator[InformationDocumentDocument]:
        before: InformationPlace | None = None
        service = self._summaries
        while page := service.page(self.tenant, id_prefix=id_prefix, before=before, limit=_PAGE):
            yield from (information_document_document(document, job) for document, job in page)
            before = page[-1][0].place

    def get(self, summary_id: str) -> SummaryDocument:
        return summary_document(self._summaries.get(self.tenant, InformationId(summary_id)))

    def remove(self, summary_id: str) -> None:
        self._summaries.remove(self.tenant, InformationId(summary_id))

    @property
    def _summaries(self) -> Summaries:
        return self.antiphon.summaries.summaries
