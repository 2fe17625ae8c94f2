"""
What breaks in the middle of a run: workers, the broker's memory, the ways to broker and database.

Each test prints how long the run took to end after the loss.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from redis import Redis

from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.gate import Gate
from tests.integration.processes import Command, Installation, assert_complete
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TESTS, LIMIT, SLOTS = 300, 24, 16
QUICK = {"lease_s": 2, "sweep_s": 0.5, "resend_after_s": 1}
AWAY_S = 1.5


def test_a_killed_workers_items_are_run_by_the_others(
    installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """A machine that dies takes at most the answers it was waiting for with it."""
    killed, _ = _workers(installation)
    run = _run_half_way(installation, target, tmp_path)

    killed.kill()

    _assert_recovers(run)
    assert len(target.asked) == TESTS
    assert target.asked_again <= SLOTS


def test_a_broker_that_forgets_everything_delays_a_run_and_loses_nothing(
    installation: Installation, target: ChatTarget, broker: Redis, tmp_path: Path
) -> None:
    """Chords and messages are the accelerator; the rows know what is still to do."""
    _workers(installation)
    run = _run_half_way(installation, target, tmp_path)

    broker.flushdb()

    _assert_recovers(run)
    assert (len(target.asked), target.asked_again) == (TESTS, 0)


def test_a_broker_that_is_away_for_a_moment_delays_a_run_and_loses_nothing(
    installation: Installation, target: ChatTarget, broker_gate: Gate, tmp_path: Path
) -> None:
    """Redis restarts, networks blink."""
    with broker_gate.opened():
        _workers(installation)
        run = _run_half_way(installation, target, tmp_path)

        _cut(broker_gate)

        _assert_recovers(run)
    assert (len(target.asked), target.asked_again) == (TESTS, 0)


def test_a_database_that_is_away_for_a_moment_delays_a_run_and_loses_nothing(
    installation: Installation, target: ChatTarget, database_url: str, database_gate: Gate, tmp_path: Path
) -> None:
    """A failover cuts every connection; answers that are in hand then are paid for, and wait to be recorded."""
    with database_gate.opened():
        _workers(installation, lease_s=4)
        run = _run_half_way(installation, target, tmp_path, database_url=database_url)  # it goes round the gate

        _cut(database_gate)

        _assert_recovers(run)
    assert len(target.asked) == TESTS
    assert target.asked_again <= LIMIT


def _workers(installation: Installation, **settings: object) -> tuple[Command, Command]:
    quick = {**QUICK, **settings}
    return installation.worker(slots=SLOTS, **quick), installation.worker(slots=SLOTS, **quick)


def _run_half_way(installation: Installation, target: ChatTarget, folder: Path, **settings: object) -> Command:
    """Start a run; return it when both workers have calls in flight, and much is still to do."""
    run = installation.run(a_test_file(folder, tests=TESTS, url=target.url), concurrency=LIMIT, **settings)
    look_until(lambda: target.calls > TESTS // 4 and target.at_once > SLOTS, what="calls of both workers in flight")
    assert target.calls < TESTS // 2
    return run


def _cut(gate: Gate) -> None:
    began = time.monotonic()
    gate.close()
    look_until(lambda: time.monotonic() - began > AWAY_S)
    gate.open()


def _assert_recovers(run: Command) -> None:
    lost_at = time.monotonic()
    assert_complete(run.document(), tests=TESTS)
    print(f"the run ended {time.monotonic() - lost_at:.1f} s after the loss")
