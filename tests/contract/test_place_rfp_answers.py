"""`antiphon rfp approve`, `edit`, `reject`, `export`, `report` and what is found out, wherever they act."""

from __future__ import annotations

import io

import attrs
import openpyxl
import pytest

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.organizations.errors import Forbidden
from domain.rfp_answering.draft import AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Evidence
from domain.rfp_answering.questionnaire import Form, QuestionNo
from domain.rfp_answering.records import DecisionKind
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.standing import AnswerState
from entrypoints.api.documents.rfp_decisions import DecisionWords
from entrypoints.api.documents.rfps import ImportWords
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from entrypoints.rfp_exports import numbers_in, ranges
from tests.contract.buyers_workbooks import security_questionnaire
from tests.contract.places import place_over, told_twice
from tests.contract.rfp_building import a_draft, doubtful, without_answer

FOUND = ImportWords()
NOBODY = "00000000-0000-4000-8000-00000000000a"
ASKED = b"""Question,Answer
How long are backups kept?,
For how long do you retain backups?,
Who are you?,
Is it tested?,
What else?,
"""


def imported(place: Place, antiphon: Antiphon) -> str:
    """Return an RFP: two drafts that contradict each other, one in doubt, one without an answer, one question open."""
    rfp_id = place.rfps.add("asked.csv", ASKED, FOUND).id
    with antiphon.rfp.answering.rfps.begin(antiphon.tenant) as work:
        rfp = work.rfps.get(RfpId(rfp_id))
        for no, answer in ((1, "Backups are kept for 30 days."), (2, "Backups are kept for 90 days.")):
            quotes = (Quote(chunk_id=ChunkId("gone:1:0"), text=answer),)
            draft = Draft(answer=answer, verdict=AnswerVerdict.ANSWERED, quotes=quotes)
            work.answers.add_draft(a_draft(rfp, QuestionNo(no), draft=draft))
        work.answers.add_draft(doubtful(rfp, QuestionNo(3)))
        nothing = without_answer(rfp, QuestionNo(4))
        work.answers.add_draft(attrs.evolve(nothing, evidence=Evidence(passed=(), findings=())))
        work.commit()
    return rfp_id


def states(place: Place, rfp_id: str) -> list[str]:
    """Return where the questions stand."""
    return [one.state.value for one in place.rfps.answers(rfp_id)]


def test_people_approve_edit_and_reject(place: Place, antiphon: Antiphon) -> None:
    """Each decision is kept, with who decided, and the newest counts."""
    rfp_id, decide = imported(place, antiphon), place.rfp_answers.decide

    approved = decide(rfp_id, 1, DecisionWords(kind=DecisionKind.APPROVED, draft=1))
    edited = decide(rfp_id, 5, DecisionWords(kind=DecisionKind.EDITED, text="  Nothing else. "))
    decide(rfp_id, 2, DecisionWords(kind=DecisionKind.APPROVED))
    rejected = decide(rfp_id, 2, DecisionWords(kind=DecisionKind.REJECTED))

    assert (approved.state, edited.state, edited.answer) == (AnswerState.APPROVED, AnswerState.EDITED, "Nothing else.")
    assert rejected.state is AnswerState.REJECTED
    assert [one.kind.value for one in place.rfps.answer(rfp_id, 2).decisions] == ["approved", "rejected"]
    assert states(place, rfp_id) == ["approved", "rejected", "needs_review", "no_answer", "edited"]
    taken_back = decide(rfp_id, 5, DecisionWords(kind=DecisionKind.REJECTED))
    assert (taken_back.state, taken_back.answer, states(place, rfp_id)[4]) == (AnswerState.OPEN, "", "open")
    assert place.rfps.get(rfp_id).states[AnswerState.OPEN] == 1


