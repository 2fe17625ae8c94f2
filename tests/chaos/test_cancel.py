"""Cancelling: stored where every worker looks, so that calls stop everywhere, and stay stopped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.chaos.audit import assert_true_end, rows_of
from tests.chaos.scene import QUICK, SLOTS
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.dead_workers import DeadWorkers
from tests.integration.processes import Installation
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

ITEMS, ANSWERED = 2000, 100
LOOKS_FOR_S = 4.0


def test_no_call_begins_after_a_cancel(installation: Installation, database_url: str, tmp_path: Path) -> None:
    """
    In no worker, also not in one that is started afterwards; what was in flight ends as it ends.

    All places wait for an answer when it is asked for, so no call is on its way from a claim to the target.
    """
    target, dead = ChatTarget(delay_s=0.1), DeadWorkers(database_url)
    with target.serving():
        workers = [installation.worker(slots=SLOTS, **QUICK) for _ in range(2)]
        target.hold(after=ANSWERED)
        run = installation.run(a_test_file(tmp_path, tests=ITEMS, url=target.url), concurrency=2 * SLOTS)
        look_until(lambda: target.calls == ANSWERED + 2 * SLOTS, what="a run under way on all places")

        assert installation.start("jobs", "cancel", "last").end() == 0
        cancelled_at = time.monotonic()
        target.release()
        dead.kill(workers[0])
        installation.worker(slots=SLOTS, **QUICK)
        dead.look_until(lambda: not run.is_running, what="the end of the run")
        document = run.document()
        look_until(lambda: time.monotonic() > cancelled_at + LOOKS_FOR_S)

        assert target.calls == ANSWERED + 2 * SLOTS
    rows = rows_of(database_url, document["job"]["id"])
    print(f"cancelled after {target.calls} calls: {rows.states}")
    assert_true_end(rows, planned=ITEMS)
    assert rows.status == "cancelled"
    assert ANSWERED <= rows.states["succeeded"] <= target.calls
