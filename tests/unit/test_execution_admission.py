"""Items that need permission are let in before they are claimed, and nothing is written for those that wait."""

from __future__ import annotations

import pytest
from attrs import define, field

from adapters.memory.limits import MemoryCells, MemoryLimiter
from domain.jobs.admission import Admission
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.item import Item, ItemNo, Outcome
from domain.jobs.round import Executed
from domain.limits.door import Door
from domain.limits.doors import Doors
from domain.limits.limit import Limit, LimitKey, Rate
from domain.limits.permits import PermitsInHand
from domain.limits.ports import Granted
from tests.contract.building import US, a_job, numbers
from tests.kernel.family import PASSED, ScriptedFamily
from tests.kernel.world import Kernel


@define(eq=False)
class LimitedFamily(ScriptedFamily):
    """A family whose items need permission; each makes one call."""

    limit: Limit = field(factory=lambda: Limit(key=LimitKey("target:t")))
    limiter: MemoryLimiter = field(factory=MemoryLimiter)
    door: Door = field(init=False)

    def __attrs_post_init__(self) -> None:
        permits = PermitsInHand(limiter=self.limiter, lease_s=30)
        doors = Doors(permits=permits, cells=MemoryCells(), process="p")
        self.door = doors.before((self.limit,), job=a_job())
        self.work = self._call

    @property
    def admission(self) -> Admission:
        """The door."""
        return self.door

    def _call(self, _: Item) -> Outcome:
        return self.door.call(lambda: PASSED, tokens_of=lambda _: None)


def test_items_that_wait_for_a_limit_are_not_begun() -> None:
    """Each attempt that only waits would be two writes a second for each of ten thousand items."""
    family = LimitedFamily(limit=Limit(key=LimitKey("target:t"), requests=Rate(amount=2, window_s=3600)))
    kernel = Kernel(family=family)
    job = kernel.sent(3)

    done = kernel.worker().execute(US, job.id, numbers(0, 1, 2))

    assert done.settled == ((ItemNo(0), "succeeded"),)
    assert (done.waiting, done.wait_s) == (numbers(1, 2), 30)  # the wait that was told is half an hour
    assert [item.attempts for item in kernel.items(job.id)] == [1, 0, 0]


def test_a_short_wait_is_waited_for() -> None:
    """Handing items back for a twentieth of a second would cost more than waiting."""
    family = LimitedFamily(limit=Limit(key=LimitKey("target:t"), requests=Rate(amount=20, window_s=1)))
    kernel = Kernel(family=family)
    job = kernel.sent(4)

    done = kernel.worker().execute(US, job.id, numbers(0, 1, 2, 3))

    assert (len(done.settled), done.waiting, len(family.calls)) == (4, (), 4)


def test_passes_of_items_that_others_have_are_given_back() -> None:
    """A redelivered message must not use up the minute of those that have work to do."""
    family = LimitedFamily(
        limit=Limit(key=LimitKey("target:t"), concurrency=1, requests=Rate(amount=50, window_s=3600))
    )
    kernel = Kernel(family=family)
    job = kernel.sent(2)
    worker = kernel.worker()
    worker.execute(US, job.id, numbers(0))
    for _ in range(5):
        assert worker.execute(US, job.id, numbers(0)).settled == ((ItemNo(0), "ended"),)

    assert worker.execute(US, job.id, numbers(1)).settled == ((ItemNo(1), "succeeded"),)


def test_a_store_of_limits_that_is_away_costs_no_place() -> None:
    """The message waits and comes again; the places must still be there then."""

    class Away(MemoryLimiter):
        def acquire(self, *_: object, **__: object) -> Granted:
            """Refuse to work."""
            raise ServiceUnavailable("Redis can't be used")

    family = LimitedFamily(limiter=Away())
    kernel = Kernel(family=family)
    job = kernel.sent(1)
    worker = kernel.worker()
    for _ in range(100):
        with pytest.raises(ServiceUnavailable, match="Redis"):
            worker.execute(US, job.id, numbers(0))
    family.door.permits.limiter = MemoryLimiter()

    assert worker.execute(US, job.id, numbers(0)) == Executed(settled=((ItemNo(0), "succeeded"),))
