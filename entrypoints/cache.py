"""Where the response cache is kept: in the database, or in the Redis or Memcached that the settings name."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from sqlalchemy import Engine

from adapters.database.response_cache import SqlResponseCache
from domain.jobs.errors import BrokenSettings
from domain.jobs.ports import Clock
from domain.test_execution.response_cache import ResponseCache
from entrypoints.settings import Settings

_MEMCACHED_PORT = 11211


def make_cache(settings: Settings, *, engine: Engine, clock: Clock) -> ResponseCache:
    """
    Return the cache; nothing is connected yet.

    Raises:
        BrokenSettings: the address is none, or what speaks to Memcached is not installed.
    """
    if not settings.cache_url:
        return SqlResponseCache(engine, clock)
    if settings.cache_url.startswith("memcached://"):
        return _memcached(settings)
    if not settings.cache_url.startswith(("redis://", "rediss://")):
        raise _bad_address("redis://:PASSWORD@HOST:6379/0, rediss://... or memcached://HOST:PORT")
    from adapters.redis.connection import connect
    from adapters.redis.response_cache import RedisResponseCache

    try:
        client = connect(settings.cache_url, ca_file=settings.tls_ca_file)
    except ValueError as exc:
        raise _bad_address("redis://:PASSWORD@HOST:6379/0") from exc
    return RedisResponseCache(client, key_prefix=settings.key_prefix)


def kept_in(settings: Settings) -> str:
    """Return in a word where the cache is, without its address: that may hold a password."""
    scheme = urlsplit(settings.cache_url).scheme
    return {"": "the database", "memcached": "Memcached"}.get(scheme, "Redis")


def _memcached(settings: Settings) -> ResponseCache:
    try:
        from adapters.memcached.response_cache import MemcachedResponseCache
    except ModuleNotFoundError as exc:
        raise BrokenSettings(
            "ANTIPHON_CACHE_URL names a Memcached, and the package that speaks to one is not installed; "
            "install antiphon[memcached], or unset the variable"
        ) from exc
    address = urlsplit(settings.cache_url)
    port = _port(address)
    if address.hostname is None or "@" in address.netloc or address.path.strip("/") or address.query:
        raise _bad_address("memcached://HOST:PORT")
    return MemcachedResponseCache(address.hostname, port, key_prefix=settings.key_prefix)


def _port(address: SplitResult) -> int:
    try:
        return address.port or _MEMCACHED_PORT
    except ValueError as exc:
        raise _bad_address("memcached://HOST:PORT") from exc


def _bad_address(expected: str) -> BrokenSettings:
    return BrokenSettings(f"ANTIPHON_CACHE_URL is no address that can be used; expected {expected}")
