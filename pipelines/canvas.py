"""
The canvas: a job's start as a task, a shard as a chord.

Messages carry ids and numbers only. The chord's body is immutable: it takes no results, because it believes none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from amqp.exceptions import AMQPError
from attrs import evolve, frozen
from celery import Celery, chord
from celery.result import denied_join_result
from kombu.exceptions import KombuError

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.events import RunTask
from domain.jobs.item import ItemNo
from domain.jobs.job import Job
from domain.tenancy import TenantContext
from pipelines.headers import acting_for
from pipelines.names import FAMILIES


@frozen(kw_only=True)
class CeleryDispatcher:
    """Sends the kernel's work as Celery messages."""

    app: Celery

    def start(self, tenant: TenantContext, job: Job) -> None:
        """
        Send the job's start task.

        Raises:
            ServiceUnavailable: the broker can't be reached.
        """
        with _acting_for(tenant, job), _sending():
            self.app.tasks[FAMILIES[job.kind].start].apply_async((job.id,))

    def send(self, tenant: TenantContext, job: Job, shard: int, chunks: Sequence[Sequence[ItemNo]]) -> None:
        """
        Send a shard's chord: one task a chunk, and the collection as its body.

        Raises:
            ServiceUnavailable: the broker can't be reached; part of the chord may have been sent.
        """
        names = FAMILIES[job.kind]
        execute, collect = self.app.tasks[names.execute], self.app.tasks[names.collect]
        with _acting_for(tenant, job), _sending():
            header = [execute.si(job.id, list(chunk)) for chunk in chunks]
            chord(header, app=self.app)(collect.si(job.id, shard))

    def run(self, tenant: TenantContext, command: RunTask) -> None:
        """
        Send the task that the command names.

        Raises:
            ServiceUnavailable: the broker can't be reached.
        """
        with acting_for(tenant), _sending():
            self.app.tasks[command.task].apply_async(kwargs=dict(command.arguments), task_id=command.task_id)


def _acting_for(tenant: TenantContext, job: Job) -> AbstractContextManager[None]:
    """Stamp whom the job is for, and which request it came from: relay and sweeper send long after that one."""
    return acting_for(evolve(tenant, origin=job.origin))


@contextmanager
def _sending() -> Iterator[None]:
    try:
        # Celery's Redis results subscribe to the result of every message, and try 20 s long when Redis is away, unless
        # the sender says that it will not wait for results
        with denied_join_result():
            yield
    except _errors() as exc:
        # the error's text may hold the address with its password: its type says enough
        raise ServiceUnavailable(
            f"the message broker or the result store can't be reached ({type(exc).__name__})"
        ) from exc


def _errors() -> tuple[type[Exception], ...]:
    from redis.exceptions import RedisError  # not before there is one: embedded there never is, and it takes 0.2 s

    return KombuError, RedisError, AMQPError, OSError
