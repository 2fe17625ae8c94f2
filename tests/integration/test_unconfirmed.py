"""A RabbitMQ that takes messages and confirms none (it is short of memory) counts as away, and is used again after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from domain.jobs.errors import ServiceUnavailable
from pipelines.app import make_app
from pipelines.brokers import BrokerSettings
from pipelines.canvas import CeleryDispatcher
from pipelines.names import DEFAULT, FAMILIES
from tests.contract.building import US, a_job
from tests.integration.gate import Gate
from tests.integration.servers import amqp_connection
from tests.pipelines.looking import look_until
from tests.services.guard import free_port

pytestmark = [pytest.mark.rabbitmq, pytest.mark.postgres, pytest.mark.redis]

ANSWER_S = 5.0
"""A busy machine's RabbitMQ may need a second to confirm what it took."""


@pytest.fixture
def gate(rabbitmq_url: str) -> Iterator[Gate]:
    """An open gate before RabbitMQ."""
    server = make_url(rabbitmq_url)
    assert server.host
    assert server.port
    with Gate(host=server.host, target_port=server.port, port=free_port()).opened() as gate:
        yield gate
        gate.answers.set()


def test_a_confirmation_that_does_not_come_is_no_confirmation_and_none_of_the_next(
    gate: Gate, rabbitmq_url: str
) -> None:
    """A relay that waited for ever would hold up every job; one that took a late word for another's would lose one."""
    url = make_url(rabbitmq_url).set(host="127.0.0.1", port=gate.port).render_as_string(hide_password=False)
    app = make_app(BrokerSettings(broker_url=url, result_backend_url="cache+memory://", answer_timeout_s=ANSWER_S))
    app.task(name=FAMILIES["test_execution"].start, shared=False)(_nothing)
    dispatcher, job = CeleryDispatcher(app=app), a_job()
    dispatcher.start(US, job)
    look_until(lambda: _waiting(rabbitmq_url) == 1, what="a message that was confirmed")

    gate.answers.clear()
    for _ in range(2):  # the second goes over a connection of its own, and finds nobody who says hello
        with pytest.raises(ServiceUnavailable):
            dispatcher.start(US, job)

    gate.answers.set()
    dispatcher.start(US, job)
    look_until(lambda: _waiting(rabbitmq_url) == 3, what="the late one, and the one after it")


def _nothing(job_id: str) -> None:
    """Stand for the start of a job."""


def _waiting(rabbitmq_url: str) -> int:
    with amqp_connection(rabbitmq_url) as connection, connection.channel() as channel:
        return int(channel.queue_declare(DEFAULT, passive=True).message_count)
