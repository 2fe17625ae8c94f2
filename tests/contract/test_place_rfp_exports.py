"""`antiphon rfp export` where cells are in the way or too small, wherever it acts."""

from __future__ import annotations

import io

import openpyxl
import pytest

from domain.jobs.errors import InvalidInput
from domain.rfp_answering.draft import AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.proving.evidence import Evidence
from domain.rfp_answering.questionnaire import Form, QuestionNo
from domain.rfp_answering.records import DecisionKind
from domain.rfp_answering.rfp import RfpId
from entrypoints.api.documents.rfp_decisions import DecisionWords
from entrypoints.api.documents.rfps import ImportWords
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.rfp_building import a_draft

FOUND = ImportWords()
CELL = 32_767
"""What Excel puts into one."""


def with_bad_cells() -> bytes:
    """Return a workbook of two sheets: merged cells and a formula are in the way on one, a formula on the other."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Security"
    second = book.create_sheet("Company")
    for sheet in (first, second):
        sheet.append(("Question", "Response"))
        for no in range(3):
            sheet.append((f"Is {sheet.title.lower()} question {no} answered?", None))
    first.merge_cells("B2:C2")
    first["B4"], second["B3"] = "=1+1", "=2+2"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.fixture
def edited(place: Place) -> str:
    """An RFP over that workbook, where a person has answered everything but the last question."""
    rfp_id = place.rfps.add("bad.xlsx", with_bad_cells(), FOUND).id
    for no in range(1, 6):
        edit(place, rfp_id, no, f"Answer {no}.")
    return rfp_id


def edit(place: Place, rfp_id: str, no: int, text: str) -> None:
    """Write an answer as a person does."""
    place.rfp_answers.decide(rfp_id, no, DecisionWords(kind=DecisionKind.EDITED, text=text))


def test_every_bad_cell_is_named_at_once(place: Place, edited: str) -> None:
    """On all sheets: whoever mends one and is told of the next has to try five times."""
    with pytest.raises(InvalidInput) as refused:
        place.rfp_answers.export(edited)

    assert "3 answers of 5 can't be written; nothing was" in str(refused.value)
    assert "--leave-out-refused" in str(refused.value)
    assert [problem.rpartition(": ")[0] for problem in refused.value.problems] == [
        "question 1 (Security): B2",
        "question 3 (Security): B4",
        "question 5 (Company): B3",
    ]


def test_all_others_are_written_when_that_is_asked_for(place: Place, edited: str) -> None:
    """One formula of the buyer's must not keep forty answers from leaving; what was left out is said."""
    file = place.rfp_answers.export(edited, leave_out_refused=True)
    refused = place.rfp_answers.refused(edited).refused

    assert (file.written, file.left_out, file.left_open) == ((2, 4), (1, 3, 5), (6,))
    assert [one.no for one in refused] == [1, 3, 5]
    assert refused[0].reason == "question 1 (Security): B2: it is part of the merged cells B2:C2"
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert (book["Security"]["B3"].value, book["Company"]["B2"].value) == ("Answer 2.", "Answer 4.")
    assert (book["Security"]["B4"].value, book["Company"]["B3"].value) == ("=1+1", "=2+2")


def test_where_nothing_is_in_the_way_nothing_is_left_out(place: Place, edited: str) -> None:
    """A new file takes what the buyer's own cells can't."""
    file = place.rfp_answers.export(edited, form=Form.DOCX, leave_out_refused=True)

    assert (file.written, file.left_out) == ((1, 2, 3, 4, 5), ())
    assert place.rfp_answers.refused(edited, form=Form.DOCX).refused == []


def test_an_answer_longer_than_a_cell_is_refused_when_it_is_written(place: Place) -> None:
    """Hours later, at the export, nobody remembers what could be left out of it. An emoji is two of Excel's signs."""
    rfp_id = place.rfps.add("bad.xlsx", with_bad_cells(), FOUND).id

    for text in ("x" * (CELL + 1), "\N{DUCK}" * (CELL // 2 + 1)):
        with pytest.raises(InvalidInput, match=r"question 2: the answer has 32,768 characters, .*at most 32,767"):
            edit(place, rfp_id, 2, text)
    edit(place, rfp_id, 2, "x\r\n" + "x" * (CELL - 2))
    edit(place, rfp_id, 4, "\N{DUCK}" * (CELL // 2))

    assert place.rfp_answers.export(rfp_id).written == (2, 4)


def test_a_file_without_cells_takes_longer_answers(place: Place) -> None:
    """It is Excel that has this limit; a new workbook of them says so, and leaves out what has no room."""
    rfp_id = place.rfps.add("a.csv", b"Question,Answer\nWhy?,\nHow?,\n", FOUND).id
    edit(place, rfp_id, 1, "x" * (CELL + 1))
    edit(place, rfp_id, 2, "So.")

    assert place.rfp_answers.export(rfp_id).written == (1, 2)
    with pytest.raises(InvalidInput, match="1 answer of 2 can't be written"):
        place.rfp_answers.export(rfp_id, form=Form.XLSX)
    file = place.rfp_answers.export(rfp_id, form=Form.XLSX, leave_out_refused=True)
    assert (file.written, file.left_out) == ((2,), (1,))
    assert "32,768 characters" in place.rfp_answers.refused(rfp_id, form=Form.XLSX).refused[0].reason


def test_a_draft_longer_than_a_cell_is_not_approved(place: Place, antiphon: Antiphon) -> None:
    """It would be refused at the export, when nobody looks at it anew; approving all says why it is left."""
    rfp_id = place.rfps.add("bad.xlsx", with_bad_cells(), FOUND).id
    long = "Yes. " * 7_000
    draft = Draft(
        answer=long, verdict=AnswerVerdict.ANSWERED, quotes=(Quote(chunk_id=ChunkId("gone:1:0"), text="Yes."),)
    )
    with antiphon.rfp.answering.rfps.begin(antiphon.tenant) as work:
        rfp = work.rfps.get(RfpId(rfp_id))
        evidence = Evidence(passed=(), findings=())
        work.answers.add_draft(a_draft(rfp, QuestionNo(2), draft=draft, evidence=evidence))
        work.commit()

    done = place.rfp_answers.approve_all(rfp_id)

    assert done.approved == []
    assert "34,999 characters" in next(one.reasons[0] for one in done.left if one.no == 2)
    assert place.rfp_answers.export(rfp_id, with_drafts=True, leave_out_refused=True).left_out == (2,)
