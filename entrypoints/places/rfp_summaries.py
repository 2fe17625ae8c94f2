"""What `antiphon rfp summarize`, `summaries`, `summary` and `remove-summary` ask of where they act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.rfp_summaries import (
    InformationDocumentDocument,
    SummaryAuthorDocument,
    SummaryDocument,
    SummaryWords,
)


class RfpSummaries(Protocol):
    """The summaries of one organization's tender documents; they are named by id."""

    def add(self, name: str, content: bytes) -> InformationDocumentDocument:
        """
        Hand in a document; the same file under the same name is the one that there is.

        Raises:
            InvalidInput: it can't be read, is too large, or says nothing.
            ServiceUnavailable: there was no process to read it in.
        """

    def check(self, words: SummaryWords) -> SummaryAuthorDocument:
        """
        Return who would summarize; nothing is stored.

        Raises:
            InvalidInput: no model, or one that can't be used there.
            BrokenSettings: such a job could not be worked on (of this machine; a server says InvalidInput).
        """

    def start(self, summary_id: str, words: SummaryWords, *, idempotency_key: str | None = None) -> JobDocument:
        """
        Start a job that summarizes a document.

        Raises:
            NotFound: there is no such summary.
            InvalidInput: no model, or one that can't be used there.
            AlreadyRunning: a job summarizes it already.
        """

    def all(self, *, id_prefix: str = "") -> Iterable[InformationDocumentDocument]:
        """Return documents whose id starts so, the newest first."""

    def get(self, summary_id: str) -> SummaryDocument:
        """
        Return a summary as far as it is.

        Raises:
            NotFound: there is no such summary.
        """

    def remove(self, summary_id: str) -> None:
        """
        Forget a document with its summary.

        Raises:
            NotFound: there is no such summary.
            Conflict: a job is at work on it.
        """
