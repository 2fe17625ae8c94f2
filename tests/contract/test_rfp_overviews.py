"""Contract of the store of RFPs: lists that count how questions stand without reading them."""

from __future__ import annotations

from collections import Counter

import attrs
import pytest

from domain.rfp_answering.overview import RfpOverview
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.records import Decision, DraftRecord, ReviewRecord, ReviewVerdict
from domain.rfp_answering.rfp import Rfp
from domain.rfp_answering.standing import AnswerState
from tests.contract.building import THEM, US
from tests.contract.rfp_building import (
    a_decision,
    a_draft,
    a_question,
    a_review,
    add_records,
    add_rfp,
    an_rfp,
    doubtful,
    without_answer,
)

Records = tuple[DraftRecord | ReviewRecord | Decision, ...]


def histories(rfp: Rfp) -> list[Records]:
    """Return what may have been done about a question, of each kind of history one; the numbers are 1, 2, ..."""

    def of(no: int, *records: DraftRecord | ReviewRecord | Decision) -> Records:
        return tuple(attrs.evolve(one, no=QuestionNo(no)) for one in records)

    first, second, rejected = a_draft(rfp), a_draft(rfp, version=2), a_decision(rfp, kind="rejected")
    reviews = [a_review(rfp, verdict=verdict) for verdict in ReviewVerdict]
    return [
        of(no, *records)
        for no, records in enumerate(
            (
                (),
                (first,),
                (doubtful(rfp),),
                (without_answer(rfp),),
                (first, without_answer(rfp, version=2)),
                *((first, review) for review in reviews),
                (first, reviews[2], reviews[0]),
                (first, reviews[2], second),
                (first, reviews[2], second, a_review(rfp, of=2)),
                (first, rejected),
                (first, rejected, second),
                (first, rejected, a_decision(rfp)),
                (first, a_decision(rfp), second),
                (a_decision(rfp, kind="edited", of=0, text="x"),),
                (a_decision(rfp, kind="edited", of=0, text="x"), first, reviews[2]),
                (a_decision(rfp, kind="rejected", of=0),),
            ),
            start=1,
        )
    ]


def with_questions(number: int, *, questions: int) -> Rfp:
    """Return an RFP of so many questions."""
    rfp = an_rfp(number)
    asked = tuple(a_question(no) for no in range(1, questions + 1))
    return attrs.evolve(rfp, questionnaire=attrs.evolve(rfp.questionnaire, questions=asked))


def overview(rfps: RfpStore, rfp: Rfp) -> RfpOverview:
    """Return what a list shows of it."""
    with rfps.view(US) as work:
        return work.rfps.overview(rfp.id)


def test_states_are_counted_as_they_are_read(rfps: RfpStore) -> None:
    """A list that says 3 approved, above a table with 2, is believed by nobody; all kinds of history are there."""
    known = histories(an_rfp())
    rfp = add_rfp(rfps, with_questions(1, questions=len(known)))
    add_rfp(rfps, with_questions(2, questions=2))
    add_records(rfps, *(record for records in known for record in records))

    with rfps.view(US) as work:
        read = Counter(one.state for one in work.answers.page(rfp.id, limit=100))
        listed = {one.id: one for one in work.rfps.page(limit=9)}

    found = overview(rfps, rfp)
    assert found.states == read
    assert set(read) == set(AnswerState)
    assert found.questions == len(known)
    assert listed[rfp.id] == found
    assert listed[an_rfp(2).id].states == {AnswerState.OPEN: 2}


def test_an_overview_says_what_was_imported(rfps: RfpStore) -> None:
    """All but the questions."""
    rfp = add_rfp(rfps, an_rfp())

    found = overview(rfps, rfp)

    asked = rfp.questionnaire
    assert (found.id, found.name, found.form, found.file_hash) == (rfp.id, asked.name, asked.form, asked.file_hash)
    assert (found.columns, found.created_at, found.created_by) == (asked.columns, rfp.created_at, rfp.created_by)
    assert found.place == rfp.place


@pytest.mark.parametrize(
    ("prefix", "found"),
    [("", [2, 1]), ("00000001", [1]), (an_rfp(1).id, [1]), ("7", []), ("%", [])],
)
def test_rfps_are_listed_by_the_start_of_the_id(rfps: RfpStore, prefix: str, found: list[int]) -> None:
    """As people write ids; no sign of it means more than itself."""
    for number in (1, 2):
        add_rfp(rfps, an_rfp(number))

    with rfps.view(US) as work:
        assert [one.id for one in work.rfps.page(id_prefix=prefix, limit=9)] == [an_rfp(number).id for number in found]


def test_another_organizations_records_are_not_counted(rfps: RfpStore) -> None:
    """Of two organizations with an RFP of the same id, each counts its own."""
    rfp = add_rfp(rfps, an_rfp())
    add_rfp(rfps, attrs.evolve(rfp, organization_id=THEM.organization_id))
    add_records(rfps, a_draft(rfp), a_review(rfp), a_decision(rfp))

    with rfps.view(THEM) as work:
        assert work.rfps.overview(rfp.id).states == {AnswerState.OPEN: 3}
    assert overview(rfps, rfp).states == {AnswerState.OPEN: 2, AnswerState.APPROVED: 1}
