"""The `StreamingModels` port: every provider's stream over real sockets, whole, broken, endless and hostile."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from adapters.http.guard import LOCAL, STRICT
from adapters.language_models.opener import StandardLanguageModels
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure, PermanentFailure, TransientFailure
from domain.language_models.conversation import Message
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.price import Price
from domain.language_models.pricing import PricedStreams, PriceTable
from domain.language_models.streamed import Streamed
from tests.services.http_server import Received, Script, ScriptedServer, Wire, always, reply
from tests.services.streams import STREAMS, StreamPlay, chunked, then_hanging_up, then_silent, undelimited

KEY = "sk-1-Pl4nted"
MODELS = StandardLanguageModels({"KEY": KEY}, guard=LOCAL)
TALK = [Message(role="user", content="Hello")]
ERRORS = [(one, kind) for one in STREAMS for kind in one.errors]
by_name = pytest.mark.parametrize("one", STREAMS, ids=lambda one: one.play.name)


def streamed(one: StreamPlay, script: Script, *, deadline_s: float = 20.0) -> tuple[Streamed, Received]:
    """Ask for a stream once, of a server that does what the script says."""
    with ScriptedServer(script) as server:
        found = MODELS.stream(one.play.spec(server.url), TALK, deadline_s=deadline_s)
        return found, server.received[0]


def failure_of(one: StreamPlay, script: Script, *, deadline_s: float = 20.0) -> ItemFailure:
    """Return the failure that this ends in; the key is in none."""
    with pytest.raises(ItemFailure) as caught:
        streamed(one, script, deadline_s=deadline_s)
    assert "Pl4nted" not in repr(caught.value) + repr(caught.getrepr(style="long"))
    return caught.value


@by_name
@pytest.mark.parametrize("sent", [chunked, undelimited], ids=["chunked", "until the end of the connection"])
def test_a_stream_is_counted_timed_and_its_end_is_seen(one: StreamPlay, sent: Callable[..., bytes]) -> None:
    """Whatever is around them, three pieces are three; what is no word of the answer is none."""
    found, received = streamed(one, then_hanging_up(sent(*one.whole("1", ", 2", ", 3"))))

    assert (found.pieces, found.is_ended, found.model) == (3, True, "m-2026-01-01")
    assert found.first_s is not None
    assert 0 < found.first_s <= found.latency_s
    assert found.prompt_tokens == one.prompt_tokens
    assert found.completion_tokens == (9 if one.prompt_tokens else None)
    assert (received.method, received.path) == ("POST", one.path)
    assert received.headers[one.play.key_header].endswith(KEY)
    assert json.loads(received.body).get("stream") is (None if one.play.provider is Provider.GOOGLE else True)


@by_name
def test_pieces_may_be_cut_anywhere(one: StreamPlay) -> None:
    """A connection knows no events: each byte may come alone, also half of a character."""
    body = b"".join(one.whole("né", "e"))

    def script(_request: Received, wire: Wire) -> None:
        for at in range(0, len(body), 3):
            wire.send(b"" if at else undelimited())
            wire.send(body[at : at + 3])
        wire.hang_up()

    assert streamed(one, script)[0].pieces == 2


@by_name
def test_the_first_piece_is_timed_when_it_comes(one: StreamPlay) -> None:
    """Not when the answer is over: that is what people wait for who watch."""
    begin, first, *rest = one.whole("1", "2")

    def script(_request: Received, wire: Wire) -> None:
        wire.send(chunked(begin, first, is_ended=False))
        wire.drip(b"10\r\n" + b"\n" * 16 + b"\r\n")
        wire.send(chunked(*rest).partition(b"\r\n\r\n")[2])

    found, _ = streamed(one, script)

    assert found.first_s is not None
    assert found.latency_s - found.first_s > 0.05  # the rest takes 0.4 s to come; a busy machine hears the first late
    assert found.pieces == 2


@by_name
def test_nothing_is_waited_for_after_the_end(one: StreamPlay) -> None:
    """Some proxies hold a connection open for long after the last event; OpenAI's is the last word, not the reason."""
    if one.play.provider is Provider.GOOGLE:
        pytest.skip("Google's streams end with their connection")

    found, _ = streamed(one, then_silent(chunked(*one.whole("1"), is_ended=False)), deadline_s=20.0)

    assert found.is_ended
    assert found.latency_s < 10


