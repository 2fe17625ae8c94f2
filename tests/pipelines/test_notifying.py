"""Notifications arrive at least once: whatever receivers and time do, none is lost."""

from __future__ import annotations

from collections import Counter

import attrs
import pytest

from domain.jobs.errors import NotFound
from domain.notifications.delivery import DeliveryState
from domain.notifications.signature import WrongSignature, verify
from tests.contract.building import NOW, US
from tests.kernel.family import KIND
from tests.kernel.world import Kernel
from tests.pipelines.looking import look_until
from tests.pipelines.newsroom import OK, Newsroom, ended, event_ids, hangs, in_turn, told
from tests.services.http_server import ScriptedServer, always, reply

OUT_OF_ORDER = reply("try later", status="500 Internal Server Error")
GONE = reply("", status="410 Gone")


def test_a_receiver_that_fails_twice_gets_the_same_message_a_third_time() -> None:
    """The commonest trouble of all; the id and the content stay, so that it can tell a repetition."""
    newsroom = Newsroom()
    with ScriptedServer(in_turn(OUT_OF_ORDER, OUT_OF_ORDER, OK)) as receiver:
        newsroom.add(f"{receiver.url}/hook")
        newsroom.happens(ended(1))

        assert newsroom.until_nothing_waits() == 10 + 20

    assert len(set(event_ids(receiver.received))) == 1
    assert len({request.body for request in receiver.received}) == 1
    [delivery] = newsroom.all()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 3)
    assert [one.status for one in delivery.tries] == [500, 500, 200]
    assert "try later" in delivery.tries[0].error


def test_what_is_told_can_be_verified_and_says_what_happened() -> None:
    """The end of a job with its counts; nothing of its tests, prompts and answers."""
    newsroom = Newsroom()
    with ScriptedServer(always(OK)) as receiver:
        revealed = newsroom.add(f"{receiver.url}/hook?key=1", "job.ended")
        newsroom.happens(ended(7))
        newsroom.deliver()

    [request] = receiver.received
    message_id = verify(request.body, request.headers, secret=revealed.secret, now=NOW.timestamp())
    [event] = told(receiver.received)
    assert (request.method, request.path) == ("POST", "/hook?key=1")
    assert (event["id"], event["type"], event["organization_id"]) == (message_id, "job.ended", US.organization_id)
    assert event["timestamp"] == "2026-01-02T03:04:05.678Z"
    assert event["data"] == {
        "job_id": ended(7).job_id,
        "job_kind": "test_execution",
        "subject": None,
        "started_by": "ada",
        "revision": 1,
        "status": "completed",
        "planned": 1,
        "succeeded": 1,
        "failed": 0,
        "skipped": 0,
        "cancelled": 0,
    }
    with pytest.raises(WrongSignature):
        verify(request.body + b" ", request.headers, secret=revealed.secret, now=NOW.timestamp())


def test_a_receiver_that_hangs_holds_up_nobody_else() -> None:
    """It has its own thread, and its own place."""
    newsroom = Newsroom(timeout_s=60.0)
    with ScriptedServer(hangs) as hanging, ScriptedServer(always(OK)) as quick:
        slow = newsroom.add(hanging.url).webhook
        newsroom.add(quick.url)
        newsroom.happens(*(ended(no) for no in range(30)))
        look_until(lambda: newsroom.notifying.round() == 0 and len(set(event_ids(quick.received))) == 30)

        assert all(one.state is DeliveryState.PENDING for one in newsroom.all(slow.id))
        hanging.drop_connections()
        look_until(lambda: newsroom.state(slow.id) == "failing")


