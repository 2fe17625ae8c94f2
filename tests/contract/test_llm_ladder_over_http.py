"""The ladder against every provider's API, played over real sockets: the right class in every class of failure."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from domain.jobs.errors import FailureKind
from domain.language_models.model import Provider
from domain.llm_validation.rung import Rung, RungState
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
    serving,
    with_key,
)
from tests.services.http_server import Received, ScriptedServer, Wire, always, reply
from tests.services.providers import PLAYS, Play

AT_MOST_S = 60.0
CHECK_S = 3.0
"""A check's time in which a busy machine, too, comes to the rung that hangs."""
"""Far above the limits here, for a busy machine, and far below what a server that hangs or drips would go on for."""
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

    climbed, _ = serving(play, script, lambda api: climb(api, timeout_s=CHECK_S))

    assert (climbed.rungs[-1].rung, climbed.rungs[-1].kind) == (Rung.CHAT, FailureKind.TIMED_OUT)
    assert sum(result.duration_s for result in climbed.rungs) < AT_MOST_S
    assert_keeps_the_key(climbed)


@by_name
def test_a_list_that_never_comes_ends_with_the_checks_time(play: Play) -> None:
    """The same one rung lower."""
    climbed, _ = serving(play, hanging, lambda api: climb(api, timeout_s=CHECK_S))

    assert (climbed.rungs[-1].rung, climbed.rungs[-1].kind) == (Rung.MODELS, FailureKind.TIMED_OUT)


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
