"""/v1/summaries: tender documents, and what they say in short."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from domain.embedding.library_document import checked_location
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.rfp_summaries import (
    InformationDocumentDocument,
    SummaryAuthorDocument,
    SummaryDocument,
    SummaryWords,
)
from entrypoints.calls.asking import Calls, path

_SUMMARIES = path("summaries")


@frozen(kw_only=True)
class RfpSummaryCalls(Calls):
    """`RfpSummaries` of a server; all but looking asks for a key with the scope `write`."""

    def add(self, name: str, content: bytes) -> InformationDocumentDocument:
        file = ("file", content, "application/octet-stream")  # a form's file names hold no quotation marks
        said = {"name": checked_location(name)}
        answer = self.sender.send("POST", _SUMMARIES, repeatable=True, params=said, files={"file": file})
        return InformationDocumentDocument.model_validate_json(answer.content)

    def check(self, words: SummaryWords) -> SummaryAuthorDocument:
        return self._post(path("summary-checks"), SummaryAuthorDocument, words, repeatable=True)

    def start(self, summary_id: str, words: SummaryWords, *, idempotency_key: str | None = None) -> JobDocument:
        return self._start(path("summaries", summary_id, "jobs"), words, idempotency_key=idempotency_key)

    def all(self, *, id_prefix: str = "") -> Iterator[InformationDocumentDocument]:
        return self._pages(_SUMMARIES, InformationDocumentDocument, id=id_prefix or None)

    def get(self, summary_id: str) -> SummaryDocument:
        return self._get(path("summaries", summary_id), SummaryDocument)

    def remove(self, summary_id: str) -> None:
        self._delete(path("summaries", summary_id))
