"""
What differs between brokers: Redis, RabbitMQ and this process's own memory.

RabbitMQ's quorum queues are replicated and refuse three things that classic ones allow: a prefetch limit over all
consumers of a channel, priorities, and messages a worker holds back until they are due. Celery then counts for each
consumer, nothing here uses message priorities, and a countdown travels through Celery's delay exchanges, which know
whole seconds only and need topic exchanges.
"""

from __future__ import annotations

import math
import ssl
from urllib.parse import urlsplit

from attrs import field, frozen
from attrs.validators import gt
from kombu.entity import Exchange, Queue

from pipelines.names import QUEUES

MEMORY_BROKER = "memory://localhost/"
MEMORY_RESULTS = "cache+memory://"
REDIS = ("redis://", "rediss://")
RABBITMQ = ("amqp://", "amqps://")
QUICK_TO_GIVE_UP = {"max_retries": 1, "interval_start": 0.2, "interval_step": 0.2}
"""For who sends: the outbox repeats what could not be sent. A worker that listens connects by Celery's own patience."""

CHORD_LOOKS = 600
"""How often, once a second, a chord in a result store without counters is asked whether its header is complete."""


@frozen(kw_only=True)
class BrokerSettings:
    """
    Where messages and results go, and how long they may take, in seconds.

    *visibility_timeout_s*: after this Redis hands a message out again that nobody acknowledged. *result_expires_s*:
    after this results are gone; it must outlive the longest job. *key_prefix* stands before every key in Redis.
    *answer_timeout_s*: how long the broker may keep silent before it counts as away. *ca_file*: the authorities that
    certificates of broker and result store are checked against, instead of the machine's.
    """

    broker_url: str = MEMORY_BROKER
    result_backend_url: str = MEMORY_RESULTS
    key_prefix: str = ""
    ca_file: str = ""
    visibility_timeout_s: int = field(default=3600, validator=gt(0))
    result_expires_s: int = field(default=7 * 24 * 3600, validator=gt(0))
    connect_timeout_s: float = field(default=3.0, validator=gt(0))
    answer_timeout_s: float = field(default=5.0, validator=gt(0))
    chord_looks: int = field(default=CHORD_LOOKS, validator=gt(0))

    @property
    def is_embedded(self) -> bool:
        """Whether broker and workers live in this process, so that messages die with it."""
        return self.broker_url.startswith("memory://")

    @property
    def is_rabbitmq(self) -> bool:
        """Whether the broker is RabbitMQ."""
        return self.broker_url.startswith(RABBITMQ)

    def countdown(self, wait_s: float) -> float:
        """Return how long to hold a message back for a wait of *wait_s* seconds; RabbitMQ counts whole seconds."""
        return math.ceil(wait_s) if self.is_rabbitmq else wait_s


def queues(settings: BrokerSettings) -> list[Queue]:
    """Return the queues; on RabbitMQ quorum queues, which survive the loss of a node."""
    if not settings.is_rabbitmq:
        return [Queue(name) for name in QUEUES]  # type: ignore[no-untyped-call]  # kombu
    exchange = Exchange("antiphon", type="topic")  # type: ignore[no-untyped-call]  # delays need a topic exchange
    arguments = {"x-queue-type": "quorum"}
    return [
        Queue(name, exchange, routing_key=name, queue_arguments=arguments)  # type: ignore[no-untyped-call]  # kombu
        for name in QUEUES
    ]


def transport_options(settings: BrokerSettings) -> dict[str, object]:
    """Return what the broker's client is told."""
    if settings.is_embedded:
        return {"polling_interval": 0.01}  # the default of a second makes 100 tasks take 10 s
    if settings.broker_url.startswith(REDIS):
        return {
            **QUICK_TO_GIVE_UP,
            **_prefix(settings),
            "visibility_timeout": settings.visibility_timeout_s,
            "socket_connect_timeout": settings.connect_timeout_s,
            # without it a Redis that takes connections and says nothing keeps a sender, and its relay, for ever
            "socket_timeout": settings.answer_timeout_s,
            "socket_keepalive": True,
            "health_check_interval": 25,
        }
    # a publisher that is not told that the broker has the message would mark as sent what never arrived
    return {**QUICK_TO_GIVE_UP, "confirm_publish": True}


def result_settings(settings: BrokerSettings) -> dict[str, object]:
    """Return Celery's settings of the result store."""
    return {
        "result_expires": settings.result_expires_s,
        "result_backend_transport_options": _prefix(settings),
        # without it Celery refuses a rediss:// address that does not say how to check the server's certificate
        "redis_backend_use_ssl": redis_tls(settings, settings.result_backend_url),
        "redis_socket_connect_timeout": settings.connect_timeout_s,
        "redis_socket_timeout": settings.answer_timeout_s,
        # names that tell whose they are: the result store may be the database that holds Antiphon's own tables
        "database_table_names": {"task": "celery_task_result", "group": "celery_group_result"},
    }


def broker_tls(settings: BrokerSettings) -> dict[str, object] | None:
    """Return how the broker's certificate is checked: always, where the address asks for TLS."""
    if settings.broker_url.startswith("amqps://"):
        authorities = {"ca_certs": settings.ca_file} if settings.ca_file else {}
        host = urlsplit(settings.broker_url).hostname
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": host, **authorities}
    return redis_tls(settings, settings.broker_url)


def redis_tls(settings: BrokerSettings, url: str) -> dict[str, object] | None:
    """Return how the certificate of a `rediss://` server is checked; only the address itself may ask for less."""
    if not url.startswith("rediss://") or "ssl_cert_reqs" in urlsplit(url).query:
        return None
    return {"ssl_cert_reqs": "required", **({"ssl_ca_certs": settings.ca_file} if settings.ca_file else {})}


def _prefix(settings: BrokerSettings) -> dict[str, object]:
    return {"global_keyprefix": settings.key_prefix} if settings.key_prefix else {}
