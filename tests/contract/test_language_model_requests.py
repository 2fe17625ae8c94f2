"""What each provider is sent: its own words for the same conversation, parameters where they belong, no surprises."""

from __future__ import annotations

import json

import pytest

from adapters.http.guard import LOCAL
from adapters.language_models.anthropic import DEFAULT_MAX_TOKENS, VERSION
from adapters.language_models.opener import StandardLanguageModels
from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec, Provider, model_named
from domain.language_models.ports import LanguageModel
from tests.services.http_server import Received, ScriptedServer, always
from tests.services.providers import PLAYS, Play

TALK = (
    Message(role="system", content="Be brief."),
    Message(role="user", content="Hello"),
    Message(role="assistant", content="Hi"),
    Message(role="user", content="Capital of France?"),
)
TURNS = [
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hi"},
    {"role": "user", "content": "Capital of France?"},
]
SCHEMA = {"type": "object", "additionalProperties": False}
MODELS = StandardLanguageModels({"KEY": "sk-1"}, guard=LOCAL)


def play_of(provider: Provider) -> Play:
    """Return the first way this provider is played."""
    return next(play for play in PLAYS if play.provider is provider)


def opened(play: Play, url: str, *, parameters: Document | None = None) -> LanguageModel:
    """Return the model at *url*."""
    return MODELS.open(play.spec(url, parameters=parameters or {}), connections=1)


def asked(provider: Provider, *, parameters: Document | None = None, schema: Document | None = None) -> Received:
    """Ask once, and return the request that came."""
    play = play_of(provider)
    with ScriptedServer(always(play.reply(play.answer("x")))) as server:
        model = opened(play, server.url, parameters=parameters)
        model.complete(TALK, deadline_s=20, json_schema=schema)
        model.close()
    return server.received[0]


def body_of(provider: Provider, *, parameters: Document | None = None, schema: Document | None = None) -> object:
    """Return the JSON that was sent."""
    return json.loads(asked(provider, parameters=parameters, schema=schema).body)


SYSTEM_FIRST = [{"role": "system", "content": "Be brief."}, *TURNS]
CONTENTS = [
    {"role": "user", "parts": [{"text": "Hello"}]},
    {"role": "model", "parts": [{"text": "Hi"}]},
    {"role": "user", "parts": [{"text": "Capital of France?"}]},
]


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        (Provider.OPENAI, {"model": "m", "messages": SYSTEM_FIRST}),
        (Provider.AZURE, {"model": "m", "messages": SYSTEM_FIRST}),
        (Provider.OPENAI_COMPATIBLE, {"model": "m", "messages": SYSTEM_FIRST}),
        (
            Provider.ANTHROPIC,
            {"model": "m", "max_tokens": DEFAULT_MAX_TOKENS, "system": "Be brief.", "messages": TURNS},
        ),
        (Provider.GOOGLE, {"systemInstruction": {"parts": [{"text": "Be brief."}]}, "contents": CONTENTS}),
        (Provider.OLLAMA, {"model": "m", "stream": False, "messages": SYSTEM_FIRST}),
    ],
)
def test_a_conversation_is_sent_in_the_provider_s_form(provider: Provider, body: object) -> None:
    """And nothing beside it: no temperature or limit that nobody asked for, where the API does not insist."""
    assert body_of(provider) == body


