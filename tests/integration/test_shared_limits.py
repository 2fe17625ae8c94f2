"""Limits that jobs and workers keep to together, on real servers: the target sees one caller that behaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.limits.limit import Rate
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.pacing import limited, most_in
from tests.integration.processes import Installation, assert_complete
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

JOBS, WORKERS, TESTS, AT_ONCE, A_MINUTE = 3, 3, 80, 5, 1_800
LIMITS = {"at_once": AT_ONCE, "a_minute": A_MINUTE}
PACE = Rate(amount=A_MINUTE)
A_SECOND = 1_000_000 / PACE.charge_us(1)
"""Beside the burst of 4 %; a minute of both is the limit, a minute of this alone 96 % of it."""


def test_jobs_and_workers_keep_to_a_targets_limits_together(
    installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """Nine times the limit, from three jobs on three workers each, is what gets an account blocked."""
    for _ in range(WORKERS):
        installation.worker(slots=40)
    runs = [limited(installation, a_test_file(tmp_path, tests=TESTS, url=target.url), **LIMITS) for _ in range(JOBS)]
    for run in runs:
        assert_complete(run.document(), tests=TESTS)

    assert target.most_at_once <= AT_ONCE
    assert target.calls == JOBS * TESTS
    seconds = target.moments[-1] - target.moments[0]
    assert (target.calls - PACE.burst) / seconds <= 1.05 * A_SECOND
    for window_s in (1.0, 3.0):
        assert most_in(target.moments, window_s) <= 1.05 * (PACE.burst + A_SECOND * window_s)


def test_the_slots_of_a_killed_worker_come_back(installation: Installation, target: ChatTarget, tmp_path: Path) -> None:
    """
    A worker that died in five calls held all there are; the leases of its slots end, and others go on.

    Its leases are short, so that nobody waits for them; nobody takes them back while it lives, however slow it is.
    """
    doomed = installation.worker(slots=40, lease_s=3, sweep_s=3600)
    target.hold(after=0)
    run = limited(installation, a_test_file(tmp_path, tests=TESTS, url=target.url), **LIMITS)
    look_until(lambda: target.at_once == AT_ONCE, what="five calls in flight")
    doomed.kill()
    target.release()
    installation.worker(slots=40, sweep_s=1)

    assert_complete(run.document(), tests=TESTS)
    assert target.asked_again <= AT_ONCE
