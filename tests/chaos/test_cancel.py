"""Cancelling: stored where every worker looks, so that calls stop everywhere, and stay stopped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.chaos.audit import assert_true_end, rows_of
from tests.chaos.scene import QUICK, SLOTS
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Installation
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

ITEMS = 2000
STOPS_WITHIN_S = 2.0


def test_no_call_begins_later_than_two_seconds_after_a_cancel(
    installation: Installation, database_url: str, tmp_path: Path
) -> None:
    """In no worker, also not in one that is started afterwards; what was in flight ends as it ends."""
    target = ChatTarget(delay_s=0.1)
    with target.serving():
        workers = [installation.worker(slots=SLOTS, **QUICK) for _ in range(2)]
        target.hold(after=ITEMS // 20)
        run = installation.run(a_test_file(tmp_path, tests=ITEMS, url=target.url), concurrency=2 * SLOTS)
        look_until(lambda: target.at_once >= SLOTS, what="a run under way")

        assert installation.start("jobs", "cancel", "last").end() == 0
        cancelled_at = time.monotonic()
        target.release()
        workers[0].kill()
        installation.worker(slots=SLOTS, **QUICK)
        look_until(lambda: time.monotonic() > cancelled_at + STOPS_WITHIN_S)
        calls = target.calls
        document = run.document()
        look_until(lambda: time.monotonic() > cancelled_at + 2 * STOPS_WITHIN_S)

        assert target.calls == calls
    rows = rows_of(database_url, document["job"]["id"])
    print(f"cancelled after {calls} calls: {rows.states}")
    assert_true_end(rows, planned=ITEMS)
    assert rows.status == "cancelled"
    assert rows.states["succeeded"] <= calls