def test_what_can_not_be_decided_is_refused(place: Place, antiphon: Antiphon) -> None:
    """In the same words here and at a server."""
    rfp_id, decide = imported(place, antiphon), place.rfp_answers.decide
    approve = DecisionWords(kind=DecisionKind.APPROVED)

    with pytest.raises(Conflict, match="draft 7 was looked at"):
        decide(rfp_id, 1, DecisionWords(kind=DecisionKind.APPROVED, draft=7))
    with pytest.raises(Conflict, match="draft 7 was looked at, and draft 1 is there by now"):
        decide(rfp_id, 1, DecisionWords(kind=DecisionKind.EDITED, text="Yes.", draft=7))
    with pytest.raises(Conflict, match="draft 7 was looked at, and there is no draft"):
        decide(rfp_id, 5, DecisionWords(kind=DecisionKind.EDITED, text="Yes.", draft=7))
    with pytest.raises(Conflict, match="there is no draft"):
        decide(rfp_id, 5, approve)
    with pytest.raises(InvalidInput, match="expected the answer's words"):
        decide(rfp_id, 1, DecisionWords(kind=DecisionKind.EDITED, text=" "))
    with pytest.raises(InvalidInput, match="a text belongs to an edit"):
        decide(rfp_id, 1, DecisionWords(kind=DecisionKind.REJECTED, text="x"))
    with pytest.raises(NotFound, match="question 99"):
        decide(rfp_id, 99, approve)
    for ask in (
        lambda: decide(NOBODY, 1, approve),
        lambda: place.rfp_answers.approve_all(NOBODY),
        lambda: place.rfp_answers.findings(NOBODY),
        lambda: place.rfp_answers.export(NOBODY),
        lambda: place.rfp_answers.report(NOBODY),
        lambda: place.rfp_answers.to_library(NOBODY),
    ):
        with pytest.raises(NotFound, match=NOBODY):
            ask()


def test_all_sound_answers_are_approved_and_the_others_named(place: Place, antiphon: Antiphon) -> None:
    """Whoever approves forty at once must see which six wait, and for what."""
    rfp_id = imported(place, antiphon)

    done = place.rfp_answers.approve_all(rfp_id)

    assert done.approved == [1, 2]
    assert [(one.no, one.state.value) for one in done.left] == [(3, "needs_review"), (4, "no_answer"), (5, "open")]
    assert done.left[0].reasons == ["the date '2025' of the answer stands in no quote"]
    assert place.rfp_answers.approve_all(rfp_id).approved == []


def test_gaps_are_what_the_library_could_not_answer(place: Place, antiphon: Antiphon) -> None:
    """Across RFPs: that is the list of documents to write."""
    first, second = imported(place, antiphon), imported(place, antiphon)

    found = place.rfp_answers.gaps(limit=10).gaps

    assert [(one.rfp_id, one.no, one.question) for one in found] == [
        (second, 4, "Is it tested?"),
        (first, 4, "Is it tested?"),
    ]
    assert len(place.rfp_answers.gaps(limit=1).gaps) == 1


def test_what_answers_say_together_is_shown(place: Place, antiphon: Antiphon) -> None:
    """Contradictions, questions asked twice or before, and evidence that is gone."""
    before, rfp_id = imported(place, antiphon), imported(place, antiphon)
    place.rfp_answers.decide(before, 1, DecisionWords(kind=DecisionKind.APPROVED))

    found = place.rfp_answers.findings(rfp_id, own_names=["Acme", "Acme & Söhne"])

    (contradiction,) = found.contradictions
    assert (contradiction.first.no, contradiction.first.value, contradiction.second.value) == (1, "30 day", "90 day")
    assert {(one.no, one.other_rfp_id, one.other_no) for one in found.similar} == {
        (1, rfp_id, 2),
        (1, before, 1),
        (2, before, 1),
    }
    assert [(one.no, one.reason.value) for one in found.stale][:2] == [(1, "removed"), (2, "removed")]
    stale = place.rfp_answers.stale(limit=100).stale
    assert [one.rfp_id for one in stale] == [rfp_id] * 3 + [before] * 3
    assert [one.decision for one in stale if one.no == 1] == [None, DecisionKind.APPROVED]


def test_answers_leave_in_the_buyers_own_file(place: Place, antiphon: Antiphon) -> None:
    """Only what a person stands up for, unless drafts are asked for; what was left open is named."""
    rfp_id = imported(place, antiphon)
    place.rfp_answers.decide(rfp_id, 5, DecisionWords(kind=DecisionKind.EDITED, text="=1+1"))

    final = place.rfp_answers.export(rfp_id)
    drafts = place.rfp_answers.export(rfp_id, with_drafts=True)
    anew = place.rfp_answers.export(rfp_id, form=Form.XLSX)

    assert (final.written, final.left_open) == ((5,), (1, 2, 3, 4))
    assert b"Backups are kept" not in final.content
    assert b'"=1+1"' not in final.content
    assert (drafts.written, drafts.left_open) == ((1, 2, 5), (3, 4))
    assert b"Backups are kept for 30 days." in drafts.content
    assert openpyxl.load_workbook(io.BytesIO(anew.content)).active is not None
    with pytest.raises(InvalidInput, match="form"):
        place.rfp_answers.export(rfp_id, form=Form.MARKDOWN)


