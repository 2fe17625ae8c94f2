"""
Keys that open nothing any more, and bodies that are none or too large, on every route there is.

A new route takes part by itself. Keys are real ones here, made and taken back by the service.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import attrs
import pytest

from adapters.memory.clock import ManualClock
from domain.organizations.organization import Role
from entrypoints.container import Antiphon
from tests.api.calling import Api, calling
from tests.api.routing import ROUTES, Route

OWNER, MEMBER = "local@localhost", "bob@example.com"
SCOPES = ("read", "write", "admin")
MOST_BYTES = 4_000
CHANGING = [route for route in ROUTES if route.method != "GET"]
TAKING = [route for route in ROUTES if route.takes_json]


def _revoked(antiphon: Antiphon) -> str:
    keys = antiphon.administration.keys
    made = keys.create(antiphon.tenant, email=OWNER, scopes=SCOPES)
    keys.revoke(antiphon.tenant, made.key.id)
    return made.text


def _expired(antiphon: Antiphon) -> str:
    long_ago = ManualClock(antiphon.clock.now() - timedelta(days=2))
    keys = attrs.evolve(antiphon.administration.keys, clock=long_ago)
    return keys.create(antiphon.tenant, email=OWNER, scopes=SCOPES, lifetime=timedelta(days=1)).text


def _rotated_away(antiphon: Antiphon) -> str:
    keys = antiphon.administration.keys
    made = keys.create(antiphon.tenant, email=OWNER, scopes=SCOPES)
    keys.rotate(antiphon.tenant, made.key.id)
    return made.text


def _of_a_former_member(antiphon: Antiphon) -> str:
    members = antiphon.administration.members
    members.add(antiphon.tenant, MEMBER, role=Role.ADMIN)
    made = antiphon.administration.keys.create(antiphon.tenant, email=MEMBER, scopes=SCOPES)
    members.remove(antiphon.tenant, MEMBER)
    return made.text


def _nearly_right(antiphon: Antiphon) -> str:
    made = antiphon.administration.keys.create(antiphon.tenant, email=OWNER, scopes=SCOPES)
    return made.text[:-1] + ("A" if made.text[-1] != "A" else "B")


def _prefix_alone(antiphon: Antiphon) -> str:
    return antiphon.administration.keys.create(antiphon.tenant, email=OWNER, scopes=SCOPES).key.prefix


@pytest.fixture
def real(antiphon: Antiphon) -> Iterator[Api]:
    """The API with its own authentication, as somebody without a key calls it."""
    with calling(antiphon) as api:
        api.app.state.authenticator = antiphon.administration.authentication
        yield api.nobody()


@pytest.fixture
def small(antiphon: Antiphon) -> Iterator[Api]:
    """The API of an installation that takes bodies of a few kilobytes."""
    settings = attrs.evolve(antiphon.settings, api_body_bytes=MOST_BYTES)
    with calling(attrs.evolve(antiphon, settings=settings)) as api:
        yield api


@pytest.mark.parametrize("make", [_revoked, _expired, _rotated_away, _of_a_former_member, _nearly_right, _prefix_alone])
def test_a_key_that_opens_nothing_any_more_opens_no_route(
    real: Api, antiphon: Antiphon, make: Callable[[Antiphon], str]
) -> None:
    """Each with the same answer, which tells nobody what was wrong with it, and repeats nothing of it."""
    key = make(antiphon)
    holder = attrs.evolve(real, headers={"Authorization": f"Bearer {key}"})
    said = set()
    for route in ROUTES:
        answer = holder.request(route.method, route.anywhere())
        assert answer.status_code == 401, f"{route}: {answer.status_code}"
        assert key[22:] == "" or key[22:] not in answer.text
        said.add(answer.json()["detail"])

    assert len(said) == 1


def test_what_a_key_has_started_is_no_way_back_in(real: Api, antiphon: Antiphon) -> None:
    """Replaying a request of before, its idempotency key too, after the key was revoked, finds no job."""
    keys = antiphon.administration.keys
    made = keys.create(antiphon.tenant, email=OWNER, scopes=SCOPES)
    headers = {"Authorization": f"Bearer {made.text}", "Idempotency-Key": "once"}
    tests = [{"id": "t", "prompt": "?", "metrics": [{"contains": "x"}]}]
    words = {"document": {"name": "d", "target": {"kind": "http", "url": "http://127.0.0.1:9/"}, "tests": tests}}
    holder = attrs.evolve(real, headers=headers)
    first = holder.post("/v1/test-runs", json=words)
    assert (first.status_code, holder.post("/v1/test-runs", json=words).json()["id"]) == (202, first.json()["id"])

    keys.revoke(antiphon.tenant, made.key.id)
    for answer in (holder.post("/v1/test-runs", json=words), holder.get(first.headers["Location"])):
        assert answer.status_code == 401
        assert first.json()["id"] not in answer.text


@pytest.mark.parametrize("route", CHANGING, ids=str)
def test_a_body_that_is_too_large_is_refused_on_every_route(small: Api, route: Route) -> None:
    """By the length that it says it has, and by what has come of it: also where nobody asked for a body."""
    too_much = json.dumps({"x": "y" * MOST_BYTES})
    headers = {"Content-Type": "application/json"}

    said = small.request(route.method, route.anywhere(), content=too_much, headers=headers)
    assert said.status_code == 413, f"{said.status_code} {said.text[:200]}"
    found = small.request(route.method, route.anywhere(), content=_pieces(too_much), headers=headers)
    if route.takes_json:
        assert found.status_code == 413, f"{found.status_code} {found.text[:200]}"
    assert found.status_code < 500, "what nobody reads takes no memory"


MALFORMED = (
    b"", b"{", b"[]", b"null", b'"x"', b"17", b"\xff\xfe\x00", b'{"a": 1}}', b"{'a': 1}", b'{"\\ud800": 1}',
    b"[" * 100_000, b'{"x":' * 50_000, b'{"x": NaN}', b'{"x": 1e999}', b'{"x": ' + b"9" * 5_000 + b"}",
    b"<xml/>", b"x: &a [*a]", b"\x00" * 100,
)  # fmt: skip
TYPES = ("application/json", "application/xml", "text/plain", "multipart/form-data", "application/json; charset=utf-7")


@pytest.mark.parametrize("route", TAKING, ids=str)
def test_a_body_that_is_none_is_refused_on_every_route(api: Api, route: Route) -> None:
    """As a problem with a pointer; never an error of ours, whatever the body says that it is."""
    for kind in TYPES:
        for body in MALFORMED:
            answer = api.request(route.method, route.anywhere(), content=body, headers={"Content-Type": kind})

            assert 400 <= answer.status_code < 500, f"{kind} {body[:20]!r}: {answer.status_code} {answer.text[:200]}"
            assert answer.headers["Content-Type"] == "application/problem+json", f"{kind} {body[:20]!r}"


@pytest.mark.parametrize("route", CHANGING, ids=str)
def test_a_body_that_nobody_asked_for_does_no_harm(api: Api, route: Route) -> None:
    """Where a route takes none, what comes is not read."""
    for body in MALFORMED:
        answer = api.request(route.method, route.anywhere(), content=body, headers={"Content-Type": "application/json"})

        assert answer.status_code < 500, f"{body[:20]!r}: {answer.status_code} {answer.text[:200]}"


async def _pieces(text: str) -> AsyncIterator[bytes]:
    for start in range(0, len(text), 500):
        yield text[start : start + 500].encode()


def test_every_route_is_attacked() -> None:
    """A generator that found nothing would prove nothing."""
    assert len(ROUTES) > 40
    assert len(CHANGING) > 20
    assert len(TAKING) > 12
