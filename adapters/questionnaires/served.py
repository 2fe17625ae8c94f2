"""What a child process does for `ChildQuestionnaireFiles`, and how a questionnaire crosses to its parent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cattrs.errors import BaseValidationError

from adapters.child_processes.serving import Said, Serve
from adapters.parsing.limits import ParsingLimits
from adapters.questionnaires.files import StandardQuestionnaireFiles, Tables, with_placed_answers
from adapters.rfp_documents import from_document, to_document
from domain.rfp_answering.questionnaire import Form, Questionnaire, WantedColumns


def open_server(limits: Mapping[str, Any]) -> Serve:
    """Return what reads questionnaires, and writes answers into their files, within these limits."""
    files = StandardQuestionnaireFiles(limits=ParsingLimits(**limits))

    def serve(request: Mapping[str, Any], content: bytes) -> Said:
        if "tables" in request:
            return {}, with_placed_answers(content, request["tables"], form=Form(request["form"]))
        wanted = from_document(request["wanted"], WantedColumns)
        return to_document(files.read(content, name=request["name"], wanted=wanted)), b""

    return serve


def reading(name: str, wanted: WantedColumns) -> dict[str, object]:
    """Return the request to read a file."""
    return {"name": name, "wanted": to_document(wanted)}


def writing(tables: Tables, form: Form) -> dict[str, object]:
    """Return the request to write answers into a file."""
    return {"tables": tables, "form": form.value}


def questionnaire_from(said: Mapping[str, Any], _made: bytes) -> Questionnaire:
    """
    Return the questionnaire that a child read.

    Raises:
        ValueError: it is none: the child was taken over by what it read.
    """
    try:
        return from_document(said, Questionnaire)
    except BaseValidationError as exc:
        raise ValueError("no questionnaire") from exc


def file_from(_said: Mapping[str, Any], made: bytes) -> bytes:
    """
    Return the file that a child wrote.

    Raises:
        ValueError: there is none.
    """
    if not made:
        raise ValueError("no file")
    return made
