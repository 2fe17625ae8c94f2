"""A worker that is told to stop: nothing new begins, and what it can't end in time others go on with at once."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Command, Installation, assert_complete
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TESTS, ANSWERED, LIMIT, SLOTS = 200, 50, 24, 16
PATIENT = {"lease_s": 600, "sweep_s": 600, "resend_after_s": 600}
"""No lease runs out and no sweeper helps before a test gives up: what goes on was given back by the worker."""


def test_what_is_not_done_in_time_goes_on_elsewhere_at_once(
    installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """A deployment must neither wait for the slowest answer nor for the leases of what it cut off."""
    stopped, run = _half_way(installation, target, tmp_path, shutdown_grace_s=1)

    began = time.monotonic()
    stopped.terminate()
    assert stopped.end() == 0
    ended_after_s = time.monotonic() - began
    target.release()

    assert_complete(run.document(), tests=TESTS)
    print(f"stopped after {ended_after_s:.1f} s, the run ended {time.monotonic() - began:.1f} s after the signal")
    assert len(target.asked) == TESTS
    assert 0 < target.asked_again <= SLOTS


@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_gives_everything_back_now(
    installation: Installation, target: ChatTarget, tmp_path: Path, again: signal.Signals
) -> None:
    """Whoever presses Ctrl-C twice is in a hurry, and still loses nothing."""
    stopped, run = _half_way(installation, target, tmp_path, shutdown_grace_s=600)

    stopped.terminate()
    look_until(lambda: "items in hand" in stopped.said, what="a worker that is stopping")
    stopped.process.send_signal(again)
    assert stopped.end() == 0
    target.release()

    assert_complete(run.document(), tests=TESTS)
    assert target.asked_again <= SLOTS
    assert "Warning" not in stopped.said


def _half_way(
    installation: Installation, target: ChatTarget, folder: Path, **settings: object
) -> tuple[Command, Command]:
    """Start two workers and a run; return the first worker and the run when both wait for the target's answers."""
    first = installation.worker(slots=SLOTS, **PATIENT, **settings)
    installation.worker(slots=SLOTS, **PATIENT)
    target.hold(after=ANSWERED)
    run = installation.run(a_test_file(folder, tests=TESTS, url=target.url), concurrency=LIMIT, **PATIENT)
    # all that may be in flight is held: as many were there before the first answer, and would have come back by now
    look_until(lambda: target.calls == ANSWERED + LIMIT, what="items in flight in both workers")
    return first, run
