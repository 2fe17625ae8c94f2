"""The sources of time and identifiers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from adapters.clock import SystemClock
from adapters.identifiers import CountingIds, UuidSource
from adapters.memory.clock import ManualClock

START = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_manual_clock_moves_only_when_told() -> None:
    """Tests of leases and deadlines depend on no machine's speed."""
    clock = ManualClock(START)

    assert clock.now() == clock.now() == START
    assert clock.advance(1.5) == clock.now() == START + timedelta(seconds=1.5)


def test_a_manual_clock_refuses_what_no_clock_does() -> None:
    """Time without a zone, and time that runs back, are mistakes of the test."""
    with pytest.raises(ValueError, match="no zone"):
        ManualClock(START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="back"):
        ManualClock(START).advance(-1)


def test_the_system_clock_is_in_utc() -> None:
    """Rows of machines in different zones are compared with each other."""
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_identifiers_are_uuids_nobody_had_before() -> None:
    """They are keys of rows, and unguessable ones in use."""
    ids = UuidSource()
    made = {ids.new_id() for _ in range(100)}

    assert len(made) == 100
    assert all(str(UUID(made_id)) == made_id and UUID(made_id).version == 4 for made_id in made)


def test_counted_identifiers_are_the_same_in_every_run() -> None:
    """A failing test shows the same ids when it is run again."""
    ids = CountingIds()

    assert [ids.new_id() for _ in range(2)] == [
        "00000000-0000-0000-0000-000000000001",
        "00000000-0000-0000-0000-000000000002",
    ]
