"""A call ends in time and in bounded memory, whatever the server does."""

from __future__ import annotations

import socket
from time import perf_counter

import pytest

from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure
from domain.test_execution.target import HttpTarget, Question
from tests.contract.asking import ask, failure_of, opened
from tests.services.http_server import Received, ScriptedServer, Wire, always, reply

SHORT_S = 0.3
# Far above the limit, for a busy machine, and far below what the scripts below would go on for.
AT_MOST_S = 60.0


def silence(_request: Received, wire: Wire) -> None:
    """Accept, and never answer."""
    wire.wait_for_hangup()


def half_an_answer(_request: Received, wire: Wire) -> None:
    """Start to answer, and stop."""
    wire.send(reply("x" * 100)[:-50])
    wire.wait_for_hangup()


def dripping_headers(_request: Received, wire: Wire) -> None:
    """Send a header that goes on and on: each byte restarts a socket's own timeout."""
    wire.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    wire.drip(b"x" * 10_000)


def dripping_body(_request: Received, wire: Wire) -> None:
    """Send a body byte by byte."""
    wire.send(reply("x" * 10_000)[:-10_000])
    wire.drip(b"x" * 10_000)


def dripping_chunks(_request: Received, wire: Wire) -> None:
    """Send small chunks for ever."""
    wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    wire.drip(b"1\r\nx\r\n" * 2_000)


def endless_continues(_request: Received, wire: Wire) -> None:
    """Promise an answer again and again."""
    wire.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


SLOW = [silence, half_an_answer, dripping_headers, dripping_body, dripping_chunks, endless_continues]


@pytest.mark.parametrize("script", SLOW)
@pytest.mark.parametrize(
    ("timeout_s", "deadline_s", "failure_type"),
    [(SHORT_S, 60.0, TransientFailure), (60.0, SHORT_S, PermanentFailure), (None, SHORT_S, PermanentFailure)],
)
def test_a_slow_target_ends_at_the_earlier_limit(
    script: object, timeout_s: float | None, deadline_s: float, failure_type: type
) -> None:
    """A request that never ends must not hold a thread; past the item's deadline there is no further attempt."""
    with ScriptedServer(script) as server:  # type: ignore[arg-type]  # pytest's parameters are objects
        started = perf_counter()
        failure = failure_of(HttpTarget(url=server.url, timeout_s=timeout_s), deadline_s=deadline_s)
        took_s = perf_counter() - started

    assert (type(failure), failure.kind) == (failure_type, FailureKind.TIMED_OUT)
    assert SHORT_S <= took_s < AT_MOST_S
    assert "0.3 s" in str(failure)


@pytest.mark.parametrize("timeout_s", [None, 1.0])
def test_without_time_left_nothing_is_sent(timeout_s: float | None) -> None:
    """An answer that nobody waits for is paid for in vain."""
    with ScriptedServer(always(reply("x"))) as server:
        failure = failure_of(HttpTarget(url=server.url, timeout_s=timeout_s), deadline_s=0.0)

    assert (type(failure), failure.kind) == (PermanentFailure, FailureKind.TIMED_OUT)
    assert server.received == []


def test_a_target_that_does_not_accept_ends_in_time() -> None:
    """A host behind a silent firewall looks like this: the connection itself never comes about."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = []
        for _ in range(3):  # fill the queue of connections, so that no further one is taken
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
            waiting.append(sock)
        started = perf_counter()
        failure = failure_of(HttpTarget(url=f"http://127.0.0.1:{full.getsockname()[1]}", timeout_s=SHORT_S))
        took_s = perf_counter() - started
        for sock in waiting:
            sock.close()

    assert (type(failure), failure.kind) == (TransientFailure, FailureKind.TIMED_OUT)
    assert took_s < AT_MOST_S


def test_an_error_status_counts_even_if_its_body_never_comes() -> None:
    """A 429 must slow the run down, also when the server forgets to finish it."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(reply("x" * 10, status="429 Slow Down", headers="Retry-After: 3\r\n")[:-5])
        wire.wait_for_hangup()

    with ScriptedServer(script) as server:
        failure = failure_of(HttpTarget(url=server.url, timeout_s=SHORT_S))

    assert isinstance(failure, TransientFailure)
    assert (failure.kind, failure.retry_after_s) == (FailureKind.RATE_LIMITED, 3.0)


def test_after_a_timeout_the_next_call_is_not_given_the_old_answer() -> None:
    """On a connection used again, a late answer would be scored as the next test's."""
    first = iter([True])

    def script(request: Received, wire: Wire) -> None:
        if next(first, False):
            wire.wait_for_hangup()
        else:
            wire.send(reply(request.body, kind="text/plain"))

    with ScriptedServer(script) as server:
        target = opened(HttpTarget(url=server.url, body="{{ prompt }}", timeout_s=SHORT_S))
        with pytest.raises(TransientFailure):
            target.ask(Question(prompt="one", variables={}), deadline_s=5)
        assert target.ask(Question(prompt="two", variables={}), deadline_s=5).text == "two"
        target.close()


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_huge_answer_is_refused_before_it_is_read(is_announced: bool) -> None:
    """10 MB times 64 threads is a dead worker."""
    read_all = []

    def script(_request: Received, wire: Wire) -> None:
        length = f"Content-Length: {10_000_000}\r\n" if is_announced else ""
        wire.send(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())
        for _ in range(10_000):
            wire.send(b"x" * 1_000)
        read_all.append(True)
        wire.hang_up()

    with ScriptedServer(script) as server:
        failure = failure_of(HttpTarget(url=server.url, max_answer_bytes=50_000))

    assert (type(failure), failure.kind) == (PermanentFailure, FailureKind.TOO_LARGE)
    assert "50000 bytes" in str(failure)
    assert not read_all


def test_an_answer_that_announces_itself_as_huge_is_not_waited_for() -> None:
    """Its size is known from the headers: nothing of it needs to come."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
        wire.wait_for_hangup()

    with ScriptedServer(script) as server:
        assert failure_of(HttpTarget(url=server.url), deadline_s=5).kind is FailureKind.TOO_LARGE


def test_an_answer_of_just_the_limit_is_taken() -> None:
    """The limit is the largest size that is allowed, not the first that isn't."""
    with ScriptedServer(always(reply("x" * 1_000))) as server:
        assert len(ask(HttpTarget(url=server.url, max_answer_bytes=1_000)).text) == 1_000
        assert failure_of(HttpTarget(url=server.url, max_answer_bytes=999)).kind is FailureKind.TOO_LARGE
