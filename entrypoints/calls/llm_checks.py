"""/v1/llm-validations, and the checks and lists of /v1/llm-apis."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.llm_checks import (
    CheckDocument,
    RefreshDocument,
    StartValidation,
    ValidationDocument,
)
from entrypoints.calls.asking import Calls, path
from entrypoints.calls.llm import named
from entrypoints.client_waiting import wait_for_job


@frozen(kw_only=True)
class LlmCheckCalls(Calls):
    """`LlmChecking` of a server."""

    def start(self, words: StartValidation, *, idempotency_key: str | None = None) -> JobDocument:
        return self._start(path("llm-validations"), words, idempotency_key=idempotency_key)

    def result(self, job_id: str) -> ValidationDocument:
        return self._get(path("llm-validations", job_id), ValidationDocument)

    def bring_to_end(self, job_id: str, watch: Callable[[], None]) -> None:
        wait_for_job(self.sender, job_id, lambda _: watch())

    def history(self, api: str) -> Iterator[CheckDocument]:
        return self._pages(path("llm-apis", named(api), "checks"), CheckDocument)

    def refresh(self, api: str) -> RefreshDocument:
        return self._post(path("llm-apis", named(api), "refresh"), RefreshDocument, repeatable=True)
