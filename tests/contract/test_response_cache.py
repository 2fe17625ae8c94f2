"""Contract of the response cache: memory, SQLite, Postgres, Redis, and Memcached (its protocol, in this process)."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator

import attrs
import pytest
from pymemcache.client.base import Client

from adapters.clock import SystemClock
from adapters.memcached.response_cache import LARGEST_BYTES, MemcachedResponseCache
from adapters.memory.clock import ManualClock
from adapters.memory.response_cache import MemoryResponseCache
from adapters.redis.connection import connect
from adapters.redis.response_cache import RedisResponseCache
from domain.jobs.errors import ServiceUnavailable
from domain.tenancy import OrganizationId, TenantContext
from domain.test_execution.response_cache import CacheKey, ResponseCache
from tests.contract.building import NOW, US
from tests.contract.conftest import POSTGRES, SQLITE
from tests.pipelines.looking import look_until
from tests.services.guard import free_port
from tests.services.memcached import Memcached

ENTRY = {"stored_at": 1.5, "answer": {"text": "straße ✓", "data": {"choices": [1, None]}}}
KEY, OTHER = CacheKey("a" * 64), CacheKey("b" * 64)
THEM = attrs.evolve(US, organization_id=OrganizationId("an organization, with * and spaces"))


@pytest.fixture
def memcached() -> Iterator[MemcachedResponseCache]:
    """A cache in a Memcached of this process."""
    with Memcached().running() as server:
        cache = MemcachedResponseCache("127.0.0.1", server.port)
        yield cache
        cache.close()


@pytest.fixture
def redis() -> Iterator[RedisResponseCache]:
    """A cache in the real Redis, under keys nobody else has."""
    with connect(os.environ["ANTIPHON_TEST_REDIS_URL"]) as client:
        yield RedisResponseCache(client, key_prefix=f"[{uuid.uuid4().hex}]")


@pytest.fixture(
    params=[
        pytest.param("memory", id="memory"),
        SQLITE,
        POSTGRES,
        pytest.param("redis", marks=pytest.mark.redis, id="redis"),
        pytest.param("memcached", id="memcached"),
    ]
)
def cache(request: pytest.FixtureRequest) -> ResponseCache:
    """Every place answers are kept in, empty."""
    if request.param == "memory":
        return MemoryResponseCache(SystemClock())
    if request.param in ("redis", "memcached"):
        found: ResponseCache = request.getfixturevalue(request.param)
        return found
    from adapters.database.response_cache import SqlResponseCache

    return SqlResponseCache(request.getfixturevalue(f"{request.param}_engine"), SystemClock())


def counted(cache: ResponseCache, tenant: TenantContext, count: int) -> bool:
    """Whether there are so many entries, as far as somebody counts them."""
    return cache.count(tenant) in (count, None)


def test_what_was_kept_comes_back_as_it_was(cache: ResponseCache) -> None:
    """Metrics look at all of an answer: a cached one must get the verdict the bought one got."""
    assert cache.get(US, KEY) is None
    cache.put(US, KEY, ENTRY, keep_s=60)

    assert cache.get(US, KEY) == ENTRY
    assert cache.get(US, OTHER) is None
    assert counted(cache, US, 1)


def test_the_newest_entry_counts(cache: ResponseCache) -> None:
    """An answer that was too old for a run is bought anew, and replaces the old one."""
    cache.put(US, KEY, ENTRY, keep_s=60)
    cache.put(US, KEY, {"answer": {}}, keep_s=60)

    assert cache.get(US, KEY) == {"answer": {}}
    assert counted(cache, US, 1)


def test_an_entry_expires(cache: ResponseCache) -> None:
    """What is kept for ever fills any disk, and answers for a bot that is long gone."""
    cache.put(US, KEY, ENTRY, keep_s=1)
    cache.put(US, OTHER, ENTRY, keep_s=40 * 24 * 3600)

    look_until(lambda: cache.get(US, KEY) is None, what="the entry is gone")
    assert cache.get(US, OTHER) == ENTRY
    assert counted(cache, US, 1)


def test_entries_belong_to_their_organization(cache: ResponseCache) -> None:
    """Nobody reads what somebody else's bot said, nor clears it."""
    cache.put(US, KEY, ENTRY, keep_s=60)
    assert cache.get(THEM, KEY) is None
    cache.put(THEM, KEY, {"answer": {"text": "theirs"}}, keep_s=60)

    assert cache.clear(US) in (1, None)
    assert cache.get(US, KEY) is None
    assert cache.get(THEM, KEY) == {"answer": {"text": "theirs"}}
    assert counted(cache, US, 0)
    assert counted(cache, THEM, 1)


def test_a_cleared_cache_can_be_used_again(cache: ResponseCache) -> None:
    """To clear is the first thing that is tried when answers look wrong."""
    cache.clear(US)
    cache.put(US, KEY, ENTRY, keep_s=60)
    cache.clear(US)
    cache.put(US, OTHER, ENTRY, keep_s=60)

    assert (cache.get(US, KEY), cache.get(US, OTHER)) == (None, ENTRY)


def test_expired_rows_are_deleted_by_and_by(request: pytest.FixtureRequest) -> None:
    """A nightly run must not grow the database for ever."""
    from adapters.database.response_cache import TIDY_EVERY, SqlResponseCache

    clock = ManualClock(NOW)
    engine = request.getfixturevalue("sqlite_engine")
    cache = SqlResponseCache(engine, clock)
    cache.put(US, KEY, ENTRY, keep_s=1)
    clock.advance(2)
    SqlResponseCache(engine, clock).put(US, OTHER, ENTRY, keep_s=60)  # the first of a process tidies

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM response_cache").scalar_one() == 1
    assert TIDY_EVERY > 1


@pytest.mark.parametrize("kind", ["redis", "memcached"])
def test_a_server_that_is_away_is_named_without_its_address(kind: str) -> None:
    """Addresses hold passwords."""
    port = free_port()
    cache: ResponseCache
    if kind == "redis":
        cache = RedisResponseCache(connect(f"redis://:secret@127.0.0.1:{port}/0"))
    else:
        cache = MemcachedResponseCache("127.0.0.1", port)

    for call in (lambda: cache.get(US, KEY), lambda: cache.put(US, KEY, ENTRY, keep_s=1), lambda: cache.clear(US)):
        with pytest.raises(ServiceUnavailable, match="response cache") as caught:
            call()
        assert "secret" not in str(caught.value)


def test_memcached_is_spared_what_it_would_refuse(memcached: MemcachedResponseCache) -> None:
    """A long answer is no reason to leave the cache alone."""
    memcached.put(US, KEY, {"answer": "x" * LARGEST_BYTES}, keep_s=60)

    assert memcached.get(US, KEY) is None


def test_what_others_put_into_memcached_is_no_entry() -> None:
    """It has no passwords; whoever shares it may write anything anywhere."""
    with Memcached().running() as server:
        cache = MemcachedResponseCache("127.0.0.1", server.port)
        cache.put(US, KEY, ENTRY, keep_s=60)
        (name,) = [name for name in server.entries if name.endswith(KEY.encode())]
        client = Client(("127.0.0.1", server.port), default_noreply=False)
        for foreign in (b"\xff\xfe", b"[]", json.dumps({"generation": "x", "entry": ENTRY}).encode()):
            client.set(name, foreign)
            assert cache.get(US, KEY) is None
        client.close()
        cache.close()
