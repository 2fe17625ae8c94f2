"""The ladder below HTTP: names, addresses, connections and certificates, each bad in its own way, over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from adapters.http.addresses import PUBLIC_ONLY, THIS_NETWORK
from adapters.http.guard import STRICT, AddressGuard, AddressInfo
from domain.jobs.errors import FailureKind
from domain.language_models.model import Provider
from domain.llm_validation.rung import Rung, RungState
from tests.contract.climbing import FRAGMENT, Climbed, api_at, climb, named, provider_that
from tests.services.authorities import DAY, Authority
from tests.services.certificates import Certificate
from tests.services.guard import free_port
from tests.services.http_server import Received, ScriptedServer, Wire, reply

PLAY = named(Provider.OPENAI)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority of the test's own."""
    return Authority.founded(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The same, trusted by this process."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


def names(answer: Callable[[str, int], list[AddressInfo]], *, is_private: bool = True) -> AddressGuard:
    """Return a guard that looks names up in a test's own way."""
    return AddressGuard(rules=THIS_NETWORK if is_private else PUBLIC_ONLY, resolve=answer)


def loopback(port: int) -> list[AddressInfo]:
    """Return what a name that leads to this machine is looked up as."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def broken(climbed: Climbed) -> tuple[Rung, FailureKind | None]:
    """Return the rung that broke, and its class; whatever it was, the key was not told."""
    assert FRAGMENT not in climbed.told
    assert climbed.failure is not None
    assert climbed.rungs[-1].advice in str(climbed.failure)
    return climbed.rungs[-1].rung, climbed.rungs[-1].kind


def over_tls(certificate: Certificate, *, host: str = "127.0.0.1") -> tuple[Climbed, ScriptedServer]:
    """Check a provider that shows the certificate, under the name *host*."""
    with ScriptedServer(provider_that(PLAY), tls=certificate.server_context()) as server:
        api = api_at(PLAY, f"https://{host}:{server.port}")
        return climb(api, guard=names(lambda _host, port: loopback(port))), server


def test_over_tls_all_rungs_hold_and_the_certificates_end_is_told(trusted: Authority) -> None:
    """Who looks at the table sees a certificate that runs out next week."""
    climbed, _ = over_tls(trusted.issue("127.0.0.1"))

    assert climbed.failure is None, str(climbed.failure)
    assert climbed.rung(Rung.TLS).state is RungState.PASSED
    assert "the certificate ends" in climbed.rung(Rung.TLS).note


@pytest.mark.parametrize(
    ("made", "host", "said"),
    [
        (lambda authority: authority.self_signed("127.0.0.1"), "127.0.0.1", "self-signed"),
        (lambda authority: authority.issue("127.0.0.1", ends_in=-DAY), "127.0.0.1", "expired"),
        (lambda authority: authority.issue("other.example"), "127.0.0.1", "not valid for"),
        (lambda authority: authority.issue("127.0.0.1"), "llm.example", "Hostname mismatch"),
    ],
    ids=["self-signed", "expired", "for another address", "for another host"],
)
def test_a_bad_certificate_is_told_as_one_and_gets_no_key(
    trusted: Authority, made: Callable[[Authority], Certificate], host: str, said: str
) -> None:
    """The key goes to nobody who can't prove who they are; what is wrong with the certificate is said."""
    climbed, server = over_tls(made(trusted), host=host)

    assert broken(climbed) == (Rung.TLS, FailureKind.TLS)
    assert said.lower() in climbed.rungs[-1].note.lower().replace("self signed", "self-signed")
    assert server.received == []


def test_an_authority_nobody_trusts_is_told(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's own authority that was not made known to this machine."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    climbed, _ = over_tls(authority.issue("127.0.0.1", ends_in=timedelta(days=2)))

    assert broken(climbed) == (Rung.TLS, FailureKind.TLS)
    assert "SSL_CERT_FILE" in climbed.rungs[-1].advice


def test_https_where_http_is_spoken_is_told() -> None:
    """The commonest mistake of base URLs."""
    with _plain_http() as port:
        climbed = climb(api_at(PLAY, f"https://127.0.0.1:{port}"))

    assert broken(climbed) == (Rung.TLS, FailureKind.TLS)


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_AGAIN])
def test_a_name_that_can_not_be_looked_up_is_told(code: int) -> None:
    """A typing error, or a name server that is away: both are below everything else."""

    def look_up(_host: str, _port: int) -> list[AddressInfo]:
        raise socket.gaierror(code, "not found")

    climbed = climb(api_at(PLAY, "https://llm.example"), guard=names(look_up))

    assert broken(climbed) == (Rung.DNS, FailureKind.DNS)
    assert "base_url" in climbed.rungs[-1].advice


