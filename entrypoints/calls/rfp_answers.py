"""/v1/rfps/{id}: what people do with answers, over HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from domain.rfp_answering.questionnaire import Form
from entrypoints.api.documents.rfp_answers import AnswerDocument
from entrypoints.api.documents.rfp_decisions import (
    ApprovalsDocument,
    DecisionWords,
    FindingsDocument,
    GapsDocument,
    RefusalsDocument,
    ShelvedDocument,
    StaleAnswersDocument,
)
from entrypoints.calls.asking import Calls, path
from entrypoints.rfp_exports import LEFT_OPEN, LEFT_OUT, WRITTEN, ExportedFile, numbers_in


@frozen(kw_only=True)
class RfpAnswerCalls(Calls):
    """`RfpAnswers` of a server; deciding asks for a key with the scope `write`."""

    def decide(self, rfp_id: str, no: int, words: DecisionWords) -> AnswerDocument:
        return self._post(path("rfps", rfp_id, "answers", no, "decisions"), AnswerDocument, words)

    def approve_all(self, rfp_id: str) -> ApprovalsDocument:
        return self._post(path("rfps", rfp_id, "approvals"), ApprovalsDocument)

    def gaps(self, *, limit: int) -> GapsDocument:
        return self._get(path("rfp-gaps"), GapsDocument, limit=limit)

    def findings(self, rfp_id: str, *, own_names: Sequence[str] = ()) -> FindingsDocument:
        return self._get(path("rfps", rfp_id, "findings"), FindingsDocument, own_names=list(own_names))

    def stale(self, *, limit: int) -> StaleAnswersDocument:
        return self._get(path("rfp-stale"), StaleAnswersDocument, limit=limit)

    def export(
        self, rfp_id: str, *, with_drafts: bool = False, form: Form | None = None, leave_out_refused: bool = False
    ) -> ExportedFile:
        said = {"with_drafts": with_drafts, "form": form.value if form else None}
        said["leave_out_refused"] = leave_out_refused or None
        answer = self.sender.send("GET", path("rfps", rfp_id, "export"), params=said)
        written, left_open, left_out = (
            numbers_in(answer.headers.get(name, "")) for name in (WRITTEN, LEFT_OPEN, LEFT_OUT)
        )
        return ExportedFile(content=answer.content, written=written, left_open=left_open, left_out=left_out)

    def refused(self, rfp_id: str, *, with_drafts: bool = False, form: Form | None = None) -> RefusalsDocument:
        said = {"with_drafts": with_drafts, "form": form.value if form else None}
        return self._get(path("rfps", rfp_id, "export-refusals"), RefusalsDocument, **said)

    def report(self, rfp_id: str) -> str:
        return self.sender.send("GET", path("rfps", rfp_id, "report")).content.decode()

    def to_library(self, rfp_id: str) -> ShelvedDocument:
        return self._post(path("rfps", rfp_id, "library-documents"), ShelvedDocument, repeatable=True)
