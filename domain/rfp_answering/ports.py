"""What RFP answering needs of the world."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from domain.jobs.ports import Outbox
from domain.jobs.request_key import IdempotencyKey
from domain.organizations.ports import Entries
from domain.rfp_answering.overview import RfpOverview
from domain.rfp_answering.questionnaire import Form, Question, Questionnaire, QuestionNo, WantedColumns
from domain.rfp_answering.records import Decision, DraftRecord, ReviewRecord
from domain.rfp_answering.rfp import Rfp, RfpId, RfpPlace
from domain.rfp_answering.standing import Standing
from domain.tenancy import TenantContext


class QuestionnaireFiles(Protocol):
    """Reads the files that buyers send, and writes answers into them."""

    def read(self, content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
        """
        Return what a file asks; the ending of its *name* tells its format.

        Raises:
            InvalidInput: another format, broken, nothing in it asks anything, or it lacks a column that is *wanted*.
        """

    def with_answers(self, content: bytes, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str]) -> bytes:
        """
        Return the same file with *answers* at their places, and nothing else changed.

        Raises:
            InvalidInput: it is another file than the one that was read, an answer is to no question of it, or there are
                places that can't take theirs: each is named, and nothing is written.
        """

    def made_anew(self, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, form: Form) -> bytes:
        """
        Return a new file with section, question and answer of each question in a row; no text of it is a formula.

        What the buyer's file answers already stays where there is no answer to it.

        Raises:
            InvalidInput: files of this form aren't made anew, an answer is to no question, or too long for the form.
        """


class Rfps(Protocol):
    """The RFPs of one organization, and the files they came in."""

    def add(self, rfp: Rfp, content: bytes, *, key: IdempotencyKey | None = None) -> None:
        """
        Store a new RFP with its questions and its file, and the *key* of the request that brought it, until `remove`.

        Raises:
            Conflict: the key has made another RFP (look it up with `by_key`).
        """

    def by_key(self, key: str) -> tuple[RfpId, str] | None:
        """Return the RFP that a key has made, and the fingerprint of that request; None for a key that is new."""

    def get(self, rfp_id: RfpId, *, lock: bool = False) -> Rfp:
        """
        Return the RFP with all of its questions; with *lock*, nobody else locks it until this unit of work ends.

        Raises:
            NotFound: there is none of this id in this organization.
        """

    def content(self, rfp_id: RfpId) -> bytes:
        """
        Return the bytes of its file.

        Raises:
            NotFound: there is no RFP of this id.
        """

    def overview(self, rfp_id: RfpId) -> RfpOverview:
        """
        Return the RFP, and how its questions stand.

        Raises:
            NotFound: there is none of this id.
        """

    def page(self, *, id_prefix: str = "", before: RfpPlace | None = None, limit: int) -> list[RfpOverview]:
        """Return RFPs whose id starts with *id_prefix*, newest first, from just behind *before*."""

    def remove(self, rfp_id: RfpId) -> None:
        """
        Forget the RFP with everything that was done about it.

        Raises:
            NotFound: there is none of this id.
        """


class Answers(Protocol):
    """What was done about the questions of one organization's RFPs."""

    def add_draft(self, record: DraftRecord) -> None:
        """
        Store a draft, and which contents of documents it quotes.

        Raises:
            Conflict: the question has a draft of this version already.
            NotFound: there is no such question.
        """

    def add_review(self, record: ReviewRecord) -> None:
        """
        Store a review; the newest counts.

        Raises:
            NotFound: there is no such draft.
        """

    def add_decision(self, decision: Decision) -> None:
        """
        Store what a person decided; the newest counts.

        Raises:
            NotFound: there is no such question.
        """

    def of(self, rfp_id: RfpId, no: QuestionNo) -> Standing:
        """
        Return where a question stands.

        Raises:
            NotFound: there is no such question.
        """

    def page(self, rfp_id: RfpId, *, after: int = 0, limit: int) -> list[Standing]:
        """Return where questions stand, in their order, from just behind the number *after*."""

    def drafts(self, rfp_id: RfpId, no: QuestionNo) -> list[DraftRecord]:
        """Return the drafts of a question, oldest first."""

    def reviews(self, rfp_id: RfpId, no: QuestionNo) -> list[ReviewRecord]:
        """Return the reviews of a question's drafts, oldest first."""

    def decisions(self, rfp_id: RfpId, no: QuestionNo) -> list[Decision]:
        """Return what people decided on a question, oldest first."""

    def gaps(self, *, limit: int) -> list[tuple[RfpId, Question]]:
        """Return the questions whose newest draft says `no_answer`, those of the newest RFPs first."""

    def decided(self, *, besides: RfpId, limit: int) -> list[tuple[RfpId, Standing]]:
        """
        Return the questions of the other RFPs that a person has answered for, those of the newest RFPs first.

        Their reviews are left out.
        """


class RfpUnitOfWork(Protocol):
    """One transaction in the RFPs of one organization: all of it becomes visible at `commit`, or nothing."""

    @property
    def rfps(self) -> Rfps:
        """Its RFPs."""

    @property
    def answers(self) -> Answers:
        """What was done about them."""

    @property
    def outbox(self) -> Outbox:
        """Messages that leave after the commit."""

    @property
    def entries(self) -> Entries:
        """The organization's audit log."""

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""


class RfpStore(Protocol):
    """Where RFPs live."""

    def begin(self, tenant: TenantContext) -> AbstractContextManager[RfpUnitOfWork]:
        """
        Begin a unit of work for the tenant.

        Raises:
            ServiceUnavailable: the store can't be reached, or refuses to work.
        """

    def view(self, tenant: TenantContext) -> AbstractContextManager[RfpUnitOfWork]:
        """Begin a read-only unit of work, which waits for no writer; `commit` is refused."""
