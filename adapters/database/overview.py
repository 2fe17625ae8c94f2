"""
Counting over all organizations, for monitoring: by indexes, and not by reading items that have long ended.

The cost follows what is under way: of a shard that is closed its tally is read, of one that was never sent its size is
its number of waiting items, and only the rows of shards in the broker are counted one by one. A time limit stands over
all of it, so that a scrape never becomes a load of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Engine, Executable, Select, and_, func, not_, select, text

from adapters.database import tables
from adapters.database.connection import connected
from adapters.database.notification_tables import PENDING, delivery
from adapters.database.outbox import COMMAND_KINDS
from adapters.database.rows import USAGE_COLUMNS, usage_from
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.events import LateRecord, LeasesLost
from domain.jobs.item import ItemState
from domain.jobs.job import JobStatus
from domain.jobs.overview import NONE_WAIT, Overview, Waiting
from domain.jobs.plan import ShardState

LONGEST_S = 3.0
"""How long one count may take; those of items are left out then, a million of which take about that."""

_job, _item, _shard, _outbox, _spending = tables.job, tables.item, tables.shard, tables.outbox, tables.spending
_of_shard = and_(
    _item.c.organization_id == _shard.c.organization_id,
    _item.c.job_id == _shard.c.job_id,
    _item.c.no.between(_shard.c.first_no, _shard.c.last_no),
)
_under_way = select(_job.c.organization_id, _job.c.id).where(tables.ACTIVE).subquery()
_of_active = and_(_shard.c.organization_id == _under_way.c.organization_id, _shard.c.job_id == _under_way.c.id)

_JOBS = select(_job.c.status, func.count()).group_by(_job.c.status)
_WAITING = select(func.min(_job.c.created_at)).where(tables.ACTIVE, _job.c.status == JobStatus.PENDING.value)
_is_command = _outbox.c.kind.in_(COMMAND_KINDS)
_UNSENT = select(_is_command, func.count(), func.min(_outbox.c.created_at)).where(tables.UNSENT).group_by(_is_command)
_UNDELIVERED = select(func.count(), func.min(delivery.c.opened_at)).where(PENDING)
_TROUBLES = select(_outbox.c.kind, func.count()).where(tables.TROUBLES).group_by(_outbox.c.kind)
_SPENT = select(*(func.coalesce(func.sum(_spending.c[name]), 0) for name in USAGE_COLUMNS))
_CLOSED = (
    select(*(func.coalesce(func.sum(_shard.c.tally[state.value].as_integer()), 0) for state in ItemState))
    .join_from(_under_way, _shard, _of_active)
    .where(_shard.c.state == ShardState.CLOSED.value)
)
_is_unsent = and_(_shard.c.state == ShardState.PLANNED.value, _shard.c.sends == 0)
_UNBEGUN = (
    select(func.coalesce(func.sum(_shard.c.last_no - _shard.c.first_no + 1), 0))
    .join_from(_under_way, _shard, _of_active)
    .where(_is_unsent)
)
# Sums, and no groups: as long as Postgres has no statistics of what was just planned, it sorts a million rows on disk.
_OPEN = (
    select(*(func.count().filter(_item.c.state == state.value) for state in ItemState))
    .select_from(_under_way.join(_shard, _of_active).join(_item, _of_shard))
    .where(_shard.c.state != ShardState.CLOSED.value, not_(_is_unsent))
)
# Each shard is looked up once: Postgres would keep every row of it for the next that asks.
_REMEMBER_NOTHING = text("SET LOCAL enable_memoize = off")


@frozen
class SqlOverviews:
    """`Overviews` over a database."""

    engine: Engine
    longest_s: float = LONGEST_S

    def look(self) -> Overview:
        """Return how the installation stands."""
        try:
            with self._counting() as connection:
                items: Mapping[str, int] | None = _items(connection)
        except ServiceUnavailable:  # if that is because the database is away, the others say so
            items = None
        with self._counting() as connection:
            waiting = {bool(command): Waiting(count, since) for command, count, since in connection.execute(_UNSENT)}
            troubles = _counts(connection, _TROUBLES)
            return Overview(
                jobs=_counts(connection, _JOBS),
                items=items,
                waiting_since=connection.execute(_WAITING).scalar(),
                unsent=waiting.get(True, NONE_WAIT),
                untold=waiting.get(False, NONE_WAIT),
                undelivered=Waiting(*connection.execute(_UNDELIVERED).one()),
                lease_expiries=troubles.get(LeasesLost.kind, 0),
                late_records=troubles.get(LateRecord.kind, 0),
                spent=usage_from(*connection.execute(_SPENT).one()),
            )

    @contextmanager
    def _counting(self) -> Iterator[Connection]:
        with connected(self.engine, tenant=None, reads=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL statement_timeout = {round(self.longest_s * 1000)}"))
                connection.execute(_REMEMBER_NOTHING)
            yield connection


def _items(connection: Connection) -> Mapping[str, int]:
    found = _by_state(connection, _CLOSED) + _by_state(connection, _OPEN)
    found[ItemState.PENDING.value] += int(connection.execute(_UNBEGUN).scalar_one())
    return +found


def _by_state(connection: Connection, statement: Executable) -> Counter[str]:
    numbers = connection.execute(statement).one()
    return Counter({state.value: int(number) for state, number in zip(ItemState, numbers, strict=True)})


def _counts(connection: Connection, statement: Select[Any]) -> dict[str, int]:
    return {str(name): int(number) for name, number in connection.execute(statement)}
