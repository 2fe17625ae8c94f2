"""The HTTP target over real sockets: what it sends, and what it makes of what comes back."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure
from domain.test_execution.target import HttpTarget, Question
from tests.contract.asking import ask, failure_of, opened
from tests.services.guard import free_port
from tests.services.http_server import Received, ScriptedServer, Wire, always, reply

ANSWERED = reply('{"answer": "forty-two"}')


def test_the_body_is_filled_and_sent_as_json() -> None:
    """What the endpoint gets is the user's template with the test's values, in their JSON types."""
    with ScriptedServer(always(ANSWERED)) as server:
        spec = HttpTarget(
            url=f"{server.url}/chat?v=1",
            headers={"X-Team": "qa", "Authorization": "Bearer ${TOKEN}"},
            body={"q": "{{ prompt }}", "n": "{{ n }}", "key": "${TOKEN}"},
            response_path="answer",
        )

        answer = ask(spec, "Why “so”?", variables={"n": 3}, environment={"TOKEN": 'to"ken'})

    assert (answer.text, answer.status, answer.data) == ("forty-two", 200, {"answer": "forty-two"})
    assert answer.latency_s > 0
    (request,) = server.received
    assert (request.method, request.path) == ("POST", "/chat?v=1")
    assert json.loads(request.body) == {"q": "Why “so”?", "n": 3, "key": 'to"ken'}
    assert request.headers["x-team"] == "qa"
    assert request.headers["authorization"] == 'Bearer to"ken'
    assert request.headers["content-type"] == "application/json"


def test_a_text_body_is_sent_as_text() -> None:
    """Not every endpoint speaks JSON."""
    with ScriptedServer(always(reply("pong", kind="text/plain"))) as server:
        answer = ask(HttpTarget(url=server.url, body="ask: {{ prompt }}"), "ping")

    assert answer.text == "pong"
    assert server.received[0].body == b"ask: ping"
    assert server.received[0].headers["content-type"] == "text/plain; charset=utf-8"


def test_a_get_carries_the_prompt_in_its_query() -> None:
    """An endpoint without a body can only be asked through its URL; the values must not change the URL's shape."""
    with ScriptedServer(always(ANSWERED)) as server:
        ask(HttpTarget(url=f"{server.url}/a?q={{{{ prompt }}}}&lang=de", method="get", body=None), "1 & 2/3?")

    assert (server.received[0].method, server.received[0].body) == ("GET", b"")
    assert server.received[0].path == "/a?q=1%20%26%202%2F3%3F&lang=de"


@pytest.mark.parametrize(
    ("body", "text"),
    [('"plain"', "plain"), ('{"a": 1}', '{"a": 1}'), ("no JSON", "no JSON"), ("{broken", "{broken"), ("é\ud83d", None)],
)
def test_without_a_path_the_answer_is_a_json_string_or_the_whole_body(body: str, text: str | None) -> None:
    """The default must do the obvious for endpoints that answer with nothing but their text."""
    sent = reply(body.encode("utf-8", "surrogatepass"), kind="text/html")
    with ScriptedServer(always(sent)) as server:
        if text is None:
            assert failure_of(HttpTarget(url=server.url)).kind is FailureKind.BAD_ANSWER
        else:
            assert ask(HttpTarget(url=server.url)).text == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"a": [{"b": "x"}]}', "x"),
        ('{"a": [{"b": 7}]}', "7"),
        ('{"a": [{"b": {"c": "é"}}]}', '{"c": "é"}'),
        ('{"a": [{"b": ""}]}', ""),
        ('{"a": [{"b": "cut \\ud83d"}]}', "cut \N{REPLACEMENT CHARACTER}"),
        ('\N{ZERO WIDTH NO-BREAK SPACE}{"a": [{"b": "after a byte order mark"}]}', "after a byte order mark"),
    ],
)
def test_the_path_picks_the_answer(body: str, text: str) -> None:
    """A value that is no text is shown as JSON; an empty answer is an answer; half a character can't be stored."""
    with ScriptedServer(always(reply(body))) as server:
        assert ask(HttpTarget(url=server.url, response_path="a[0].b")).text == text


