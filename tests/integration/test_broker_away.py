"""A broker that is away when work is handed in: the work is accepted all the same, and done when it is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.gate import Gate
from tests.integration.processes import Installation, assert_complete

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TESTS = 40


def test_a_job_is_accepted_without_a_broker_and_starts_with_it(
    installation: Installation, target: ChatTarget, broker_gate: Gate, tmp_path: Path
) -> None:
    """Whoever hands in work need not know, or wait for, what is broken behind the counter."""
    run = installation.run(a_test_file(tmp_path, tests=TESTS, url=target.url))
    code = run.end()

    listing = installation.start("jobs", "list", "--json").document()
    [job] = listing["jobs"]
    assert code == 5
    assert f"job {job['id']} is accepted all the same" in run.said
    assert f"antiphon jobs watch {job['id']}" in run.said
    assert "Traceback" not in run.said
    assert (job["status"], target.calls) == ("pending", 0)

    installation.worker()
    broker_gate.open()
    assert_complete(installation.start("jobs", "watch", job["id"], "--json").document(), tests=TESTS)
    assert target.asked_again == 0
