"""The way to an address, walked step by step: its name, a connection, and TLS, each told apart."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import attrs
from attrs import define, field, frozen

from adapters.http.connection import TimedConnection, TimedTlsConnection
from adapters.http.deadline import Deadline
from adapters.http.environment import EnvironmentValues
from adapters.http.exchange import connection_to
from adapters.http.failures import is_timeout, network_failure, timeout_failure
from adapters.http.guard import STRICT, AddressGuard, AddressInfo
from adapters.http.url import Url
from domain.jobs.errors import ItemFailure

T = TypeVar("T")


@define(eq=False)
class HttpWay:
    """The `Way` port, over the connection that calls are made on; *shown* names the address in messages."""

    shown: str
    _connection: TimedConnection = field(repr=False)
    _values: EnvironmentValues = field(repr=False)
    _addresses: Sequence[AddressInfo] = field(default=(), init=False, repr=False)

    def look_up(self, *, deadline_s: float) -> str:
        """Look the host up, judge what it leads to, and say where that is."""
        self._addresses = self._stepped(self._connection.look_up, deadline_s=deadline_s)
        count = len(self._addresses)
        return f"{count} address{'' if count == 1 else 'es'}"

    def connect(self, *, deadline_s: float) -> str:
        """Connect to the first address that answers."""
        self._stepped(lambda: self._connection.reach(self._addresses), deadline_s=deadline_s)
        return f"port {self._connection.port}"

    def shake_hands(self, *, deadline_s: float) -> str | None:
        """Begin TLS, and say which; None where the address does not ask for it."""
        if not isinstance(self._connection, TimedTlsConnection):
            return None
        self._stepped(self._connection.shake_hands, deadline_s=deadline_s)
        return _described(self._connection.sock)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _stepped(self, step: Callable[[], T], *, deadline_s: float) -> T:
        self._connection.deadline = Deadline.after(deadline_s)
        failure: ItemFailure
        try:
            return step()
        except OSError as error:
            if is_timeout(error):
                failure = timeout_failure(self.shown, timeout_s=None, deadline_s=deadline_s)
            else:
                failure = network_failure(error, call=self.shown, values=self._values)
        # Outside the handler, so that no traceback repeats the library's words: they may hold what the server said.
        raise failure


@frozen
class HttpWays:
    """The `Ways` port; *environment* is where `${NAME}` in an address comes from."""

    _environment: Mapping[str, str] = field(repr=False)
    _guard: AddressGuard = STRICT

    def with_environment(self, environment: Mapping[str, str]) -> HttpWays:
        """Return what walks with another environment."""
        return attrs.evolve(self, environment=environment)

    def open(self, address: str) -> HttpWay:
        """Return the way to the host of *address*; nothing is looked up yet."""
        values = EnvironmentValues(self._environment)
        url = Url.parse(values.fill_url(address, field="base_url"), field="base_url", shown=address)
        self._guard.check(url.host)
        return HttpWay(shown=address, connection=connection_to(url, guard=self._guard), values=values)


def _described(sock: object) -> str:
    if not isinstance(sock, ssl.SSLSocket):
        return "TLS"
    ends = (sock.getpeercert() or {}).get("notAfter")
    return f"{sock.version()}, the certificate ends {ends}" if ends else str(sock.version())
