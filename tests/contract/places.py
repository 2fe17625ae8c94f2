"""Where commands act, both ways over one installation: beside its database, and at its HTTP API in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import attrs
import httpx
from attrs import frozen
from fastapi import FastAPI
from pydantic import BaseModel

from domain.tenancy import ALL_SCOPES
from entrypoints.api.app import make_api
from entrypoints.client import Client
from entrypoints.client_sending import sender_to
from entrypoints.container import Antiphon
from entrypoints.local.place import LocalPlace
from entrypoints.places.place import Place

WHOSE = "local@localhost"
HERE = "http://127.0.0.1"


@contextmanager
def place_over(antiphon: Antiphon, *, at: str, scopes: frozenset[str] = ALL_SCOPES) -> Iterator[Place]:
    """Yield `here` or the `server` as the place *at* which the installation's first user acts, with these scopes."""
    own = attrs.evolve(antiphon.tenant, scopes=scopes)
    if at == "here":
        yield LocalPlace(antiphon=antiphon, tenant=own)
        return
    with client_over(antiphon, key=a_key(antiphon, scopes)) as client:
        yield client


@contextmanager
def client_over(antiphon: Antiphon, *, key: str) -> Iterator[Client]:
    """Yield the Python client of the installation's API, which answers in this process."""
    with asyncio.Runner() as runner:
        transport = InProcess(app=make_api(antiphon), runner=runner)
        sender = sender_to(HERE, key=key, timeout_s=60, patience_s=0, transport=transport)
        with Client(HERE, key=key, sender=sender) as client:
            yield client


@frozen(kw_only=True, eq=False)
class InProcess(httpx.BaseTransport):
    """Hands requests to an application of this process, and waits for the whole answer."""

    app: FastAPI
    runner: asyncio.Runner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the application's answer."""
        request.read()
        return self.runner.run(self._ask(request))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = await httpx.ASGITransport(self.app).handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


def told_twice(
    antiphon: Antiphon, ask: Callable[[Place], Iterable[BaseModel]]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the JSON of what is asked for, as this machine and as a server tells it."""
    with place_over(antiphon, at="server") as there:
        answered = [document.model_dump(mode="json") for document in ask(there)]
    with place_over(antiphon, at="here") as here:
        return [document.model_dump(mode="json") for document in ask(here)], answered


def a_key(antiphon: Antiphon, scopes: frozenset[str] = ALL_SCOPES) -> str:
    """Return a new key of the installation's first user."""
    return antiphon.administration.keys.create(antiphon.tenant, email=WHOSE, scopes=scopes).text
