"""
Every answer that says no, as application/problem+json (RFC 9457): one shape, whoever said it.

Domain errors are mapped here, once. What nobody expected is a 500 that tells its reader nothing but that it was logged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from types import NoneType
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route

from domain.jobs.errors import (
    AlreadyRunning,
    AntiphonError,
    BrokenSettings,
    Conflict,
    InvalidInput,
    KeyReused,
    NotFound,
)
from domain.jobs.errors import ServiceUnavailable as Unavailable
from domain.organizations.errors import Forbidden, Unauthenticated
from domain.origin import Origin
from entrypoints.api.refusals import TooManyRequests

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "X-Request-Id"
RETRY_AFTER_S = 5


class FieldProblem(BaseModel):
    """One thing to mend in a request."""

    pointer: str = Field(
        description="JSON pointer into the request: `/body/...`, `/query/NAME`, `/path/NAME`, `/header/NAME`; empty "
        "when it is about the whole.",
        examples=["/body/name"],
    )
    detail: str = Field(description="What was found and what was expected.")


_NO_TEXT = FieldProblem(pointer="/body", detail="it can't be read; expected JSON in UTF-8")
"""What FastAPI calls a bad request, and names no field of: of its kinds of errors, the only one with this status."""


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(description="Stable name of the kind of problem.", examples=["urn:antiphon:problem:not-found"])
    title: str = Field(description="The kind of problem in words.", examples=["Not found"])
    status: int = Field(description="The status code of the answer.", examples=[404])
    detail: str = Field(description="What happened here, and what to do.")
    errors: list[FieldProblem] = Field(default=[], description="What to mend, field by field.")


_BY_ERROR: tuple[tuple[type[AntiphonError], int, str], ...] = (
    (Unauthenticated, 401, "unauthenticated"),
    (Forbidden, 403, "forbidden"),
    (NotFound, 404, "not-found"),
    (KeyReused, 422, "idempotency-key-reused"),
    (AlreadyRunning, 409, "already-running"),
    (Conflict, 409, "conflict"),
    (InvalidInput, 422, "invalid-input"),
    (TooManyRequests, 429, "too-many-requests"),
    (Unavailable, 503, "service-unavailable"),
    (BrokenSettings, 503, "service-unavailable"),
)
_SHOWN = 80
_KINDS: dict[type, str] = {
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    dict: "an object",
    list: "a list",
    NoneType: "null",
}
_JSON_NAMES = defaultdict(lambda: "something else", _KINDS)
_NO_OBJECT = frozenset({"model_attributes_type", "model_type", "dict_type"})
_BY_STATUS = {status: name for _, status, name in reversed(_BY_ERROR)} | {
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "too-slow",
    413: "too-large",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route that may refuse with these statuses."""
    return {
        status: {
            "model": Problem,
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def problem(
    status: int,
    detail: str,
    *,
    name: str = "",
    errors: Sequence[FieldProblem] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return a problem as the answer; *name* is the stable name of its kind, by default that of the status."""
    name = name or _BY_STATUS.get(status, HTTPStatus(status).phrase.lower().replace(" ", "-"))
    document = Problem(
        type=f"urn:antiphon:problem:{name}",
        title=name.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        errors=list(errors),
    )
    return JSONResponse(document.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def explain_problems(app: FastAPI) -> None:
    """Have the application answer every error with a problem."""
    app.add_exception_handler(AntiphonError, _of_domain)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_surprise)


async def _of_domain(_request: Request, error: Exception) -> JSONResponse:
    for kind, status, name in _BY_ERROR:
        if isinstance(error, kind):
            return problem(status, str(error), name=name, errors=_fields(error), headers=_headers(status, error))
    log.error("an error without a place in the API", exc_info=error)
    return problem(500, "something went wrong; it was logged", name="internal")


async def _of_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [FieldProblem(pointer=_pointer(_place(each)), detail=_expectation(each)) for each in error.errors()]
    detail = "; ".join(f"{field.pointer}: {field.detail}" for field in fields[:3])
    return problem(422, detail or "the request can't be understood", name="invalid-input", errors=fields)


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _allowed(request)
    errors = [_NO_TEXT] if error.status_code == HTTPStatus.BAD_REQUEST else []
    return problem(error.status_code, str(error.detail), errors=errors, headers=headers)


def _allowed(request: Request) -> str:
    """Return the methods there are at this path; each route, asked alone, knows only its own."""
    routes = [route for route in _each(request.app.routes) if isinstance(route, Route)]
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    path = min((route.path for route in matching), key=lambda path: path.count("{"), default="")  # words before ids
    there = {method for route in matching if route.path == path for method in route.methods or ()}
    return ", ".join(sorted(there | ({"HEAD"} if "GET" in there else set())))  # `heading.py` answers that


def _each(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Yield the routes themselves: a router that was included stands among them as one, which knows no methods."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if isinstance(router, APIRouter):
            yield from _each(router.routes)
        else:
            yield route


async def _of_surprise(request: Request, error: Exception) -> JSONResponse:
    origin: Origin = request.state.origin  # this answer is made outside of where others get the request's id
    log.error("a request failed", request=origin.request_id, exc_info=error)
    headers = {REQUEST_ID: origin.request_id}
    return problem(500, "something went wrong; it was logged", name="internal", headers=headers)


def _fields(error: AntiphonError) -> list[FieldProblem]:
    if not isinstance(error, InvalidInput):
        return []
    found = zip(error.pointers, error.problems, strict=True) if error.problems else [("", str(error))]
    return [FieldProblem(pointer=pointer, detail=detail) for pointer, detail in found]


def _headers(status: int, error: AntiphonError) -> dict[str, str] | None:
    if isinstance(error, TooManyRequests):
        return {**error.headers, "Retry-After": str(error.retry_after_s)}
    return {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_AFTER_S)}}.get(status)


def _expectation(error: Mapping[str, Any]) -> str:
    """Say what was expected and what kind of thing was found; a body's own values may be secrets, and stay out."""
    if error["type"] == "extra_forbidden":
        return "there is no such field; /openapi.json shows those there are"
    if error["type"] == "missing":
        return "it is missing; /openapi.json shows what it may be"
    if error["type"] == "json_invalid":
        return f"it is no JSON: {error['ctx']['error']}, at character {error['loc'][-1]}"
    said, found = str(error["msg"]), error.get("input")
    shown = repr(found)[:_SHOWN] if error["loc"][:1] in (("query",), ("path",)) else _JSON_NAMES[type(found)]
    if error["type"] in _NO_OBJECT:
        return f"expected a JSON object, sent as Content-Type: application/json; found {shown}"
    return f"{said[:1].lower()}{said[1:]}; found {shown}"


def _place(error: Mapping[str, Any]) -> Sequence[int | str]:
    """Return where a slip is; of what is no JSON a character, which is no place in a document."""
    place: Sequence[int | str] = error["loc"]
    return place[:-1] if error["type"] == "json_invalid" else place


def _pointer(location: Sequence[int | str]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)
