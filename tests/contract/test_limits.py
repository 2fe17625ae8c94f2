"""Stores of limits, in memory and in Redis: what everybody who shares one can lean on."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from adapters.memory.limits import MemoryCells, MemoryLimiter
from adapters.redis.connection import connect
from adapters.redis.limits import RedisCells, RedisLimiter
from domain.jobs.errors import ServiceUnavailable
from domain.limits.limit import Limit, LimitKey, Rate, limit_key
from domain.limits.ports import Cells, Ending, Granted, Limiter, Permit, Wait
from tests.pipelines.looking import look_until
from tests.services.guard import free_port

MEMORY = pytest.param("memory", id="memory")
REDIS = pytest.param("redis", marks=pytest.mark.redis, id="redis")


@pytest.fixture
def client() -> Iterator[Redis]:
    """The real Redis."""
    with connect(os.environ["ANTIPHON_TEST_REDIS_URL"]) as client:
        yield client


@pytest.fixture(params=[MEMORY, REDIS])
def limiter(request: pytest.FixtureRequest) -> Limiter:
    """Every store of limits."""
    return MemoryLimiter() if request.param == "memory" else RedisLimiter(request.getfixturevalue("client"))


@pytest.fixture(params=[MEMORY, REDIS])
def cells(request: pytest.FixtureRequest) -> Cells:
    """Every store of cells."""
    return MemoryCells() if request.param == "memory" else RedisCells(request.getfixturevalue("client"))


@pytest.fixture
def key() -> LimitKey:
    """A limit nobody else uses."""
    return limit_key("target", uuid.uuid4().hex)


def asked(
    limiter: Limiter, *limits: Limit, claimant: str = "a", at_most: int = 1, tokens: int = 0, lease_s: float = 30
) -> Granted | Wait:
    """Ask for permits."""
    return limiter.acquire(limits, claimant=claimant, at_most=at_most, tokens=tokens, lease_s=lease_s)


def permits(answer: Granted | Wait) -> tuple[Permit, ...]:
    """Return what was granted."""
    return answer.permits if isinstance(answer, Granted) else ()


def ended(*permits: Permit, tokens: int = 0, was_made: bool = True) -> list[Ending]:
    """Return the end of these calls."""
    return [Ending(permit=permit, tokens=tokens, was_made=was_made) for permit in permits]


def test_no_more_at_once_than_the_limit_and_a_freed_slot_goes_to_who_waited(limiter: Limiter, key: LimitKey) -> None:
    """The order of the line is what keeps a quick worker from starving a slow one."""
    limit = Limit(key=key, concurrency=2)
    held = permits(asked(limiter, limit, at_most=5))
    assert len(held) == 2
    waited = asked(limiter, limit, claimant="b")
    assert isinstance(waited, Wait)
    assert 0 < waited.wait_s <= 0.02

    limiter.release(ended(held[0]))

    assert permits(asked(limiter, limit, claimant="a")) == ()
    assert len(permits(asked(limiter, limit, claimant="b", at_most=2))) == 1


def test_slots_of_who_vanished_come_back_and_extended_ones_stay(limiter: Limiter, key: LimitKey) -> None:
    """A killed worker releases nothing; a call that takes long must not lose its slot."""
    limit = Limit(key=key, concurrency=2)
    lost, kept = permits(asked(limiter, limit, at_most=2, lease_s=4))

    limiter.extend([kept], lease_s=60)

    look_until(lambda: bool(permits(asked(limiter, limit))), what="the slot whose lease ran out")
    limiter.extend([lost], lease_s=60)  # too late: somebody else has it
    assert isinstance(asked(limiter, limit), Wait)


def test_requests_keep_to_the_rate_over_many_threads(limiter: Limiter, key: LimitKey) -> None:
    """As fast as the limit, and never faster, however many ask."""
    limit = Limit(key=key, requests=Rate(amount=100, window_s=1))
    granted: deque[int] = deque()
    stop = threading.Event()

    def ask(name: str) -> None:
        while not stop.is_set():
            answer = asked(limiter, limit, claimant=name)
            if isinstance(answer, Granted):
                granted.append(1)
            else:
                stop.wait(answer.wait_s)

    threads = [threading.Thread(target=ask, args=(str(number),)) for number in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        look_until(lambda: len(granted) >= 50, what="half a second's requests")
    finally:
        stop.set()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started

    assert len(granted) <= 100 * seconds + 5


def test_a_request_that_was_not_made_is_given_back(limiter: Limiter, key: LimitKey) -> None:
    """An answer from the cache, or an item that somebody else had taken, is no request."""
    limit = Limit(key=key, requests=Rate(amount=10, window_s=3600))
    first = permits(asked(limiter, limit))

    limiter.release(ended(*first, was_made=False))

    second = permits(asked(limiter, limit))
    limiter.release(ended(*second))
    assert (len(first), len(second)) == (1, 1)
    assert isinstance(asked(limiter, limit), Wait)


def test_tokens_are_charged_as_estimated_and_corrected_afterwards(limiter: Limiter, key: LimitKey) -> None:
    """Nobody knows before how long an answer will be."""
    limit = Limit(key=key, tokens=Rate(amount=1_000, window_s=3600))
    (cheap,) = permits(asked(limiter, limit, tokens=41))
    assert isinstance(asked(limiter, limit, tokens=20), Wait)
    limiter.release(ended(cheap, tokens=1))
    (dear,) = permits(asked(limiter, limit, tokens=20))
    limiter.release(ended(dear, tokens=500))

    answer = asked(limiter, limit, tokens=1)

    assert isinstance(answer, Wait)
    assert 1_500 < answer.wait_s < 2_000  # 500 tokens at 961 an hour, less the burst


def test_a_pause_holds_for_everybody(limiter: Limiter, key: LimitKey) -> None:
    """One worker heard Retry-After; the others would only be refused as well."""
    limit = Limit(key=key)
    limiter.pause(key, seconds=1)
    limiter.pause(key, seconds=0.01)

    answer = asked(limiter, limit, claimant="b")

    assert isinstance(answer, Wait)
    assert 0.01 < answer.wait_s <= 1
    look_until(lambda: bool(permits(asked(limiter, limit, claimant="b"))), what="the end of the pause")


def test_several_limits_grant_together_or_not_at_all(limiter: Limiter, key: LimitKey) -> None:
    """The account's limit stands beside the target's."""
    account, target = Limit(key=LimitKey(f"{key}-account"), concurrency=3), Limit(key=key, concurrency=1)
    assert len(permits(asked(limiter, account, target, at_most=3))) == 1
    assert isinstance(asked(limiter, account, target, claimant="b"), Wait)

    assert len(permits(asked(limiter, account, claimant="b", at_most=3))) == 2


def test_a_cell_is_changed_by_who_knows_what_is_in_it(cells: Cells, key: LimitKey) -> None:
    """Two processes learn of failures at the same moment; neither may undo what the other wrote."""
    assert cells.read(key).text is None
    assert cells.swap(key, old=None, new="first", keep_s=60)
    assert not cells.swap(key, old=None, new="second", keep_s=60)
    assert cells.swap(key, old="first", new="third", keep_s=60)
    assert cells.read(key).text == "third"


def test_a_cell_is_forgotten_after_its_time(cells: Cells, key: LimitKey) -> None:
    """What was known of a target an hour ago says nothing about now."""
    before = cells.read(key).now_us
    cells.swap(key, old=None, new="first", keep_s=0.05)

    look_until(lambda: cells.read(key).text is None, what="the end of the cell's time")

    assert cells.read(key).now_us - before >= 50_000
    assert cells.swap(key, old=None, new="again", keep_s=60)


def _actions(key: LimitKey) -> list[Callable[[Redis], object]]:
    limit = Limit(key=key, concurrency=1)
    permit = Permit(id="p", limits=(limit,), tokens=0)
    return [
        lambda client: asked(RedisLimiter(client), limit),
        lambda client: RedisLimiter(client).release(ended(permit)),
        lambda client: RedisLimiter(client).extend([permit], lease_s=1),
        lambda client: RedisLimiter(client).pause(key, seconds=1),
        lambda client: RedisCells(client).read(key),
        lambda client: RedisCells(client).swap(key, old=None, new="x", keep_s=1),
    ]


@pytest.mark.parametrize("number", range(6))
def test_a_redis_that_is_away_is_said_without_its_address(number: int, key: LimitKey) -> None:
    """The address holds a password, and messages are kept."""
    address = f"redis://:s3cret@127.0.0.1:{free_port()}/0"
    with connect(address) as client, pytest.raises(ServiceUnavailable, match="Redis") as caught:
        _actions(key)[number](client)

    assert "s3cret" not in str(caught.value)
