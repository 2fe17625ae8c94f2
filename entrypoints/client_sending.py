"""
Sending the client's requests: again where that is safe, and no longer than the caller's patience.

Safe are requests that change nothing, and those that a server takes for the one it has had: with an idempotency key, or
whose repetition leads to the same. Of any other it must be certain that the server has not begun with it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from attrs import field, frozen

from domain.jobs.errors import AntiphonError, ServiceUnavailable
from entrypoints.client_errors import error_from

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 10.0
_TOO_MANY = frozenset({429})
_TRY_AGAIN = _TOO_MANY | {502, 503, 504}
_NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@frozen(kw_only=True, eq=False)
class Sender:
    """Sends requests to one server, with one key."""

    http: httpx.Client = field(repr=False)
    patience_s: float
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def send(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool | None = None,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        content: bytes | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> httpx.Response:
        """
        Return the answer, which is no refusal.

        *repeatable*: whether a repetition is harmless; by default of GET only. *files* make a form: by field, the
        file's name, content and media type.

        Raises:
            ServiceUnavailable: nobody answered in time, or only that it is too busy.
            AntiphonError: the server refused; which error, the refusal says.
        """
        request = self.http.build_request(
            method, path, params=_said(params), headers=headers, json=json, content=content, files=files
        )
        may_repeat = method == "GET" if repeatable is None else repeatable
        until, wait_s = self.clock() + self.patience_s, FIRST_WAIT_S
        while True:
            answer = self._try(request, may_repeat=may_repeat)
            if isinstance(answer, httpx.Response) and answer.is_success:
                return answer
            asked_s = _retry_after_s(answer, among=_TRY_AGAIN if may_repeat else _TOO_MANY)
            pause_s = max(asked_s, wait_s * random.uniform(0.5, 1.0))
            if asked_s < 0 or self.clock() + pause_s > until:
                raise self._refusal(request, answer)
            self.sleep(pause_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    @contextmanager
    def streaming(
        self, path: str, *, headers: Mapping[str, str], params: Mapping[str, object] | None = None
    ) -> Iterator[httpx.Response]:
        """
        Yield an answer whose body is read piece by piece.

        Raises:
            ServiceUnavailable: the connection broke, here or while reading.
            AntiphonError: the server refused.
        """
        try:
            with self.http.stream("GET", path, params=_said(params), headers=dict(headers)) as answer:
                if not answer.is_success:
                    answer.read()
                    raise error_from(answer.status_code, answer.content, asked=f"GET {path}")
                yield answer
        except httpx.TransportError as exc:
            raise self._unreachable(exc) from exc

    def _try(self, request: httpx.Request, *, may_repeat: bool) -> httpx.Response | httpx.TransportError:
        """Return an answer, or an error after which the request may be sent again; raise other errors."""
        try:
            return self.http.send(request)
        except httpx.TransportError as exc:
            if may_repeat or isinstance(exc, _NOT_BEGUN):
                return exc
            raise ServiceUnavailable(
                f"{self._unreachable(exc)}; whether it has done what was asked is not known: look before asking again"
            ) from exc

    def _refusal(self, request: httpx.Request, answer: httpx.Response | httpx.TransportError) -> AntiphonError:
        if isinstance(answer, httpx.TransportError):
            return self._unreachable(answer)
        return error_from(answer.status_code, answer.content, asked=f"{request.method} {request.url.path}")

    def _unreachable(self, exc: httpx.TransportError) -> ServiceUnavailable:
        return ServiceUnavailable(
            f"the server {self.http.base_url} can't be reached ({exc or type(exc).__name__}); check the address, and "
            "that `antiphon api` runs there"
        )


def sender_to(
    server: str, *, key: str, timeout_s: float, patience_s: float, transport: httpx.BaseTransport | None = None
) -> Sender:
    """Return a sender to *server*; *transport*: how requests travel, where that is not httpx's usual way."""
    headers = {"Authorization": f"Bearer {key}", "User-Agent": "antiphon-client"}
    http = httpx.Client(base_url=server.rstrip("/"), headers=headers, timeout=timeout_s, transport=transport)
    return Sender(http=http, patience_s=patience_s)


def _said(params: Mapping[str, object] | None) -> list[tuple[str, str | int | float | bool | None]]:
    """Return the parameters that say something; those with several values once for each."""
    pairs = [
        (name, each)
        for name, value in (params or {}).items()
        for each in (value if isinstance(value, list | tuple) else [value])
    ]
    return [(name, str(value)) for name, value in pairs if value is not None]


def _retry_after_s(answer: httpx.Response | httpx.TransportError, *, among: frozenset[int]) -> float:
    """Return how long the server asks to be left alone, in seconds; below 0 where asking again would not help."""
    if isinstance(answer, httpx.TransportError):
        return 0.0
    if answer.status_code not in among:
        return -1.0
    said = answer.headers.get("Retry-After", "0")
    try:
        return max(float(said), 0.0)
    except ValueError:
        return _until(said)


def _until(said: str) -> float:
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    return max((moment.astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)
