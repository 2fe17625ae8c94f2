"""Questionnaires as JSON: `{"questions": [{"text": ..., "section": ..., "allowed_values": [...], "answer": ...}]}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from adapters.questionnaires.plain_text import decoded, encoded
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.draft import AnswerRules
from domain.rfp_answering.questionnaire import (
    Form,
    Place,
    Question,
    Questionnaire,
    QuestionNo,
    check_size,
    file_hash,
)

TABLE = "json"
_KNOWN = {"id", "text", "section", "allowed_values", "most_characters", "answer"}


def read_json(content: bytes, *, name: str) -> Questionnaire:
    """
    Return the questions of a JSON file.

    Raises:
        InvalidInput: no JSON, or not of this form; the message names the place.
    """
    rows = _rows(content, name=name)
    check_size([str(row.get("text", "")) for row in rows if isinstance(row, dict)], name=name)
    questions = tuple(_question(row, number, name=name) for number, row in enumerate(rows, start=1))
    if not questions:
        raise InvalidInput(f"{name}: questions: there is none; expected at least one")
    return Questionnaire(name=name, form=Form.JSON, file_hash=file_hash(content), questions=questions)


def with_json_answers(content: bytes, answers: Mapping[str, str]) -> bytes:
    """Return the file with *answers* by place (`/questions/0/answer`)."""
    document = json.loads(decoded(content, name="the file"))
    for number, row in enumerate(document["questions"]):
        text = answers.get(f"/questions/{number}/answer")
        if text is not None:
            row["answer"] = text
    return encoded(json.dumps(document, ensure_ascii=False, indent=2) + "\n", like=content)


def _rows(content: bytes, *, name: str) -> list[object]:
    try:
        document = json.loads(decoded(content, name=name))
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(f"{name}: no JSON that can be read ({exc})") from exc
    rows = document.get("questions") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise InvalidInput(f'{name}: no list of questions; expected {{"questions": [{{"text": "..."}}]}}')
    return rows


def _question(row: object, number: int, *, name: str) -> Question:
    at = f"{name}: /questions/{number - 1}"
    if not isinstance(row, dict):
        raise InvalidInput(f'{at}: expected an object such as {{"text": "..."}}')
    unknown = sorted(set(row) - _KNOWN)
    if unknown:
        raise InvalidInput(f"{at}/{unknown[0]}: no such field; known fields: {', '.join(sorted(_KNOWN))}")
    allowed, most = row.get("allowed_values", []), row.get("most_characters")
    if not isinstance(allowed, list) or not all(isinstance(one, str) for one in allowed):
        raise InvalidInput(f"{at}/allowed_values: expected a list of texts")
    if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 1):
        raise InvalidInput(f"{at}/most_characters: {most!r}; expected a whole number from 1 on")
    return Question(
        no=QuestionNo(number),
        text=_words(row, "text", at=at, is_needed=True),
        section=_words(row, "section", at=at),
        place=Place(table=TABLE, question=f"/questions/{number - 1}/text", answer=f"/questions/{number - 1}/answer"),
        rules=AnswerRules(allowed_values=tuple(cast(list[str], allowed)), most_characters=most),
        given=_words(row, "answer", at=at),
    )


def _words(row: Mapping[str, object], field: str, *, at: str, is_needed: bool = False) -> str:
    words = row.get(field) or ""
    if not isinstance(words, str) or (is_needed and not words.strip()):
        raise InvalidInput(f"{at}/{field}: {words!r}; expected a text")
    return words.strip()
