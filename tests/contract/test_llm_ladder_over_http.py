"""The ladder against every provider's API, played over real sockets: the right class in every class of failure."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from adapters.memory.llm_registry import MemoryRegistry
from domain.jobs.errors import FailureKind
from domain.language_models.model import Provider
from domain.llm_validation.listing import Listing
from domain.llm_validation.llm_model import LlmModel
from domain.llm_validation.rung import OPTIONAL, Rung, RungState
from tests.contract.building import US
from tests.contract.climbing import (
    CHAT_MODEL,
    FRAGMENT,
    KEY,
    Climbed,
    api_at,
    climb,
    hanging,
    named,
    provider_that,
    registry_with,
    serving,
    with_key,
)
from tests.services.http_server import Received, Script, ScriptedServer, Wire, always, reply
from tests.services.providers import PLAYS, Play

by_name = pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.name)
FAILURES = [(play, kind) for play in PLAYS for kind in play.errors]
AT_THE_LIST = [(play, kind) for play, kind in FAILURES if kind not in ("model_not_found", "refused")]
named_failures = pytest.mark.parametrize(
    ("play", "kind"), FAILURES, ids=lambda value: value.name if isinstance(value, Play) else value
)


def assert_keeps_the_key(climbed: Climbed) -> None:
    """Nothing that was stored, kept, returned or raised holds the key, or what is left of it."""
    assert FRAGMENT not in climbed.told


@by_name
def test_an_api_that_works_climbs_to_the_top(play: Play) -> None:
    """What can't be tried is no failure: plain http has no TLS, Anthropic no embeddings."""
    climbed, received = serving(play, provider_that(play, says_key=True), climb)

    assert climbed.failure is None, str(climbed.failure)
    states = {result.rung: result.state for result in climbed.rungs}
    embeds = RungState.PASSED if play.vectors else RungState.NOT_TESTABLE
    assert states == {
        **dict.fromkeys((Rung.CONFIGURATION, Rung.DNS, Rung.TCP, Rung.MODELS, Rung.CHAT), RungState.PASSED),
        Rung.TLS: RungState.NOT_TESTABLE,
        Rung.EMBEDDINGS: embeds,
    }
    assert climbed.rung(Rung.CHAT).model == CHAT_MODEL
    assert climbed.usage.completion_tokens > 0
    assert_keeps_the_key(climbed)
    assert {KEY in request.headers[play.key_header] for request in received} == {True}


@by_name
def test_a_chat_is_asked_for_16_tokens_and_no_more(play: Play) -> None:
    """1 is refused by models that reason; more is not needed to see that one works."""
    _, received = serving(play, provider_that(play), climb)

    asked = [
        json.loads(request.body) for request in received if request.method == "POST" and b"mbed" not in request.body
    ]
    limits = [16 for body in asked if 16 in _numbers(body)]
    assert limits == [16] * len(asked) == [16]


@named_failures
def test_every_class_of_a_refused_chat_is_told(play: Play, kind: str) -> None:
    """Each provider says it in its own words; whoever is woken needs one word for it, and what to do."""
    script = provider_that(play, chats=with_key(play.errors[kind]))

    climbed, _ = serving(play, script, climb)

    broken = climbed.rungs[-1]
    assert (broken.rung, broken.state, broken.kind) == (Rung.CHAT, RungState.FAILED, FailureKind(kind))
    assert climbed.failure is not None
    assert climbed.failure.kind is FailureKind(kind)
    assert "What to do: " in str(climbed.failure)
    assert broken.advice in str(climbed.failure)
    assert "***" in broken.note  # the server did say it
    assert_keeps_the_key(climbed)


@pytest.mark.parametrize(
    ("play", "kind"), AT_THE_LIST, ids=lambda value: value.name if isinstance(value, Play) else value
)
def test_every_class_of_a_refused_list_is_told_and_nothing_above_it_is_tried(play: Play, kind: str) -> None:
    """A key that is refused at the list is not tried again with a chat."""
    script = provider_that(play, lists=with_key(play.errors[kind]))

    climbed, received = serving(play, script, climb)

    assert (climbed.rungs[-1].rung, climbed.rungs[-1].kind) == (Rung.MODELS, FailureKind(kind))
    assert [request.method for request in received] == ["GET"]
    assert_keeps_the_key(climbed)


