"""Contract of the store of RFPs: questionnaires, and records about their questions that are only added to."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from attrs import evolve

from domain.jobs.errors import Conflict, NotFound
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.ports import RfpStore
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.records import ReviewVerdict
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.standing import Standing
from tests.contract.building import THEM, US
from tests.contract.rfp_building import (
    FIRST,
    SECOND,
    THIRD,
    a_decision,
    a_draft,
    a_review,
    add_records,
    add_rfp,
    an_rfp,
    doubtful,
    without_answer,
)


def standing(rfps: RfpStore, no: QuestionNo = FIRST) -> Standing:
    """Return where a question of the first RFP stands."""
    with rfps.view(US) as work:
        return work.answers.of(an_rfp().id, no)


def test_an_rfp_is_read_as_it_was_stored_with_its_file(rfps: RfpStore) -> None:
    """What is lost between row and value is lost for ever."""
    rfp = add_rfp(rfps, an_rfp(), b"\x00file")

    with rfps.view(US) as work:
        assert work.rfps.get(rfp.id) == rfp
        assert work.rfps.content(rfp.id) == b"\x00file"
        assert [one.id for one in work.rfps.page(id_prefix=rfp.id[:8], limit=9)] == [rfp.id]


def test_a_key_makes_one_rfp_and_is_forgotten_with_it(rfps: RfpStore) -> None:
    """Whoever lost an answer asks again; of two at once one is refused, with nothing of it left."""
    key, first, second = IdempotencyKey("once", request="words"), an_rfp(1), an_rfp(2)
    with rfps.begin(US) as work:
        work.rfps.add(first, b"file", key=key)
        work.commit()

    with rfps.begin(US) as work, pytest.raises(Conflict, match="'once'"):
        work.rfps.add(second, b"file", key=evolve(key, request="others"))
    with rfps.begin(THEM) as work:
        work.rfps.add(an_rfp(3, tenant=THEM), b"file", key=key)
        work.commit()

    with rfps.view(US) as work:
        assert work.rfps.by_key("once") == (first.id, "words")
        assert work.rfps.by_key("never") is None
        assert [one.id for one in work.rfps.page(limit=9)] == [first.id]
    with rfps.begin(US) as work:
        work.rfps.remove(first.id)
        work.commit()
    with rfps.begin(US) as work:
        assert work.rfps.by_key("once") is None
        work.rfps.add(second, b"file", key=key)
        work.commit()


def test_rfps_are_listed_newest_first_in_pages(rfps: RfpStore) -> None:
    """A page begins behind the last one seen, whatever was added meanwhile."""
    first, second, third = (add_rfp(rfps, an_rfp(number)) for number in (1, 2, 3))

    with rfps.view(US) as work:
        page = work.rfps.page(limit=2)
        rest = work.rfps.page(before=page[-1].place, limit=2)
    assert [one.id for one in (*page, *rest)] == [third.id, second.id, first.id]
    assert len(page) == 2


def test_records_are_read_as_they_were_stored(rfps: RfpStore) -> None:
    """Each with everything it says: a lost reason is a check that seems to have passed."""
    rfp = add_rfp(rfps, an_rfp())
    draft, review, decision = doubtful(rfp), a_review(rfp), a_decision(rfp, kind="edited", text="No.")

    add_records(rfps, draft, review, decision)

    assert standing(rfps) == Standing(
        question=rfp.questionnaire.questions[0], draft=draft, review=review, decision=decision
    )


def test_the_newest_record_of_each_kind_counts_and_the_older_ones_stay(rfps: RfpStore) -> None:
    """History is what an auditor asks for."""
    rfp = add_rfp(rfps, an_rfp())
    drafts = [a_draft(rfp), a_draft(rfp, version=2)]
    reviews = [a_review(rfp), a_review(rfp, of=2, verdict=ReviewVerdict.REJECT)]
    decisions = [a_decision(rfp, kind="rejected"), a_decision(rfp, of=2)]

    add_records(rfps, *drafts, *reviews, *decisions)

    now = standing(rfps)
    assert (now.draft, now.review, now.decision) == (drafts[1], reviews[1], decisions[1])
    with rfps.view(US) as work:
        assert work.answers.drafts(rfp.id, FIRST) == drafts
        assert work.answers.reviews(rfp.id, FIRST) == reviews
        assert work.answers.decisions(rfp.id, FIRST) == decisions


def test_a_version_of_a_draft_is_stored_once(rfps: RfpStore) -> None:
    """Two attempts at one question must not both believe that theirs counts."""
    rfp = add_rfp(rfps, an_rfp())
    add_records(rfps, a_draft(rfp))

    with rfps.begin(US) as work, pytest.raises(Conflict):
        work.answers.add_draft(without_answer(rfp))
    assert standing(rfps).draft == a_draft(rfp)


def test_questions_are_read_in_pages_with_where_they_stand(rfps: RfpStore) -> None:
    """A questionnaire of 1,000 questions is not read at once."""
    rfp = add_rfp(rfps, an_rfp())
    add_rfp(rfps, an_rfp(2))
    add_records(rfps, a_draft(rfp, SECOND), a_decision(rfp, THIRD, "edited", of=0, text="x"))

    with rfps.view(US) as work:
        page = work.answers.page(rfp.id, limit=2)
        rest = work.answers.page(rfp.id, after=page[-1].question.no, limit=2)
        assert work.answers.page(RfpId("nothing"), limit=2) == []
    assert [(one.question.no, one.draft is None, one.decision is None) for one in (*page, *rest)] == [
        (FIRST, True, True),
        (SECOND, False, True),
        (THIRD, True, False),
    ]


def test_gaps_are_the_questions_whose_newest_draft_found_nothing(rfps: RfpStore) -> None:
    """What was answered since is no gap any more."""
    rfp, newer = add_rfp(rfps, an_rfp()), add_rfp(rfps, an_rfp(2))
    add_records(rfps, without_answer(rfp), a_draft(rfp, version=2))
    add_records(rfps, a_draft(rfp, SECOND), without_answer(rfp, SECOND, version=2))
    add_records(rfps, without_answer(newer, THIRD))

    with rfps.view(US) as work:
        gaps = work.answers.gaps(limit=10)
        assert work.answers.gaps(limit=1) == gaps[:1]
    assert gaps == [(newer.id, newer.questionnaire.questions[2]), (rfp.id, rfp.questionnaire.questions[1])]


def test_removing_an_rfp_removes_everything_about_it_and_nothing_else(rfps: RfpStore) -> None:
    """Buyers ask for that, in writing."""
    rfp, other = add_rfp(rfps, an_rfp()), add_rfp(rfps, an_rfp(2))
    add_records(rfps, a_draft(rfp), a_review(rfp), a_decision(rfp), without_answer(other))

    with rfps.begin(US) as work:
        work.rfps.remove(rfp.id)
        work.commit()

    with rfps.view(US) as work:
        assert [one.id for one in work.rfps.page(limit=9)] == [other.id]
        assert work.answers.drafts(rfp.id, FIRST) == []
        assert len(work.answers.gaps(limit=9)) == 1
    add_records(rfps, without_answer(other, SECOND))


def test_what_is_not_there_is_said_to_be_so(rfps: RfpStore) -> None:
    """A record about nothing would be found by nobody."""
    rfp = add_rfp(rfps, an_rfp())
    nobody = attrs.evolve(rfp, id=RfpId("99999999"))

    with rfps.begin(US) as work:
        moves: list[Callable[[], object]] = [
            lambda: work.rfps.get(nobody.id),
            lambda: work.rfps.get(nobody.id, lock=True),
            lambda: work.rfps.overview(nobody.id),
            lambda: work.rfps.content(nobody.id),
            lambda: work.rfps.remove(nobody.id),
            lambda: work.answers.of(rfp.id, QuestionNo(9)),
            lambda: work.answers.of(nobody.id, FIRST),
            lambda: work.answers.add_draft(a_draft(nobody)),
            lambda: work.answers.add_draft(a_draft(rfp, QuestionNo(9))),
            lambda: work.answers.add_review(a_review(rfp)),
            lambda: work.answers.add_decision(a_decision(nobody)),
        ]
        for move in moves:
            with pytest.raises(NotFound):
                move()


def test_another_organizations_rfps_are_not_there(rfps: RfpStore) -> None:
    """A tender is the most secret thing that many companies have."""
    rfp = add_rfp(rfps, an_rfp())
    add_records(rfps, a_draft(rfp), without_answer(rfp, SECOND))

    with rfps.view(THEM) as work:
        assert work.rfps.page(limit=9) == []
        assert work.rfps.page(id_prefix=rfp.id[:4], limit=9) == []
        assert work.answers.page(rfp.id, limit=9) == []
        assert work.answers.gaps(limit=9) == []
        with pytest.raises(NotFound):
            work.rfps.get(rfp.id)


def test_what_is_not_committed_did_not_happen(rfps: RfpStore) -> None:
    """Half an RFP, or a draft without its RFP, is nothing anybody can use."""
    rfp = an_rfp()

    with rfps.begin(US) as work:
        work.rfps.add(rfp, b"file")
        work.answers.add_draft(a_draft(rfp))

    with rfps.view(US) as work:
        assert work.rfps.page(limit=9) == []
        assert work.answers.drafts(rfp.id, FIRST) == []
