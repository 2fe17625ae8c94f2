"""
What a server's refusals are to its clients: the errors that the same move raises on this machine.

So whoever catches `Conflict` around a local move catches it around a remote one.
"""

from __future__ import annotations

import json

from domain.jobs.errors import (
    AlreadyRunning,
    AntiphonError,
    Conflict,
    InvalidInput,
    KeyReused,
    NotFound,
    ServiceUnavailable,
)
from domain.organizations.errors import Forbidden, Unauthenticated

_BY_NAME: dict[str, type[AntiphonError]] = {
    "already-running": AlreadyRunning,
    "conflict": Conflict,
    "forbidden": Forbidden,
    "idempotency-key-reused": KeyReused,
    "not-found": NotFound,
    "unauthenticated": Unauthenticated,
}
_BUSY = (429, 502, 503, 504)


class Refused(AntiphonError):
    """The server refused for a reason that has no error of its own; *status* and *name* say which."""

    def __init__(self, message: str, *, status: int, name: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = name


def error_from(status: int, body: bytes, *, asked: str) -> AntiphonError:
    """
    Return the error that an answer tells of: a problem document (RFC 9457), or whatever else came back.

    *asked* is the request in words, for answers that say nothing themselves.
    """
    problem = _object(body)
    detail = str(problem.get("detail") or f"{asked}: the server answered with status {status}, and not why")
    name = str(problem.get("type", "")).rpartition(":")[2]
    if name in _BY_NAME:
        return _BY_NAME[name](detail)
    if name == "invalid-input" or (status == 422 and not name):
        return InvalidInput(detail, problems=_problems(problem))
    if status in _BUSY or status >= 500:
        return ServiceUnavailable(detail)
    return Refused(detail, status=status, name=name)


def _problems(problem: dict[str, object]) -> tuple[str, ...]:
    errors = problem.get("errors")
    fields = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    more = [field for field in fields if field.get("detail") != problem.get("detail")]  # one may be all that is said
    return tuple(": ".join(str(field[part]) for part in ("pointer", "detail") if field.get(part)) for field in more)


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
