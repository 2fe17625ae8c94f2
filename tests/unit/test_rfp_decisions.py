"""What people decide about answers stands above all that machines do."""

from __future__ import annotations

import json
from io import BytesIO

import docx
import pytest

from domain.jobs.errors import (
    Conflict,
    InvalidInput,
    NotFound,
)
from domain.rfp_answering.questionnaire import Form, QuestionNo, WantedColumns
from domain.rfp_answering.records import DecisionKind
from domain.rfp_answering.stage import StageSpec
from tests.contract.building import THEM, US
from tests.contract.library_files import a_pdf
from tests.unit.rfp_replies import LIES, honest
from tests.unit.rfp_world import MODEL, QUESTIONS, RfpWorld


def test_what_a_person_wrote_or_approved_survives_every_rerun() -> None:
    """Nobody trusts a machine twice that has overwritten a lawyer's words."""
    world = RfpWorld(honest)
    rfp = world.imported()
    world.answered(rfp)
    world.deciding.decide(US, rfp.id, QuestionNo(1), DecisionKind.EDITED, text="Our own words.")
    world.deciding.decide(US, rfp.id, QuestionNo(2), DecisionKind.APPROVED)
    world.library.texts = {name: f"{text} And more." for name, text in world.library.texts.items()}

    job = world.answered(rfp)

    assert [item.input["no"] for item in world.kernel.items(job.id)] == [3, 4]
    standings = world.standings(rfp)
    assert (standings[0].answer, standings[0].state.value) == ("Our own words.", "edited")
    assert (standings[1].answer, standings[1].state.value) == ("Backups are kept for 30 days.", "approved")


def test_an_edit_while_a_draft_is_under_way_wins() -> None:
    """The person was there; the job comes too late."""
    world = RfpWorld(honest)
    rfp = world.imported(QUESTIONS[:1])
    job = world.answering.respond(US, StageSpec(rfp_id=rfp.id, model=MODEL))
    world.deciding.decide(US, rfp.id, QuestionNo(1), DecisionKind.EDITED, text="Mine.")

    world.run(job)

    assert world.states(rfp) == ["edited"]
    assert world.standings(rfp)[0].draft is None


def test_decisions_are_about_what_was_looked_at() -> None:
    """Whoever approves a draft must not approve the next one with it."""
    world = RfpWorld(honest)
    rfp = world.imported()
    decide = world.deciding.decide
    one, four = QuestionNo(1), QuestionNo(4)
    with pytest.raises(Conflict, match="no draft"):
        decide(US, rfp.id, one, DecisionKind.APPROVED)
    world.answered(rfp)

    with pytest.raises(Conflict, match="draft 7 was looked at"):
        decide(US, rfp.id, one, DecisionKind.APPROVED, draft_version=7)
    with pytest.raises(Conflict, match="no answer"):
        decide(US, rfp.id, four, DecisionKind.APPROVED)
    with pytest.raises(InvalidInput, match="expected the answer's words"):
        decide(US, rfp.id, one, DecisionKind.EDITED, text=" ")
    with pytest.raises(InvalidInput, match="expected the answer's words"):
        decide(US, rfp.id, one, DecisionKind.EDITED, text="\u200b\u2060")
    with pytest.raises(InvalidInput, match="belongs to an edit"):
        decide(US, rfp.id, one, DecisionKind.APPROVED, text="x")
    with pytest.raises(NotFound):
        decide(THEM, rfp.id, one, DecisionKind.APPROVED)
    assert decide(US, rfp.id, one, DecisionKind.APPROVED, draft_version=1).state.value == "approved"
    assert decide(US, rfp.id, four, DecisionKind.EDITED, text="None.").state.value == "edited"


def test_a_persons_words_give_way_to_a_draft_only_where_it_is_named() -> None:
    """`approve` behind an edit is meant for the edit; the draft with the error would leave the house instead."""
    world = RfpWorld(honest)
    rfp = world.imported(QUESTIONS[:1])
    world.answered(rfp)
    one, decide = QuestionNo(1), world.deciding.decide
    decide(US, rfp.id, one, DecisionKind.EDITED, text="Mine.")

    with pytest.raises(Conflict, match=r"a person wrote the answer.*--draft 1"):
        decide(US, rfp.id, one, DecisionKind.APPROVED)
    assert world.standings(rfp)[0].answer == "Mine."
    decide(US, rfp.id, one, DecisionKind.APPROVED, draft_version=1)

    assert world.standings(rfp)[0].answer != "Mine."
    assert world.states(rfp) == ["approved"]


def test_a_persons_words_are_taken_back_without_a_draft() -> None:
    """Written to the wrong question they would leave the house: no job drafts what a person has answered for."""
    world = RfpWorld(honest)
    rfp = world.imported(QUESTIONS[:1])
    one = QuestionNo(1)
    world.deciding.decide(US, rfp.id, one, DecisionKind.EDITED, text="Mine, of another question.")

    world.deciding.decide(US, rfp.id, one, DecisionKind.REJECTED)
    with pytest.raises(Conflict, match="no draft to look at"):
        world.deciding.decide(US, rfp.id, one, DecisionKind.REJECTED)

    assert world.states(rfp) == ["open"]
    assert world.deciding.export(US, rfp.id).left_open == (1,)
    world.answered(rfp)
    assert world.states(rfp) == ["drafted"]


