"""The shared clock: it shows the server's time, whatever the machine's own clock says."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from adapters.database.clock import PostgresClock
from adapters.database.connection import logged_in
from adapters.database.engine import make_engine
from domain.jobs.errors import ServiceUnavailable

pytestmark = pytest.mark.postgres


def test_it_shows_the_servers_time(postgres_engine: Engine) -> None:
    """Between two looks at the server's own clock."""
    clock = PostgresClock(postgres_engine)
    clock.now()

    before = _server_time(postgres_engine)
    shown = clock.now()
    after = _server_time(postgres_engine)

    leeway = timedelta(seconds=0.1)
    assert before - leeway <= shown <= after + leeway
    assert shown.utcoffset() == timedelta(0)


def test_it_goes_on_by_ticks_and_asks_only_when_told(postgres_engine: Engine) -> None:
    """A claim must not cost a question to the server; a machine whose clock is set is not noticed."""
    ticks = [100.0]
    clock = PostgresClock(postgres_engine, ticks=lambda: ticks[0])
    first = clock.now()

    ticks[0] += 3600.0

    assert clock.now() - first == timedelta(hours=1)
    clock.refresh()
    assert clock.now() - first < timedelta(minutes=1)


def test_a_server_that_is_away_leaves_it_going(postgres_engine: Engine) -> None:
    """A worker waits for its database without losing the time; one that never had it says so."""
    clock = PostgresClock(postgres_engine)
    first = clock.now()
    clock.engine = make_engine("postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(ServiceUnavailable):
        clock.refresh()

    assert clock.now() >= first
    with pytest.raises(ServiceUnavailable):
        PostgresClock(clock.engine).now()


def _server_time(engine: Engine) -> datetime:
    with logged_in(engine, reads=True) as connection:
        shown: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return shown
