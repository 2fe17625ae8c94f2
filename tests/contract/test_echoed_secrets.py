"""A secret that a target says back in a good answer is masked before anything is stored or judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from domain.test_execution.target import Answer, HttpTarget, TargetSpec
from tests.contract.asking import ask, chat_target
from tests.services.http_server import Received, Script, ScriptedServer, Wire, reply

SECRET = 'sk-Pl4nted/"s3cret\\ &<value>+4711'
FRAGMENT = "Pl4nted"


def everything_of(request: Received) -> str:
    """Return all that a request says."""
    return f"{request.path} {dict(request.headers)} {request.body.decode()}"


def as_text(request: Received, wire: Wire) -> None:
    """Answer in plain text with all that came."""
    wire.send(reply(everything_of(request), kind="text/plain"))


def as_json(request: Received, wire: Wire) -> None:
    """Answer in JSON with all that came, in a text, as a name, and deep inside."""
    said = everything_of(request)
    wire.send(reply(json.dumps({"output": said, said: 1, "deep": [{"er": [said, 1, None]}]})))


def as_php_does(_request: Received, wire: Wire) -> None:
    """Answer in JSON that escapes slashes, and a letter of the secret besides: no text of the body is the secret."""
    body = json.dumps({"output": f"key: {SECRET}", "deep": [SECRET]}).replace("/", "\\/").replace("Pl4", "\\u0050l4")
    wire.send(reply(body))


def percent_encoded(_request: Received, wire: Wire) -> None:
    """Answer with the secret as it stands in URLs."""
    wire.send(reply(json.dumps({"output": f"{quote(SECRET, safe='')} {quote(SECRET)}"})))


def in_a_header(_request: Received, wire: Wire) -> None:
    """Say the secret in a header of the answer, which a script may read."""
    wire.send(reply('{"output": "fine"}', headers=f"X-Echo: {SECRET}\r\nX-Request-Id: {SECRET}\r\n"))


SPECS: list[Callable[[str], TargetSpec]] = [
    lambda url: HttpTarget(url=url, headers={"Authorization": "Bearer ${KEY}"}),
    lambda url: HttpTarget(url=url, body={"key": "${KEY}", "prompt": "{{ prompt }}"}),
    lambda url: HttpTarget(url=url, body="key=${KEY}"),
    lambda url: HttpTarget(url=f"{url}/hooks/${{KEY}}"),
    lambda url: HttpTarget(url=f"{url}/?key=${{KEY}}"),
    lambda _url: HttpTarget(url="${BASE}/?key=${KEY}"),
    lambda url: HttpTarget(
        url=url,
        headers={"Authorization": "Bearer ${KEY}"},
        response_transform="JSON.stringify([json, text, context.response])",
    ),
]


@pytest.mark.parametrize("script", [as_text, as_json, as_php_does, percent_encoded, in_a_header])
@pytest.mark.parametrize("spec", SPECS)
def test_no_answer_holds_the_secret_it_was_asked_with(spec: Callable[[str], TargetSpec], script: Script) -> None:
    """Answers are stored, shown in reports, sent to judges and exported; debug endpoints say requests back."""
    with ScriptedServer(script) as server:
        answer = ask(spec(server.url), environment={"KEY": SECRET, "BASE": server.url})

    assert FRAGMENT in "".join(everything_of(request) for request in server.received).replace("%", "")
    _assert_hidden(answer)


@pytest.mark.parametrize("place", ["content", "model", "tool", "request_id"])
def test_no_completion_holds_the_key_it_was_asked_with(place: str) -> None:
    """Gateways put what they were sent into the strangest places."""
    arguments = json.dumps({"key": SECRET}).replace("/", "\\/")
    call = {"id": "1", "type": "function", "function": {"name": SECRET, "arguments": arguments}}
    message = {"content": SECRET if place == "content" else "fine", "tool_calls": [call] if place == "tool" else []}
    body = {"model": SECRET if place == "model" else "m", "choices": [{"message": message, "finish_reason": "stop"}]}
    headers = f"X-Request-Id: {SECRET}\r\n" if place == "request_id" else ""

    with ScriptedServer(lambda _request, wire: wire.send(reply(json.dumps(body), headers=headers))) as server:
        answer = ask(chat_target(base_url=server.url, api_key="${KEY}"), environment={"KEY": SECRET})

    _assert_hidden(answer)


def test_what_the_host_was_named_by_is_no_secret_in_an_answer() -> None:
    """An answer with a link to its own host is a right answer, and must not be changed."""
    with ScriptedServer(lambda _request, wire: wire.send(reply(json.dumps({"output": server.url})))) as server:
        assert ask(HttpTarget(url="${BASE}/x"), environment={"BASE": server.url}).text == json.dumps(
            {"output": server.url}
        )


def test_short_values_are_left_in_answers() -> None:
    """Masking each `de` that a header was filled with would make wrong answers of right ones."""
    with ScriptedServer(as_text) as server:
        answer = ask(HttpTarget(url=server.url, headers={"Accept-Language": "${LANG}"}), environment={"LANG": "de"})

    assert "***" not in answer.text


def _assert_hidden(answer: Answer) -> None:
    assert FRAGMENT.lower() not in repr(answer).lower()
