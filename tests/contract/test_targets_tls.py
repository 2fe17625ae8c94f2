"""Targets behind TLS: a certificate that does not fit ends the test at once."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from time import perf_counter

import pytest

from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure
from domain.test_execution.target import HttpTarget, Question
from tests.contract.asking import failure_of, opened
from tests.services.certificates import Certificate, self_signed
from tests.services.http_server import Received, ScriptedServer, Wire, always, reply


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate nobody trusts by itself."""
    made = self_signed(tmp_path_factory.mktemp("tls"))
    if made is None:
        pytest.skip("there is no openssl to make a certificate with")
    return made


def test_a_certificate_nobody_trusts_is_permanent(certificate: Certificate) -> None:
    """The key would go to whoever answers; and no further attempt changes the certificate."""
    with ScriptedServer(always(reply("x")), tls=certificate.server_context()) as server:
        failure = failure_of(HttpTarget(url=server.url, headers={"Authorization": "Bearer x"}))

    assert (type(failure), failure.kind) == (PermanentFailure, FailureKind.TLS)
    assert "certificate" in str(failure)
    assert server.received == []


def test_a_trusted_certificate_works_and_the_connection_is_used_again(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Companies sign their own; OpenSSL's SSL_CERT_FILE says whom to trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with ScriptedServer(always(reply("over TLS")), tls=certificate.server_context()) as server:
        target = opened(HttpTarget(url=server.url))
        for _ in range(3):
            assert target.ask(Question(prompt="x", variables={}), deadline_s=5).text == "over TLS"
        target.close()

    assert server.connections == 1


def test_a_certificate_for_another_host_is_permanent(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trusted certificate of somebody else proves nothing about this host."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with ScriptedServer(always(reply("x")), tls=certificate.server_context()) as server:
        failure = failure_of(HttpTarget(url=f"https://localhost:{server.port}"))

    assert (type(failure), failure.kind) == (PermanentFailure, FailureKind.TLS)


def test_a_plain_server_behind_an_https_url_is_a_tls_error() -> None:
    """Also what a proxy that is starting up looks like, so it may pass."""
    with socket.create_server(("127.0.0.1", 0)) as plain:
        thread = threading.Thread(target=_answer_plainly, args=(plain,))
        thread.start()
        failure = failure_of(HttpTarget(url=f"https://127.0.0.1:{plain.getsockname()[1]}"))
        thread.join()

    assert (type(failure), failure.kind) == (TransientFailure, FailureKind.TLS)
    assert "TLS" in str(failure)


def test_a_slow_handshake_ends_in_time() -> None:
    """The deadline holds before the first byte of HTTP, too."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = perf_counter()
        failure = failure_of(HttpTarget(url=f"https://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.3))

    assert perf_counter() - started < 60
    assert (type(failure), failure.kind) == (TransientFailure, FailureKind.TIMED_OUT)


def test_a_dripping_body_over_tls_ends_in_time(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS reads in records of its own; the deadline must hold there as well."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))

    def script(_request: Received, wire: Wire) -> None:
        wire.send(reply("x" * 10_000)[:-10_000])
        wire.drip(b"x" * 10_000)

    with ScriptedServer(script, tls=certificate.server_context()) as server:
        failure = failure_of(HttpTarget(url=server.url, timeout_s=0.3))

    assert failure.kind is FailureKind.TIMED_OUT


def _answer_plainly(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, suppress(ConnectionError):
        connection.recv(16)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        while connection.recv(4096):
            pass