def test_the_charset_is_the_one_the_server_names() -> None:
    """A Latin-1 endpoint must not end as garbage in the report."""
    with ScriptedServer(always(reply("naïve".encode("latin-1"), kind="text/plain; charset=ISO-8859-1"))) as server:
        assert ask(HttpTarget(url=server.url)).text == "naïve"


def test_tokens_are_taken_from_usage() -> None:
    """Costs are counted from what the target says it used."""
    with ScriptedServer(always(reply('{"usage": {"input_tokens": 5, "completion_tokens": 7}}'))) as server:
        answer = ask(HttpTarget(url=server.url))

    assert (answer.prompt_tokens, answer.completion_tokens) == (5, 7)


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (reply(""), "empty body"),
        (reply("", status="204 No Content"), "empty body"),
        (reply("<!DOCTYPE html><p>Sign in"), "is HTML"),
        (reply("<p>Sign in", kind="text/html"), "is HTML"),
        (reply("{broken"), "not JSON"),
        (reply('{"a": NaN}'), "not JSON"),
        (reply("[" * 100_000), "not JSON"),
        (reply('{"b": 1, "c": 2}'), "'a' is not there: the response is an object with the keys: b, c"),
        (reply('{"a": []}'), "'a[0]' is not there: 'a' is a list of 0"),
        (reply('{"a": [{"b": null}]}'), "'a[0].b' is null"),
        (reply(b"\xff\xfe{"), "not text in utf-8"),
        (reply("{}", kind="application/json; charset=klingon"), "not text in klingon"),
        (reply("{}", kind="application/json; charset=hex"), "not text in hex"),
        (reply("{}", headers="Content-Encoding: gzip\r\n"), "compressed (gzip)"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", "not HTTP"),
    ],
)
def test_what_is_no_answer_is_a_permanent_failure_that_says_why(response: bytes, said: str) -> None:
    """Asking again gets the same garbage; what the user needs is to see it."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(response)
        wire.hang_up()

    with ScriptedServer(script) as server:
        failure = failure_of(HttpTarget(url=server.url, response_path="a[0].b"))

    assert isinstance(failure, PermanentFailure)
    assert failure.kind is FailureKind.BAD_ANSWER
    assert said in str(failure)
    assert f"POST {server.url}" in str(failure)


@pytest.mark.parametrize(
    ("status", "headers", "failure_type", "kind", "retry_after_s"),
    [
        ("429 Too Many Requests", "Retry-After: 7\r\n", TransientFailure, FailureKind.RATE_LIMITED, 7.0),
        (
            "429 Too Many Requests",
            "Retry-After: Fri, 21 Nov 2025 12:00:30 GMT\r\n",
            TransientFailure,
            FailureKind.RATE_LIMITED,
            30.0,
        ),
        ("429 Too Many Requests", "", TransientFailure, FailureKind.RATE_LIMITED, None),
        ("503 Busy", "Retry-After: 2\r\n", TransientFailure, FailureKind.SERVER_ERROR, 2.0),
        ("500 Oops", "Retry-After: soon\r\n", TransientFailure, FailureKind.SERVER_ERROR, None),
        ("408 Slow", "", TransientFailure, FailureKind.SERVER_ERROR, None),
        ("425 Early", "", TransientFailure, FailureKind.SERVER_ERROR, None),
        ("400 Bad", "", PermanentFailure, FailureKind.REFUSED, None),
        ("401 Who", "Retry-After: 7\r\n", PermanentFailure, FailureKind.REFUSED, None),
        ("404 Gone", "", PermanentFailure, FailureKind.REFUSED, None),
    ],
)
def test_a_status_says_whether_to_try_again(
    status: str, headers: str, failure_type: type, kind: FailureKind, retry_after_s: float | None
) -> None:
    """The kernel repeats what may pass, when the server says so, and nothing else."""
    with ScriptedServer(always(reply("the body says why", status=status, headers=headers))) as server:
        failure = failure_of(HttpTarget(url=server.url))

    assert (type(failure), failure.kind) == (failure_type, kind)
    assert getattr(failure, "retry_after_s", None) == retry_after_s
    assert f"HTTP {status[:3]}" in str(failure)
    assert "the body says why" in str(failure)


def test_a_redirect_is_shown_and_not_followed() -> None:
    """Following one would send the test's data, and the key, to a host the user did not name."""
    location = "https://elsewhere.example/login"
    with ScriptedServer(always(reply("", status="302 Found", headers=f"Location: {location}\r\n"))) as server:
        failure = failure_of(HttpTarget(url=server.url))

    assert isinstance(failure, PermanentFailure)
    assert failure.kind is FailureKind.REFUSED
    assert location in str(failure)
    assert len(server.received) == 1


