"""The door before an endpoint: what a call costs, who is held back, and what becomes of a target that is down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

import pytest

from adapters.memory.limits import MemoryCells, MemoryLimiter
from domain.jobs.errors import (
    Deferred,
    FailureKind,
    ItemFailure,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.limits.breaker import BreakerRules
from domain.limits.door import Door
from domain.limits.doors import Doors
from domain.limits.limit import Limit, LimitKey, Rate
from domain.limits.permits import PermitsInHand
from domain.limits.ports import Cell, Granted
from domain.tenancy import TenantContext
from tests.contract.building import THEM, US, a_job

KEY = LimitKey("target:t")
QUICK = BreakerRules(first_probe_s=0.01, probe_when_down_s=0.05)


class Endpoint:
    """Something to call that counts."""

    def __init__(self, failure: ItemFailure | None = None) -> None:
        self.failure = failure
        self.calls = 0

    def __call__(self) -> str:
        """Answer, or fail."""
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        return "yes"


class Installation:
    """Processes that share limits; each has its own permits in hand."""

    def __init__(self, *, rules: BreakerRules = QUICK) -> None:
        self.limiter, self.cells, self.rules = MemoryLimiter(), MemoryCells(), rules

    def door(self, *, process: str = "p", limit: Limit | None = None, tenant: TenantContext = US) -> Door:
        """Return a process' door, for a job of that organization."""
        permits = PermitsInHand(limiter=self.limiter, lease_s=30)
        doors = Doors(permits=permits, cells=self.cells, process=process, rules=self.rules)
        return doors.before((limit or Limit(key=KEY),), job=a_job(tenant=tenant))


def called(door: Door, endpoint: Callable[[], str], *, tokens: int | None = None) -> str:
    """Call once."""
    return door.call(endpoint, tokens_of=lambda _: tokens)


def failures(door: Door, endpoint: Endpoint, count: int) -> list[str]:
    """Call so often, and return what kind of failure each ended in."""
    kinds = []
    for _ in range(count):
        try:
            called(door, endpoint)
        except ItemFailure as failure:
            kinds.append(failure.kind.value)
    return kinds


def test_organizations_that_name_one_address_do_not_hold_each_other_up() -> None:
    """Each has accounts of its own; and how busy a limit is tells what somebody else is doing."""
    shared, hour = Installation(), Rate(amount=1, window_s=3600)
    ours, theirs = (shared.door(limit=Limit(key=KEY, requests=hour), tenant=tenant) for tenant in (US, THEM))

    assert len(ours.admit(5).passes) == len(theirs.admit(5).passes) == 1
    assert len(shared.door(limit=Limit(key=KEY, requests=hour)).admit(5).passes) == 0


def test_a_call_under_a_pass_needs_no_second_permit() -> None:
    """The item was let in before it was claimed; asking again would cost it another minute's share."""
    door = Installation().door(limit=Limit(key=KEY, requests=Rate(amount=1, window_s=3600)))
    (let_in,) = door.admit(5).passes

    with let_in.used():
        assert called(door, Endpoint()) == "yes"
        with pytest.raises(Deferred) as caught:
            called(door, Endpoint())

    assert 3_500 < caught.value.retry_after_s <= 3_600


def test_a_pass_that_was_not_used_is_given_back() -> None:
    """An item that fails before its call, or that somebody else had claimed, has cost the target nothing."""
    door = Installation().door(limit=Limit(key=KEY, concurrency=1, requests=Rate(amount=1, window_s=3600)))
    (first,) = door.admit(1).passes
    first.give_back()
    (second,) = door.admit(1).passes
    with second.used():
        pass

    assert len(door.admit(1).passes) == 1


def test_who_was_refused_does_not_ask_again_until_a_call_of_its_own_ends() -> None:
    """Sixty threads that wait must not be sixty questions to Redis; a place that comes free must be taken at once."""
    installation = Installation()
    door = installation.door(limit=Limit(key=KEY, concurrency=1))
    (held,) = door.admit(1).passes
    assert door.admit(1).passes == ()
    waited = threading.Event()

    def wait() -> None:
        door.wait(5)
        waited.set()

    thread = threading.Thread(target=wait)
    thread.start()

    held.give_back()

    thread.join(timeout=5)
    assert waited.is_set()
    assert len(door.admit(1).passes) == 1


def test_a_call_that_is_not_permitted_within_a_second_is_put_off_each_to_a_moment_of_its_own() -> None:
    """A place is not held for waiting, and those who were put off must not come back all at once."""
    door = Installation().door(limit=Limit(key=KEY, requests=Rate(amount=1, window_s=60)))
    called(door, Endpoint())
    started = monotonic()
    waits = []
    for _ in range(3):
        with pytest.raises(Deferred) as caught:
            called(door, Endpoint())
        waits.append(caught.value.retry_after_s)

    assert monotonic() - started < 30  # their turn comes in a minute
    assert waits[0] + 0.15 < waits[2]


def test_retry_after_holds_back_everybody() -> None:
    """Who shares the account shares its punishment; finding out one by one makes it longer."""
    installation = Installation()
    limited = Endpoint(TransientFailure("429", kind=FailureKind.RATE_LIMITED, retry_after_s=60))
    with pytest.raises(TransientFailure):
        called(installation.door(), limited)

    other = installation.door(process="q").admit(3)

    assert other.passes == ()
    assert 50 < other.wait_s <= 60


