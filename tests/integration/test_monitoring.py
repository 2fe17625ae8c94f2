"""A worker's own figures, and the lengths of queues, on real brokers."""

from __future__ import annotations

import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest
from kombu.messaging import Producer
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from pipelines.app import make_app
from pipelines.brokers import BrokerSettings, queues
from pipelines.services import queue_lengths
from tests.api.serving import address_in
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Command, Installation, assert_complete
from tests.pipelines.looking import WITHIN_S, look_until

TESTS = 16
"""Fewer than the failures in a row after which a target counts as dead: each question is refused once."""
TOKEN = "scrape-me"


@pytest.mark.postgres
@pytest.mark.redis
def test_a_worker_tells_what_it_did(installation: Installation, target: ChatTarget, tmp_path: Path) -> None:
    """Retries by cause, ends by state: what only the process that did it knows."""
    target.refuses_first = True
    worker = installation.start("worker", "--slots", "16", "--metrics-port", "0", metrics_token=TOKEN)
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url))

    assert_complete(run.document(), tests=TESTS)
    figures = scrape(worker, token=TOKEN)

    assert figures["antiphon_items_ended_total{state=succeeded}"] == TESTS
    assert figures["antiphon_retries_total{cause=server_error}"] == TESTS
    assert figures["antiphon_items_in_hand"] == 0
    with pytest.raises(HTTPError, match="401"):
        scrape(worker, token="wrong")


@pytest.mark.redis
def test_waiting_messages_are_counted_on_redis(broker: Redis, broker_url: str) -> None:
    """A queue that nobody has used has no key there, and a prefix is part of the others'."""
    settings = BrokerSettings(broker_url=broker_url, result_backend_url=broker_url, key_prefix="antiphon:")
    assert queue_lengths(settings, timeout_s=WITHIN_S) == {"default": 0, "execution": 0, "embedding": 0, "batch": 0}

    send(settings, "execution", times=3)

    assert queue_lengths(settings, timeout_s=WITHIN_S) == {"default": 0, "execution": 3, "embedding": 0, "batch": 0}
    assert broker.llen("execution") == 0


@pytest.mark.rabbitmq
def test_waiting_messages_are_counted_on_rabbitmq(rabbitmq_url: str) -> None:
    """Asking must not declare: a queue made by the asker would have the wrong arguments for workers."""
    settings = BrokerSettings(broker_url=rabbitmq_url, result_backend_url="redis://unused")
    assert set(queue_lengths(settings, timeout_s=WITHIN_S).values()) == {0}

    send(settings, "batch", times=2)

    look_until(lambda: queue_lengths(settings, timeout_s=WITHIN_S)["batch"] == 2, what="two messages")
    assert queue_lengths(settings, timeout_s=WITHIN_S)["default"] == 0


def send(settings: BrokerSettings, queue: str, *, times: int) -> None:
    """Put messages into the queue as a worker's application would."""
    app = make_app(settings)
    with (
        app.connection_for_write() as connection,
        Producer(connection) as producer,  # type: ignore[no-untyped-call]  # kombu
    ):
        [declared] = [each for each in queues(settings) if each.name == queue]
        for _ in range(times):
            producer.publish(
                {}, exchange=declared.exchange, routing_key=declared.routing_key or queue, declare=[declared]
            )


def scrape(worker: Command, *, token: str) -> dict[str, float]:
    """Return what the worker's page says."""
    look_until(lambda: bool(address_in(worker.said)), what="the address of the figures")
    request = urllib.request.Request(address_in(worker.said), headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
        text = answer.read().decode()
    return {
        sample.name + ("{" + ",".join(f"{n}={v}" for n, v in sample.labels.items()) + "}" if sample.labels else ""):
            sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }  # fmt: skip