def test_many_receivers_that_hang_leave_places_for_those_that_answer() -> None:
    """Once they are known to hang, they share a few places; a thousand of them must not fill the worker."""
    newsroom = Newsroom(timeout_s=0.05)
    with ScriptedServer(hangs) as hanging, ScriptedServer(always(OK)) as quick:
        bad = [newsroom.add(hanging.url).webhook for _ in range(25)]
        newsroom.happens(ended(1))
        newsroom.deliver()
        assert {newsroom.state(webhook.id) for webhook in bad} == {"failing"}

        newsroom = attrs.evolve(newsroom, timeout_s=60.0)
        newsroom.add(quick.url)
        newsroom.clock.advance(3600)
        newsroom.happens(ended(2))
        look_until(lambda: newsroom.notifying.round() == 0 and len(quick.received) == 1)
        assert sum(newsroom.notifying._busy.values()) == 4  # of those that fail; what is under way has no other sign
        hanging.drop_connections()


def test_a_receiver_that_was_gone_for_hours_gets_everything_when_it_is_back() -> None:
    """Nobody is at the office at night; the next attempts were hours away, and come as soon as one has worked."""
    newsroom = Newsroom()
    with ScriptedServer(always(OUT_OF_ORDER)) as receiver:
        webhook = newsroom.add(receiver.url).webhook
        for hour in range(9):
            newsroom.happens(ended(hour))
            newsroom.deliver()
            newsroom.clock.advance(3600)
        assert newsroom.state(webhook.id) == "failing"
        receiver.script = always(OK)
        receiver.received.clear()

        soonest = min(one.next_try_at for one in newsroom.all())
        newsroom.clock.advance(max((soonest - newsroom.clock.now()).total_seconds(), 0))
        newsroom.deliver()

    assert sorted(set(event_ids(receiver.received))) == sorted(f"evt_{no}" for no in range(1, 10))
    assert {one.state for one in newsroom.all()} == {DeliveryState.DELIVERED}
    assert newsroom.state(webhook.id) == "active"


def test_what_waits_for_hours_is_delivered_as_soon_as_anything_is() -> None:
    """The receiver is back, as another event shows; its backlog does not wait for times that were set before."""
    newsroom = Newsroom()
    with ScriptedServer(always(OUT_OF_ORDER)) as receiver:
        newsroom.add(receiver.url)
        newsroom.happens(ended(1))
        newsroom.deliver()
        while (newsroom.all()[0].next_try_at - newsroom.clock.now()).total_seconds() < 3600:
            newsroom.clock.advance((newsroom.all()[0].next_try_at - newsroom.clock.now()).total_seconds())
            newsroom.deliver()
        receiver.script = always(OK)
        receiver.received.clear()

        newsroom.happens(ended(2))
        newsroom.deliver()

    assert event_ids(receiver.received) == ["evt_2", "evt_1"]


def test_a_round_ends_with_the_first_failure_and_the_rest_is_handed_back() -> None:
    """Ten calls to a receiver that hangs would hold ten deliveries for a hundred seconds; theirs do not count."""
    newsroom = Newsroom()
    with ScriptedServer(always(OUT_OF_ORDER)) as receiver:
        newsroom.add(receiver.url)
        newsroom.happens(*(ended(no) for no in range(5)))
        newsroom.notifying.announcer.run_once()
        [errands] = newsroom.courier.take(busy=frozenset(), failing=False, limit=16)
        newsroom.courier.carry_out(errands)

    assert (len(errands), len(receiver.received)) == (5, 1)
    assert Counter(one.attempts for one in newsroom.all()) == {1: 1, 0: 4}
    assert len(newsroom.courier.take(busy=frozenset(), failing=True, limit=4)) == 1


def test_a_receiver_that_stays_away_is_given_up_and_disabled_and_can_be_served_again() -> None:
    """After a day a delivery is failed; after five in a row the webhook is disabled, and says why."""
    newsroom = Newsroom()
    with ScriptedServer(always(OUT_OF_ORDER)) as receiver:
        webhook = newsroom.add(receiver.url).webhook
        newsroom.happens(*(ended(no) for no in range(6)))
        assert newsroom.until_nothing_waits() <= 24 * 3600
        found = newsroom.webhooks.get(US, webhook.id)
        assert (found.state, "5 deliveries in a row were given up" in found.disabled_because) == ("disabled", True)
        assert {one.state for one in newsroom.all()} == {DeliveryState.FAILED}

        newsroom.happens(ended(10))
        newsroom.deliver()
        assert len(newsroom.all()) == 6, "nothing is told to a webhook that is disabled"
        receiver.script = always(OK)
        receiver.received.clear()
        newsroom.webhooks.enable(US, webhook.id)
        newsroom.happens(ended(11))
        lost = newsroom.webhooks.log(US, webhook.id, state=DeliveryState.FAILED)[0]
        newsroom.webhooks.redeliver(US, webhook.id, lost.id)
        newsroom.deliver()

    assert sorted(event_ids(receiver.received)) == sorted(["evt_8", lost.event_id])
    assert newsroom.state(webhook.id) == "active"


