"""Several workers, one sweeper: and another one within seconds when it is gone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import create_engine, text

from domain.jobs.sweeping import SWEEPING
from tests.integration.processes import Command, Installation
from tests.pipelines.looking import look_until
from tests.services.logins import administrator_of

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

SWEEP_S = 0.5


def test_one_of_two_workers_sweeps_and_the_other_goes_on_when_it_is_killed(
    installation: Installation, database_url: str
) -> None:
    """Its lease on the duty is a time, not a connection: a machine that lost power closes none."""
    workers = [installation.worker(sweep_s=SWEEP_S) for _ in range(2)]
    look_until(lambda: all(_said_its_name(worker) for worker in workers), what="two workers")
    look_until(lambda: _turn(database_url) is not None, what="a first sweep")

    holders = _holders_over(database_url, turns=8)

    # a machine that is short of processors may make one of them miss a turn; they never share it
    assert len(holders) <= 2
    holder = holders[-1]
    [leader] = [worker for worker in workers if _said_its_name(worker) == holder]
    leader.kill()
    took_s = look_until(lambda: (_turn(database_url) or ("", 0))[0] not in ("", holder), what="another")
    print(f"another swept {took_s:.1f} s after the kill")


def _holders_over(database_url: str, *, turns: int) -> list[str]:
    """Return who had the duty, in order and without repeats, over that many turns; turns keep their distance."""
    holders: list[str] = []
    last: datetime | None = None
    for _ in range(turns):
        look_until(partial(_is_after, database_url, last), what="a sweep")
        holder, taken_at = _turn(database_url) or ("", datetime.min)
        assert last is None or taken_at - last >= timedelta(seconds=SWEEP_S * 0.8)
        last = taken_at
        if holder not in holders[-1:]:
            holders.append(holder)
    return holders


def _is_after(database_url: str, last: datetime | None) -> bool:
    turn = _turn(database_url)
    return turn is not None and turn[1] != last


def _turn(database_url: str) -> tuple[str, datetime] | None:
    engine = create_engine(administrator_of(database_url))
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT holder, taken_at FROM duty WHERE name = :name"), {"name": SWEEPING}
        ).first()
    engine.dispose()
    return (row.holder, row.taken_at) if row else None


def _said_its_name(worker: Command) -> str:
    said = re.search(r"worker (\S+): \d+ slots", worker.said)
    return said[1] if said else ""
