"""
The guard for libraries that bring their own HTTP client: urllib3's connections, made to judged addresses only.

git and S3 speak through urllib3. Its connections look a name up and connect; these here have the guard look it up, and
connect to what was judged, as all our own calls do. Redirects and proxies are for whoever makes the pool to refuse.
"""

from __future__ import annotations

import socket
import ssl

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util import Timeout

from adapters.http.guard import AddressGuard, AddressRefused

CONNECT_S = 10.0
READ_S = 60.0


class _Judged(HTTPConnection):
    """Connects where the guard lets it; *guard* is set by who makes the class."""

    guard: AddressGuard

    def _new_conn(self) -> socket.socket:
        timeout = self.timeout if isinstance(self.timeout, int | float) else CONNECT_S
        try:
            return _connected(self.guard, self._dns_host, self.port, timeout_s=timeout)
        except OSError as exc:
            raise NewConnectionError(self, str(exc)) from exc


def guarded_pools(
    guard: AddressGuard,
    *,
    plain: type[HTTPConnectionPool] = HTTPConnectionPool,
    tls: type[HTTPSConnectionPool] = HTTPSConnectionPool,
) -> dict[str, type[HTTPConnectionPool]]:
    """Return pool classes by scheme that connect behind *guard*; *plain* and *tls* are the library's own."""
    plain_connection: type[HTTPConnection] = plain.ConnectionCls  # type: ignore[assignment]  # a Protocol to urllib3
    tls_connection: type[HTTPSConnection] = tls.ConnectionCls  # type: ignore[assignment]  # as above
    judged = type("JudgedConnection", (_Judged, plain_connection), {"guard": guard})
    judged_tls = type("JudgedTlsConnection", (_Judged, tls_connection), {"guard": guard})
    return {
        "http": type("GuardedPool", (plain,), {"ConnectionCls": judged}),
        "https": type("GuardedTlsPool", (tls,), {"ConnectionCls": judged_tls}),
    }


def refusal_in(error: BaseException) -> AddressRefused | None:
    """Return why the guard let a library connect to nothing, however the library has wrapped that."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, AddressRefused):
        cause = cause.__cause__ or cause.__context__
    return cause


def guarded_manager(guard: AddressGuard) -> PoolManager:
    """Return a manager of pools behind *guard*, which follows no redirect, repeats nothing and knows no proxy."""
    timeout = Timeout(connect=CONNECT_S, read=READ_S)
    manager = PoolManager(timeout=timeout, retries=False, ssl_context=ssl.create_default_context())
    manager.pool_classes_by_scheme = guarded_pools(guard)
    return manager


def _connected(guard: AddressGuard, host: str, port: int, *, timeout_s: float) -> socket.socket:
    last: OSError = OSError(f"the name {host} has no address")
    for family, kind, protocol, _name, address in guard.addresses(host, port):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(timeout_s)
            sock.connect(address)
        except OSError as exc:
            sock.close()
            last = exc
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise last
