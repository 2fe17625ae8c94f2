"""The HTTP API called in this process, over ASGI: no socket, no server, no event stream that goes on for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import httpx
from attrs import define, field
from fastapi import FastAPI

from domain.organizations.errors import Unauthenticated
from domain.tenancy import OrganizationId, TenantContext, UserId
from entrypoints.api.app import make_api
from entrypoints.container import Antiphon

ALL = frozenset({"read", "write", "admin"})
US = TenantContext(
    organization_id=OrganizationId("11111111-1111-4111-8111-111111111111"), user_id=UserId("ada"), scopes=ALL
)
THEM = TenantContext(
    organization_id=OrganizationId("22222222-2222-4222-8222-222222222222"), user_id=UserId("eve"), scopes=ALL
)


@define
class KnownKeys:
    """Keys that a test hands out."""

    keys: dict[str, TenantContext] = field(factory=dict)

    def authenticate(self, presented: str) -> TenantContext:
        """Return whom the key was handed to."""
        if presented not in self.keys:
            raise Unauthenticated("the key is not known, or not valid any more")
        return self.keys[presented]


@define
class Api:
    """The application, and whose key its requests carry; `acting_for` gives one that acts for another."""

    app: FastAPI
    keys: KnownKeys
    runner: asyncio.Runner
    headers: dict[str, str]

    def acting_for(self, tenant: TenantContext, *, scopes: frozenset[str] | set[str] = ALL) -> Api:
        """Return the API as one calls it who has a key of that tenant with these scopes."""
        key = f"{tenant.organization_id}-{tenant.user_id}-{'-'.join(sorted(scopes))}"
        self.keys.keys[key] = attrs.evolve(tenant, scopes=frozenset(scopes))
        return attrs.evolve(self, headers={"Authorization": f"Bearer {key}"})

    def nobody(self) -> Api:
        """Return the API as one calls it who has no key."""
        return attrs.evolve(self, headers={})

    def get(self, path: str, **rest: Any) -> httpx.Response:
        """GET."""
        return self.request("GET", path, **rest)

    def post(self, path: str, **rest: Any) -> httpx.Response:
        """POST."""
        return self.request("POST", path, **rest)

    def request(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """Send a request with the caller's key; *rest* is httpx's: json, params, content, files, headers."""
        return self.runner.run(self._ask(method, path, **rest))

    def together(self, count: int, method: str, path: str, **rest: Any) -> list[httpx.Response]:
        """Send *count* equal requests at once."""

        async def ask_all() -> list[httpx.Response]:
            return await asyncio.gather(*(self._ask(method, path, **rest) for _ in range(count)))

        return self.runner.run(ask_all())

    async def _ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=self.headers) as client:
            return await client.request(method, path, **rest)


@contextmanager
def calling(antiphon: Antiphon) -> Iterator[Api]:
    """Yield the API of *antiphon*, called by `US` with all scopes."""
    keys = KnownKeys()
    with asyncio.Runner() as runner:
        api = Api(app=make_api(antiphon, authenticator=keys), keys=keys, runner=runner, headers={})
        yield api.acting_for(US)
