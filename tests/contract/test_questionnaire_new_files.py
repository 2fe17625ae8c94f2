"""Contract of new files: what a buyer's own file can't take stands in a table, as text and in order."""

from __future__ import annotations

import json
from io import BytesIO

import docx
import pytest
from openpyxl import load_workbook

from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Form, Questionnaire, QuestionNo, WantedColumns

FILES = StandardQuestionnaireFiles()
HOSTILE = ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", " two\n\tlines \x07", "<w:p>&amp;</w:p>", "🦆" * 3)


def asked(count: int = len(HOSTILE)) -> Questionnaire:
    """Return a questionnaire whose questions begin like formulas, as answers do."""
    rows = [{"text": f"=Is it {no}?", "section": "-A"} for no in range(1, count + 1)]
    rows[-1]["answer"] = "theirs"
    return FILES.read(json.dumps({"questions": rows}).encode(), name="rfp.json", wanted=WantedColumns())


def cells(content: bytes, form: Form) -> list[tuple[str, ...]]:
    """Return the texts of a file's table."""
    if form is Form.DOCX:
        (table,) = docx.Document(BytesIO(content)).tables
        return [tuple(cell.text for cell in row.cells) for row in table.rows]
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}  # n: it is empty
    return [tuple(str(value or "") for value in row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("form", [Form.DOCX, Form.XLSX])
def test_each_question_has_a_row_and_no_text_is_a_formula(form: Form) -> None:
    """A model's words must neither run in the buyer's spreadsheet nor break its file."""
    answers = {QuestionNo(no): text for no, text in enumerate(HOSTILE, start=1)}

    rows = cells(FILES.made_anew(asked(), answers, form=form), form)

    assert rows[0] == ("Section", "Question", "Answer")
    assert [row[:2] for row in rows[1:]] == [("-A", f"=Is it {no}?") for no in answers]
    assert [row[2] for row in rows[1:]] == [text.replace("\x07", "") for text in HOSTILE]


@pytest.mark.parametrize("form", [Form.DOCX, Form.XLSX])
def test_what_the_buyer_answered_stays_and_what_is_open_is_empty(form: Form) -> None:
    """The new file stands for the buyer's own, with all that was in it."""
    rows = cells(FILES.made_anew(asked(3), {QuestionNo(1): "ours"}, form=form), form)

    assert [row[2] for row in rows[1:]] == ["ours", "", "theirs"]


def test_a_text_that_no_cell_holds_is_named_and_goes_into_a_document() -> None:
    """Excel calls a file with a longer one broken, and offers to repair it."""
    answers = {QuestionNo(1): "x" * 32_768}

    with pytest.raises(InvalidInput) as refused:
        FILES.made_anew(asked(), answers, form=Form.XLSX)

    assert refused.value.problems == (
        "question 1: the answer has 32,768 characters, and a cell at most 32,767; take .docx",
    )
    assert cells(FILES.made_anew(asked(), answers, form=Form.DOCX), Form.DOCX)[1][2] == answers[QuestionNo(1)]


def test_other_forms_and_unknown_questions_are_refused() -> None:
    """A file that nobody asked for, or that leaves an answer out, is worse than none."""
    with pytest.raises(InvalidInput, match="form csv: no new file"):
        FILES.made_anew(asked(), {}, form=Form.CSV)
    with pytest.raises(InvalidInput) as refused:
        FILES.made_anew(asked(), {QuestionNo(99): "x"}, form=Form.DOCX)
    assert refused.value.problems == ("question 99: there is none of this number",)
