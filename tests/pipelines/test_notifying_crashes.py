"""Processes that die while they tell: nothing is lost, and what comes twice can be told by its id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest
from attrs import field, frozen

from adapters.memory.notifications import MemoryDeliveries
from domain.notifications.delivery import Delivery, DeliveryState
from domain.notifications.sending import HOLD_S
from domain.tenancy import TenantContext
from tests.contract.building import NOW, US
from tests.contract.notifying import Rows
from tests.kernel.accidents import Killed
from tests.pipelines.newsroom import OK, Newsroom, ended, event_ids
from tests.services.http_server import Received, ScriptedServer, Wire, always, reply

OUT_OF_ORDER = reply("try later", status="500 Internal Server Error")


def test_a_worker_killed_between_call_and_record_delivers_twice_and_never_not_at_all() -> None:
    """The receiver knows the repetition by its id; the other way round it would never hear of the event."""
    newsroom = Newsroom()
    with ScriptedServer(always(OK)) as receiver:
        newsroom.add(receiver.url)
        newsroom.happens(ended(1))
        newsroom.notifying.announcer.run_once()
        dying = _dying(newsroom)
        [errands] = dying.courier.take(busy=frozenset(), failing=False, limit=1)
        with pytest.raises(Killed):
            dying.courier.carry_out(errands)

        newsroom.deliver()
        assert len(receiver.received) == 1, "its hold is not over"
        newsroom.clock.advance(HOLD_S)
        newsroom.deliver()

    assert event_ids(receiver.received) == ["evt_1", "evt_1"]
    assert [(one.state, one.attempts) for one in newsroom.all()] == [(DeliveryState.DELIVERED, 2)]


def test_an_announcer_that_dies_half_way_makes_no_delivery_twice() -> None:
    """Told again, the fact finds the deliveries that were made; what was missing is made."""
    newsroom = Newsroom()
    with ScriptedServer(always(OK)) as receiver:
        first = newsroom.add(receiver.url).webhook
        newsroom.add(f"{receiver.url}/other")
        newsroom.happens(ended(1))
        [fact] = newsroom.store.take_facts(now=NOW, hold_until=NOW, limit=1)
        reaction = newsroom.notifying.announcer.reactions[fact.message.kind][0]
        reaction(fact)
        newsroom.rows.deliveries.hand_back(US, [])
        reaction(fact)
        newsroom.deliver()

    assert sorted(request.path for request in receiver.received) == ["/", "/other"]
    assert len(newsroom.all(first.id)) == 1


def test_a_thousand_jobs_and_three_webhooks_are_three_thousand_deliveries_and_none_is_lost() -> None:
    """Also where every tenth call fails, and workers die between call and record."""
    newsroom = Newsroom()
    jobs, calls = 1000, count(1)

    def every_tenth_fails(_request: Received, wire: Wire) -> None:
        wire.send(OUT_OF_ORDER if next(calls) % 10 == 0 else OK)

    with ScriptedServer(every_tenth_fails) as receiver:
        for name in ("a", "b", "c"):
            newsroom.add(f"{receiver.url}/{name}")
        newsroom.happens(*(ended(no) for no in range(jobs)))
        dying, deaths = _dying(newsroom, every=5), 0
        for _ in range(40):
            dying.notifying.announcer.run_once()
            for errands in dying.courier.take(busy=frozenset(), failing=False, limit=10):
                try:
                    dying.courier.carry_out(errands)
                except Killed:
                    deaths += 1
        newsroom.clock.advance(HOLD_S)
        newsroom.until_nothing_waits()

    heard = Counter((request.path, request.headers["webhook-id"]) for request in receiver.received)
    assert deaths > 10
    assert len(heard) == 3 * jobs
    assert Counter(one.state for one in newsroom.all()) == {DeliveryState.DELIVERED: 3 * jobs}


@frozen
class _DiesAtRecord(MemoryDeliveries):
    """Deliveries of a process that is killed where it would record what was answered, at every *every*-th answer."""

    every: int = 1
    records: Iterator[int] = field(factory=lambda: count(1))

    def record(self, tenant: TenantContext, delivery: Delivery, *, attempt: int) -> bool:
        """Die, at times."""
        if next(self.records) % self.every == 0:
            raise Killed
        return super().record(tenant, delivery, attempt=attempt)


def _dying(newsroom: Newsroom, *, every: int = 1) -> Newsroom:
    kept = newsroom.rows.deliveries
    assert isinstance(kept, MemoryDeliveries)
    return newsroom.another(rows=Rows(newsroom.rows.webhooks, _DiesAtRecord(kept.rows, every=every)))
