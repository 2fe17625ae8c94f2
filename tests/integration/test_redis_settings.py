"""Redis as it is run beside others: over TLS, under a key prefix, and as a cache by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Installation, assert_complete
from tests.pipelines.looking import look_until
from tests.services import redis as redis_service
from tests.services.certificates import Certificate, self_signed

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TESTS = 30
PREFIX = "antiphon-of-ada:"


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """A certificate that vouches for itself."""
    certificate = self_signed(tmp_path)
    if certificate is None:
        pytest.skip("there is no openssl to make a certificate with")
    return certificate


@pytest.fixture
def tls_url(certificate: Certificate) -> Iterator[str]:
    """The address of a Redis that speaks TLS, with that certificate."""
    if not redis_service.speaks_tls():
        pytest.skip("service missing: a redis-server with TLS (the wheel's has none; install the system's)")
    url, server = redis_service.start(certificate)
    yield url
    server.stop()


def test_a_run_over_tls_with_a_private_authority_is_complete(
    installation: Installation, target: ChatTarget, tls_url: str, certificate: Certificate, tmp_path: Path
) -> None:
    """Messages hold ids of organizations; between machines they travel encrypted, to who proves to be the right one."""
    installation.environment |= {
        "ANTIPHON_BROKER_URL": tls_url,
        "ANTIPHON_TLS_CA_FILE": str(certificate.certificate),
    }
    installation.worker()
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url))

    assert_complete(run.document(), tests=TESTS)


def test_a_certificate_nobody_vouches_for_is_refused(
    installation: Installation, target: ChatTarget, tls_url: str, tmp_path: Path
) -> None:
    """Whoever stands between could read and write messages: rediss:// alone asks for more than encryption."""
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url), broker_url=tls_url)

    assert run.end() == 5
    assert "can't be reached" in run.said
    assert "is accepted all the same" in run.said


def test_every_key_in_redis_stands_behind_the_prefix(
    installation: Installation, target: ChatTarget, broker: Redis, tmp_path: Path
) -> None:
    """A Redis that is shared is cleaned up by prefix."""
    installation.environment["ANTIPHON_KEY_PREFIX"] = PREFIX
    installation.worker()
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url))

    assert_complete(run.document(), tests=TESTS)
    keys = [str(key, "utf-8") for key in broker.scan_iter()]
    assert keys
    assert [key for key in keys if not key.startswith(PREFIX)] == []


def test_a_redis_that_throws_messages_away_is_refused(installation: Installation) -> None:
    """It runs well until its memory is full, and loses work without a word then."""
    url, server = redis_service.start(eviction="allkeys-lru")
    try:
        worker = installation.worker(broker_url=url)
        code = worker.end()
    finally:
        server.stop()

    assert code == 2
    assert re.search(r"maxmemory-policy allkeys-lru.*set `maxmemory-policy noeviction`", worker.said)


def test_a_worker_waits_for_a_redis_that_is_away(installation: Installation) -> None:
    """Machines start in any order; who is early waits."""
    worker = installation.worker(broker_url="redis://127.0.0.1:1/0")

    look_until(lambda: "slots, queues" in worker.said, what="a worker that waits")
    assert worker.is_running
