"""No way a target can fail puts a secret into a message, a traceback or a repr."""

from __future__ import annotations

import json
import socket
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest

from domain.jobs.errors import AntiphonError, InvalidInput
from domain.test_execution.target import HttpTarget, TargetSpec
from tests.contract.asking import ask, chat_target, opened, targets_of
from tests.services.guard import free_port
from tests.services.http_server import Received, Script, ScriptedServer, Wire, reply

SECRET = 'sk-Pl4nted/"s3cret\\ &<value>'
FRAGMENT = "Pl4nted"
FORMS = [SECRET, json.dumps(SECRET)[1:-1], quote(SECRET, safe=""), repr(SECRET), SECRET * 40]


def echo(form: str, *, status: str = "200 OK", head: str = "", kind: str = "application/json") -> Script:
    """Answer with what was sent, in one of the forms in which servers repeat it."""
    body = head + form
    return lambda _request, wire: wire.send(reply(body, status=status, kind=kind))


def raw(data: str) -> Script:
    """Answer with anything but HTTP."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(data.encode("latin-1"))
        wire.hang_up()

    return script


FAILING: list[Script] = [
    *(echo(form, status="401 Who") for form in FORMS),
    *(echo(form, status="500 Oops") for form in FORMS),
    # At the 300th character, where the message is cut: half a secret is one, too.
    *(echo(SECRET, status="400 Bad", head="x" * length) for length in range(270, 300)),
    echo(f"{{broken {SECRET}"),
    echo(f"<html>{SECRET}"),
    echo(json.dumps({"key": SECRET, SECRET: 1})),
    echo(json.dumps({"answer": None, "key": SECRET})),
    echo("\xff" + SECRET, kind="application/json; charset=ascii"),
    lambda _request, wire: wire.send(reply("", status="302 F", headers=f"Location: http://x/?key={quote(SECRET)}\r\n")),
    raw(f"{SECRET}\r\n"),
    raw(f"HTTP/1.1 {SECRET}\r\n\r\n"),
    raw(f"HTTP/1.1 200 {SECRET}\r\nContent-Length: 50\r\n\r\n{SECRET}"),
    raw(f"HTTP/1.1 200 OK\r\nContent-Encoding: {SECRET}\r\nContent-Length: 1\r\n\r\nx"),
    lambda _request, wire: wire.wait_for_hangup(),
    lambda _request, wire: wire.send(reply(SECRET * 1_000)),
]


def specs(url: str) -> list[TargetSpec]:
    """Return targets that hold the secret in every place where one may stand."""
    limits = {"timeout_s": 0.2, "max_answer_bytes": 5_000}
    return [
        HttpTarget(
            url=f"{url}/path?key=${{KEY}}&q={{{{ prompt }}}}",
            headers={"Authorization": "Bearer ${KEY}"},
            body={"key": "${KEY}", "{{ prompt }}": ["${KEY} {{ prompt }}"]},
            response_path="answer",
            **limits,  # type: ignore[arg-type]  # two keywords
        ),
        chat_target(base_url=f"{url}/${{KEY}}", model="m", api_key="${KEY}", headers={"X-Key": "${KEY}"}, **limits),  # type: ignore[arg-type]  # two keywords
    ]


@pytest.mark.parametrize("script", FAILING)
def test_no_failure_shows_the_secret(script: Script) -> None:
    """Messages are stored, shown to a whole team and sent by mail; a server's error page often repeats the key."""
    with ScriptedServer(script) as server:
        for spec in specs(server.url):
            _assert_hidden(lambda spec=spec: ask(spec, environment={"KEY": SECRET}))  # type: ignore[misc]  # bound early

    assert any(FRAGMENT in f"{request.headers} {request.body!r}" for request in server.received)