@by_name
def test_a_filter_that_keeps_the_answer_back_is_told(play: Play) -> None:
    """A deployment whose filter is set so that it refuses a greeting answers nobody."""
    if not play.filtered:
        pytest.skip("this provider has no filter")

    climbed, _ = serving(play, provider_that(play, chats=play.reply(play.filtered)), climb)

    assert (climbed.rungs[-1].rung, climbed.rungs[-1].kind) == (Rung.CHAT, FailureKind.CONTENT_FILTERED)


@by_name
def test_a_model_that_was_still_reasoning_works(play: Play) -> None:
    """Sixteen tokens are not enough for its first word, and plenty to see that it is there."""
    climbed, _ = serving(play, provider_that(play, chats=play.reply(play.cut_off)), climb)

    assert climbed.failure is None, str(climbed.failure)
    assert climbed.rung(Rung.CHAT).state is RungState.PASSED


@by_name
@pytest.mark.parametrize("body", ["<html>Sign in</html>", "{}", "[]", "", '"OK"'])
def test_something_else_that_answers_is_a_bad_answer(play: Play, body: str) -> None:
    """A login page of a proxy answers everything with 200."""
    climbed, _ = serving(play, provider_that(play, chats=reply(body)), climb)

    assert (climbed.rungs[-1].rung, climbed.rungs[-1].kind) == (Rung.CHAT, FailureKind.BAD_ANSWER)
    assert "provider and base_url" in climbed.rungs[-1].advice


@by_name
def test_a_chat_that_never_comes_ends_with_the_checks_time(play: Play) -> None:
    """An API that hangs costs its own time, and is told as what it is."""

    usual = provider_that(play)

    def script(request: Received, wire: Wire) -> None:
        (usual if request.method == "GET" else hanging)(request, wire)

    climbed, _ = serving(play, script, lambda api: climb(api, timeout_s=0.5))

    assert (climbed.rungs[-1].rung, climbed.rungs[-1].kind) == (Rung.CHAT, FailureKind.TIMED_OUT)
    assert sum(result.duration_s for result in climbed.rungs) < 0.6
    assert_keeps_the_key(climbed)


@by_name
def test_a_list_that_never_comes_ends_with_the_checks_time(play: Play) -> None:
    """The same one rung lower."""
    climbed, _ = serving(play, hanging, lambda api: climb(api, timeout_s=0.4))

    assert (climbed.rungs[-1].rung, climbed.rungs[-1].kind) == (Rung.MODELS, FailureKind.TIMED_OUT)


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
    probes = tuple(rung for rung in OPTIONAL if rung is not Rung.TOOL_CALL)
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


def test_a_key_that_is_said_back_as_a_models_name_is_not_stored() -> None:
    """A hostile server may name its models as it likes: by the key it was shown."""
    play = named(Provider.OPENAI_COMPATIBLE)
    listed = reply(json.dumps({"data": [{"id": KEY}, {"id": f"gpt-{KEY}"}]}))

    climbed, _ = serving(play, provider_that(play, lists=listed), climb)

    assert_keeps_the_key(climbed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"api_key": "${GONE}"}, "the secret GONE is not set"),
        ({"base_url": "https://${HOST}/v1"}, "the secret HOST is not set"),
        ({"base_url": "ftp://host/v1"}, "scheme"),
        ({"provider": Provider.OPENAI, "base_url": "", "api_key": ""}, "none is named"),
    ],
)
def test_what_is_written_down_wrong_is_found_before_anything_is_sent(change: dict[str, Any], said: str) -> None:
    """A missing secret must not cost a request with an empty key."""
    with ScriptedServer(always(reply("x"))) as server:
        api = attrs.evolve(api_at(named(Provider.OPENAI_COMPATIBLE), server.url), **change)
        climbed = climb(api)

    assert [result.rung for result in climbed.rungs] == [Rung.CONFIGURATION]
    assert climbed.rungs[0].kind is FailureKind.BAD_INPUT
    assert said in climbed.rungs[0].note
    assert server.received == []
    assert server.connections == 0


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
