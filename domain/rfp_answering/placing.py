"""Which answer goes to which place of the buyer's file, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from domain.counting_words import counted
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import (
    MOST_IN_CELL,
    Form,
    Question,
    Questionnaire,
    QuestionNo,
    file_hash,
    length_in_cell,
)

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


def refused(questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, form: Form) -> dict[QuestionNo, str]:
    """
    Return which of the *answers* a file of this form can't take, and why.

    Each is named with its place in the buyer's own file; a new file of another form takes what fits into its cells.
    """
    by_no = {question.no: question for question in questionnaire.questions}
    is_own = form is questionnaire.form
    found = {no: _problem(by_no.get(no), no, answers[no], form=form, is_own=is_own) for no in sorted(answers)}
    return {no: problem for no, problem in found.items() if problem}


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
    if problems := refused(questionnaire, answers, form=questionnaire.form):
        share = f"{counted(len(problems), 'answer')} of {len(answers):,}"
        raise InvalidInput(
            f"{questionnaire.name}: {share} can't be written; nothing was. Reject those, leave them out "
            f"(--leave-out-refused, `leave_out_refused`), or make a new file of all ({', '.join(MADE_ANEW)})",
            problems=tuple(problems.values()),
        )
    tables: Placed = {}
    places = {question.no: question.place for question in questionnaire.questions}
    for no in sorted(answers):
        tables.setdefault(places[no].table, {})[places[no].answer] = answers[no]
    return tables


def too_long(answer: str, *, form: Form) -> str:
    """Return why an answer has no room in a file of this form, whatever the buyer allows; empty: it has."""
    if form.has_room_for(answer):
        return ""
    return (
        f"the answer has {length_in_cell(answer):,} characters, and a cell of an .{form} file holds at most "
        f"{MOST_IN_CELL:,}; shorten it"
    )


def _problem(question: Question | None, no: QuestionNo, answer: str, *, form: Form, is_own: bool) -> str:
    if question is None:
        return f"question {no}: there is none of this number"
    long, place = too_long(answer, form=form), question.place
    if not is_own:
        return f"question {no}: {long}" if long else ""
    if question.obstacle:
        return f"question {no} ({place.table}): {question.obstacle}"
    at, rules = f"question {no} ({place.table} {place.answer})", question.rules
    if not rules.allow(answer):
        return f"{at}: {answer[:60]!r} is none of {rules.allowed}"
    if not rules.have_room_for(answer):
        return f"{at}: {counted(len(answer), 'character')}; at most {rules.most_characters} are allowed"
    return f"{at}: {long}" if long else ""