@by_name
@pytest.mark.parametrize("sent", [lambda *events: chunked(*events, is_ended=False), undelimited])
def test_a_stream_that_breaks_off_is_a_connection_that_failed(one: StreamPlay, sent: Callable[..., bytes]) -> None:
    """Also where the words up to there would do: who streams gets half an answer."""
    failure = failure_of(one, then_hanging_up(sent(*one.whole("1", "2")[:-1])))

    assert isinstance(failure, TransientFailure)
    assert failure.kind is FailureKind.CONNECTION


@by_name
def test_an_answer_cut_in_an_event_is_broken_off(one: StreamPlay) -> None:
    """Half an event is none."""
    body = b"".join(one.whole("1", "2")[:-1])
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"

    assert failure_of(one, then_hanging_up(head + body)).kind is FailureKind.CONNECTION


@by_name
def test_a_stream_that_http_ends_without_the_provider_is_told_as_such(one: StreamPlay) -> None:
    """Nothing was lost on the way, as far as HTTP knows; whether that will do is for others to judge."""
    found, _ = streamed(one, always(chunked(*one.whole("1", "2")[:-1])))

    assert (found.pieces, found.is_ended) == (2, False)


@by_name
def test_a_stream_that_says_nothing_more_ends_with_the_deadline(one: StreamPlay) -> None:
    """Half an answer, and silence."""
    script = then_silent(chunked(*one.whole("1", "2")[:-1], is_ended=False))

    failure = failure_of(one, script, deadline_s=0.4)

    assert isinstance(failure, PermanentFailure)
    assert failure.kind is FailureKind.TIMED_OUT


@by_name
def test_a_stream_that_goes_on_for_ever_ends_with_the_deadline(one: StreamPlay) -> None:
    """Each piece is fine, and there is always one more: the deadline is that of all of them."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(undelimited(one.begin))
        wire.drip(one.word("1") * 1_000)

    assert failure_of(one, script, deadline_s=0.5).kind is FailureKind.TIMED_OUT


@by_name
@pytest.mark.parametrize("line", [b"data: " + b"x" * 65_530, b"data: x\n" * 8_192, b"\r" * 65_536])
def test_a_hostile_endless_line_ends_with_the_most_bytes(one: StreamPlay, line: bytes) -> None:
    """Without a bound the worker's memory is the provider's to fill."""

    def script(_request: Received, wire: Wire) -> None:
        wire.send(undelimited())
        for _ in range(40):
            wire.send(line)
        wire.wait_for_hangup()

    failure = failure_of(one, script)

    assert failure.kind in (FailureKind.TOO_LARGE, FailureKind.BAD_ANSWER)
    assert len(str(failure)) < 1_000


@pytest.mark.parametrize(("one", "kind"), ERRORS, ids=lambda value: getattr(value, "play", value))
@pytest.mark.parametrize("is_first", [True, False])
def test_an_error_in_the_stream_is_told_by_its_class(one: StreamPlay, kind: FailureKind, is_first: bool) -> None:
    """The status was 200 long before: the error's own words are all there is."""
    error = one.errors[kind].replace(b"sk-1", KEY.encode())
    before = [] if is_first else one.whole("1", "2")[:-1]

    failure = failure_of(one, then_silent(chunked(*before, error, is_ended=False)))

    assert failure.kind is kind
    assert isinstance(failure, TransientFailure) == (kind in (FailureKind.SERVER_ERROR, FailureKind.RATE_LIMITED))
    assert "it says ***" in str(failure)


@by_name
def test_a_refused_request_is_told_as_for_whole_answers(one: StreamPlay) -> None:
    """Before the first byte of a stream, a status says what is wrong."""
    for kind, response in one.play.errors.items():
        assert failure_of(one, always(response)).kind is FailureKind(kind)


@by_name
def test_a_whole_answer_at_once_is_no_stream(one: StreamPlay) -> None:
    """A server that ignores `stream` answers as it always does."""
    whole = one.play.answer(f"OK {KEY}")

    for body in (json.dumps(whole), json.dumps(whole, indent=2)):
        failure = failure_of(one, always(reply(body)))

        assert failure.kind is FailureKind.BAD_ANSWER
        assert "at once" in str(failure)


