"""Network errors that a test on loopback can't cause: each has its place in the error tree."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

import pytest

from adapters.http.environment import EnvironmentValues
from adapters.http.failures import is_timeout, network_failure
from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure

CONNECTION = FailureKind.CONNECTION


@pytest.mark.parametrize(
    ("error", "failure_type", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), PermanentFailure, FailureKind.DNS),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), TransientFailure, FailureKind.DNS),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), PermanentFailure, FailureKind.TLS),
        (ssl.SSLError(1, "tlsv1 alert internal error"), TransientFailure, FailureKind.TLS),
        (ConnectionRefusedError(111, "Connection refused"), TransientFailure, CONNECTION),
        (ConnectionResetError(104, "Connection reset by peer"), TransientFailure, CONNECTION),
        (http.client.RemoteDisconnected("closed without response"), TransientFailure, CONNECTION),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), TransientFailure, CONNECTION),
        (http.client.IncompleteRead(b"x", 3), TransientFailure, CONNECTION),
        (http.client.LineTooLong("header line"), PermanentFailure, FailureKind.BAD_ANSWER),
    ],
)
def test_each_network_error_has_its_place(
    error: OSError | http.client.HTTPException, failure_type: type, kind: FailureKind
) -> None:
    """A name that does not exist is a typing error and stays one; most other things may pass."""
    failure = network_failure(error, call="POST http://h", values=EnvironmentValues({}))

    assert (type(failure), failure.kind) == (failure_type, kind)
    assert str(failure).startswith("POST http://h: ")


def test_only_our_own_clock_makes_a_timeout() -> None:
    """The operating system gives up on a connection on its own; that is a connection failure, with time left."""
    assert is_timeout(TimeoutError("the deadline has passed"))
    assert not is_timeout(TimeoutError(errno.ETIMEDOUT, "Connection timed out"))
    assert not is_timeout(ConnectionResetError())
