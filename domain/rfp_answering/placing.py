"""Which answer goes to which place of the buyer's file, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping

from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Question, Questionnaire, QuestionNo, file_hash

Placed = dict[str, dict[str, str]]
"""Answers by table and address."""


def placed(questionnaire: Questionnaire, answers: Mapping[QuestionNo, str], *, content: bytes) -> Placed:
    """
    Return *answers* by table and address in the file whose bytes are *content*.

    Raises:
        InvalidInput: the file is another one, or an answer has no place; nothing may be written then.
    """
    if file_hash(content) != questionnaire.file_hash:
        raise InvalidInput(
            f"{questionnaire.name}: the file has changed since its questions were read, so its cells may be others; "
            "import it anew"
        )
    by_no = {question.no: question for question in questionnaire.questions}
    problems = [problem for no in sorted(answers) if (problem := _problem(by_no.get(no), no, answers[no]))]
    if problems:
        raise InvalidInput(
            f"{questionnaire.name}: {len(problems)} of {len(answers)} answers can't be written; nothing was",
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
    allowed = question.rules.allowed_values
    if allowed and answer not in allowed:
        return f"question {no} ({place.table} {place.answer}): {answer!r} is none of {', '.join(map(repr, allowed))}"
    most = question.rules.most_characters
    if most is not None and len(answer) > most:
        return f"question {no} ({place.table} {place.answer}): {len(answer)} characters; at most {most} are allowed"
    return ""
