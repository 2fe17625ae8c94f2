"""Which models the ladder asks, what, and with how many tokens: every provider's API, played over real sockets."""

from __future__ import annotations

import json

import pytest

from adapters.memory.llm_registry import MemoryRegistry
from domain.jobs.errors import FailureKind
from domain.language_models.model import Provider
from domain.llm_validation.listing import Listing
from domain.llm_validation.llm_model import LlmModel
from domain.llm_validation.rung import Rung, RungState
from tests.contract.building import US
from tests.contract.climbing import (
    api_at,
    climb,
    named,
    provider_that,
    registry_with,
    serving,
)
from tests.services.http_server import Received, Script, ScriptedServer, Wire, reply
from tests.services.providers import PLAYS, Play

by_name = pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.name)


@by_name
def test_a_chat_is_asked_for_16_tokens_and_no_more(play: Play) -> None:
    """1 is refused by models that reason; more is not needed to see that one works."""
    _, received = serving(play, provider_that(play), climb)

    asked = [
        json.loads(request.body) for request in received if request.method == "POST" and b"mbed" not in request.body
    ]
    limits = [16 for body in asked if 16 in _numbers(body)]
    assert limits == [16] * len(asked) == [16]


@by_name
def test_a_model_that_was_still_reasoning_works(play: Play) -> None:
    """Sixteen tokens are not enough for its first word, and plenty to see that it is there."""
    climbed, _ = serving(play, provider_that(play, chats=play.reply(play.cut_off)), climb)

    assert climbed.failure is None, str(climbed.failure)
    assert climbed.rung(Rung.CHAT).state is RungState.PASSED


@pytest.mark.parametrize("play", [play for play in PLAYS if play.vectors], ids=lambda play: play.name)
@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        ([[1.0, 0.5]], "2 vectors of one length"),
        ([[1.0, 0.5], [1.0]], "of one length"),
        ([[0.0, 0.0], [0.0, 0.0]], "no length"),
        ([[1.0, 2.0], [1.0, 2.0]], "the same vector"),
        ([[1e999, 2.0], [1.0, 2.0]], ""),
    ],
)
def test_vectors_that_can_not_be_searched_with_are_a_bad_answer(
    play: Play, vectors: list[list[float]], said: str
) -> None:
    """Vectors of zeros find everything alike; a library that was embedded with them is worth nothing."""
    climbed, _ = serving(play, provider_that(play, embeds=play.reply(_vectors(play, vectors))), climb)

    assert (climbed.rungs[-1].rung, climbed.rungs[-1].kind) == (Rung.EMBEDDINGS, FailureKind.BAD_ANSWER)
    assert said in climbed.rungs[-1].note


def test_a_server_without_a_list_is_judged_by_its_chat() -> None:
    """Some that speak OpenAI's API list nothing; with a model that was named, that is no failure."""
    play = named(Provider.OPENAI_COMPATIBLE)
    nothing = reply("no such page", status="404 Not Found")

    with_model, _ = serving(play, provider_that(play, lists=nothing), climb)
    without, _ = serving(play, provider_that(play, lists=nothing), lambda api: climb(api, models=False))

    assert with_model.failure is None
    assert with_model.rung(Rung.MODELS).state is RungState.NOT_TESTABLE
    assert (without.rungs[-1].rung, without.rungs[-1].kind) == (Rung.MODELS, FailureKind.REFUSED)


def test_models_are_found_by_the_list_where_none_is_registered() -> None:
    """The first check of an account that was just added asks a model all the same."""
    play = named(Provider.OPENAI)

    climbed, _ = serving(play, provider_that(play), lambda api: climb(api, models=False))

    assert climbed.failure is None
    assert climbed.rung(Rung.CHAT).model == "gpt-5"
    assert climbed.rung(Rung.EMBEDDINGS).model == "text-embedding-3-small"


def test_an_api_without_models_is_not_broken() -> None:
    """There is nothing to ask, and nothing is wrong with the account."""
    play = named(Provider.OLLAMA)
    empty = reply('{"models": []}')

    climbed, _ = serving(play, provider_that(play, lists=empty), lambda api: climb(api, models=False))

    assert climbed.failure is None
    assert {climbed.rung(rung).state for rung in (Rung.CHAT, Rung.EMBEDDINGS)} == {RungState.NOT_TESTABLE}


