"""The chat target against an OpenAI-compatible endpoint on loopback."""

from __future__ import annotations

import json

import pytest

from domain.jobs.errors import FailureKind, InvalidInput
from domain.language_models.conversation import ToolCall
from domain.language_models.model import ModelSpec, Provider
from domain.test_execution.codec import target_from_json, target_to_json
from domain.test_execution.target import ModelTarget
from tests.contract.asking import ask, chat_target, failure_of, opened
from tests.services.http_server import ScriptedServer, always, reply

COMPLETION = {
    "choices": [{"message": {"role": "assistant", "content": "Paris"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
}


def test_a_prompt_becomes_a_chat() -> None:
    """The request is the one every compatible server understands, and the answer is the model's message."""
    with ScriptedServer(always(reply(json.dumps(COMPLETION)))) as server:
        spec = chat_target(
            base_url=f"{server.url}/v1/",
            model="small",
            system="Answer in {{ language }}.",
            parameters={"temperature": 0},
            api_key="${KEY}",
        )

        answer = ask(spec, "Capital of France?", variables={"language": "English"}, environment={"KEY": "sk-1"})

    assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("Paris", 12, 3)
    (request,) = server.received
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == "Bearer sk-1"
    assert json.loads(request.body) == {
        "model": "small",
        "temperature": 0,
        "messages": [
            {"role": "system", "content": "Answer in English."},
            {"role": "user", "content": "Capital of France?"},
        ],
    }


@pytest.mark.parametrize(
    ("prompt", "roles"),
    [
        ('[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]', ["system", "user", "assistant"]),
        ('[{"role": "system", "content": "own"}, {"role": "user", "content": "a"}]', ["system", "user"]),
        ('[{"role": "user"}]', ["system", "user"]),
        ("[1, 2]", ["system", "user"]),
        ("[]", ["system", "user"]),
        ("[broken", ["system", "user"]),
    ],
)
def test_a_prompt_that_is_a_conversation_is_sent_as_one(prompt: str, roles: list[str]) -> None:
    """A test of a later turn needs the earlier ones; a prompt that only starts like JSON is a prompt."""
    with ScriptedServer(always(reply(json.dumps(COMPLETION)))) as server:
        ask(chat_target(base_url=server.url, model="m", system="s"), prompt)

    messages = json.loads(server.received[0].body)["messages"]
    assert [message["role"] for message in messages] == roles
    assert messages[-1]["content"] in (prompt, "a", "b")


def test_without_a_key_no_authorization_is_sent() -> None:
    """Local model servers take none, and some refuse an empty one."""
    with ScriptedServer(always(reply(json.dumps(COMPLETION)))) as server:
        ask(chat_target(base_url=server.url, model="m"))

    assert "authorization" not in server.received[0].headers


def test_a_query_of_the_base_url_stays_at_the_end() -> None:
    """Gateways take their version this way: `?api-version=...`."""
    with ScriptedServer(always(reply(json.dumps(COMPLETION)))) as server:
        ask(chat_target(base_url=f"{server.url}/openai?api-version=1", model="m"))

    assert server.received[0].path == "/openai/chat/completions?api-version=1"


def test_a_message_in_parts_is_joined() -> None:
    """Some servers give the text in pieces; a metric must see it whole."""
    parts = [{"type": "text", "text": "Pa"}, {"type": "text", "text": "ris"}]
    with ScriptedServer(always(reply(json.dumps({"choices": [{"message": {"content": parts}}]})))) as server:
        assert ask(chat_target(base_url=server.url, model="m")).text == "Paris"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "no such model"}}, "no such model"),
        ({"choices": []}, "'choices' holds no message"),
        ({"choices": [{"message": {"content": None, "tool_calls": []}}]}, "is null"),
    ],
)
def test_an_answer_without_a_message_says_what_was_there(body: object, said: str) -> None:
    """Servers report errors with status 200, and models call tools instead of answering."""
    with ScriptedServer(always(reply(json.dumps(body)))) as server:
        failure = failure_of(chat_target(base_url=server.url, model="m"))

    assert failure.kind is FailureKind.BAD_ANSWER
    assert said in str(failure)


@pytest.mark.parametrize("parameters", [{"stream": True}, {"model": "other"}, {"messages": []}])
def test_parameters_that_cannot_work_are_refused_at_opening(parameters: dict[str, object]) -> None:
    """A streamed answer would fail test by test, with a message about JSON."""
    with pytest.raises(InvalidInput, match=rf"parameters\.{next(iter(parameters))}"):
        opened(chat_target(base_url="http://127.0.0.1", model="m", parameters=parameters))


def test_a_target_stored_by_an_earlier_version_is_read() -> None:
    """Jobs and configurations outlive an upgrade; until 0.1 a model's keys stood in the target itself."""
    stored = {"kind": "openai", "base_url": "http://h/v1", "model": "m", "system": "s", "api_key": "${K}"}

    spec = target_from_json(stored)

    model = ModelSpec(provider=Provider.OPENAI, base_url="http://h/v1", model="m", api_key="${K}")
    assert spec == ModelTarget(model=model, system="s")
    assert target_from_json(target_to_json(spec)) == spec


def test_a_model_that_only_calls_a_tool_answers_with_the_call() -> None:
    """Metrics look at a text; the calls themselves are beside it."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    body = {"choices": [{"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    with ScriptedServer(always(reply(json.dumps(body)))) as server:
        answer = ask(chat_target(base_url=server.url))

    assert json.loads(answer.text) == [{"name": "f", "arguments": {"a": 1}, "id": "c1"}]
    assert answer.tool_calls == (ToolCall(name="f", arguments={"a": 1}, id="c1"),)
