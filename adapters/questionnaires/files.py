"""
Questionnaires in all the forms that buyers send them in, read and written in this process.

Buyers' files are files of strangers: what reads them for a server does so in a child process (`child_files.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from adapters.parsing.limits import USUAL, ParsingLimits
from adapters.questionnaires.delimited import TABLE as CSV_TABLE
from adapters.questionnaires.delimited import read_delimited, with_delimited_answers
from adapters.questionnaires.forms import check_file, form_of
from adapters.questionnaires.json_form import TABLE as JSON_TABLE
from adapters.questionnaires.json_form import read_json, with_json_answers
from adapters.questionnaires.markdown import TABLE as MARKDOWN_TABLE
from adapters.questionnaires.markdown import read_markdown, with_markdown_answers
from adapters.questionnaires.new_files import new_file
from adapters.questionnaires.pdf import read_pdf
from adapters.questionnaires.plain_text import storable
from adapters.questionnaires.word import read_word
from adapters.questionnaires.word_answers import with_word_answers
from adapters.questionnaires.workbook import read_workbook
from adapters.questionnaires.workbook_answers import with_workbook_answers
from domain.jobs.errors import InvalidInput, PermanentFailure
from domain.rfp_answering.placeholders import without_placeholders
from domain.rfp_answering.placing import placed
from domain.rfp_answering.questionnaire import Form, Questionnaire, QuestionNo, WantedColumns, check_size

Tables = Mapping[str, Mapping[str, str]]
"""Answers by table and address."""


@frozen(kw_only=True)
class StandardQuestionnaireFiles:
    """`QuestionnaireFiles` for every `Form`."""

    limits: ParsingLimits = USUAL

    def read(self, content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
        """Return what a file asks."""
        try:
            check_file(content, name=name, limits=self.limits)
            asked = self._read(content, name=name, wanted=wanted)
            check_size([one.text for one in asked.questions], name=name)
            return evolve(asked, questions=tuple(map(without_placeholders, asked.questions)))
        except PermanentFailure as exc:
            raise InvalidInput(f"{name}: {exc}") from exc

    def _read(self, content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
        match form := form_of(name):
            case Form.XLSX:
                return read_workbook(content, name=name, wanted=wanted)
            case Form.DOCX:
                return read_word(content, name=name, wanted=wanted)
            case Form.CSV:
                return read_delimited(content, name=name, wanted=wanted)
        if wanted != WantedColumns():
            raise InvalidInput(f"{name}: a .{form} file has no tables, so no column can be named; leave them out")
        if form is Form.PDF:
            return read_pdf(content, name=name, limits=self.limits)
        return read_markdown(content, name=name) if form is Form.MARKDOWN else read_json(content, name=name)

    def with_answers(self, content: bytes, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str]) -> bytes:
        """Return the same file with *answers* at their places."""
        tables = placed(questionnaire, answers, content=content)
        return with_placed_answers(content, tables, form=questionnaire.form)

    def made_anew(self, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, form: Form) -> bytes:
        """Return a new file with a row for each question."""
        return new_file(questionnaire, answers, form=form)


def with_placed_answers(content: bytes, tables: Tables, *, form: Form) -> bytes:
    """
    Return the file with answers by table and address.

    Raises:
        InvalidInput: a place can't take its answer; nothing is written then.
    """
    tables = {name: {place: storable(text) for place, text in answers.items()} for name, answers in tables.items()}
    match form:
        case Form.XLSX:
            return with_workbook_answers(content, tables)
        case Form.DOCX:
            return with_word_answers(content, tables)
        case Form.CSV:
            return with_delimited_answers(content, tables.get(CSV_TABLE, {}))
        case Form.MARKDOWN:
            return with_markdown_answers(content, tables.get(MARKDOWN_TABLE, {}))
        case Form.JSON:
            return with_json_answers(content, tables.get(JSON_TABLE, {}))
        case Form.PDF:
            raise InvalidInput("no answer can be written into a .pdf file; make a new one")
