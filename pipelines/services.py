"""
Asking the broker and the result store: are they there, and do they keep what they are given?

Nothing here waits longer than it was told to, and no answer repeats an address: it may hold a password.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from amqp.exceptions import AMQPError
from amqp.exceptions import NotFound as AmqpNotFound
from celery import Celery
from kombu.connection import Connection
from kombu.exceptions import KombuError
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from domain.jobs.errors import BrokenSettings, ServiceUnavailable
from pipelines.brokers import REDIS, BrokerSettings, broker_tls, redis_tls
from pipelines.names import QUEUES

KEEPS_EVERYTHING = "noeviction"
CHORD_UNLOCK = "celery.chord_unlock"


def check_services(settings: BrokerSettings, *, timeout_s: float = 3.0) -> None:
    """
    Refuse a broker or result store that throws away what it was given; one that is away is not judged.

    Raises:
        BrokenSettings: with one line for each: what was found, what that breaks, and what to do.
    """
    problems = services_problems(settings, timeout_s=timeout_s)
    if problems:
        raise BrokenSettings("a service would break a promise; nothing was started", problems=tuple(problems))


def services_problems(settings: BrokerSettings, *, timeout_s: float) -> list[str]:
    """Return a line for each service that throws away what it was given."""
    problems = [*_evicting("broker", settings, settings.broker_url, timeout_s)]
    if settings.result_backend_url != settings.broker_url:
        problems += _evicting("result store", settings, settings.result_backend_url, timeout_s)
    return problems


def check_chord_bound(app: Celery, settings: BrokerSettings) -> None:
    """
    Refuse an application whose chords are asked after for ever: Celery's only bound is that of the task.

    Raises:
        BrokenSettings: the bound does not hold in this version of Celery.
    """
    app.finalize()
    bound = app.tasks[CHORD_UNLOCK].max_retries
    if bound != settings.chord_looks:
        raise BrokenSettings(
            f"{CHORD_UNLOCK} would be repeated {bound or 'without end'} instead of {settings.chord_looks} times: this "
            "version of Celery ignores the bound; use the version that was locked"
        )


def ask_broker(settings: BrokerSettings, *, timeout_s: float) -> None:
    """
    Return when the broker answers.

    Raises:
        ServiceUnavailable: it did not, within *timeout_s* seconds.
    """
    try:
        if settings.broker_url.startswith(REDIS):
            _ping(settings, settings.broker_url, timeout_s)
        elif settings.is_rabbitmq:
            tls = broker_tls(settings) or False
            with Connection(  # type: ignore[no-untyped-call]  # kombu
                settings.broker_url, ssl=tls, connect_timeout=timeout_s
            ) as connection:
                connection.connect()
    except (RedisError, AMQPError, KombuError, OSError) as exc:
        raise ServiceUnavailable(f"the message broker can't be reached ({type(exc).__name__})") from exc


def ask_results(settings: BrokerSettings, *, timeout_s: float) -> None:
    """
    Return when the result store answers.

    Raises:
        ServiceUnavailable: it did not, within *timeout_s* seconds.
    """
    url = settings.result_backend_url
    try:
        if url.startswith(REDIS):
            _ping(settings, url, timeout_s)
        elif url.startswith("db+"):
            engine = create_engine(url.removeprefix("db+"))
            engine.connect().close()
            engine.dispose()
    except (RedisError, SQLAlchemyError, OSError) as exc:
        raise ServiceUnavailable(f"the result store can't be reached ({type(exc).__name__})") from exc


def queue_lengths(settings: BrokerSettings, *, timeout_s: float) -> dict[str, int]:
    """
    Return how many messages wait in each queue; a queue that nobody has declared yet holds none.

    Raises:
        ServiceUnavailable: the broker did not answer within *timeout_s* seconds.
    """
    try:
        if settings.broker_url.startswith(REDIS):
            with redis_of(settings, settings.broker_url, timeout_s=timeout_s) as client:
                return {name: int(client.llen(f"{settings.key_prefix}{name}")) for name in QUEUES}
        if settings.is_rabbitmq:
            return _declared_lengths(settings, timeout_s)
    except (RedisError, AMQPError, KombuError, OSError) as exc:
        raise ServiceUnavailable(f"the message broker can't be reached ({type(exc).__name__})") from exc
    return {}


def redis_of(settings: BrokerSettings, url: str, *, timeout_s: float) -> Redis:
    """Return a client of a Redis that is broker or result store."""
    tls = redis_tls(settings, url) or {}
    return Redis.from_url(url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, **tls)


def _declared_lengths(settings: BrokerSettings, timeout_s: float) -> dict[str, int]:
    tls = broker_tls(settings) or False
    lengths = dict.fromkeys(QUEUES, 0)
    with Connection(  # type: ignore[no-untyped-call]  # kombu
        settings.broker_url, ssl=tls, connect_timeout=timeout_s
    ) as connection:
        for name in QUEUES:
            with suppress(AmqpNotFound), connection.channel() as channel:  # asking for what is not there ends a channel
                lengths[name] = int(channel.queue_declare(name, passive=True).message_count)
    return lengths


def _ping(settings: BrokerSettings, url: str, timeout_s: float) -> None:
    with redis_of(settings, url, timeout_s=timeout_s) as client:
        client.ping()


def _evicting(name: str, settings: BrokerSettings, url: str, timeout_s: float) -> Iterator[str]:
    if not url.startswith(REDIS):
        return
    try:
        with redis_of(settings, url, timeout_s=timeout_s) as client:
            policy = client.info("memory").get("maxmemory_policy", KEEPS_EVERYTHING)
    except (RedisError, OSError):  # whoever uses it says so, and waits for it
        return
    if policy != KEEPS_EVERYTHING:
        yield (
            f"the {name}, a Redis, has maxmemory-policy {policy}: when its memory is full it throws messages or "
            f"results away without a word; set `maxmemory-policy {KEEPS_EVERYTHING}` in its configuration, or use a "
            "Redis that is not a cache"
        )
