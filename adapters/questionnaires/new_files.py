"""New files with the answers of a questionnaire, where the buyer's own can't take them: a table in .docx or .xlsx."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from adapters.questionnaires.cells import in_cell, length
from adapters.questionnaires.plain_text import storable
from domain.counting_words import counted
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import MOST_IN_CELL, Form, Questionnaire, QuestionNo

HEADINGS = ("Section", "Question", "Answer")
_WIDTHS = (20, 60, 80)
"""Of a sheet's columns, in characters."""

Row = tuple[str, str, str]


def new_file(questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, form: Form) -> bytes:
    """
    Return a file with section, question and answer of each question in a row, under headings.

    Raises:
        InvalidInput: files of this form aren't made anew, an answer is to no question, or longer than a cell.
    """
    makers: dict[Form, Callable[[str, Sequence[Row]], bytes]] = {Form.DOCX: _document, Form.XLSX: _workbook}
    if form not in makers:
        raise InvalidInput(f"form {form}: no new file of it is made; expected one of {', '.join(makers)}")
    _check(questionnaire, answers, form=form)
    rows = [
        (storable(one.section), storable(one.text), storable(answers.get(one.no, one.given)))
        for one in questionnaire.questions
    ]
    return makers[form](storable(questionnaire.name), rows)


def _check(questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, form: Form) -> None:
    asked = {one.no for one in questionnaire.questions}
    problems = [f"question {no}: there is none of this number" for no in sorted(answers) if no not in asked]
    problems += [
        f"question {no}: the answer has {length(text):,} characters, and a cell at most {MOST_IN_CELL:,}; take .docx"
        for no, text in sorted(answers.items())
        if form is Form.XLSX and length(text) > MOST_IN_CELL
    ]
    if problems:
        share = f"{counted(len(problems), 'answer')} of {len(answers):,}"
        raise InvalidInput(
            f"{questionnaire.name}: {share} can't be written; nothing was. Edit those, or leave them out "
            "(--leave-out-refused, `leave_out_refused`)",
            problems=tuple(problems),
        )


def _document(title: str, rows: Sequence[Row]) -> bytes:
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = Document()
    document.add_heading(title, level=1)
    table = document.add_table(rows=0, cols=len(HEADINGS), style="Table Grid")
    for texts in (HEADINGS, *rows):
        for cell, text in zip(table.add_row()._tr.tc_lst, texts, strict=True):
            cell.p_lst[0].add_r().text = text
    first = table.rows[0]._tr
    first.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))  # repeated on each page
    return _saved(document.save)


def _workbook(title: str, rows: Sequence[Row]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    book.properties.title = title
    sheet.title = "Answers"
    for row, texts in enumerate((HEADINGS, *rows), start=1):
        for column, text in enumerate(texts, start=1):
            cell = sheet.cell(row, column)
            assert isinstance(cell, Cell)
            if text:
                cell.value = in_cell(text)
                cell.data_type = "s"  # `=1+1` is an answer's words, and no formula
            cell.number_format = "@"  # nor when somebody edits the cell
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=row == 1)
    for letter, width in zip("ABC", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    return _saved(book.save)


def _saved(save: Callable[[BytesIO], None]) -> bytes:
    made = BytesIO()
    save(made)
    return made.getvalue()
