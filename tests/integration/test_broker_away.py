"""A broker that is away when work is handed in: the work is accepted all the same, and done when it is back."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.gate import Gate
from tests.integration.processes import Command, Installation, assert_complete
from tests.pipelines.looking import look_until
from tests.services import redis as redis_service
from tests.services.guard import free_port

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TESTS = 40


def test_a_job_is_accepted_without_a_broker_and_starts_with_it(
    installation: Installation, target: ChatTarget, broker_gate: Gate, tmp_path: Path
) -> None:
    """Whoever hands in work need not know, or wait for, what is broken behind the counter."""
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url))
    job_id = _accepted(run, target)

    installation.worker()
    broker_gate.open()
    assert_complete(installation.start("jobs", "watch", job_id, "--json").document(), tests=TESTS)
    assert target.asked_again == 0


def test_a_broker_that_is_started_later_has_the_job_once(
    installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """Workers that wait for the same broker meanwhile find the job in the outbox, all of them at once."""
    port, password = free_port(), "not-a-secret"
    installation.environment["ANTIPHON_BROKER_URL"] = f"redis://:{password}@127.0.0.1:{port}/0"
    for _ in range(2):
        installation.worker()
    job_id = _accepted(installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url)), target)

    _, server = redis_service.start(port=port, password=password)
    try:
        assert_complete(installation.start("jobs", "watch", job_id, "--json").document(), tests=TESTS)
    finally:
        server.stop()
    assert (target.calls, target.asked_again) == (TESTS, 0)


def test_a_broker_that_takes_connections_and_says_nothing_holds_nobody_up(
    installation: Installation, target: ChatTarget, silent_address: str, tmp_path: Path
) -> None:
    """A Redis that hangs, or a firewall that drops packets, looks like one that is slow; the answer is not its."""
    run = installation.run(
        a_test_file(tmp_path, tests=TESTS, url=target.url), broker_url=silent_address, limits_url=silent_address
    )
    look_until(lambda: run.said.startswith("job "), what="the job's id")
    assert run.is_running

    job_id = _accepted(run, target)

    installation.worker()
    assert_complete(installation.start("jobs", "watch", job_id, "--json").document(), tests=TESTS)
    assert (target.calls, target.asked_again) == (TESTS, 0)


@pytest.fixture(params=["silent", "black-hole"])
def silent_address(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address that takes connections and never answers, or does not even take them."""
    taking = [socket.create_server(("127.0.0.1", 0), backlog=64 if request.param == "silent" else 0)]
    if request.param == "black-hole":
        taking += _fill(taking[0].getsockname())
    yield f"redis://:not-a-secret@127.0.0.1:{taking[0].getsockname()[1]}/0"
    for each in taking:
        each.close()


def _fill(address: tuple[str, int]) -> list[socket.socket]:
    """Take every place in a listener's queue, so that the packets of others are dropped."""
    waiting = [socket.socket() for _ in range(4)]
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(address)
    return waiting


def _accepted(run: Command, target: ChatTarget) -> str:
    """Return the id of the job that was accepted though the broker is away."""
    code = run.end()
    job_id = run.said.split()[1]
    assert code == 5
    assert f"job {job_id} is accepted all the same" in run.said
    assert f"antiphon jobs watch {job_id}" in run.said
    assert "Traceback" not in run.said
    assert "not-a-secret" not in run.said
    assert target.calls == 0
    return job_id
