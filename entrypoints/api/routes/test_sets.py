"""/v1/test-sets: test sets, each in versions that never change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from adapters.test_files.uploads import read_upload
from adapters.test_files.writing import antiphon_json, antiphon_yaml
from domain.test_execution.test_set import RunDefaults, TestCase, TestSetId, TestSetPlace
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.checking import checking_scorers
from entrypoints.api.conditional import TAGGED, Tagging
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.test_sets import (
    NumberedTest,
    TestSetDocument,
    UploadedTestSet,
    numbered_test,
    test_set_document,
    uploaded_document,
)
from entrypoints.api.paging import After, Limit, Page, dated, numbered, page_of, position
from entrypoints.api.problems import documented
from entrypoints.api.streaming import in_blocks
from entrypoints.api.uploading import FORM, MEDIA_TYPES, Uploaded

router = APIRouter(prefix="/v1/test-sets", tags=["test sets"])

_ANY_TEXT = {"schema": {"type": "string"}}
_BODY = {"required": True, "content": {**dict.fromkeys(MEDIA_TYPES, _ANY_TEXT), **FORM}}


def _test_set_id(test_set_id: Annotated[UUID, Path(description="The version's id.")]) -> TestSetId:
    return TestSetId(str(test_set_id))


TheTestSet = Annotated[TestSetId, Depends(_test_set_id)]


class Format(StrEnum):
    """What a test set can be downloaded as."""

    YAML = "yaml"
    JSON = "json"


@router.post(
    "",
    operation_id="upload_test_set",
    status_code=201,
    responses=documented(415),
    openapi_extra={"requestBody": _BODY},
)
def upload_test_set(
    caller: Writer,
    antiphon: Services,
    upload: Uploaded,
    response: Response,
    name: Annotated[
        str,
        Query(max_length=200, description="What to call the set; usually what its document does, or the file's name."),
    ] = "",
) -> UploadedTestSet:
    """
    Store a version of a test set: Antiphon's own document as JSON, YAML, JSON lines, CSV or TSV.

    The same content under the same name is the same version. Nothing in it may name what is on the server.
    """
    scorers = checking_scorers(antiphon)
    file = read_upload(upload.path, name=name, stem=upload.stem, scorers=scorers)
    stored = antiphon.runs.store(caller, file)
    response.headers["Location"] = f"/v1/test-sets/{stored.id}"
    return uploaded_document(stored, warnings=file.warnings)


@router.get("", operation_id="list_test_sets")
def list_test_sets(
    caller: Reader,
    antiphon: Services,
    limit: Limit = 20,
    after: After = None,
    name: Annotated[str | None, Query(max_length=200, description="Only versions of this set.")] = None,
) -> Page[TestSetDocument]:
    """List versions of test sets, the newest first; with a name, those of one set."""
    found = antiphon.test_sets.page(caller, name=name, before=position(after, _place), limit=limit + 1)
    documents = [test_set_document(stored) for stored in found]
    return page_of(documents, limit=limit, place=lambda one: cursor(one.saved_at.isoformat(), one.id))


@router.get(
    "/{test_set_id}",
    operation_id="get_test_set",
    response_model=TestSetDocument,
    responses={**TAGGED, **documented(404)},
)
def get_test_set(caller: Reader, antiphon: Services, test_set_id: TheTestSet, tagging: Tagging) -> Response:
    """Look at a version of a test set."""
    return tagging.answer(test_set_document(antiphon.test_sets.get(caller, test_set_id)))


@router.get("/{test_set_id}/tests", operation_id="list_tests", responses=documented(404))
def list_tests(
    caller: Reader, antiphon: Services, test_set_id: TheTestSet, limit: Limit = 20, after: After = None
) -> Page[NumberedTest]:
    """List the tests of a version, in their order."""
    antiphon.test_sets.get(caller, test_set_id)
    found = antiphon.test_sets.case_page(caller, test_set_id, after=position(after, numbered), limit=limit + 1)
    return page_of([numbered_test(no, case) for no, case in found], limit=limit, place=lambda one: cursor(one.no))


@router.get(
    "/{test_set_id}/document",
    operation_id="download_test_set",
    response_class=StreamingResponse,
    responses=documented(404)
    | {200: {"description": "The document.", "content": {"application/yaml": _ANY_TEXT, "application/json": {}}}},
)
def download_test_set(
    caller: Reader, antiphon: Services, test_set_id: TheTestSet, format: Format = Format.YAML
) -> StreamingResponse:
    """Download a version as the document that makes it: uploaded again, it is the same version."""
    stored = antiphon.test_sets.get(caller, test_set_id)
    pieces = _WRITERS[format](stored.name, stored.defaults, antiphon.test_sets.cases(caller, test_set_id))
    headers = {"Content-Disposition": f'attachment; filename="test-set-{test_set_id[:8]}.{format.value}"'}
    return StreamingResponse(in_blocks(pieces), media_type=f"application/{format.value}", headers=headers)


_WRITERS: dict[Format, Callable[[str, RunDefaults, Iterable[TestCase]], Iterator[str]]] = {
    Format.YAML: antiphon_yaml,
    Format.JSON: antiphon_json,
}


def _place(moment: str, row_id: str) -> TestSetPlace:
    saved_at, test_set_id = dated(moment, row_id)
    return TestSetPlace(saved_at=saved_at, id=TestSetId(test_set_id))
