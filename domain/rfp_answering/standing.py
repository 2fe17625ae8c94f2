"""Where a question stands, from its records: a pure function, so that no state can disagree with what was done."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.questionnaire import Question
from domain.rfp_answering.records import Basis, Decision, DecisionKind, DraftRecord, ReviewRecord, ReviewVerdict


class AnswerState(StrEnum):
    """How far the answer to a question is."""

    OPEN = "open"
    NO_ANSWER = "no_answer"
    NEEDS_REVIEW = "needs_review"
    DRAFTED = "drafted"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"

    @property
    def is_final(self) -> bool:
        """Whether a person has answered for it: only such answers leave the house, and none of them is drafted anew."""
        return self in (AnswerState.APPROVED, AnswerState.EDITED)


@frozen(kw_only=True)
class Marks:
    """
    What a state is told by, out of the newest records: so little that states can be counted without reading them.

    *review* is of the newest draft, or None; *is_of_draft*: the *decision* is of that draft.
    """

    decision: DecisionKind | None = None
    is_of_draft: bool = False
    draft: AnswerVerdict | None = None
    needs_review: bool = False
    review: ReviewVerdict | None = None

    @property
    def state(self) -> AnswerState:
        """How far the answer is: what a person decided counts, until a rejected one is drafted anew."""
        if self.decision not in (None, DecisionKind.REJECTED):
            return AnswerState(self.decision.value)
        if self.draft is None:
            return AnswerState.OPEN
        if self.decision is not None and self.is_of_draft:
            return AnswerState.REJECTED
        if self.needs_review:
            return AnswerState.NEEDS_REVIEW
        if self.draft is AnswerVerdict.NO_ANSWER:
            return AnswerState.NO_ANSWER
        return self._reviewed

    @property
    def _reviewed(self) -> AnswerState:
        if self.review is None:
            return AnswerState.DRAFTED
        return AnswerState.REVIEWED if self.review is ReviewVerdict.ACCEPT else AnswerState.NEEDS_REVIEW


@frozen(kw_only=True)
class Standing:
    """A question with the newest of each kind of record; what is older is history."""

    question: Question
    draft: DraftRecord | None = None
    review: ReviewRecord | None = None
    decision: Decision | None = None

    @property
    def state(self) -> AnswerState:
        """How far the answer is, as `Marks` says."""
        return self.marks.state

    @property
    def marks(self) -> Marks:
        """What the state is told by."""
        decision, draft, review = self.decision, self.draft, self.current_review
        return Marks(
            decision=decision.kind if decision else None,
            is_of_draft=bool(decision and draft and decision.draft_version == draft.version),
            draft=draft.draft.verdict if draft else None,
            needs_review=bool(draft and draft.needs_review),
            review=review.verdict if review else None,
        )

    @property
    def current_review(self) -> ReviewRecord | None:
        """The review of the draft that counts; one of an older draft says nothing of it."""
        is_of_it = self.review is not None and self.draft and self.review.draft_version == self.draft.version
        return self.review if is_of_it else None

    @property
    def answer(self) -> str:
        """The answer as it stands, whoever wrote it; empty: there is none."""
        if self.decision is not None and self.decision.kind is DecisionKind.EDITED:
            return self.decision.text
        return self.draft.draft.answer if self.draft else ""

    def may_be_drafted(self, *, also_rejected: bool = True) -> bool:
        """Return whether a job may draft it: not what a person has answered for, nor what the buyer's file answers."""
        if self.question.given or self.state.is_final:
            return False
        return also_rejected or self.state is not AnswerState.REJECTED

    def is_drafted_from(self, basis: Basis) -> bool:
        """Return whether the draft that counts was made from just this, and was not rejected: it stays then."""
        return self.draft is not None and self.draft.basis == basis and self.state is not AnswerState.REJECTED

    @property
    def may_be_reviewed(self) -> bool:
        """Whether there is a draft to review that no person has answered for."""
        is_answer = self.draft is not None and self.draft.draft.verdict is not AnswerVerdict.NO_ANSWER
        return is_answer and not self.state.is_final and self.state is not AnswerState.REJECTED