def test_nobody_listening_may_pass() -> None:
    """A target that restarts is back in a moment."""
    failure = failure_of(HttpTarget(url=f"http://127.0.0.1:{free_port()}/"))

    assert isinstance(failure, TransientFailure)
    assert failure.kind is FailureKind.CONNECTION
    assert "refused" in str(failure)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", reply("x" * 50)[:-10]])
def test_a_connection_that_breaks_off_may_pass(start: bytes) -> None:
    """A worker of the target died: the next one may answer. Half an answer must never count as an answer."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(start)
        wire.hang_up()

    with ScriptedServer(script) as server:
        failure = failure_of(HttpTarget(url=server.url))

    assert isinstance(failure, TransientFailure)
    assert failure.kind is FailureKind.CONNECTION


def test_a_chunked_answer_is_put_together_and_one_cut_short_is_not() -> None:
    """Most model servers stream in chunks; the last one is the only sign that the answer is whole."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = head + b"4\r\nfort\r\n" + b"5\r\ny-two\r\n"
    with ScriptedServer(always(chunks + b"0\r\n\r\n")) as server:
        assert ask(HttpTarget(url=server.url)).text == "forty-two"

    def cut(_request: Received, wire: Wire) -> None:
        wire.send(chunks)
        wire.hang_up()

    with ScriptedServer(cut) as server:
        assert failure_of(HttpTarget(url=server.url)).kind is FailureKind.CONNECTION


def test_connections_are_used_again_also_after_an_error() -> None:
    """A new connection for each of 5,000 tests costs more than the tests; an error status does not spoil one."""
    answers = iter([ANSWERED, reply("no", status="500 Oops"), ANSWERED])
    with ScriptedServer(lambda _request, wire: wire.send(next(answers))) as server:
        target = opened(HttpTarget(url=server.url))
        target.ask(Question(prompt="1", variables={}), deadline_s=5)
        with pytest.raises(TransientFailure):
            target.ask(Question(prompt="2", variables={}), deadline_s=5)
        target.ask(Question(prompt="3", variables={}), deadline_s=5)
        target.close()

    assert server.connections == 1


def test_a_connection_that_the_server_closed_while_idle_is_not_used() -> None:
    """Servers drop idle connections; the next test must not pay for that with a failed attempt."""
    with ScriptedServer(always(ANSWERED)) as server:
        target = opened(HttpTarget(url=server.url))
        target.ask(Question(prompt="1", variables={}), deadline_s=5)
        server.drop_connections()
        target.ask(Question(prompt="2", variables={}), deadline_s=5)
        target.close()

    assert server.connections == 2


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY would send the tests, with their keys, by a host that the specification does not name."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with ScriptedServer(always(ANSWERED)) as server:
        assert ask(HttpTarget(url=server.url, response_path="answer")).text == "forty-two"


def test_a_refusal_before_the_whole_body_was_read_is_understood() -> None:
    """A 413 closes the connection while we still send: its words help, "broken pipe" doesn't."""
    with socket.create_server(("127.0.0.1", 0)) as hasty:
        thread = threading.Thread(target=_refuse_at_once, args=(hasty,))
        thread.start()
        url = f"http://127.0.0.1:{hasty.getsockname()[1]}"
        failure = failure_of(HttpTarget(url=url, body={"text": "x" * 20_000_000}))
        thread.join()

    assert failure.kind is FailureKind.REFUSED
    assert "too big for us" in str(failure)


def _refuse_at_once(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(100)
        connection.sendall(reply("too big for us", status="413 Too Large"))