def test_a_receiver_that_says_it_is_gone_is_not_asked_again() -> None:
    """410 is how a receiver unsubscribes."""
    newsroom = Newsroom()
    with ScriptedServer(always(GONE)) as receiver:
        webhook = newsroom.add(receiver.url).webhook
        newsroom.happens(ended(1), ended(2), ended(3))
        newsroom.until_nothing_waits()

    assert len(receiver.received) == 1
    assert "gone for good" in newsroom.webhooks.get(US, webhook.id).disabled_because
    assert {one.state for one in newsroom.all()} == {DeliveryState.FAILED}


def test_the_end_of_a_job_is_told_once_for_each_revision() -> None:
    """A retry of what failed ends again, and that is news; a second collection of the same end is none."""
    kernel = Kernel()
    newsroom = Newsroom(store=kernel.store, clock=kernel.clock)
    with ScriptedServer(always(OK)) as receiver:
        newsroom.add(receiver.url)
        job = kernel.submit(3)
        kernel.run()
        kernel.collector.collect(US, job.id, 0)
        cancelled = kernel.submit(2)
        kernel.jobs.cancel(US, cancelled.id)
        kernel.jobs.resume(US, cancelled.id)
        kernel.run()
        newsroom.deliver()

    heard = [_news(event) for event in told(receiver.received)]
    assert Counter(heard) == {
        ("job.accepted", job.id, None): 1,
        ("job.ended", job.id, 1): 1,
        ("job.accepted", cancelled.id, None): 1,
        ("job.ended", cancelled.id, 1): 1,
        ("job.revised", cancelled.id, 2): 1,
        ("job.ended", cancelled.id, 2): 1,
    }
    assert {_data(event)["job_kind"] for event in told(receiver.received)} == {KIND}


def test_only_what_was_asked_for_and_happened_since_is_told() -> None:
    """A new receiver is not flooded with the past, nor with what it has not subscribed to."""
    newsroom = Newsroom()
    with ScriptedServer(always(OK)) as receiver:
        newsroom.happens(ended(1))
        newsroom.clock.advance(1)
        newsroom.add(receiver.url, "job.ended")
        newsroom.add(f"{receiver.url}/other", "job.revised")
        newsroom.happens(ended(2))
        newsroom.deliver()

    assert [(request.path, _data(event)["job_id"]) for request, event in zip(
        receiver.received, told(receiver.received), strict=True
    )] == [("/", ended(2).job_id)]  # fmt: skip


def test_a_webhook_that_is_removed_while_its_delivery_is_taken_is_left_alone() -> None:
    """Its owner wants no more of it; what was taken is dropped and not an error."""
    newsroom = Newsroom()
    with ScriptedServer(always(OK)) as receiver:
        webhook = newsroom.add(receiver.url).webhook
        newsroom.happens(ended(1))
        newsroom.notifying.announcer.run_once()
        [errands] = newsroom.courier.take(busy=frozenset(), failing=False, limit=1)
        newsroom.webhooks.remove(US, webhook.id)
        newsroom.courier.carry_out(errands)

    assert receiver.received == []
    with pytest.raises(NotFound):
        newsroom.webhooks.log(US, webhook.id)


def _data(event: dict[str, object]) -> dict[str, object]:
    data = event["data"]
    assert isinstance(data, dict)
    return data


def _news(event: dict[str, object]) -> tuple[object, object, object]:
    return event["type"], _data(event)["job_id"], _data(event).get("revision")
