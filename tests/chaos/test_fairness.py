"""Organizations take turns: a small job does not wait for the end of a large one."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from tests.chaos.audit import rows_of
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Command, Installation, assert_complete
from tests.pipelines.looking import look_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

LARGE, SMALL, SLOTS, WORKERS = 10_000, 10, 16, 2
FEW = 3_000


def test_a_small_job_does_not_wait_for_the_end_of_a_large_one(
    installation: Installation, target: ChatTarget, database_url: str, tmp_path: Path
) -> None:
    """Two organizations share the workers, and one has taken all places when the other brings ten tests."""
    smalls = ChatTarget()
    for _ in range(WORKERS):
        installation.worker(slots=SLOTS)
    target.hold(after=SLOTS)
    installation.run(a_test_file(_folder(tmp_path / "large"), tests=FEW, url=target.url), concurrency=64)
    look_until(lambda: target.at_once == WORKERS * SLOTS, what="the large job on all places")
    with smalls.serving():
        file = a_test_file(_folder(tmp_path / "small"), tests=SMALL, url=smalls.url)
        small = installation.run(file, concurrency=SMALL, organization=str(uuid4()))
        look_until(lambda: _is_planned(small, database_url), what="the plan of the small job")
        target.release()
        assert_complete(small.document(), tests=SMALL)

    before = sum(moment < max(smalls.moments) for moment in target.moments)
    print(f"{before} calls of {FEW:,} were made before the last of {SMALL} of another organization")
    assert before < FEW / 2


def test_a_small_job_beside_a_large_one_takes_at_most_twice_its_time_alone(
    request: pytest.FixtureRequest, installation: Installation, tmp_path: Path
) -> None:
    """Two organizations share the workers; one has ten thousand items there before the other brings ten."""
    if request.config.getoption("--chaos") != "long":
        pytest.skip("compares times, which takes a machine of its own; `python3 run.py chaos` runs it")
    target = ChatTarget(delay_s=0.5)
    with target.serving():
        for _ in range(2):
            installation.worker(slots=SLOTS)
        alone_s = _small_job(installation, target, tmp_path / "alone")
        large = installation.run(a_test_file(_folder(tmp_path / "large"), tests=LARGE, url=target.url), concurrency=64)
        look_until(lambda: target.at_once >= SLOTS, what="the large job on all places")

        beside_s = _small_job(installation, target, tmp_path / "beside")

        print(f"10 items: {alone_s:.2f} s alone, {beside_s:.2f} s beside {LARGE:,} of another organization")
        assert large.is_running
        assert beside_s <= 2 * alone_s


def _is_planned(command: Command, database_url: str) -> bool:
    job = re.search(r"job (\S+)", command.said)
    return job is not None and rows_of(database_url, job[1]).planned == SMALL


def _small_job(installation: Installation, target: ChatTarget, folder: Path) -> float:
    """Run ten tests for an organization of its own; return the seconds from acceptance to end."""
    file = a_test_file(_folder(folder), tests=SMALL, url=target.url)
    document = installation.run(file, concurrency=SMALL, organization=str(uuid4())).document()
    assert_complete(document, tests=SMALL)
    job = document["job"]
    created, ended = (datetime.fromisoformat(job[name]) for name in ("created_at", "ended_at"))
    return (ended - created).total_seconds()


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
