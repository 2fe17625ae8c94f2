"""`antiphon rfp answer` and `review`, wherever they act: the stages start, end, and refuse alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from domain.jobs.errors import AlreadyRunning, Conflict, InvalidInput, NotFound
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.records import DecisionKind
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.standing import AnswerState
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.library import ReviewWords
from entrypoints.api.documents.rfps import RfpDocument, StartAnswering, StartReview
from entrypoints.api.documents.runs import RunOptions
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import place_over, told_twice
from tests.contract.rfp_library import imported, stock, to_its_end, use_a_model

OFFLINE = StartAnswering(model="offline")
Move = Callable[[], JobDocument]
NOBODY = "00000000-0000-4000-8000-00000000000a"


@pytest.fixture
def ready(antiphon: Antiphon) -> Antiphon:
    """An installation whose library answers."""
    use_a_model(antiphon)
    stock(antiphon)
    return antiphon


def drafted(antiphon: Antiphon, place: Place) -> RfpDocument:
    """Return an RFP whose answers were drafted."""
    rfp = imported(place)
    assert to_its_end(antiphon, place.rfps.start_answering(rfp.id, OFFLINE).id) == "completed"
    return rfp


def test_both_stages_leave_answers_with_their_evidence(ready: Antiphon, place: Place) -> None:
    """Each answer with its quote, the document and the chunk; what the file answers itself is left alone."""
    rfp = drafted(ready, place)
    review = place.rfps.start_review(rfp.id, StartReview(model="offline"))
    assert (review.kind, review.name) == ("rfp_reviewer", "tender.csv")
    assert to_its_end(ready, review.id) == "completed"

    found = place.rfps.get(rfp.id)
    first, third, fourth = (place.rfps.answer(rfp.id, no) for no in (1, 3, 4))

    assert found.states == {AnswerState.REVIEWED: 2, AnswerState.NO_ANSWER: 1, AnswerState.OPEN: 1}
    assert found.answering is not None
    assert found.review is not None
    assert (found.answering.status.is_end, found.review.status.is_end) == (True, True)
    assert "AES-256" in first.answer
    (quote,) = first.quotes
    assert (quote.title, quote.chunk_id) == ("security", f"{quote.document_id}:1:0")
    assert quote.text in str(quote.passage)
    assert [(one.version, one.author.name, one.job_id) for one in first.drafts] == [
        (1, "extractive", found.answering.job_id)
    ]
    assert [(one.verdict.value, one.author.name) for one in first.reviews] == [("accept", "checks")]
    assert (third.state, third.answer, third.quotes) == (AnswerState.NO_ANSWER, "", [])
    assert (fourth.state, fourth.given, fourth.drafts) == (AnswerState.OPEN, "Example Ltd", [])


def test_a_quote_of_a_document_that_is_gone_says_so(ready: Antiphon, place: Place) -> None:
    """What it said stays, and that nobody can look it up any more shows."""
    rfp = drafted(ready, place)
    quoted = place.rfps.answer(rfp.id, 1).quotes[0]
    place.documents.remove(quoted.document_id)

    (now,) = place.rfps.answer(rfp.id, 1).quotes

    assert (now.text, now.title, now.passage) == (quoted.text, None, None)


def test_one_stage_waits_for_the_other_and_for_itself(ready: Antiphon, place: Place) -> None:
    """Of a job that is under way both its stages and a removal hear, with its id."""
    rfp = drafted(ready, place)
    answer = partial(place.rfps.start_answering, rfp.id)
    review = partial(place.rfps.start_review, rfp.id)
    stages: list[tuple[Move, Move, Move]] = [
        (lambda: answer(OFFLINE), lambda: answer(StartAnswering(questions=[1])), lambda: review(StartReview())),
        (lambda: review(StartReview()), lambda: review(StartReview(questions=[1])), lambda: answer(OFFLINE)),
    ]
    for start, again, beside in stages:
        job = start()
        with pytest.raises(AlreadyRunning, match=job.id):
            again()
        with pytest.raises(Conflict, match=job.id):
            beside()
        with pytest.raises(Conflict, match=job.id):
            place.rfps.remove(rfp.id)
        ready.jobs.cancel(ready.tenant, ready.jobs.find(ready.tenant, job.id))


def test_without_a_model_to_search_with_nothing_starts(antiphon: Antiphon, place: Place) -> None:
    """And the command that mends it is named."""
    rfp = imported(place)

    with pytest.raises(Conflict, match="antiphon library models use lexical-hash"):
        place.rfps.start_answering(rfp.id, OFFLINE)
    with pytest.raises(Conflict, match="antiphon library models use lexical-hash"):
        place.rfps.start_review(rfp.id, StartReview())
    assert antiphon.jobs.page(antiphon.tenant, limit=9, status=None) == []


def test_a_library_that_answers_nothing_is_refused_before_any_question(antiphon: Antiphon, place: Place) -> None:
    """500 times `no_answer` for want of an approved document would be the truth, and of no use."""
    use_a_model(antiphon)
    rfp = imported(place)
    with pytest.raises(Conflict, match="antiphon library add"):
        place.rfps.start_answering(rfp.id, StartAnswering(include_pending=True))
    document_id = stock(antiphon, approve=False)
    with pytest.raises(Conflict, match="include-pending"):
        place.rfps.start_answering(rfp.id, OFFLINE)

    job = place.rfps.start_answering(rfp.id, StartAnswering(model="offline", include_pending=True))

    assert to_its_end(antiphon, job.id) == "completed"
    assert place.rfps.get(rfp.id).states[AnswerState.DRAFTED] == 2
    place.documents.reject(document_id, ReviewWords())
    with pytest.raises(Conflict, match="antiphon library add"):
        place.rfps.start_answering(rfp.id, StartAnswering(include_pending=True))


def test_only_the_questions_that_are_named_are_worked_on(ready: Antiphon, place: Place) -> None:
    """And how, is in the job."""
    rfp = imported(place)
    words = StartAnswering(
        model="offline",
        questions=[2],
        passages=3,
        own_names=["Acme"],
        options=RunOptions(concurrency=2, max_cost_usd=0.5),
    )

    job = place.rfps.start_answering(rfp.id, words)

    assert (job.options.concurrency, job.options.max_cost_nanousd, job.options.deadline_s) == (2, 500_000_000, 180.0)
    assert to_its_end(ready, job.id) == "completed"
    assert place.rfps.get(rfp.id).states == {AnswerState.OPEN: 3, AnswerState.DRAFTED: 1}
    spec = ready.jobs.get(ready.tenant, ready.jobs.find(ready.tenant, job.id)).job.spec
    assert (spec["passages"], spec["own_names"], spec["only_approved"]) == (3, ["Acme"], True)


def test_what_can_not_be_worked_on_is_refused(ready: Antiphon, place: Place) -> None:
    """In the same words, and no job is stored."""
    rfp = imported(place)
    for words, said in (
        (StartAnswering(questions=[9]), "question 9"),
        (StartAnswering(model="nonsense"), "'offline' asks no model"),
        (StartAnswering(model="llm:nobody/nothing"), "nobody"),
        (StartAnswering(questions=[4]), "nothing is left to draft"),
    ):
        with pytest.raises(InvalidInput, match=said):
            place.rfps.start_answering(rfp.id, words)
    with pytest.raises(InvalidInput, match="nothing is left to review"):
        place.rfps.start_review(rfp.id, StartReview())
    with pytest.raises(NotFound, match=NOBODY):
        place.rfps.start_answering(NOBODY, OFFLINE)
    with pytest.raises(NotFound, match=NOBODY):
        place.rfps.start_review(NOBODY, StartReview())
    assert [job.job.kind for job in ready.jobs.page(ready.tenant, limit=9, status=None)] == ["document_embedding"]


def test_what_a_person_wrote_is_told_and_left_alone(ready: Antiphon, place: Place) -> None:
    """A second job skips it, and the decision is there with who made it."""
    rfp = drafted(ready, place)
    ready.rfp.deciding.decide(ready.tenant, RfpId(rfp.id), QuestionNo(1), DecisionKind.EDITED, text="We do.")

    assert to_its_end(ready, place.rfps.start_answering(rfp.id, OFFLINE).id) == "completed"

    first = place.rfps.answer(rfp.id, 1)
    assert (first.state, first.answer, len(first.drafts)) == (AnswerState.EDITED, "We do.", 1)
    assert [(one.kind.value, one.draft, one.by, one.text) for one in first.decisions] == [
        ("edited", 1, ready.tenant.user_id, "We do.")
    ]


def test_both_places_tell_the_same(ready: Antiphon) -> None:
    """To the last character, with drafts, reviews and decisions there."""
    with place_over(ready, at="here") as here:
        rfp = drafted(ready, here)
        to_its_end(ready, here.rfps.start_review(rfp.id, StartReview(model="offline")).id)
        ready.rfp.deciding.decide(ready.tenant, RfpId(rfp.id), QuestionNo(2), DecisionKind.APPROVED)

    for ask in (
        lambda place: place.rfps.all(),
        lambda place: [place.rfps.get(rfp.id)],
        lambda place: place.rfps.answers(rfp.id),
        lambda place: [place.rfps.answer(rfp.id, no) for no in range(1, 5)],
    ):
        ours, theirs = told_twice(ready, ask)
        assert ours == theirs
        assert ours
