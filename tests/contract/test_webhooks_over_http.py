"""Webhooks over HTTP: one attempt, bounded, and whatever goes wrong is an answer and never an error."""

from __future__ import annotations

import attrs
import pytest

from adapters.http.guard import LOCAL
from adapters.notifications.http import HttpCarrier
from domain.jobs.errors import InvalidInput
from domain.notifications.delivery import Answer
from domain.notifications.event import Event
from domain.notifications.signature import WrongSignature, verify
from domain.notifications.signing import new_secret
from domain.notifications.webhook import Webhook
from tests.contract.building import NOW
from tests.contract.notifying import a_webhook, an_event
from tests.services.http_server import Received, ScriptedServer, Wire, always, reply

SECRET, OLDER = new_secret(), new_secret()
CARRIER = HttpCarrier(guard=LOCAL, timeout_s=0.5)


def hook(url: str) -> Webhook:
    """Return a webhook at that address."""
    return attrs.evolve(a_webhook(), url=url)


def carried(url: str, *secrets: str, event: Event | None = None) -> Answer:
    """Bring an event there over HTTP, once."""
    webhook = hook(url)
    told = (event or an_event(1, webhook)).document()
    return CARRIER.carry(webhook, event=told, secrets=secrets or (SECRET,), now=NOW)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "204 No Content"])
def test_any_success_is_one(status: str) -> None:
    """Receivers answer with what their framework likes."""
    with ScriptedServer(always(reply("", status=status))) as receiver:
        answer = carried(receiver.url)

    assert (answer.is_success, answer.status) == (True, int(status[:3]))


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "429 Too Many Requests", "503 Busy"])
def test_any_other_status_is_a_failure_that_may_pass(status: str) -> None:
    """A wrong configuration is mended within the day; of what it said, the start is kept for its owner."""
    body = "line one\n" + "x" * 5000
    with ScriptedServer(always(reply(body, status=status, headers="Retry-After: 90\r\n"))) as receiver:
        answer = carried(receiver.url)

    assert (answer.is_success, answer.status, answer.is_final, answer.is_gone) == (False, int(status[:3]), False, False)
    assert "saying: line one xxx" in answer.error
    assert len(answer.error) <= 300
    assert answer.retry_after_s == (90 if status[:3] in ("429", "503") else None)


def test_a_redirect_is_not_followed() -> None:
    """The event is signed for whoever was named; a redirect could also lead where nothing may be called."""
    with ScriptedServer(always(reply(""))) as elsewhere:
        answer_with = reply("", status="307 Temporary Redirect", headers=f"Location: {elsewhere.url}\r\n")
        with ScriptedServer(always(answer_with)) as receiver:
            answer = carried(receiver.url)

    assert (answer.is_success, answer.status) == (False, 307)
    assert "redirects are not followed" in answer.error
    assert elsewhere.received == []


def test_a_receiver_that_hangs_or_drips_is_left_at_the_timeout() -> None:
    """The bound is for the whole call: a byte now and then must not stretch it."""

    def drips(_request: Received, wire: Wire) -> None:
        wire.drip(b"HTTP/1.1 200 OK\r\nX-Pad: " + b"x" * 100_000)

    for script in (lambda _request, wire: wire.wait_for_hangup(), drips):
        with ScriptedServer(script) as receiver:
            answer = carried(receiver.url)
        assert (answer.status, "no complete answer within 0.5 s" in answer.error) == (None, True)
        assert 0.4 < answer.took_s < 60  # the second would go on for half an hour


def test_a_long_answer_is_not_read() -> None:
    """A success is a success; its body is of no interest, however long it would be."""
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100_000
    with ScriptedServer(always(endless)) as receiver:
        assert carried(receiver.url).is_success


@pytest.mark.parametrize("said", [b"hello\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_what_is_not_http_is_a_failure(said: bytes) -> None:
    """A wrong port must be said as such, in the log."""

    def speaks(_request: Received, wire: Wire) -> None:
        wire.send(said)
        wire.hang_up()

    with ScriptedServer(speaks) as receiver:
        answer = carried(receiver.url)

    assert (answer.status, answer.is_success) == (None, False)
    assert answer.error.startswith("the receiver: ")


def test_nobody_listening_and_no_such_name_are_failures() -> None:
    """Both pass: servers restart, and names are mended."""
    with ScriptedServer(always(b"")) as receiver:
        url = receiver.url
    assert "refused" in carried(url).error
    assert "host" in carried("http://nowhere.invalid/hook").error


def test_while_a_secret_changes_both_are_good() -> None:
    """The newest signature comes first; a receiver that knows either accepts the message."""
    with ScriptedServer(always(reply(""))) as receiver:
        carried(receiver.url, SECRET, OLDER)

    [request] = receiver.received
    assert verify(request.body, request.headers, secret=SECRET, now=NOW.timestamp()) == "evt_1"
    assert verify(request.body, request.headers, secret=OLDER, now=NOW.timestamp()) == "evt_1"
    with pytest.raises(WrongSignature):
        verify(request.body, request.headers, secret=new_secret(), now=NOW.timestamp())


def test_no_message_repeats_a_secret_or_the_address() -> None:
    """An echo of the request must not bring the secret into the log; addresses may hold a token of somebody's."""
    with ScriptedServer(always(reply(f"you sent {SECRET} and {OLDER}", status="500 No"))) as receiver:
        answer = carried(f"{receiver.url}/hook?token=tok-123", SECRET, OLDER)

    assert SECRET not in answer.error
    assert OLDER not in answer.error
    assert "tok-123" not in answer.error


@pytest.mark.parametrize("url", ["ftp://example.org", "example.org/hook", "http://", "https://ada:pw@example.org/"])
def test_an_address_that_can_not_be_called_is_refused_when_it_is_added(url: str) -> None:
    """Before anything is stored, with the field's name."""
    with pytest.raises(InvalidInput, match="url: "):
        CARRIER.check(url)
