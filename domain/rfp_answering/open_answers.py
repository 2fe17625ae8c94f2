"""Why an answer is not ready to be sent: what a person has to look at, in words."""

from __future__ import annotations

from attrs import frozen

from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.standing import AnswerState, Standing


@frozen(kw_only=True)
class LeftOpen:
    """A question that is left for a person, and why."""

    no: QuestionNo
    state: AnswerState
    reasons: tuple[str, ...]


_REASONS = {
    AnswerState.OPEN: "nobody has answered it",
    AnswerState.NO_ANSWER: "the library has no answer: write one, or add a document that has it",
    AnswerState.REJECTED: "its draft was rejected: have it answered again, or write the answer",
}


def why_left(standing: Standing) -> tuple[str, ...]:
    """Return why an answer is for a person; nothing where one stands up for it, or nothing stands against it."""
    state, draft = standing.state, standing.draft
    if standing.question.given:
        return ()
    if state in _REASONS:
        return (_REASONS[state],)
    if state is not AnswerState.NEEDS_REVIEW or draft is None:
        return ()
    review = standing.current_review
    comments = tuple(one.text for one in review.comments) if review else ()
    reviewed = (f"the reviewer says {review.verdict.value}", *comments) if review and not draft.needs_review else ()
    return (*(one.reason for one in draft.evidence.findings), *reviewed)
