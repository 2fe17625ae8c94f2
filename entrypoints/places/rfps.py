"""What `antiphon rfp import`, `list`, `show`, `remove`, `answer` and `review` ask of where they act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.rfp_answers import AnswerDetailDocument, AnswerDocument
from entrypoints.api.documents.rfps import (
    ImportWords,
    PreviewDocument,
    RfpDetailDocument,
    RfpDocument,
    StartAnswering,
    StartReview,
)


class Rfps(Protocol):
    """The RFPs of one organization; they are named by id."""

    def preview(self, name: str, content: bytes, words: ImportWords) -> PreviewDocument:
        """
        Return what a file would be imported as; nothing is stored.

        Raises:
            InvalidInput: no format that is read, broken, nothing in it asks anything, or a column that is not there.
        """

    def add(self, name: str, content: bytes, words: ImportWords) -> RfpDocument:
        """Import a file. Raises as `preview`."""

    def all(self, *, id_prefix: str = "") -> Iterable[RfpDocument]:
        """Return RFPs whose id starts so, the newest first."""

    def get(self, rfp_id: str) -> RfpDetailDocument:
        """
        Return an RFP, and who is at work on it.

        Raises:
            NotFound: there is no such RFP in this organization.
        """

    def remove(self, rfp_id: str) -> None:
        """
        Forget an RFP and everything about it.

        Raises:
            NotFound: there is no such RFP.
            Conflict: a job is at work on it.
        """

    def answers(self, rfp_id: str) -> Iterable[AnswerDocument]:
        """
        Return the questions in their order, and where their answers stand.

        Raises:
            NotFound: there is no such RFP.
        """

    def answer(self, rfp_id: str, no: int) -> AnswerDetailDocument:
        """
        Return everything about one question.

        Raises:
            NotFound: there is no such RFP or question.
        """

    def start_answering(self, rfp_id: str, words: StartAnswering, *, idempotency_key: str | None = None) -> JobDocument:
        """
        Accept a job that drafts answers.

        Raises:
            NotFound: there is no such RFP.
            InvalidInput: a question or model that is not there, or nothing is left to draft.
            AlreadyRunning: its answers are being drafted.
            Conflict: they are being reviewed, or the library can't answer anything.
        """

    def start_review(self, rfp_id: str, words: StartReview, *, idempotency_key: str | None = None) -> JobDocument:
        """Accept a job that reviews drafts. Raises as `start_answering`, with the stages exchanged."""
