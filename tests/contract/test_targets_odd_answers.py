"""Answers that would harm whoever keeps them: counts that are none, secrets said back, what no row can hold."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.jobs.errors import FailureKind
from domain.test_execution.target import HttpTarget, PythonTarget
from tests.contract.asking import ask, failure_of
from tests.services.http_server import ScriptedServer, always, reply

SECRET = "s3cret-token-of-some-length"

FUNCTIONS = """
from datetime import UTC, date, datetime

def odd(prompt, variables):
    return {
        "answer": "yes", "when": datetime(2026, 1, 2, tzinfo=UTC), "day": date(2026, 1, 2), "nan": float("nan"),
        "inf": [float("inf")], "surrogate": "\\ud83d", 1: {"set": {3}}, "object": object, "bytes": b"x",
        "usage": {"prompt_tokens": -1, "completion_tokens": 2**53},
    }

def endless(prompt, variables):
    answer = {"answer": "yes"}
    answer["self"] = answer
    return answer
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module of the user's."""
    (tmp_path / "odd_answers.py").write_text(FUNCTIONS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield "odd_answers"
    sys.modules.pop("odd_answers", None)


@pytest.mark.parametrize("count", ["-1", "9007199254740992", "1e3", '"5"', "true", "null"])
def test_a_count_of_tokens_that_is_none_is_not_counted(count: str) -> None:
    """One server's bug must not make a run's total wrong, or overflow its column."""
    with ScriptedServer(always(reply(f'{{"usage": {{"prompt_tokens": {count}, "completion_tokens": 7}}}}'))) as server:
        answer = ask(HttpTarget(url=server.url))

    assert (answer.prompt_tokens, answer.completion_tokens) == (None, 7)


@pytest.mark.parametrize("status", ["200 OK", "500 Oops"])
def test_a_chunk_of_negative_size_is_no_http(status: str) -> None:
    """A broken gateway fails one item, and says so; an error's status counts, whatever its body is."""
    head = f"HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n"
    with ScriptedServer(always((head + "-5\r\nhello\r\n0\r\n\r\n").encode())) as server:
        failure = failure_of(HttpTarget(url=server.url))

    assert failure.kind is (FailureKind.BAD_ANSWER if status.startswith("200") else FailureKind.SERVER_ERROR)


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "hex", "rot13"])
def test_a_charset_that_is_no_charset_is_refused(charset: str) -> None:
    """Some of Python's codecs take quadratic time, or turn an answer into another text."""
    with ScriptedServer(always(reply("a" * 1000 + "-b", kind=f"text/plain; charset={charset}"))) as server:
        failure = failure_of(HttpTarget(url=server.url))

    assert failure.kind is FailureKind.BAD_ANSWER
    assert "not text in" in str(failure)


@pytest.mark.parametrize("written", [SECRET, SECRET.upper(), json.dumps(SECRET)])
def test_a_secret_that_is_said_back_is_not_kept(written: str) -> None:
    """Echoing endpoints put the caller's headers into their answers, and answers are stored, shown and exported."""
    body = json.dumps({"answer": f"you sent {written}", "headers": {"Authorization": f"Bearer {SECRET}"}})
    with ScriptedServer(always(reply(body))) as server:
        spec = HttpTarget(url=server.url, headers={"Authorization": "Bearer ${KEY}"}, response_path="answer")
        answer = ask(spec, environment={"KEY": SECRET})

    assert SECRET not in f"{answer.text} {answer.data}".lower()
    assert answer.text.startswith("you sent ")
    assert answer.data == {"answer": answer.text, "headers": {"Authorization": "Bearer ***"}}


def test_a_short_value_stays_in_the_answer() -> None:
    """Masking every `on` that a header was filled with would make wrong answers of right ones."""
    with ScriptedServer(always(reply('{"answer": "it is on"}'))) as server:
        spec = HttpTarget(url=server.url, headers={"X-Mode": "${MODE}"}, response_path="answer")

        assert ask(spec, environment={"MODE": "on"}).text == "it is on"


def test_data_of_an_answer_can_be_written_as_json(module: str) -> None:
    """It goes to metrics, pages and exports, and none of them knows a user's types."""
    answer = ask(PythonTarget(module=module, function="odd"))

    assert json.loads(json.dumps(answer.data, allow_nan=False)) == answer.data
    assert isinstance(answer.data, dict)
    assert answer.data["when"] == datetime(2026, 1, 2, tzinfo=UTC).isoformat()
    assert answer.data["day"] == date(2026, 1, 2).isoformat()
    assert (answer.data["nan"], answer.data["inf"]) == (None, [None])
    assert answer.data["1"] == {"set": [3]}
    json.dumps(answer.data, ensure_ascii=False).encode()
    assert (answer.prompt_tokens, answer.completion_tokens) == (None, None)


def test_data_without_an_end_fails_the_item(module: str) -> None:
    """A structure that holds itself can't be kept; the other tests go on."""
    assert failure_of(PythonTarget(module=module, function="endless")).kind is FailureKind.BAD_ANSWER


def test_lone_surrogates_in_json_are_replaced_in_the_data_too() -> None:
    """JSON can spell them, and no database takes them."""
    with ScriptedServer(always(reply('{"answer": "a", "more": ["\\ud83d", {"\\ud83d": 1e400}]}'))) as server:
        answer = ask(HttpTarget(url=server.url, response_path="answer"))

    json.dumps(answer.data, ensure_ascii=False, allow_nan=False).encode()
