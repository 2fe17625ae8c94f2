"""The Celery application: one factory, every setting in one place, each with its reason."""

from __future__ import annotations

from functools import partial

import celery.events.receiver  # noqa: F401  # a worker that is built and a relay that sends would load it at the same time
from celery import Celery
from celery.app import trace

from pipelines.brokers import MEMORY_RESULTS, BrokerSettings, broker_tls, queues, result_settings, transport_options
from pipelines.names import DEFAULT, routes
from pipelines.publishing import Publishing

# Celery's line would end with what the task returned, and that may be a customer's words (`system.echo`)
trace.LOG_SUCCESS = "Task %(name)s[%(id)s] succeeded in %(runtime)ss"


def make_app(settings: BrokerSettings) -> Celery:
    """Return an application of its own: not the current one of the process, with no tasks yet."""
    results = settings.result_backend_url
    backend = "pipelines.memory_results:MemoryResults" if results == MEMORY_RESULTS else results
    publishing = partial(Publishing, confirm_s=settings.answer_timeout_s)
    app = Celery("antiphon", broker=settings.broker_url, backend=backend, amqp=publishing, set_as_current=False)
    app.conf.update(celery_settings(settings))
    return app


def celery_settings(settings: BrokerSettings) -> dict[str, object]:
    """Return the Celery settings; the self-check holds them to Celery's own list of names."""
    return {
        **result_settings(settings),
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "task_default_queue": DEFAULT,
        "task_queues": queues(settings),
        "task_routes": routes(),
        "task_create_missing_queues": False,
        # a message is acknowledged when its work is recorded; a killed worker's goes back to the queue
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        # unbounded, a chord that lost a message is asked after for ever; bounded, the sweeper does what its body would
        "task_annotations": {"celery.chord_unlock": {"max_retries": settings.chord_looks}},
        "broker_use_ssl": broker_tls(settings),
        "broker_transport_options": transport_options(settings),
        "broker_connection_timeout": settings.connect_timeout_s,
        "broker_connection_retry_on_startup": True,
        # the outbox repeats what could not be sent; a publisher that waits would only hide that
        "task_publish_retry": False,
        "worker_redirect_stdouts": False,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
    }