@pytest.mark.parametrize(
    ("provider", "sent"),
    [
        (
            Provider.OPENAI,
            {
                "temperature": 0,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
                },
            },
        ),
        (
            Provider.ANTHROPIC,
            {"temperature": 0, "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        ),
        (
            Provider.GOOGLE,
            {
                "generationConfig": {
                    "temperature": 0,
                    "responseMimeType": "application/json",
                    "responseJsonSchema": SCHEMA,
                }
            },
        ),
        (Provider.OLLAMA, {"options": {"temperature": 0}, "format": SCHEMA}),
    ],
)
def test_a_schema_and_parameters_stand_where_the_provider_wants_them(provider: Provider, sent: Document) -> None:
    """`temperature` is an option of Ollama's and a configuration of Google's; users write it in one place."""
    body = body_of(provider, parameters={"temperature": 0}, schema=SCHEMA)

    assert isinstance(body, dict)
    assert {name: body.get(name) for name in sent} == sent


@pytest.mark.parametrize(
    ("provider", "parameters"),
    [
        (Provider.OPENAI, {"tools": [{"type": "function"}]}),
        (Provider.ANTHROPIC, {"tools": [{"name": "f"}], "max_tokens": 16}),
        (Provider.GOOGLE, {"tools": [{"functionDeclarations": []}], "safetySettings": []}),
        (Provider.OLLAMA, {"tools": [{"type": "function"}], "think": False, "keep_alive": "5m"}),
    ],
)
def test_what_belongs_beside_the_model_is_sent_there(provider: Provider, parameters: Document) -> None:
    """Tools are no option of sampling."""
    body = body_of(provider, parameters=parameters)

    assert isinstance(body, dict)
    assert {name: body.get(name) for name in parameters} == parameters


def test_anthropic_is_told_which_version_is_spoken() -> None:
    """Without the header it refuses every call."""
    assert asked(Provider.ANTHROPIC).headers["anthropic-version"] == VERSION


@pytest.mark.parametrize(
    ("provider", "path", "body"),
    [
        (Provider.OPENAI, "/v1/embeddings", {"model": "m", "input": ["a", "b"], "encoding_format": "float"}),
        (Provider.OLLAMA, "/api/embed", {"model": "m", "stream": False, "input": ["a", "b"]}),
        (
            Provider.GOOGLE,
            "/v1beta/models/m:batchEmbedContents",
            {"requests": [{"model": "models/m", "content": {"parts": [{"text": text}]}} for text in "ab"]},
        ),
    ],
)
def test_texts_to_embed_go_in_one_request(provider: Provider, path: str, body: object) -> None:
    """A request for each would cost a round trip each."""
    play = play_of(provider)
    assert play.vectors
    with ScriptedServer(always(play.reply(play.vectors))) as server:
        model = opened(play, server.url)
        model.embed(["a", "b"], deadline_s=20)
        model.close()

    (request,) = server.received
    assert (request.path, json.loads(request.body)) == (path, body)


@pytest.mark.parametrize("parameters", [{"stream": True}, {"model": "other"}, {"messages": []}])
@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.AZURE, Provider.ANTHROPIC, Provider.OLLAMA])
def test_parameters_that_cannot_work_are_refused_at_opening(provider: Provider, parameters: Document) -> None:
    """A streamed answer would fail test by test, with a message about JSON."""
    with pytest.raises(InvalidInput, match=rf"parameters\.{next(iter(parameters))}"):
        opened(play_of(provider), "http://127.0.0.1", parameters=parameters)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (ModelSpec(provider=Provider.AZURE, model="m"), "azure:m: no base_url"),
        (ModelSpec(provider=Provider.OPENAI_COMPATIBLE, model="m"), "no base_url"),
        (ModelSpec(provider=Provider.OPENAI_COMPATIBLE, model="m"), "`antiphon llm add --base-url ...`"),
        (ModelSpec(provider=Provider.OPENAI, model="m", api_key="${UNSET}"), "api_key: the secret UNSET"),
        (ModelSpec(provider=Provider.OLLAMA, model="m", base_url="h:1"), "base_url: 'h:1/api/chat' has the scheme 'h'"),
        (ModelSpec(provider=Provider.SCRIPTED, model="m", parameters={"replies": "x"}), "parameters.replies"),
    ],
)
def test_a_specification_that_cannot_work_is_refused(spec: ModelSpec, said: str) -> None:
    """One message before the run, instead of one failure for each test."""
    with pytest.raises(InvalidInput) as caught:
        MODELS.open(spec, connections=1)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "provider", "model", "key"),
    [
        ("openai:gpt-5-mini", Provider.OPENAI, "gpt-5-mini", "${OPENAI_API_KEY}"),
        ("openai:chat:gpt-5-mini", Provider.OPENAI, "gpt-5-mini", "${OPENAI_API_KEY}"),
        ("azure:my-deployment", Provider.AZURE, "my-deployment", "${AZURE_OPENAI_API_KEY}"),
        ("anthropic:messages:claude-x", Provider.ANTHROPIC, "claude-x", "${ANTHROPIC_API_KEY}"),
        ("google:gemini-x", Provider.GOOGLE, "gemini-x", "${GEMINI_API_KEY}"),
        ("ollama:llama3.2:3b", Provider.OLLAMA, "llama3.2:3b", ""),
        ("openai-compatible:org/model", Provider.OPENAI_COMPATIBLE, "org/model", ""),
    ],
)
def test_a_model_is_named_in_one_word(name: str, provider: Provider, model: str, key: str) -> None:
    """On a command line there is no room for more; the key is the variable everybody has set."""
    assert model_named(name) == ModelSpec(provider=provider, model=model, api_key=key)


@pytest.mark.parametrize("name", ["gpt-5", "openai", "openai:", "mistral:x", ":x", "http://h"])
def test_what_names_no_model_is_refused_with_the_form(name: str) -> None:
    """The message must show how it is written."""
    with pytest.raises(InvalidInput, match="expected PROVIDER:MODEL"):
        model_named(name)
