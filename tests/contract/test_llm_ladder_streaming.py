"""The opt-in rung of streaming: when it holds, when it breaks, and what it asks; over real sockets."""

from __future__ import annotations

import json

import pytest

from domain.jobs.errors import FailureKind
from domain.llm_validation.check_document import rungs_from_json, rungs_to_json
from domain.llm_validation.rung import Rung, RungResult, RungState
from tests.contract.climbing import FRAGMENT, KEY, Climbed, climb, provider_that, serving
from tests.services.http_server import Received, Script, reply
from tests.services.streams import (
    STREAMS,
    StreamPlay,
    beside,
    chunked,
    is_for_a_stream,
    then_hanging_up,
    then_silent,
    undelimited,
)

by_name = pytest.mark.parametrize("one", STREAMS, ids=lambda one: one.play.name)


def climbed_with(one: StreamPlay, streams: Script, *, timeout_s: float = 20.0) -> tuple[Climbed, list[Received]]:
    """Check an API that works, and streams as the script does; return the requests for streams, too."""
    script = beside(provider_that(one.play), streams)
    climbed, received = serving(one.play, script, lambda api: climb(api, timeout_s=timeout_s, probes=(Rung.STREAMING,)))
    assert FRAGMENT not in climbed.told
    return climbed, [request for request in received if is_for_a_stream(request)]


def broken(climbed: Climbed) -> RungResult:
    """Return the rung of streaming, which broke; with what to do in the item's message."""
    result = climbed.rungs[-1]
    assert (result.rung, result.state) == (Rung.STREAMING, RungState.FAILED)
    assert climbed.failure is not None
    assert result.advice in str(climbed.failure)
    return result


@by_name
def test_an_answer_in_pieces_holds_and_says_when_the_first_one_came(one: StreamPlay) -> None:
    """The number that people feel; and no more than 16 tokens are asked for."""
    climbed, received = climbed_with(one, then_hanging_up(chunked(*one.whole("1", ", 2", KEY))))

    assert climbed.failure is None, str(climbed.failure)
    result = climbed.rung(Rung.STREAMING)
    assert (result.state, result.model) == (RungState.PASSED, "m")
    assert result.note.startswith("first piece after 0.")
    assert "3 pieces" in result.note
    assert 16 < result.usage.tokens <= 32  # what was told, or what it may have been: never nothing
    assert [16 in _numbers(json.loads(request.body)) for request in received] == [True]
    assert rungs_from_json({"rungs": rungs_to_json([result])}) == (result,)


@by_name
@pytest.mark.parametrize("words", [(), ("OK",)])
def test_a_proper_end_will_do(one: StreamPlay, words: tuple[str, ...]) -> None:
    """A model that was still reasoning at its sixteenth token streams nothing, and nothing is wrong."""
    climbed, _ = climbed_with(one, then_hanging_up(chunked(*one.whole(*words))))

    assert climbed.failure is None, str(climbed.failure)
    assert ("1 piece in" if words else "before the first word") in climbed.rung(Rung.STREAMING).note


@by_name
def test_several_pieces_will_do_and_one_without_an_end_will_not(one: StreamPlay) -> None:
    """One piece, and the end of HTTP: that is a whole answer in disguise, or half of one."""
    many, _ = climbed_with(one, then_hanging_up(chunked(*one.whole("1", "2")[:-1])))
    single, _ = climbed_with(one, then_hanging_up(chunked(*one.whole("1")[:-1])))

    assert many.failure is None, str(many.failure)
    assert many.rung(Rung.STREAMING).note.endswith("the end was not said")
    assert broken(single).kind is FailureKind.BAD_ANSWER


@by_name
def test_a_server_that_ignores_the_wish_is_told_with_what_to_do(one: StreamPlay) -> None:
    """As a model that calls no tools: it was asked for, and it does not do it. What to do is about streaming."""
    climbed, _ = climbed_with(one, then_hanging_up(reply(json.dumps(one.play.answer(f"1, 2 {KEY}")))))

    result = broken(climbed)
    assert result.kind is FailureKind.BAD_ANSWER
    assert "at once" in result.note
    assert "proxy_buffering" in result.advice


@by_name
def test_other_ends_have_their_classes(one: StreamPlay) -> None:
    """Broken off, never ending, an error in the middle."""
    events = one.whole("1", "2")[:-1]
    kind, error = next(iter(one.errors.items()))

    off, _ = climbed_with(one, then_hanging_up(undelimited(*events)))
    silent, _ = climbed_with(one, then_silent(chunked(*events, is_ended=False)), timeout_s=4.0)
    wrong, _ = climbed_with(one, then_hanging_up(chunked(*events, error.replace(b"sk-1", KEY.encode()))))

    assert broken(off).kind is FailureKind.CONNECTION
    assert broken(silent).kind is FailureKind.TIMED_OUT
    assert broken(wrong).kind is kind


@by_name
def test_nobody_is_asked_for_a_stream_who_was_not_to_be(one: StreamPlay) -> None:
    """It is opt-in."""
    climbed, received = serving(one.play, provider_that(one.play), climb)

    assert Rung.STREAMING not in {result.rung for result in climbed.rungs}
    assert not any(map(is_for_a_stream, received))


def _numbers(value: object) -> set[int]:
    if isinstance(value, dict):
        return {number for each in value.values() for number in _numbers(each)}
    return {value} if isinstance(value, int) else set()
