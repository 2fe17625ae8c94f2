"""Questionnaires in all the formats that buyers send them in; a file's format is told by its ending."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.questionnaires.delimited import TABLE as CSV_TABLE
from adapters.questionnaires.delimited import read_delimited, with_delimited_answers
from adapters.questionnaires.json_form import TABLE as JSON_TABLE
from adapters.questionnaires.json_form import read_json, with_json_answers
from adapters.questionnaires.markdown import TABLE as MARKDOWN_TABLE
from adapters.questionnaires.markdown import read_markdown, with_markdown_answers
from adapters.questionnaires.new_files import new_file
from adapters.questionnaires.word import read_word, with_word_answers
from adapters.questionnaires.workbook import read_workbook
from adapters.questionnaires.workbook_answers import with_workbook_answers
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.placing import placed
from domain.rfp_answering.questionnaire import Form, Questionnaire, QuestionNo, WantedColumns

MOST_BYTES = 25_000_000


class StandardQuestionnaireFiles:
    """`QuestionnaireFiles` for .xlsx, .docx, .csv, .md and .json."""

    def read(self, content: bytes, *, name: str, wanted: WantedColumns) -> Questionnaire:
        """Return what a file asks."""
        if len(content) > MOST_BYTES:
            raise InvalidInput(f"{name}: {len(content):,} bytes; a questionnaire has at most {MOST_BYTES:,}")
        form = _form_of(name)
        if form is Form.XLSX:
            return read_workbook(content, name=name, wanted=wanted)
        if form is Form.DOCX:
            return read_word(content, name=name, wanted=wanted)
        if form is Form.CSV:
            return read_delimited(content, name=name, wanted=wanted)
        if wanted != WantedColumns():
            raise InvalidInput(f"{name}: a .{form} file has no tables, so no column can be named; leave them out")
        return read_markdown(content, name=name) if form is Form.MARKDOWN else read_json(content, name=name)

    def with_answers(self, content: bytes, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str]) -> bytes:
        """Return the same file with *answers* at their places."""
        tables = placed(questionnaire, answers, content=content)
        match questionnaire.form:
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

    def made_anew(self, questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, form: Form) -> bytes:
        """Return a new file with a row for each question."""
        return new_file(questionnaire, answers, form=form)


def _form_of(name: str) -> Form:
    ending = name.rpartition(".")[2].lower()
    ending = {"markdown": "md"}.get(ending, ending)
    if "." not in name or ending not in list(Form):
        known = ", ".join(f".{form}" for form in Form)
        raise InvalidInput(f"{name}: a questionnaire is one of {known}; save it as one of those")
    return Form(ending)