@pytest.mark.parametrize(
    "spec",
    [
        HttpTarget(url="http://127.0.0.1", body="${KEY} {{ missing }}"),
        HttpTarget(url="http://127.0.0.1", body={"a": "${KEY} {{ broken"}),
        HttpTarget(url="http://127.0.0.1/?k=${KEY}&q={{ missing }}"),
        HttpTarget(url="http://127.0.0.1", body="{{ prompt * 10 ** 9 }} ${KEY}"),
        HttpTarget(url=f"http://127.0.0.1:{free_port()}/${{KEY}}"),
    ],
)
def test_no_failure_before_the_answer_shows_the_secret(spec: TargetSpec) -> None:
    """Template errors quote the template, connection errors the URL: the secret stands in both."""
    _assert_hidden(lambda: ask(spec, environment={"KEY": SECRET}))


@pytest.mark.parametrize(
    "spec",
    [
        HttpTarget(url="${KEY}"),
        HttpTarget(url="ftp://${KEY}/"),
        HttpTarget(url="http://127.0.0.1:${KEY}/"),
        HttpTarget(url="http://user:${KEY}@127.0.0.1/"),
        HttpTarget(url="http://127.0.0.1", headers={"Authorization": "Bearer ${LINES}"}),
        HttpTarget(url="http://127.0.0.1", headers={"X": "${KEY}\N{SNOWMAN}"}),
        chat_target(base_url="http://127.0.0.1", model="m", api_key="${LINES}"),
        chat_target(base_url="http://127.0.0.1", model="m", api_key="${KEY} ${UNSET}"),
        chat_target(base_url="${KEY}", model="m"),
    ],
)
def test_a_refused_specification_does_not_show_the_secret(spec: TargetSpec) -> None:
    """The commonest mistake of all, a key with a line break, must not print the key."""
    _assert_hidden(lambda: opened(spec, environment={"KEY": SECRET, "LINES": f"{SECRET}\n"}), kind=InvalidInput)


def test_no_secret_from_a_name_that_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may come from the environment, and the resolver's errors may name it."""

    def unknown(host: str, *_args: object, **_more: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, f"no such host: {host}")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    _assert_hidden(lambda: ask(HttpTarget(url="http://${KEY}/"), environment={"KEY": FRAGMENT.lower()}))


def test_a_secret_is_not_interpreted() -> None:
    """A key with braces in it is a key, not a template; and a test's text can't call up a secret."""
    key = "{{ prompt }}{% if %}"
    with ScriptedServer(lambda request, wire: wire.send(reply(request.body, kind="text/plain"))) as server:
        spec = HttpTarget(url=server.url, body="${KEY}|{{ prompt }}")

        assert ask(spec, "${KEY}", environment={"KEY": key}).text == "***|${KEY}"

    assert [request.body for request in server.received] == [f"{key}|${{KEY}}".encode()]


def test_a_targets_repr_shows_no_secret() -> None:
    """Values are printed by debuggers, test frameworks and log lines."""
    environment = {"KEY": SECRET}
    targets = targets_of(environment)
    for spec in specs("http://127.0.0.1"):
        target = targets.open(spec, connections=1)
        assert FRAGMENT not in repr(target)
        target.close()

    assert FRAGMENT not in repr(targets)
    assert "KEY" in repr(specs("http://127.0.0.1"))  # the specification itself names the variable, and no more


def test_an_unmasked_word_would_be_found() -> None:
    """Guards the search below, on which all tests above lean."""
    with (
        ScriptedServer(echo(FRAGMENT, status="400 Bad")) as server,
        pytest.raises(AssertionError, match=FRAGMENT.lower()),
    ):
        _assert_hidden(lambda: ask(HttpTarget(url=server.url)))


def _assert_hidden(action: Callable[[], object], *, kind: type[AntiphonError] = AntiphonError) -> None:
    with pytest.raises(kind) as caught:
        action()
    traceback_lines = "".join(traceback.format_exception(caught.value)).splitlines()
    # Indented lines are source code, in which these tests themselves name the secret.
    messages = [line for line in traceback_lines if not line.startswith(" ")]
    for shown in [*messages, str(caught.value), repr(caught.value)]:
        assert FRAGMENT.lower() not in shown.lower()