@by_name
@pytest.mark.parametrize("body", ["<html>Sign in</html>", "", "data: {\n\n", "[]", '"OK"', "data:[[[[\n\n", "\x00\xff"])
def test_what_is_no_stream_is_a_bad_answer(one: StreamPlay, body: str) -> None:
    """A login page of a proxy answers everything with 200."""
    assert failure_of(one, always(reply(body))).kind is FailureKind.BAD_ANSWER


@by_name
def test_a_piece_that_is_no_json_is_a_bad_answer_without_the_key(one: StreamPlay) -> None:
    """Words in the middle that nobody can read."""
    broken = f"data: {KEY}!\n\n".encode()

    failure = failure_of(one, then_silent(chunked(one.begin, one.word("1"), broken, is_ended=False)))

    assert failure.kind is FailureKind.BAD_ANSWER
    assert "***" in str(failure)


@by_name
def test_an_answer_that_the_filter_kept_back_is_told(one: StreamPlay) -> None:
    """As for whole answers."""
    if not one.filtered:
        pytest.skip("this provider has no filter")

    failure = failure_of(one, always(chunked(one.begin, one.filtered)))

    assert failure.kind is FailureKind.CONTENT_FILTERED


@by_name
def test_a_key_in_a_piece_or_in_a_name_is_nowhere(one: StreamPlay) -> None:
    """A server may say back what it was sent, cut into pieces or as its model's name."""
    events = [event.replace(b"m-2026-01-01", KEY.encode()) for event in one.whole(KEY, KEY[:6], KEY[6:])]

    found, _ = streamed(one, always(chunked(*events)))

    assert found.pieces == 3
    assert "Pl4nted" not in repr(found)


def test_addresses_are_guarded_and_words_checked_before_anything_is_sent() -> None:
    """The same rules as for whole answers."""
    with ScriptedServer(always(b"")) as server:
        spec = STREAMS[0].play.spec(server.url)
        with pytest.raises(InvalidInput, match="loopback"):
            StandardLanguageModels({"KEY": KEY}, guard=STRICT).stream(spec, TALK, deadline_s=5)
        with pytest.raises(InvalidInput, match="KEY is not set"):
            MODELS.with_environment({}).stream(spec, TALK, deadline_s=5)
        unfit = STREAMS[0].play.spec(server.url, parameters={"stream": True})
        with pytest.raises(InvalidInput, match=r"parameters\.stream"):
            MODELS.stream(unfit, TALK, deadline_s=5)

    assert server.connections == 0


def test_google_s_own_query_stays() -> None:
    """Some gateways take their key there."""
    google = next(one for one in STREAMS if one.play.provider is Provider.GOOGLE)
    with ScriptedServer(always(chunked(*google.whole("1")))) as server:
        spec = ModelSpec(provider=Provider.GOOGLE, model="m", base_url=f"{server.url}/v1?gate=a")
        MODELS.stream(spec, TALK, deadline_s=20)

    assert server.received[0].path == "/v1/models/m:streamGenerateContent?gate=a&alt=sse"


def test_a_scripted_model_says_a_word_a_piece() -> None:
    """For trying things out without a network."""
    spec = ModelSpec(provider=Provider.SCRIPTED, model="m", parameters={"replies": ["one two three"]})

    found = MODELS.stream(spec, TALK, deadline_s=5)

    assert (found.pieces, found.is_ended, found.completion_tokens) == (3, True, 4)


def test_a_stream_costs_what_its_tokens_cost() -> None:
    """Where they are told; where not, its cost is not known."""
    google = next(one for one in STREAMS if one.play.provider is Provider.GOOGLE)
    streams = PricedStreams(StandardLanguageModels({}, guard=LOCAL), PriceTable(prices={})).with_environment(
        {"KEY": KEY}
    )
    for one, cost in ((google, 12 * 1_000 + 9 * 2_000), (STREAMS[0], None)):
        with ScriptedServer(always(chunked(*one.whole("1")))) as server:
            spec = one.play.spec(server.url, price=Price(input=1, output=2))
            assert streams.stream(spec, TALK, deadline_s=20).cost_nanousd == cost
