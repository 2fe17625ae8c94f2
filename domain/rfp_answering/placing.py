"""Which answer goes to which place of the buyer's file, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Form, Question, Questionnaire, QuestionNo, file_hash

Placed = dict[str, dict[str, str]]
"""Answers by table and address."""

MADE_ANEW = (Form.DOCX, Form.XLSX)
"""The forms in which a new file is made, where the buyer's own takes no answers or another form is wanted."""


def export_form(questionnaire: Questionnaire, *, wanted: Form | None) -> Form:
    """
    Return the form that answers leave in: the buyer's own where that takes answers, unless another one is wanted.

    Raises:
        InvalidInput: no file of that form can be made.
    """
    own = questionnaire.form
    forms = dict.fromkeys((own, *MADE_ANEW) if own.takes_answers else MADE_ANEW)
    if wanted is not None and wanted not in forms:
        raise InvalidInput(
            f"form {wanted}: {questionnaire.name} can't be exported so; expected one of {', '.join(forms)}"
        )
    return wanted or next(iter(forms))


def export_name(questionnaire: Questionnaire, *, form: Form) -> str:
    """Return what to call an exported file: the buyer's own name, with another ending where it is of another form."""
    if form is questionnaire.form:
        return questionnaire.name
    return f"{PurePath(questionnaire.name).stem}.{form}"


def placed(questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, content: bytes) -> Placed:
    """
    Return *answers* by table and address in the file whose bytes are *content*.

    Raises:
        InvalidInput: the file is another one, or an answer has no place; nothing may be written then.
    """
    if not questionnaire.form.takes_answers:
        raise InvalidInput(
            f"{questionnaire.name}: no answer can be written into a .{questionnaire.form} file; make a new one "
            f"({', '.join(MADE_ANEW)})"
        )
    if file_hash(content) != questionnaire.file_hash:
        raise InvalidInput(
            f"{questionnaire.name}: the file has changed since its questions were read, so its cells may be others; "
            "import it anew"
        )
    by_no = {question.no: question for question in questionnaire.questions}
    problems = [problem for no in sorted(answers) if (problem := _problem(by_no.get(no), no, answers[no]))]
    if problems:
        raise InvalidInput(
            f"{questionnaire.name}: {len(problems)} of {len(answers)} answers can't be written; nothing was. Reject "
            f"those, or make a new file of all ({', '.join(MADE_ANEW)})",
            problems=tuple(problems),
        )
    tables: Placed = {}
    for no in sorted(answers):
        place = by_no[no].place
        tables.setdefault(place.table, {})[place.answer] = answers[no]
    return tables


def _problem(question: Question | None, no: QuestionNo, answer: str) -> str:
    if question is None:
        return f"question {no}: there is none of this number"
    place = question.place
    if question.obstacle:
        return f"question {no} ({place.table}): {question.obstacle}"
    at, rules = f"question {no} ({place.table} {place.answer})", question.rules
    if not rules.allow(answer):
        return f"{at}: {answer!r} is none of {rules.allowed}"
    if not rules.have_room_for(answer):
        return f"{at}: {len(answer)} characters; at most {rules.most_characters} are allowed"
    return ""
