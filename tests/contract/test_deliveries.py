"""Contract of the rows of deliveries, a queue over all organizations and a log for each: memory, SQLite, Postgres."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from domain.jobs.errors import NotFound
from domain.notifications.announcing import delivery_of
from domain.notifications.delivery import Delivery, DeliveryState, Try, opened_again
from tests.contract.building import NOW, THEM, US, after
from tests.contract.conftest import POSTGRES, SQLITE
from tests.contract.notifying import HOLD_S, Rows, a_webhook, an_event, numbers_of, rows_of

DELIVERED, FAILED, PENDING = DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.PENDING


@pytest.fixture(params=[pytest.param("memory", id="memory"), SQLITE, POSTGRES])
def rows(request: pytest.FixtureRequest) -> Rows:
    """Every place deliveries are kept in, empty."""
    return rows_of(request)


@pytest.fixture(params=[SQLITE, POSTGRES])
def shared_rows(request: pytest.FixtureRequest) -> Rows:
    """The places that several processes share, empty: here threads stand in for them."""
    return rows_of(request)


def test_a_delivery_is_kept_with_all_it_says(rows: Rows) -> None:
    """The log is how an owner finds out what a receiver answered."""
    webhook = a_webhook()
    rows.add(webhook)
    tries = (
        Try(at=after(1), status=500, error="HTTP 500, saying: oops", took_s=0.25),
        Try(at=after(2), status=None, error="refused", took_s=0.0),
    )
    delivery = attrs.evolve(delivery_of(an_event(1, webhook), webhook), attempts=2, earlier=1, tries=tries)

    rows.deliveries.add(US, [delivery])

    assert rows.deliveries.get(US, delivery.id) == delivery
    with pytest.raises(NotFound):
        rows.deliveries.get(THEM, delivery.id)


def test_an_event_is_delivered_to_a_webhook_once_however_often_it_is_told(rows: Rows) -> None:
    """An announcer that died is repeated; what it had made must neither double nor begin anew."""
    webhook, other = a_webhook(1), a_webhook(2)
    rows.add(webhook, other)
    [first] = rows.on_its_way(webhook, 1)
    [errand] = rows.take()
    rows.end(errand, DELIVERED, at=after(1))

    again = [delivery_of(an_event(1, webhook), webhook), delivery_of(an_event(1, other), other)]
    assert rows.deliveries.add(US, again) == 1

    assert rows.deliveries.get(US, first.id).state is DELIVERED
    assert [errand.webhook_id for errand in rows.take()] == [other.id]


def test_due_deliveries_are_taken_oldest_first_and_counted(rows: Rows) -> None:
    """Events mostly arrive in their order; each attempt has its number."""
    webhook, theirs = a_webhook(1), a_webhook(2, tenant=THEM)
    rows.add(webhook, theirs)
    deliveries = [*rows.on_its_way(webhook, 3, 1), *rows.on_its_way(theirs, 2)]

    errands = rows.take()

    assert numbers_of(errands, deliveries) == [1, 2, 3]
    assert [errand.organization_id for errand in errands] == [
        US.organization_id,
        THEM.organization_id,
        US.organization_id,
    ]
    assert [errand.attempt for errand in errands] == [1, 1, 1]


def test_what_is_taken_is_hidden_until_its_hold_is_over(rows: Rows) -> None:
    """Two couriers must not call at once; one that was killed between call and record must not keep it for ever."""
    webhook = a_webhook()
    rows.add(webhook)
    rows.on_its_way(webhook, 1)

    [first] = rows.take()
    assert rows.take(now=after(HOLD_S - 0.001)) == []
    [second] = rows.take(now=after(HOLD_S))

    assert (second.delivery_id, second.attempt) == (first.delivery_id, 2)


def test_what_is_not_due_waits(rows: Rows) -> None:
    """That is what backing off means."""
    webhook = a_webhook()
    rows.add(webhook)
    [delivery] = rows.on_its_way(webhook, 1)
    [errand] = rows.take()
    later = attrs.evolve(delivery, next_try_at=after(10))
    assert rows.deliveries.record(US, later, attempt=errand.attempt)

    assert rows.take(now=after(9.999)) == []
    assert len(rows.take(now=after(10))) == 1


def test_a_receivers_backlog_does_not_take_the_places_of_others(rows: Rows) -> None:
    """A thousand events for a slow receiver must not stand before the one for somebody else."""
    slow, quick, busy = a_webhook(1), a_webhook(2), a_webhook(3)
    rows.add(slow, quick, busy)
    deliveries = [*rows.on_its_way(slow, *range(1, 9)), *rows.on_its_way(quick, 50), *rows.on_its_way(busy, 20)]

    taken = rows.take(limit=4, of_each=3, busy=frozenset({busy.id}))

    assert sorted(numbers_of(taken, deliveries)) == [1, 2, 3, 50]


def test_the_neediest_come_first_when_there_are_few_places(rows: Rows) -> None:
    """The first of each receiver before the second of any."""
    many, one = a_webhook(1), a_webhook(2)
    rows.add(many, one)
    deliveries = [*rows.on_its_way(many, 1, 2, 3), *rows.on_its_way(one, 90)]

    assert sorted(numbers_of(rows.take(limit=2, of_each=3), deliveries)) == [1, 90]


def test_failing_receivers_are_taken_apart(rows: Rows) -> None:
    """So that they can be given fewer places than those that answer."""
    good, bad = a_webhook(1), a_webhook(2)
    rows.add(good, bad)
    rows.webhooks.note_failing(US, bad.id, NOW)
    deliveries = [*rows.on_its_way(good, 1), *rows.on_its_way(bad, 2, 3)]

    assert numbers_of(rows.take(failing=True, of_each=1), deliveries) == [2]
    assert numbers_of(rows.take(failing=False), deliveries) == [1]


def test_a_late_record_changes_nothing(rows: Rows) -> None:
    """The hold of a slow courier is over, and another one is at it: whose answer counts is clear."""
    webhook = a_webhook()
    rows.add(webhook)
    [delivery] = rows.on_its_way(webhook, 1)
    [slow] = rows.take()
    [quick] = rows.take(now=after(HOLD_S))

    failed = attrs.evolve(delivery, state=FAILED, ended_at=after(70))
    assert not rows.deliveries.record(US, failed, attempt=slow.attempt)
    rows.end(quick, DELIVERED, at=after(71))
    assert not rows.deliveries.record(US, failed, attempt=quick.attempt), "it has ended"

    assert rows.deliveries.get(US, delivery.id).state is DELIVERED
    assert rows.take(now=after(999)) == []


def test_what_was_not_attempted_is_handed_back_at_once(rows: Rows) -> None:
    """It was in the round of a receiver that failed; the attempt does not count, and its time does not change."""
    webhook = a_webhook()
    rows.add(webhook)
    rows.on_its_way(webhook, 1)

    rows.deliveries.hand_back(US, rows.take())

    [again] = rows.take()
    assert again.attempt == 1
    rows.take(now=after(HOLD_S))
    rows.deliveries.hand_back(US, [again])  # too late: another one has it
    assert rows.take(now=after(HOLD_S)) == []


def test_a_receiver_that_answers_gets_what_waits_for_it(rows: Rows) -> None:
    """It was gone for hours, and the next attempts are hours away; others keep their times."""
    back, other = a_webhook(1), a_webhook(2)
    rows.add(back, other)
    for webhook in (back, other):
        [delivery] = rows.on_its_way(webhook, 1)
        [errand] = rows.take()
        rows.deliveries.record(US, attrs.evolve(delivery, next_try_at=after(7200)), attempt=errand.attempt)

    rows.deliveries.hasten(US, back.id, now=after(5))

    assert [errand.webhook_id for errand in rows.take(now=after(5))] == [back.id]


def test_an_ended_delivery_is_opened_again_and_a_pending_one_is_not(rows: Rows) -> None:
    """Its number of attempts goes on: it is the fence, and must not repeat."""
    webhook = a_webhook()
    rows.add(webhook)
    [delivery] = rows.on_its_way(webhook, 1)
    again = opened_again(attrs.evolve(delivery, attempts=1), now=after(50))
    assert not rows.deliveries.open_again(US, again)
    [errand] = rows.take()
    rows.end(errand, FAILED, at=after(1))

    assert not rows.deliveries.open_again(THEM, again)
    assert rows.deliveries.open_again(US, again)

    stored = rows.deliveries.get(US, delivery.id)
    assert (stored.state, stored.opened_at, stored.earlier, stored.ended_at) == (PENDING, after(50), 1, None)
    assert [(errand.delivery_id, errand.attempt) for errand in rows.take(now=after(50))] == [(delivery.id, 2)]


def test_the_log_is_read_in_pages_newest_first(rows: Rows) -> None:
    """A webhook of a year has thousands of deliveries."""
    webhook, other = a_webhook(1), a_webhook(2)
    rows.add(webhook, other)
    rows.on_its_way(webhook, 1, 2, 3, 4)
    rows.on_its_way(other, 5)
    rows.end(rows.take(limit=1)[0], DELIVERED, at=after(1))

    first = rows.deliveries.page(US, webhook.id, limit=2)
    rest = rows.deliveries.page(US, webhook.id, before=first[-1].place, limit=10)
    delivered = rows.deliveries.page(US, webhook.id, state=DELIVERED, limit=10)

    assert [_number(one) for one in first + rest] == [4, 3, 2, 1]
    assert [_number(one) for one in delivered] == [1]
    assert rows.deliveries.page(THEM, webhook.id, limit=10) == []


def test_deliveries_given_up_in_a_row_are_counted_from_the_rows(rows: Rows) -> None:
    """A counter would be wrong after a crash; a test that fails is a test, and not news that was given up."""
    webhook = a_webhook()
    rows.add(webhook)
    states = [FAILED, FAILED, DELIVERED, FAILED, FAILED, FAILED]
    rows.on_its_way(webhook, *range(1, 7))
    for no, (errand, state) in enumerate(zip(rows.take(), states, strict=True), start=1):
        rows.end(errand, state, at=after(no))
    test = attrs.evolve(an_event(1, webhook), id="test_1")
    failed = attrs.evolve(delivery_of(test, webhook), state=FAILED, ended_at=after(60))
    rows.deliveries.add(US, [failed])

    def in_a_row(since_s: float) -> int:
        return rows.deliveries.given_up_in_a_row(US, webhook.id, since=after(since_s))

    assert [in_a_row(0), in_a_row(4), in_a_row(99)] == [3, 2, 0]


def test_what_ended_long_ago_is_forgotten_and_what_waits_is_not(rows: Rows) -> None:
    """The log must not grow for ever."""
    webhook = a_webhook()
    rows.add(webhook)
    deliveries = rows.on_its_way(webhook, 1, 2, 3)
    old, young = rows.take(limit=2)
    rows.end(old, DELIVERED, at=after(1))
    rows.end(young, FAILED, at=after(100))
    assert rows.deliveries.waiting(US) == 1

    assert rows.deliveries.forget(ended_before=after(100)) == 1

    left = {one.id for one in rows.deliveries.page(US, webhook.id, limit=10)}
    assert left == {one.id for one in deliveries} - {old.delivery_id}
    assert (rows.deliveries.waiting(US), rows.deliveries.waiting(THEM)) == (1, 0)


def test_couriers_that_ask_at_once_never_get_the_same_delivery(shared_rows: Rows) -> None:
    """Several workers look at one queue, and each delivery must be at one of them."""
    webhooks = [a_webhook(no) for no in range(1, 6)]
    shared_rows.add(*webhooks)
    for webhook in webhooks:
        shared_rows.on_its_way(webhook, *range(1, 41))

    def ask(_no: int) -> list[str]:
        mine: list[str] = []
        while taken := shared_rows.take(limit=7, of_each=3):
            mine += [errand.delivery_id for errand in taken]
        return mine

    with ThreadPoolExecutor(max_workers=4) as threads:
        everything = [one for mine in threads.map(ask, range(4)) for one in mine]
    everything += ask(0)  # what others had locked for a moment was passed over

    assert len(everything) == len(set(everything)) == 200


def _number(delivery: Delivery) -> int:
    return int(delivery.event_id.removeprefix("evt_"))
