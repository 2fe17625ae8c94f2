"""Where a question stands: people before reviewers, reviewers before checks, the newest before the older."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import InvalidInput
from domain.rfp_answering.records import Author, Decision, DraftRecord, ReviewRecord, ReviewVerdict
from domain.rfp_answering.standing import AnswerState, Standing
from tests.contract.rfp_building import a_decision, a_draft, a_review, an_rfp, doubtful, without_answer

RFP = an_rfp()
QUESTION = RFP.questionnaire.questions[0]


def standing(
    draft: DraftRecord | None = None, review: ReviewRecord | None = None, decision: Decision | None = None
) -> Standing:
    """Return where the question stands with these records."""
    return Standing(question=QUESTION, draft=draft, review=review, decision=decision)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (standing(), AnswerState.OPEN),
        (standing(draft=a_draft(RFP)), AnswerState.DRAFTED),
        (standing(draft=doubtful(RFP)), AnswerState.NEEDS_REVIEW),
        (standing(draft=without_answer(RFP)), AnswerState.NO_ANSWER),
        (standing(draft=a_draft(RFP), review=a_review(RFP)), AnswerState.REVIEWED),
        (standing(draft=a_draft(RFP), review=a_review(RFP, verdict=ReviewVerdict.REVISE)), AnswerState.NEEDS_REVIEW),
        (standing(draft=doubtful(RFP), review=a_review(RFP)), AnswerState.NEEDS_REVIEW),
        (standing(draft=a_draft(RFP, version=2), review=a_review(RFP)), AnswerState.DRAFTED),
        (standing(draft=doubtful(RFP), decision=a_decision(RFP)), AnswerState.APPROVED),
        (standing(draft=a_draft(RFP), decision=a_decision(RFP, kind="edited", text="x")), AnswerState.EDITED),
        (standing(draft=a_draft(RFP), decision=a_decision(RFP, kind="rejected")), AnswerState.REJECTED),
        (standing(draft=a_draft(RFP, version=2), decision=a_decision(RFP, kind="rejected")), AnswerState.DRAFTED),
        (standing(decision=a_decision(RFP, kind="edited", of=0, text="x")), AnswerState.EDITED),
    ],
)
def test_the_state_follows_from_the_records(found: Standing, state: AnswerState) -> None:
    """A review never hides what a check found, and speaks of the draft it saw; a person overrules both."""
    assert found.state is state


def test_an_edited_answer_is_the_answer_whatever_is_drafted_later() -> None:
    """Nothing that a machine does may overwrite what a person wrote."""
    decision = a_decision(RFP, kind="edited", text="We do.")

    for version in (1, 2):
        edited = standing(a_draft(RFP, version=version), decision=decision)
        assert edited.answer == "We do."
        assert not edited.may_be_drafted()
        assert not edited.may_be_reviewed


def test_what_the_buyers_file_answers_already_is_not_drafted() -> None:
    """Somebody wrote it there."""
    assert standing().may_be_drafted()
    assert not attrs.evolve(standing(), question=attrs.evolve(QUESTION, given="Yes.")).may_be_drafted()


def test_a_rejected_draft_is_drafted_anew_though_nothing_changed() -> None:
    """Whoever rejects it wants another one."""
    draft = a_draft(RFP)

    assert standing(draft).is_drafted_from(draft.basis)
    assert not standing(draft, decision=a_decision(RFP, kind="rejected")).is_drafted_from(draft.basis)
    other = attrs.evolve(draft.basis, author=Author(name="scripted:model", prompts=("responder@4",)))
    assert not standing(draft).is_drafted_from(other)


def test_only_answers_that_nobody_has_decided_on_are_reviewed() -> None:
    """`no_answer` has nothing to review, and what a person approved needs no opinion of a model."""
    assert standing(a_draft(RFP)).may_be_reviewed
    assert standing(doubtful(RFP)).may_be_reviewed
    assert not standing(without_answer(RFP)).may_be_reviewed
    assert not standing().may_be_reviewed
    assert not standing(a_draft(RFP), decision=a_decision(RFP)).may_be_reviewed


def test_an_edit_has_a_text_and_nothing_else_has() -> None:
    """An empty edit would be an answer that says nothing, in the buyer's file."""
    for kind, text in (("edited", " "), ("approved", "x"), ("rejected", "x")):
        with pytest.raises(InvalidInput):
            a_decision(RFP, kind=kind, text=text)
