"""A limit a minute over whole minutes: the long form of tests/integration/test_shared_limits.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.pacing import limited, most_in
from tests.integration.processes import Installation, assert_complete

JOBS, WORKERS, TESTS, AT_ONCE, A_MINUTE = 3, 4, 410, 5, 600


@pytest.mark.timeout(400)
@pytest.mark.postgres
@pytest.mark.redis
def test_no_minute_holds_more_calls_than_allowed_and_a_full_one_nearly_as_many(
    request: pytest.FixtureRequest, installation: Installation, target: ChatTarget, tmp_path: Path
) -> None:
    """An account is blocked for the one call too many, and paid for by the minute."""
    if request.config.getoption("--chaos") != "long":
        pytest.skip("takes two minutes; `python3 run.py chaos` runs it")
    for _ in range(WORKERS):
        installation.worker(slots=40)
    file = a_test_file(tmp_path, tests=TESTS, url=target.url)
    runs = [limited(installation, file, at_once=AT_ONCE, a_minute=A_MINUTE) for _ in range(JOBS)]
    for run in runs:
        assert_complete(run.document(within_s=300), tests=TESTS)

    fullest = most_in(target.moments, 60.0)
    print(
        f"{JOBS} jobs, {WORKERS} workers: {target.most_at_once} at once, {fullest} of {A_MINUTE} in the fullest minute"
    )
    assert target.most_at_once <= AT_ONCE
    # permission is given within the limit; what a busy machine delays on its way arrives closer together
    assert fullest == pytest.approx(A_MINUTE, rel=0.05)
