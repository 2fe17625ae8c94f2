"""Connections share what they know of the machine's authorities: reading those costs more than a call."""

from __future__ import annotations

import ssl

import pytest

from adapters.http.exchange import HttpConnections
from adapters.http.guard import AddressGuard
from adapters.http.url import Url


def test_authorities_are_read_once_for_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each submit over the API opens its targets twice to check them; that was 100 ms of CPU."""
    read: list[int] = []
    create = ssl.create_default_context

    def counting() -> ssl.SSLContext:
        read.append(1)
        return create()

    monkeypatch.setattr(ssl, "create_default_context", counting)
    url = Url.parse("https://bot.example/chat", field="url", shown="https://bot.example/chat")

    for _ in range(3):
        HttpConnections(url, size=1, guard=AddressGuard())

    assert len(read) <= 1  # none, if another test was first
