"""
Publishing to a broker that takes messages and never confirms them: it counts as away.

RabbitMQ stops reading from publishers while it is short of memory or disk, and says nothing; without an end to the
wait the relay, and every message after the one it holds, would wait with it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu.messaging import Producer
from kombu.pools import ProducerPool, connections


class ImpatientProducer(Producer):
    """Waits *confirm_s* seconds for each confirmation."""

    def __init__(self, *args: Any, confirm_s: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # kombu
        self.confirm_s = confirm_s

    def publish(self, *args: Any, **kwargs: Any) -> object:
        """
        Publish, and return when the broker has the message.

        Raises:
            TimeoutError: it said nothing in time. The connection is closed: a confirmation that comes late would pass
                for that of the next message.
        """
        try:
            return super().publish(*args, **{**kwargs, "confirm_timeout": self.confirm_s})  # type: ignore[no-untyped-call]  # kombu
        except TimeoutError:
            self.connection.collect()  # without a word: closing in form would wait for the answer, too
            raise


class Publishing(AMQP):  # type: ignore[misc]  # Celery has no types
    """Celery's part that sends, with producers that do not wait for ever."""

    def __init__(self, app: Celery, *, confirm_s: float) -> None:
        super().__init__(app)
        self._producer = partial(ImpatientProducer, confirm_s=confirm_s)
        self._producer_pool: ProducerPool | None = None

    @property
    def producer_pool(self) -> ProducerPool:
        """The producers of this application."""
        if self._producer_pool is None:
            connection = connections[self.app.connection_for_write()]
            self._producer_pool = ProducerPool(  # type: ignore[no-untyped-call]  # kombu
                connection, limit=self.app.pool.limit, Producer=self._producer
            )
        return self._producer_pool