def test_a_workbook_comes_back_as_a_workbook(place: Place) -> None:
    """To the byte where nothing was answered."""
    content = security_questionnaire()
    rfp_id = place.rfps.add("buyer's \N{SNOWMAN}.xlsx", content, FOUND).id
    assert place.rfp_answers.export(rfp_id).content == content

    place.rfp_answers.decide(rfp_id, 1, DecisionWords(kind=DecisionKind.EDITED, text="Yes, all of it."))

    sheet = openpyxl.load_workbook(io.BytesIO(place.rfp_answers.export(rfp_id).content))["Questionnaire"]
    assert sheet["D2"].value == "Yes, all of it."


def test_a_report_is_markdown_that_nobody_can_smuggle_anything_into(place: Place) -> None:
    """It is opened in browsers, and the buyer wrote the questions."""
    rfp_id = place.rfps.add("a.csv", b"Question,Answer\n<script>x</script> [a](http://e.example)?,\n", FOUND).id

    text = place.rfp_answers.report(rfp_id)

    assert text.startswith("# a.csv\n\n1 question: 1 open.")
    assert "<script" not in text
    assert "](" not in text
    assert "://" not in text


def test_answers_become_a_document_only_when_their_evidence_is_there(place: Place, antiphon: Antiphon) -> None:
    """These rest on a document that is gone; a person's own words rest on nobody's."""
    rfp_id = imported(place, antiphon)
    with pytest.raises(Conflict, match="none of its answers was approved"):
        place.rfp_answers.to_library(rfp_id)
    place.rfp_answers.approve_all(rfp_id)
    with pytest.raises(Conflict, match="each of its 2 approved answers rests"):
        place.rfp_answers.to_library(rfp_id)
    place.rfp_answers.decide(rfp_id, 5, DecisionWords(kind=DecisionKind.EDITED, text="Nothing else."))

    done = place.rfp_answers.to_library(rfp_id)

    assert (done.answered, done.left_out, done.document.change.value) == ([5], [1, 2], "created")
    assert place.documents.get(done.document.id).location == f"rfp-answers/{rfp_id}.md"
    assert place.rfp_answers.to_library(rfp_id).document.change.value == "unchanged"


def test_who_may_only_read_decides_nothing(antiphon: Antiphon) -> None:
    """At a server the key's scopes decide; looking and exporting are reading."""
    with place_over(antiphon, at="here") as here:
        rfp_id = imported(here, antiphon)
    with place_over(antiphon, at="server", scopes=frozenset({"read"})) as there:
        for attempt in (
            lambda: there.rfp_answers.decide(rfp_id, 1, DecisionWords(kind=DecisionKind.APPROVED)),
            lambda: there.rfp_answers.approve_all(rfp_id),
            lambda: there.rfp_answers.to_library(rfp_id),
        ):
            with pytest.raises(Forbidden, match="write"):
                attempt()
        assert there.rfp_answers.export(rfp_id).written == ()
        assert there.rfp_answers.report(rfp_id)


def test_both_places_tell_the_same(antiphon: Antiphon) -> None:
    """To the last character: whoever reads `--json` need not know where the command acted."""
    with place_over(antiphon, at="here") as here:
        rfp_id = imported(here, antiphon)

    here_said, there_said = told_twice(
        antiphon,
        lambda place: [
            place.rfp_answers.findings(rfp_id),
            place.rfp_answers.gaps(limit=5),
            place.rfp_answers.stale(limit=5),
        ],
    )

    assert here_said == there_said


@pytest.mark.parametrize(
    ("numbers", "text"), [((), ""), ((4,), "4"), ((1, 2, 3, 7), "1-3,7"), ((1, 3, 5, 6), "1,3,5-6")]
)
def test_numbers_of_questions_are_short_in_headers(numbers: tuple[int, ...], text: str) -> None:
    """A thousand questions must not make a header that proxies refuse."""
    assert ranges(numbers) == text
    assert numbers_in(text) == numbers
