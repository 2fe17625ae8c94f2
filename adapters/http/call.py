"""One HTTP call, made again and again: its headers, its limits, and its failures on the way there and back."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from attrs import field, frozen

from adapters.http.deadline import Deadline
from adapters.http.environment import EnvironmentValues
from adapters.http.exchange import Hear, HttpConnections, Reply, Request
from adapters.http.failures import is_timeout, network_failure, timeout_failure
from adapters.http.url import Url
from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document

DEFAULT_HEADERS = {"User-Agent": "antiphon", "Accept": "*/*"}

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
# They say where a request ends; a wrong one breaks the connection for the next call.
_OURS = frozenset({"content-length", "transfer-encoding", "connection"})


@frozen(kw_only=True)
class HttpCall:
    """
    A request ready to be made; *shown* is its name in messages, *now* the clock for dates in Retry-After.

    *trace* returns the `traceparent` to send along; empty, as by default: none.
    """

    method: str
    shown: str
    url: Url = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    max_bytes: int
    timeout_s: float | None
    values: EnvironmentValues = field(repr=False)
    connections: HttpConnections = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)
    trace: Callable[[], str] = field(default=str, repr=False)

    def send(self, body: bytes | None, *, variables: Document, deadline_s: float, hear: Hear | None = None) -> Reply:
        """
        Send *body* once and return what came back, whatever its status; no later than timeout_s and *deadline_s*.

        With *hear* the body is told as it comes, and read as far as it is wanted.

        Raises:
            TransientFailure, PermanentFailure: connection, dns, tls, timed_out; bad_answer: it is not HTTP.
        """
        path = self.url.path(variables)
        trace = self.trace()
        headers = {**self.headers, "traceparent": trace} if trace else self.headers
        request = Request(method=self.method, path=path, headers=headers, body=body)
        limit_s = deadline_s if self.timeout_s is None else min(self.timeout_s, deadline_s)
        try:
            deadline = Deadline.after(limit_s)
            return self.connections.exchange(request, deadline=deadline, max_bytes=self.max_bytes, hear=hear)
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: a chunk of negative size
            if is_timeout(error):
                failure = timeout_failure(self.shown, timeout_s=self.timeout_s, deadline_s=deadline_s)
            else:
                failure = network_failure(error, call=self.shown, values=self.values)
        # Outside the handler, so that no traceback repeats the library's words: they may hold what the server echoed.
        raise failure


def utc_now() -> datetime:
    """Return the time; the default clock of those who open calls."""
    return datetime.now(UTC)


def checked_headers(
    headers: Mapping[str, str], *, values: EnvironmentValues, defaults: Mapping[str, str]
) -> dict[str, str]:
    """
    Return the headers with the environment's values filled in, over *defaults*.

    Raises:
        InvalidInput: an unset variable, or a name or value that can't stand in a header.
    """
    filled = {name: _header(name, str(value), values=values) for name, value in headers.items()}
    given = {name.lower() for name in filled}
    return {name: value for name, value in defaults.items() if name.lower() not in given} | filled


def checked_key(api_key: str, *, values: EnvironmentValues) -> str:
    """
    Return an API key as it is sent, and have *values* mask it from now on.

    Raises:
        InvalidInput: an unset variable, or a key that can't stand in a header.
    """
    key = _checked_value(values.fill(api_key, field="api_key"), field="api_key")
    values.add_secret(key)
    return key


def _checked_value(value: str, *, field: str) -> str:
    stripped = value.strip(" \t")
    if not _HEADER_VALUE.fullmatch(stripped):
        raise InvalidInput(
            f"{field}: the value (not shown) holds a line break, a control character or one beyond Latin-1; "
            "expected one line of plain text"
        )
    return stripped


def _header(name: str, value: str, *, values: EnvironmentValues) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise InvalidInput(f"headers: {name!r} is not a header's name; expected letters, digits and '-'")
    if name.lower() in _OURS:
        raise InvalidInput(f"headers.{name}: this header is set by the program; take it out")
    return _checked_value(values.fill_header(value, field=f"headers.{name}"), field=f"headers.{name}")
