"""Targets and metrics over the API: checked before a run, and said in words."""

from __future__ import annotations

import json

import pytest

from domain.test_execution.panel import Panel
from entrypoints.container import Antiphon
from tests.api.calling import Api
from tests.api.runs import ECHO, Json
from tests.services.http_server import ScriptedServer, always, reply


@pytest.mark.parametrize(
    ("target", "warnings"),
    [
        (ECHO, 0),
        ({"kind": "http", "url": "http://bot.example"}, 0),
        ({"kind": "http", "url": "http://bot.example", "headers": {"Authorization": "Bearer abc"}}, 1),
    ],
)
def test_a_target_is_checked_without_a_call(api: Api, target: Json, warnings: int) -> None:
    """A typo is found before a run, and nothing is sent to find it."""
    found = api.post("/v1/targets/check", json={"target": target}).json()

    assert (found["kind"], len(found["warnings"])) == (target["kind"], warnings)


@pytest.mark.parametrize(
    ("target", "pointer"),
    [
        ({}, "/body/target"),
        ({"kind": "ftp"}, "/body/target/kind"),
        ({"kind": "http", "url": "file:///etc/passwd"}, "/body/target/url"),
        ({"kind": "python", "module": "os", "function": "system"}, "/body/target/kind"),
        ({"kind": "http", "url": "http://a", "headers": {"X": "${NO_SUCH_SECRET}"}}, "/body/target"),
        ({"kind": "http", "url": "http://a", "response_path": "a[[["}, "/body/target"),
        ({"kind": "http", "url": "http://a", "method": "GET / HTTP/1.1\r\nX"}, "/body/target/method"),
        ({"kind": "http", "url": "http://a", "headers": {"X\r\nY": "z"}}, "/body/target"),
    ],
)
def test_what_is_wrong_with_a_target_is_said_by_place(api: Api, target: Json, pointer: str) -> None:
    """For a program, the field; for a person, the sentence."""
    for path in ("check", "probe"):
        answer = api.post(f"/v1/targets/{path}", json={"target": target})

        assert answer.status_code == 422, answer.text
        assert {problem["pointer"] for problem in answer.json()["errors"]} == {pointer}, answer.text


def test_a_target_is_asked_once(api: Api) -> None:
    """What came back, and what was taken for the answer: where most mistakes are."""
    found = api.post(
        "/v1/targets/probe", json={"target": ECHO, "prompt": "Hi {{ name }}", "variables": {"name": "Ada"}}
    ).json()

    assert (found["ok"], found["prompt"], found["answer"]) == (True, "Hi Ada", "Hi Ada")


@pytest.mark.parametrize(
    "prompt", ["{{ missing }}", "{{ 7 *", "{% for x in range(10**9) %}x{% endfor %}", "{{ ''.__class__ }}"]
)
def test_a_template_that_attacks_is_an_error_of_the_probe(api: Api, prompt: str) -> None:
    """Templates are sandboxed and bounded; what they try is said, and nothing is asked."""
    found = api.post("/v1/targets/probe", json={"target": ECHO, "prompt": prompt}).json()

    assert found["ok"] is False
    assert found["error"]["kind"] == "bad_input"


@pytest.mark.parametrize(
    "body", [b'{"answer": "\\ud800 \\u0000"}', b'{"answer": 1e999}', b"[" * 10_000, b"\xff\xfe", b"null", b'{"a": NaN}']
)
def test_an_odd_answer_is_an_answer_or_an_error(api: Api, body: bytes) -> None:
    """What a target sends must not break the server that asked it."""
    with ScriptedServer(always(reply(body))) as server:
        answer = api.post("/v1/targets/probe", json={"target": {"kind": "http", "url": server.url}})

    assert answer.status_code == 200, answer.text
    json.loads(answer.text)


def test_every_kind_of_metric_is_said_in_words(api: Api, antiphon: Antiphon) -> None:
    """The catalogue is made of the kinds themselves, so that none can be missing or differ."""
    found = {one["kind"]: one for one in api.get("/v1/metrics").json()["items"]}

    checked = antiphon.family.judging.beside(antiphon.scorers, Panel(), connections=1)
    assert set(found) == checked.kinds()
    assert [kind for kind, one in found.items() if not one["about"]] == []
    assert found["contains-all"]["value"] == {"expected": "a list of texts", "required": True}
    assert found["contains-all"]["threshold"] == {"expected": "a share from 0 to 1", "required": False}
    assert found["contains"]["threshold"] is None
    assert found["is-json"]["value"] == {"expected": "a JSON schema (an object), or nothing", "required": False}
    assert (found["g-eval"]["asks_judge"], found["g-eval"]["threshold_default"]) == (True, 0.7)
    assert found["similar"]["embeds"] is True
    assert "not allowed" in found["python"]["unavailable"]
    assert [kind for kind, one in found.items() if one["unavailable"]] == ["python"]