def test_without_tokens_left_no_model_is_asked() -> None:
    """The budget of the day is used up: the account is looked at as far as that costs nothing."""
    play = named(Provider.OPENAI)

    climbed, received = serving(play, provider_that(play), lambda api: climb(api, may_spend=False))

    assert climbed.failure is None
    assert {climbed.rung(rung).state for rung in (Rung.CHAT, Rung.EMBEDDINGS)} == {RungState.NOT_TESTABLE}
    assert [request.method for request in received] == ["GET"]


@by_name
def test_opt_in_probes_are_asked_for_in_the_providers_own_words(play: Play) -> None:
    """A schema, a tool and an image look different in each API; a model that does none of it says so."""
    tool = json.loads(json.dumps(play.tool_call).replace("lookup", "report_weather"))
    probes = (Rung.JSON_SCHEMA, Rung.IMAGE)
    in_json = play.reply(play.answer('{"ok": true}'))

    called, asked = serving(
        play, provider_that(play, chats=play.reply(tool)), lambda api: climb(api, probes=(Rung.TOOL_CALL,))
    )
    others, seen = serving(play, provider_that(play, chats=in_json), lambda api: climb(api, probes=probes))
    neither, _ = serving(play, provider_that(play), lambda api: climb(api, probes=(Rung.JSON_SCHEMA,)))

    assert called.failure is None, str(called.failure)
    assert others.failure is None, str(others.failure)
    assert any(b"report_weather" in request.body for request in asked)
    assert any(b"additionalProperties" in request.body for request in seen)
    assert any(b"iVBORw0" in request.body for request in seen)
    assert (neither.rungs[-1].rung, neither.rungs[-1].kind) == (Rung.JSON_SCHEMA, FailureKind.BAD_ANSWER)


def test_a_limit_of_tokens_that_is_refused_by_one_name_is_said_by_the_other() -> None:
    """OpenAI's newer models refuse `max_tokens`, older servers don't know `max_completion_tokens`."""
    for provider in (Provider.OPENAI, Provider.AZURE, Provider.OPENAI_COMPATIBLE):
        play = named(provider)
        for refused, other in (("max_completion_tokens", "max_tokens"), ("max_tokens", "max_completion_tokens")):
            climbed, received = serving(play, _refusing(play, refused), climb)

            assert climbed.failure is None, f"{provider} {refused}: {climbed.failure}"
            bodies = [json.loads(request.body) for request in received if b"messages" in request.body]
            assert bodies[-1][other] == 16
            assert len(bodies) <= 2


def test_a_failed_list_keeps_the_old_one_and_says_how_old_it_is() -> None:
    """An outage of an hour must not mark every model as missing."""
    play = named(Provider.OPENAI)
    with ScriptedServer(provider_that(play)) as server:
        api = api_at(play, server.url)
        registry = registry_with(api, models=False)
        climb(api, registry=registry)
        before = _known(registry)
        server.script = provider_that(play, lists=play.errors["server_error"])
        climb(api, registry=registry)

    models, listing = _known(registry)
    assert models == before[0]
    assert (listing.listed_at, listing.count) == (before[1].listed_at, 2)
    assert "HTTP 503" in listing.failure


def _known(registry: MemoryRegistry) -> tuple[list[LlmModel], Listing]:
    with registry.view(US) as work:
        api = work.apis.all()[0]
        return work.models.all(), work.listings.get(api.id)


def _numbers(value: object) -> set[int]:
    if isinstance(value, dict):
        return {number for each in value.values() for number in _numbers(each)}
    return {value} if isinstance(value, int) else set()


def _vectors(play: Play, vectors: list[list[float]]) -> dict[str, object]:
    if play.provider is Provider.GOOGLE:
        return {"embeddings": [{"values": vector} for vector in vectors]}
    if play.provider is Provider.OLLAMA:
        return {"embeddings": vectors}
    return {"data": [{"index": no, "embedding": vector} for no, vector in enumerate(vectors)]}


def _refusing(play: Play, parameter: str) -> Script:
    usual = provider_that(play)
    error = {"error": {"message": f"Unsupported parameter: '{parameter}'", "code": "unsupported_parameter"}}

    def script(request: Received, wire: Wire) -> None:
        if request.method == "POST" and parameter in json.loads(request.body):
            wire.send(reply(json.dumps(error), status="400 Bad Request"))
        else:
            usual(request, wire)

    return script