def test_tokens_are_counted_as_they_were_used() -> None:
    """The estimate follows what calls really take, and a call that failed took nothing."""
    limit = Limit(key=KEY, tokens=Rate(amount=100_000, window_s=3600))
    door = Installation().door(limit=limit)
    for _ in range(30):
        called(door, Endpoint(), tokens=10)
    refused = Endpoint(TransientFailure("503", kind=FailureKind.SERVER_ERROR))
    assert failures(door, refused, 3) == ["server_error"] * 3

    (passed,) = door.admit(1).passes

    assert passed.permit is not None  # type: ignore[attr-defined]  # a door's own pass
    assert 10 <= passed.permit.tokens < 20  # type: ignore[attr-defined]  # as above


def test_a_dead_target_is_called_a_few_times_by_all_together() -> None:
    """Every process finding out for itself would be as many times the calls as there are processes."""
    installation = Installation(rules=BreakerRules(first_probe_s=30))
    dead = Endpoint(PermanentFailure("401: wrong key", kind=FailureKind.AUTHENTICATION))
    one, other = installation.door(), installation.door(process="q")
    assert failures(one, dead, 100) == ["authentication"] * 5 + ["target_down"] * 95

    kinds = failures(other, dead, 100)

    assert kinds == ["target_down"] * 100
    with pytest.raises(PermanentFailure, match="5 calls in a row had failed; the last said: 401: wrong key"):
        called(other, dead)


def test_a_target_that_comes_back_is_called_again() -> None:
    """What is left of the run must not fail for what was true a moment ago."""
    door = Installation().door()
    endpoint = Endpoint(TransientFailure("refused", kind=FailureKind.CONNECTION))
    assert failures(door, endpoint, 5) == ["connection"] * 5
    endpoint.failure = None

    assert called(door, endpoint) == "yes"
    assert len(door.admit(9).passes) == 9


def test_a_probe_that_is_not_made_leaves_its_turn_to_another() -> None:
    """A test whose template is broken must not keep the others from finding out that the target is back."""
    door = Installation().door()
    endpoint = Endpoint(TransientFailure("refused", kind=FailureKind.CONNECTION))
    failures(door, endpoint, 5)
    door.wait(1)
    endpoint.failure = None
    while not (passes := door.admit(9).passes):
        door.wait(1)
    assert len(passes) == 1
    passes[0].give_back()

    assert called(door, endpoint) == "yes"


class AwayLimiter(MemoryLimiter):
    """A store of limits that is away."""

    def acquire(self, *_: object, **__: object) -> Granted:
        """Refuse to work."""
        raise ServiceUnavailable("Redis can't be used")

    def release(self, *_: object) -> None:
        """Refuse to work."""
        raise ServiceUnavailable("Redis can't be used")


class AwayCells(MemoryCells):
    """A store of cells that is away."""

    def read(self, key: str) -> Cell:
        """Refuse to work."""
        raise ServiceUnavailable(f"Redis can't be used for {key}")


def test_a_store_that_is_away_puts_a_call_off_and_never_loses_an_answer() -> None:
    """Nobody may call unasked; but what was paid for is kept, whatever happens to the counting."""
    installation = Installation()
    door = installation.door(limit=Limit(key=KEY, concurrency=1))
    (let_in,) = door.admit(1).passes
    door.permits.limiter, door.breaker.cells = AwayLimiter(), AwayCells()

    with let_in.used():
        assert called(door, Endpoint()) == "yes"
    with pytest.raises(Deferred, match="Redis"):
        called(door, Endpoint())


def test_slots_are_kept_while_a_call_may_last_and_no_longer() -> None:
    """A thread that hangs for ever must not hold a place at the target for ever."""
    extended: list[str] = []

    class Noting(MemoryLimiter):
        def extend(self, permits: object, *, lease_s: float) -> None:
            """Note it."""
            _ = lease_s
            extended.extend(permit.id for permit in permits)  # type: ignore[attr-defined]  # permits

    permits = PermitsInHand(limiter=Noting(), lease_s=30)
    limit = (Limit(key=KEY, concurrency=2),)
    kept = permits.acquire(limit, claimant="a", at_most=1, tokens=0, longest_s=60)
    permits.acquire(limit, claimant="a", at_most=1, tokens=0, longest_s=0)
    permits.keep()

    assert isinstance(kept, Granted)
    assert extended == [permit.id for permit in kept.permits]


def test_two_processes_that_learn_at_the_same_moment_lose_nothing() -> None:
    """Each reads, thinks and writes; who wrote second must have thought again."""
    installation = Installation(rules=BreakerRules(strikes=1000, weight_of_nobody_there=1))
    dead = Endpoint(TransientFailure("refused", kind=FailureKind.CONNECTION))
    doors = [installation.door(process=str(number)) for number in range(4)]
    threads = [threading.Thread(target=failures, args=(door, dead, 50)) for door in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    cell: Cell = installation.cells.read(doors[0].breaker.key)
    assert cell.text is not None
    assert '"strikes": 200' in cell.text
