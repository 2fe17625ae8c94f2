"""
Taking one job's messages out of the broker, instead of everybody's.

It only tidies up: what is left over of an ended job finds nothing to claim and goes. Messages that wait for a moment
in RabbitMQ's delay queues are such.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from amqp.exceptions import AMQPError
from attrs import frozen
from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import KombuError
from kombu.message import Message
from redis.exceptions import RedisError

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.job import JobId

ASK_S = 1.0


@frozen(kw_only=True)
class Purged:
    """How many messages were *removed* from queues, and how many that workers hold already were *revoked*."""

    removed: int
    revoked: int


def purge(app: Celery, job_id: JobId) -> Purged:
    """
    Remove the messages that name the job from the queues, and revoke those that workers have fetched.

    For a moment the others are taken out as well, and put back in front; their work does not change. A task keeps its
    id when it is retried, so this is only for jobs that have ended: going on with them sends new messages.

    Raises:
        ServiceUnavailable: the broker can't be reached; what was taken out comes back.
    """
    try:
        removed = sum(_removed(app, queue, job_id) for queue in app.conf.task_queues)
        fetched = list(_fetched(app, job_id))
        if fetched:
            app.control.revoke(fetched)
    except (KombuError, RedisError, AMQPError, OSError) as exc:
        raise ServiceUnavailable(f"the message broker can't be reached ({type(exc).__name__})") from exc
    return Purged(removed=removed, revoked=len(fetched))


def _removed(app: Celery, queue: Queue, job_id: JobId) -> int:
    with app.connection_for_read() as connection, connection.channel() as channel:
        there = queue(channel)
        # RabbitMQ has no queue that no worker has served yet
        there.declare()  # type: ignore[no-untyped-call]  # kombu
        removed, others = 0, list[Message]()
        while (message := there.get(accept=["json"])) is not None:  # type: ignore[no-untyped-call]  # kombu
            if _names(message.payload, job_id):
                message.ack()  # at once: RabbitMQ's quorum queues lose some of many that come just before the end
                removed += 1
            else:
                others.append(message)
        for message in reversed(others):
            message.requeue()  # type: ignore[no-untyped-call]  # kombu
    return removed


def _fetched(app: Celery, job_id: JobId) -> Iterator[str]:
    inspect = app.control.inspect(timeout=ASK_S)
    for answers in (inspect.reserved(), inspect.scheduled()):
        for requests in (answers or {}).values():
            yield from (str(_request(one)["id"]) for one in requests if _names(_request(one).get("args"), job_id))


def _request(held: Mapping[str, object]) -> Mapping[str, object]:
    inner = held.get("request", held)  # scheduled tasks come with the moment they are due
    return inner if isinstance(inner, Mapping) else held


def _names(content: object, job_id: JobId) -> bool:
    return job_id in json.dumps(content, default=str)