def test_a_port_where_nobody_listens_is_told() -> None:
    """The server is not running, or it is another port."""
    climbed = climb(api_at(PLAY, f"http://127.0.0.1:{free_port()}"))

    assert broken(climbed) == (Rung.TCP, FailureKind.CONNECTION)


def test_a_host_that_takes_no_connection_ends_with_the_checks_time() -> None:
    """A firewall that drops packets says nothing at all."""
    with _Deaf() as port:
        climbed = climb(api_at(PLAY, f"http://127.0.0.1:{port}"), timeout_s=2.0)

    assert broken(climbed) == (Rung.TCP, FailureKind.TIMED_OUT)


def test_a_handshake_that_never_ends_ends_with_the_checks_time(trusted: Authority) -> None:
    """A server that takes the connection and then says nothing."""
    _ = trusted
    with socket.create_server(("127.0.0.1", 0)) as mute:
        climbed = climb(api_at(PLAY, f"https://127.0.0.1:{mute.getsockname()[1]}"), timeout_s=2.0)

    assert broken(climbed) == (Rung.TLS, FailureKind.TIMED_OUT)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(b"SSH-2.0-OpenSSH_9.2\r\n", FailureKind.BAD_ANSWER), (b"", FailureKind.CONNECTION)],
    ids=["not HTTP", "hung up"],
)
def test_what_does_not_speak_http_is_told(answer: bytes, kind: FailureKind) -> None:
    """Another service on this port, or a proxy that hangs up."""

    def script(_request: Received, wire: Wire) -> None:
        if answer:
            wire.send(answer)
        wire.hang_up()

    with ScriptedServer(script) as server:
        climbed = climb(api_at(PLAY, server.url))

    assert broken(climbed) == (Rung.MODELS, kind)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "[::1]"])
def test_a_private_address_is_refused_before_anything_is_sent(address: str) -> None:
    """On a server an API is somebody's wish to call an address: the operator says which may be."""
    climbed = climb(api_at(PLAY, f"http://{address}:8000"), guard=STRICT)

    assert broken(climbed) == (Rung.CONFIGURATION, FailureKind.BAD_INPUT)
    assert "ANTIPHON_PRIVATE_TARGETS" in climbed.rungs[-1].note


def test_a_name_that_leads_to_a_private_address_is_refused_when_it_is_looked_up() -> None:
    """The name may be anybody's, and lead anywhere; nothing is connected to."""
    with ScriptedServer(provider_that(PLAY)) as server:
        api = api_at(PLAY, f"http://llm.example:{server.port}")
        climbed = climb(api, guard=names(lambda _host, port: loopback(port), is_private=False))

    assert broken(climbed) == (Rung.DNS, FailureKind.BAD_INPUT)
    assert server.connections == 0


def test_an_api_that_drips_is_given_its_time_and_no_more() -> None:
    """A socket's own timeout would begin anew with each byte."""
    with ScriptedServer(lambda _request, wire: wire.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500)) as server:
        climbed = climb(api_at(PLAY, server.url), timeout_s=2.0)

    assert broken(climbed) == (Rung.MODELS, FailureKind.TIMED_OUT)
    assert sum(result.duration_s for result in climbed.rungs) < 30  # it would go on for a minute


class _Plain(BaseRequestHandler):
    """Answers what comes first, as web servers do what is no request; it need hold no line end to wait for."""

    def handle(self) -> None:
        self.request.recv(65_536)
        self.request.sendall(reply(status="400 Bad Request"))
        self.request.shutdown(socket.SHUT_WR)
        while self.request.recv(65_536):  # closed with something unread, it would be reset
            pass


@contextmanager
def _plain_http() -> Iterator[int]:
    with ThreadingTCPServer(("127.0.0.1", 0), _Plain) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            serving.join()


class _Deaf:
    """A port whose queue of connections is full: who comes next is neither let in nor refused."""

    def __enter__(self) -> int:
        self._server = socket.socket()
        self._server.bind(("127.0.0.1", 0))
        self._server.listen(0)
        port = int(self._server.getsockname()[1])
        self._waiting = [socket.socket() for _ in range(4)]
        for sock in self._waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        return port

    def __exit__(self, *_: object) -> None:
        for sock in (*self._waiting, self._server):
            sock.close()
