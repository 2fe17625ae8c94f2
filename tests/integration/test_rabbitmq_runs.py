"""Runs over RabbitMQ: quorum queues, publisher confirms, and waits that travel through the broker."""

from __future__ import annotations

from pathlib import Path

import pytest
from amqp import Connection
from amqp.exceptions import NotFound, PreconditionFailed

from pipelines.names import QUEUES
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Installation, assert_complete
from tests.integration.servers import amqp_connection
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.rabbitmq]

TESTS, LIMIT, SLOTS = 120, 24, 16
NEVER_S = 3600


@pytest.fixture(params=["redis", "database"])
def on_rabbitmq(
    request: pytest.FixtureRequest, installation: Installation, rabbitmq_url: str, broker_url: str, results_url: str
) -> Installation:
    """The installation with RabbitMQ for its messages, and results in Redis or in the database; its sweeper sleeps."""
    installation.environment["ANTIPHON_BROKER_URL"] = rabbitmq_url
    results = broker_url if request.param == "redis" else results_url
    installation.environment["ANTIPHON_RESULT_BACKEND_URL"] = results
    installation.environment["ANTIPHON_SWEEP_S"] = str(NEVER_S)
    return installation


def test_a_run_over_two_workers_is_complete(on_rabbitmq: Installation, target: ChatTarget, tmp_path: Path) -> None:
    """The sweeper sleeps: what ends this run is messages, chords and their callbacks."""
    workers = [on_rabbitmq.worker(slots=SLOTS) for _ in range(2)]
    run = on_rabbitmq.run(a_test_file(tmp_path, tests=TESTS, url=target.url), concurrency=LIMIT)

    assert_complete(run.document(), tests=TESTS)
    assert (len(target.asked), target.asked_again) == (TESTS, 0)
    assert target.most_at_once <= LIMIT
    assert [worker.said.count("WARNING") for worker in workers] == [0, 0]


def test_an_item_that_must_wait_comes_back_through_the_broker(
    on_rabbitmq: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """Quorum queues hold no message back for a worker: a retry's countdown is the broker's own delayed delivery."""
    target.refuses_first = True
    on_rabbitmq.worker(slots=SLOTS)
    run = on_rabbitmq.run(a_test_file(tmp_path, tests=20, url=target.url), concurrency=LIMIT)

    assert_complete(run.document(), tests=20)
    assert (len(target.asked), target.asked_again) == (20, 20)


def test_the_queues_are_replicated_ones(installation: Installation, rabbitmq_url: str) -> None:
    """A classic queue lives on one node, and its messages go with that."""
    results = installation.environment["ANTIPHON_BROKER_URL"]
    installation.worker(broker_url=rabbitmq_url, result_backend_url=results)

    with amqp_connection(rabbitmq_url) as connection:
        look_until(lambda: all(_exists(connection, name) for name in QUEUES), what="all queues")
        for name in QUEUES:
            with pytest.raises(PreconditionFailed, match="quorum"):
                connection.channel().queue_declare(
                    name, durable=True, auto_delete=False, arguments={"x-queue-type": "classic"}
                )


def _exists(connection: Connection, name: str) -> bool:
    try:
        connection.channel().queue_declare(name, passive=True)
    except NotFound:
        return False
    return True
