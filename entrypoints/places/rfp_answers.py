"""What `antiphon rfp` asks of where it acts about answers: decisions, findings, exports, reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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
from entrypoints.rfp_exports import ExportedFile


class RfpAnswers(Protocol):
    """The answers of one organization's RFPs, for those who stand up for them."""

    def decide(self, rfp_id: str, no: int, words: DecisionWords) -> AnswerDocument:
        """
        Approve, edit or reject the answer to a question.

        Raises:
            NotFound: there is no such RFP or question.
            Conflict: there is nothing to decide on, or another draft than was looked at.
            InvalidInput: an edit without a text, or with one that the buyer's file does not allow.
        """

    def approve_all(self, rfp_id: str) -> ApprovalsDocument:
        """
        Approve every answer that nothing stands against.

        Raises:
            NotFound: there is no such RFP.
        """

    def gaps(self, *, limit: int) -> GapsDocument:
        """Return the questions that the library could not answer."""

    def findings(self, rfp_id: str, *, own_names: Sequence[str] = ()) -> FindingsDocument:
        """
        Return what an RFP's answers say together; *own_names* tell no two of them apart.

        Raises:
            NotFound: there is no such RFP.
        """

    def stale(self, *, limit: int) -> StaleAnswersDocument:
        """Return the answers that rest on a document which has changed since."""

    def export(
        self, rfp_id: str, *, with_drafts: bool = False, form: Form | None = None, leave_out_refused: bool = False
    ) -> ExportedFile:
        """
        Return the buyer's own file with its answers, or a new one in another *form*.

        *leave_out_refused*: what can't be written at its place is left out, and all others are written.

        Raises:
            NotFound: there is no such RFP.
            InvalidInput: files of this form aren't made, or an answer can't be written at its place.
        """

    def refused(self, rfp_id: str, *, with_drafts: bool = False, form: Form | None = None) -> RefusalsDocument:
        """Return which answers an export can't write, and why. Raises as `export`, but for such answers."""

    def report(self, rfp_id: str) -> str:
        """
        Return the report of an RFP, in Markdown.

        Raises:
            NotFound: there is no such RFP.
        """

    def to_library(self, rfp_id: str) -> ShelvedDocument:
        """
        Make a document of the library of the answers that a person stands up for.

        Raises:
            NotFound: there is no such RFP.
            Conflict: nobody stands up for any, or only for such as rest on what has changed.
        """
