"""The Celery application: one factory, every setting in one place, each with its reason."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import gt
from celery import Celery
from kombu.entity import Queue

from pipelines.names import DEFAULT, QUEUES, routes

MEMORY_BROKER = "memory://localhost/"
MEMORY_RESULTS = "cache+memory://"
QUICK_TO_GIVE_UP = {"max_retries": 1, "interval_start": 0.2, "interval_step": 0.2}
"""For who sends: the outbox repeats what could not be sent. A worker that listens connects by Celery's own patience."""
CHORD_LOOKS = 600
"""How often, once a second, a chord in a result store without counters is asked whether its header is complete."""

_CHECKED = {"ssl_cert_reqs": "required"}


@frozen(kw_only=True)
class BrokerSettings:
    """
    Where messages and results go, and how long they may take, in seconds.

    *visibility_timeout_s*: after this Redis hands a message out again that nobody acknowledged. *result_expires_s*:
    after this results are gone; it must outlive the longest job.
    """

    broker_url: str = MEMORY_BROKER
    result_backend_url: str = MEMORY_RESULTS
    visibility_timeout_s: int = field(default=3600, validator=gt(0))
    result_expires_s: int = field(default=7 * 24 * 3600, validator=gt(0))
    connect_timeout_s: float = field(default=3.0, validator=gt(0))

    @property
    def is_embedded(self) -> bool:
        """Whether broker and workers live in this process, so that messages die with it."""
        return self.broker_url.startswith("memory://")


def make_app(settings: BrokerSettings) -> Celery:
    """Return an application of its own: not the current one of the process, with no tasks yet."""
    app = Celery("antiphon", broker=settings.broker_url, backend=settings.result_backend_url, set_as_current=False)
    app.conf.update(celery_settings(settings))
    return app


def celery_settings(settings: BrokerSettings) -> dict[str, object]:
    """Return the Celery settings; the self-check holds them to Celery's own list of names."""
    return {
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "task_default_queue": DEFAULT,
        "task_queues": [Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]  # kombu
        "task_routes": routes(),
        "task_create_missing_queues": False,
        # a message is acknowledged when its work is recorded; a killed worker's goes back to the queue
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "result_expires": settings.result_expires_s,
        # unbounded, a chord that lost a message is asked after for ever; bounded, the sweeper does what its body would
        "task_annotations": {"celery.chord_unlock": {"max_retries": CHORD_LOOKS}},
        # without it Celery refuses a rediss:// address that does not say how to check the server's certificate
        "redis_backend_use_ssl": _CHECKED if settings.result_backend_url.startswith("rediss://") else None,
        "redis_socket_connect_timeout": settings.connect_timeout_s,
        "broker_transport_options": _transport_options(settings),
        "broker_connection_timeout": settings.connect_timeout_s,
        "broker_connection_retry_on_startup": True,
        # the outbox repeats what could not be sent; a publisher that waits would only hide that
        "task_publish_retry": False,
        "worker_redirect_stdouts": False,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
    }


def _transport_options(settings: BrokerSettings) -> dict[str, object]:
    if settings.is_embedded:
        return {"polling_interval": 0.01}  # the default of a second makes 100 tasks take 10 s
    if settings.broker_url.startswith(("redis", "rediss")):
        return {
            **QUICK_TO_GIVE_UP,
            "visibility_timeout": settings.visibility_timeout_s,
            "socket_connect_timeout": settings.connect_timeout_s,
            "socket_keepalive": True,
            "health_check_interval": 25,
        }
    return {**QUICK_TO_GIVE_UP}
