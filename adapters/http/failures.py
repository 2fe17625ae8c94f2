"""Which failure of the one error tree a network error or a status is; messages show no secrets."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from datetime import datetime

from adapters.http.environment import EnvironmentValues
from adapters.http.exchange import Reply
from adapters.http.guard import AddressRefused
from adapters.http.retry_after import retry_after_s
from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure, TransientFailure

_UNKNOWN_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_MAY_PASS = frozenset({408, 425})


def timeout_failure(call: str, *, timeout_s: float | None, deadline_s: float) -> ItemFailure:
    """Return the failure of a call out of time: worth another attempt after the target's own timeout only."""
    if timeout_s is not None and timeout_s < deadline_s:
        return TransientFailure(
            f"{call}: no complete answer within the target's timeout_s of {timeout_s:g} s", kind=FailureKind.TIMED_OUT
        )
    return PermanentFailure(
        f"{call}: no complete answer in the {max(deadline_s, 0):.3g} s that were left until the item's deadline",
        kind=FailureKind.TIMED_OUT,
    )


def is_timeout(error: Exception) -> bool:
    """Whether our own deadline passed; the operating system's ETIMEDOUT is a connection that failed."""
    return isinstance(error, TimeoutError) and error.errno != errno.ETIMEDOUT


def network_failure(
    error: OSError | http.client.HTTPException | ValueError, *, call: str, values: EnvironmentValues
) -> ItemFailure:
    """Return the failure for what a connection raised, timeouts apart."""
    said = values.excerpt(str(error)) or type(error).__name__
    if isinstance(error, AddressRefused):
        return PermanentFailure(f"{call}: {said}", kind=FailureKind.BAD_INPUT)
    if isinstance(error, http.client.IncompleteRead):
        return _connection(call, "the connection was closed in the middle of the answer")
    if isinstance(error, http.client.HTTPException | ValueError) and not isinstance(error, OSError):
        return PermanentFailure(
            f"{call}: what came back is not HTTP ({said}); is it the right port, and https where it must be?",
            kind=FailureKind.BAD_ANSWER,
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return _failure(f"{call}: the server's certificate is not accepted ({said})", FailureKind.TLS, may_pass=False)
    if isinstance(error, ssl.SSLError):
        return _failure(f"{call}: TLS failed ({said})", FailureKind.TLS, may_pass=True)
    if isinstance(error, socket.gaierror):
        is_unknown = error.errno in _UNKNOWN_NAME
        what = "there is no host of that name" if is_unknown else "the host's name can't be looked up now"
        return _failure(f"{call}: {what} ({said})", FailureKind.DNS, may_pass=not is_unknown)
    if isinstance(error, ConnectionRefusedError):
        return _connection(call, "the connection was refused; is the server running there?")
    return _connection(call, f"the connection failed ({said})")


def status_failure(reply: Reply, *, call: str, values: EnvironmentValues, now: datetime) -> ItemFailure:
    """Return the failure for a status that is not 2xx."""
    body = values.excerpt(reply.body.decode("utf-8", "replace")) or "nothing more"
    said = f"{call}: HTTP {reply.status}, saying: {body}"
    if 300 <= reply.status < 400:
        location = values.excerpt(reply.headers.get("Location", "")) or "nowhere"
        return PermanentFailure(
            f"{call}: HTTP {reply.status} redirects to {location}; redirects are not followed: "
            "give the final URL if that is the target",
            kind=FailureKind.REFUSED,
        )
    if reply.status != 429 and reply.status < 500 and reply.status not in _MAY_PASS:
        return PermanentFailure(said, kind=FailureKind.REFUSED)
    return TransientFailure(
        said,
        kind=FailureKind.RATE_LIMITED if reply.status == 429 else FailureKind.SERVER_ERROR,
        retry_after_s=retry_after_s(reply.headers.get("Retry-After"), now=now),
    )


def _connection(call: str, problem: str) -> ItemFailure:
    return _failure(f"{call}: {problem}", FailureKind.CONNECTION, may_pass=True)


def _failure(message: str, kind: FailureKind, *, may_pass: bool) -> ItemFailure:
    return TransientFailure(message, kind=kind) if may_pass else PermanentFailure(message, kind=kind)
