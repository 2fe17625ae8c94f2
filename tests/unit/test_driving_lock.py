"""One process drives a job: how it is found out, and what those who only look must not do."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from filelock import FileLock

from domain.jobs.errors import Conflict, ServiceUnavailable
from domain.jobs.job import JobId
from entrypoints.container import Antiphon, build
from entrypoints.driving import is_driven, only_driver
from entrypoints.settings import Settings

JOB = JobId("j")


@pytest.fixture
def antiphon(tmp_path: Path) -> Antiphon:
    """Antiphon with a home of its own; its database is never opened."""
    return build(Settings(home=tmp_path / "home"))


def test_a_second_driver_is_refused_and_the_first_is_seen(antiphon: Antiphon) -> None:
    """Two drivers would each take the other for dead, and ask everything twice."""
    with only_driver(antiphon, JOB):
        assert is_driven(antiphon, JOB)
        with pytest.raises(Conflict, match="job j is being run by another process"):
            _drive(antiphon, patience_s=0.0)

    assert not is_driven(antiphon, JOB)
    _drive(antiphon)


def test_a_driver_waits_for_who_only_looks(antiphon: Antiphon) -> None:
    """Looking whether a job is driven holds its lock for an instant: a run that begins just then must not fail."""
    with only_driver(antiphon, JOB):
        pass
    looking = FileLock(antiphon.settings.home / "locks" / "j.lock", thread_local=False)
    looking.acquire()
    threading.Timer(0.1, looking.release).start()

    _drive(antiphon)


def test_a_home_without_room_for_locks_is_named(tmp_path: Path) -> None:
    """Without a lock nobody knows who drives; the message must say which folder, and which setting."""
    (tmp_path / "locks").write_text("")

    with pytest.raises(ServiceUnavailable, match="ANTIPHON_HOME"):
        _drive(build(Settings(home=tmp_path)))


def _drive(antiphon: Antiphon, *, patience_s: float = 30.0) -> None:
    with only_driver(antiphon, JOB, patience_s=patience_s):
        pass
