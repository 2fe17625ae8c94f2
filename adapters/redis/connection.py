"""One client of a Redis, and its errors in the user's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis, RedisError

from domain.jobs.errors import ServiceUnavailable

PREFIX = "antiphon"
TIMEOUT_S = 3.0


def connect(url: str, *, ca_file: str = "") -> Redis:
    """
    Return a client; nothing is sent yet. Its pool serves all threads.

    TLS (`rediss://`) checks the server, against the authorities in *ca_file*, or else the machine's.
    """
    authorities = {"ssl_ca_certs": ca_file} if ca_file and url.startswith("rediss://") else {}
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        socket_keepalive=True,
        health_check_interval=25,
        decode_responses=True,
        **authorities,
    )


@contextmanager
def redis_errors(what: str) -> Iterator[None]:
    """
    Turn the library's errors; *what* names what Redis is needed for. Addresses stay out: they hold passwords.

    Raises:
        ServiceUnavailable: for each of them.
    """
    try:
        yield
    except RedisError as exc:
        raise ServiceUnavailable(f"Redis, needed for {what}, can't be used: {type(exc).__name__}") from exc