def test_a_rejected_draft_is_drafted_anew() -> None:
    """Whoever rejects it wants another one, though nothing else has changed."""
    world = RfpWorld(honest)
    rfp = world.imported(QUESTIONS[:1])
    world.answered(rfp)
    world.deciding.decide(US, rfp.id, QuestionNo(1), DecisionKind.REJECTED)
    assert world.states(rfp) == ["rejected"]

    world.answered(rfp)

    assert world.states(rfp) == ["drafted"]
    assert [one.version for one in world.answering.drafts(US, rfp.id, QuestionNo(1))] == [1, 2]


def test_only_sound_answers_are_approved_together() -> None:
    """What a check or a reviewer objects to is for a person, one by one."""
    world = RfpWorld(lambda told: LIES["nothing is quoted"] if QUESTIONS[1] in told else honest(told))
    rfp = world.imported()
    world.answered(rfp)

    done = world.deciding.approve_all(US, rfp.id)

    assert done.approved == (1, 3)
    assert [(one.no, one.state.value, one.reasons) for one in done.left] == [
        (2, "needs_review", done.left[0].reasons),
        (4, "no_answer", ("the library has no answer: write one, or add a document that has it",)),
    ]
    assert "nothing is quoted" in done.left[0].reasons
    assert world.deciding.approve_all(US, rfp.id).approved == ()
    assert world.states(rfp) == ["approved", "needs_review", "approved", "no_answer"]


def test_the_buyers_file_gets_what_a_person_answered_for() -> None:
    """Drafts only where they are asked for, and never one that needs a look."""
    world = RfpWorld(lambda told: LIES["nothing is quoted"] if QUESTIONS[1] in told else honest(told))
    rfp = world.imported()
    world.answered(rfp)
    world.deciding.decide(US, rfp.id, QuestionNo(3), DecisionKind.EDITED, text="Yes.")

    final = world.deciding.export(US, rfp.id)
    drafted = world.deciding.export(US, rfp.id, with_drafts=True)

    assert (final.written, final.left_open) == ((3,), (1, 2, 4))
    assert (drafted.written, drafted.left_open) == ((1, 3), (2, 4))
    assert [row.get("answer") for row in json.loads(final.content)["questions"]] == [None, None, "Yes.", None]


def test_another_form_is_a_new_file_under_a_name_of_its_own() -> None:
    """A colleague wants a document to read; the buyer's own file stays as it is."""
    world = RfpWorld(honest)
    rfp = world.imported()
    world.deciding.decide(US, rfp.id, QuestionNo(3), DecisionKind.EDITED, text="Yes.")

    own, other = world.deciding.export(US, rfp.id), world.deciding.export(US, rfp.id, form=Form.DOCX)

    assert (own.form, own.name) == (Form.JSON, "rfp.json")
    assert (other.form, other.name, other.written, other.left_open) == (Form.DOCX, "rfp.docx", (3,), (1, 2, 4))
    (table,) = docx.Document(BytesIO(other.content)).tables
    assert [row.cells[2].text for row in table.rows] == ["Answer", "", "", "Yes.", ""]
    with pytest.raises(InvalidInput, match="expected one of json, docx, xlsx"):
        world.deciding.export(US, rfp.id, form=Form.CSV)


def test_answers_to_a_pdf_leave_in_a_document_or_a_workbook() -> None:
    """A PDF takes none; which of the two it is, whoever exports may say."""
    world = RfpWorld(honest)
    rfp = world.answering.add(US, a_pdf(QUESTIONS[0]), name="rfp.pdf", wanted=WantedColumns())
    world.answered(rfp)
    world.deciding.approve_all(US, rfp.id)

    usual, sheet = world.deciding.export(US, rfp.id), world.deciding.export(US, rfp.id, form=Form.XLSX)

    assert [(one.form, one.name, one.written) for one in (usual, sheet)] == [
        (Form.DOCX, "rfp.docx", (1,)),
        (Form.XLSX, "rfp.xlsx", (1,)),
    ]
    (table,) = docx.Document(BytesIO(usual.content)).tables
    assert [cell.text for cell in table.rows[1].cells][1] == QUESTIONS[0]
    with pytest.raises(InvalidInput, match="expected one of docx, xlsx"):
        world.deciding.export(US, rfp.id, form=Form.PDF)


def test_what_the_buyers_file_answers_already_is_left_alone() -> None:
    """It is not drafted, not counted as open, and stays as it is."""
    world = RfpWorld(honest)
    content = json.dumps({"questions": [{"text": QUESTIONS[0], "answer": "Yes."}, {"text": QUESTIONS[1]}]}).encode()
    rfp = world.answering.add(US, content, name="rfp.json", wanted=WantedColumns())

    job = world.answered(rfp)

    assert [item.input["no"] for item in world.kernel.items(job.id)] == [2]
    assert world.deciding.export(US, rfp.id).left_open == (2,)
