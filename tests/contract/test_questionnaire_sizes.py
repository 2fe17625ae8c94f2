"""How much a questionnaire may ask: as much as people can answer, whatever form it comes in."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import LONGEST_QUESTION, MOST_QUESTIONS, WantedColumns
from tests.contract.library_files import a_word_file, with_part

FILES = StandardQuestionnaireFiles()
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def a_document(texts: list[str]) -> bytes:
    """Return a .docx that asks this."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)
    xml = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return with_part(a_word_file(), "word/document.xml", xml)


MAKERS: dict[str, Callable[[list[str]], bytes]] = {
    "rfp.csv": lambda texts: "\n".join(["Question,Answer", *(f"{text}," for text in texts)]).encode(),
    "rfp.md": lambda texts: "\n".join(f"- {text}" for text in texts).encode(),
    "rfp.json": lambda texts: json.dumps({"questions": [{"text": text} for text in texts]}).encode(),
    "rfp.docx": a_document,
}


@pytest.mark.parametrize("name", MAKERS)
def test_more_questions_than_people_can_answer_are_refused(name: str) -> None:
    """A list of a million rows is somebody's data: each would be a row of ours, and a call of a model."""
    most = ["Is it?"] * MOST_QUESTIONS

    assert len(FILES.read(MAKERS[name](most), name=name, wanted=WantedColumns()).questions) == MOST_QUESTIONS
    with pytest.raises(InvalidInput, match=rf"{name}: it asks 20,001 questions; expected at most 20,000; split it"):
        FILES.read(MAKERS[name]([*most, "Is it?"]), name=name, wanted=WantedColumns())


@pytest.mark.parametrize("name", MAKERS)
def test_a_question_is_no_longer_than_a_cell(name: str) -> None:
    """Megabytes without an end are no question, and would be sent to a model."""
    longest = "x" * (LONGEST_QUESTION - 1) + "?"

    assert FILES.read(MAKERS[name]([longest]), name=name, wanted=WantedColumns()).questions[0].text == longest
    with pytest.raises(InvalidInput, match=rf"{name}: question 2 \('xxx.*\) has 32,768 characters"):
        FILES.read(MAKERS[name]([longest, "x" + longest]), name=name, wanted=WantedColumns())


def test_a_number_that_python_does_not_read_is_no_json() -> None:
    """It refuses more than 4,300 digits, with an error of its own."""
    content = b'{"questions": [{"text": "Is it?", "most_characters": 1' + b"0" * 5000 + b"}]}"

    with pytest.raises(InvalidInput, match=r"rfp\.json: no JSON that can be read"):
        FILES.read(content, name="rfp.json", wanted=WantedColumns())
