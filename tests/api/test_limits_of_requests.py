"""What one caller may take: requests a minute, bytes and seconds of a body; and the headers on every answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import attrs
import httpx
import pytest
from fastapi import APIRouter, FastAPI
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from entrypoints.api.guarding import Guarding
from entrypoints.api.problems import explain_problems
from entrypoints.api.rates import Rates
from entrypoints.api.refusals import TooManyRequests
from entrypoints.container import Antiphon
from tests.api.calling import THEM, US, Api, calling

ENOUGH = 3
router = APIRouter()


@router.post("/v1/bodies")
def take(body: dict[str, str]) -> int:
    """Take a body."""
    return len(body)


def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())


@pytest.fixture
def strict(antiphon: Antiphon) -> Iterator[Api]:
    """An API that lets a key ask three times a minute and takes bodies of a thousand bytes."""
    settings = attrs.evolve(antiphon.settings, api_requests_per_minute=ENOUGH, api_body_bytes=1000)
    with calling(attrs.evolve(antiphon, settings=settings)) as api:
        api.app.include_router(router)
        yield api


def test_a_key_that_asks_too_often_is_told_when_to_come_back(strict: Api) -> None:
    """Each answer says what is left, so that a client need not run into the wall."""
    left = [strict.get("/v1/jobs").headers["RateLimit-Remaining"] for _ in range(ENOUGH)]
    refused = strict.get("/v1/jobs")

    assert left == ["2", "1", "0"]
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:antiphon:problem:too-many-requests")
    assert refused.headers["RateLimit-Limit"] == "3"
    assert 1 <= int(refused.headers["Retry-After"]) <= 120
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]


def test_one_key_takes_nothing_from_another(strict: Api) -> None:
    """Neither in another organization nor of the same user."""
    for _ in range(ENOUGH + 1):
        strict.get("/v1/jobs")

    assert strict.acting_for(THEM).get("/v1/jobs").status_code == 200
    assert strict.acting_for(US, scopes={"read"}).get("/v1/jobs").status_code == 200


def test_keys_that_nobody_knows_are_not_counted(strict: Api) -> None:
    """Whoever makes keys up must not fill the memory with them."""
    answers = [strict.get("/v1/jobs", headers={"Authorization": f"Bearer wrong-{n}"}) for n in range(ENOUGH + 2)]

    assert {answer.status_code for answer in answers} == {401}
    assert all("RateLimit-Limit" not in answer.headers for answer in answers)


def test_without_its_redis_each_process_counts_alone_for_a_while() -> None:
    """An outage of the broker must neither stop the API nor lift the limit; and nobody waits for it each time."""
    seconds = [0.0]
    shared = _Away()
    limiter = SlidingWindowCounterRateLimiter(shared)
    rates = Rates(item=RateLimitItemPerMinute(2), own=_limiter(), shared=limiter, now=lambda: seconds[0])

    assert [rates.count("key").remaining for _ in range(2)] == [1, 0]
    with pytest.raises(TooManyRequests):
        rates.count("key")
    assert shared.asked == 1

    seconds[0] += 60
    shared.is_away = False
    assert rates.count("key").remaining == 1


class _Away(MemoryStorage):
    """A store that can't be reached."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.is_away = 0, True

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Fail, and count it."""
        self.asked += 1
        if self.is_away:
            raise StorageError(ConnectionError("away"))
        return super().acquire_sliding_window_entry(key, limit, expiry, amount)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(strict: Api) -> None:
    """Said in its length, or only found out on the way: neither fills the memory."""
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"x" * 500

    said = strict.post("/v1/bodies", content=b"x" * 1001, headers={"Content-Type": "application/json"})
    found = strict.post("/v1/bodies", content=pieces(), headers={"Content-Type": "application/json"})

    for answer in (said, found):
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:antiphon:problem:too-large")
    assert sent < 10


def test_every_answer_carries_the_headers_that_keep_browsers_from_harm(api: Api) -> None:
    """Refusals too: an answer that a browser takes for a page could run."""
    for answer in (api.get("/v1/jobs"), api.nobody().get("/v1/jobs"), api.get("/nowhere")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """A client that sends a byte now and then must not hold a place for ever."""
    app = FastAPI()
    explain_problems(app)
    app.include_router(router)
    app.add_middleware(Guarding, most_bytes=1000, body_s=0.05)

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.post("/v1/bodies", content=pieces(), headers={"Content-Type": "application/json"})

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()["type"]) == (408, "urn:antiphon:problem:too-slow")
