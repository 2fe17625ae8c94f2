"""What concerns all organizations at once: the outbox as the relay sees it, and the jobs the sweeper looks after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Engine, bindparam, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from adapters.database import tables
from adapters.database.connection import connected
from adapters.database.outbox import COMMAND_KINDS, ENVELOPE_COLUMNS, envelope_from
from adapters.database.turns import TAKE_TURN, turn_values
from adapters.database.types import Among, Name, Numbers, UtcTime
from domain.jobs.events import Envelope
from domain.jobs.job import JobId
from domain.jobs.turns import Turn
from domain.tenancy import OrganizationId

_job, _outbox = tables.job, tables.outbox
_ids = Among(_outbox.c.id, bindparam("ids", type_=Numbers))


def _take(*conditions: ColumnElement[bool]) -> ReturningUpdate[Any]:
    due = (
        select(_outbox.c.id)
        .where(
            tables.UNSENT,
            or_(_outbox.c.hold_until.is_(None), _outbox.c.hold_until <= bindparam("due_at", type_=UtcTime)),
            *conditions,
        )
        .order_by(_outbox.c.id)
        .limit(bindparam("at_most"))
        .with_for_update(skip_locked=True)  # without it several relays would queue up on the oldest message
        .cte("due")  # as a plain subquery Postgres may run it again per row, and then takes more than the limit
    )
    return (
        update(_outbox)
        .where(_outbox.c.id.in_(select(due.c.id)))
        .values(hold_until=bindparam("held_until", type_=UtcTime), attempts=_outbox.c.attempts + 1)
        .returning(*ENVELOPE_COLUMNS)
    )


_is_command = _outbox.c.kind.in_(COMMAND_KINDS)
_TAKE = _take(_is_command)
_TAKE_OF_JOB = _take(_is_command, _outbox.c.job_id == bindparam("of_job", type_=Name))
_TAKE_FACTS = _take(~_is_command)
_MARK_SENT = update(_outbox).where(_ids).values(sent_at=bindparam("at", type_=UtcTime))
_POSTPONE = update(_outbox).where(_ids).values(hold_until=bindparam("at", type_=UtcTime))
_OWNER = select(_job.c.organization_id).where(_job.c.id == bindparam("of_job", type_=Name)).limit(1)
_ACTIVE = select(_job.c.organization_id, _job.c.id).where(tables.ACTIVE).order_by(_job.c.created_at, _job.c.id)


@frozen
class SqlInstallation:
    """`Installation` over a database; each call is a transaction of its own."""

    engine: Engine

    def take_messages(
        self, *, now: datetime, hold_until: datetime, limit: int, job_id: JobId | None = None
    ) -> list[Envelope]:
        """Return unsent commands (of one job, if named), oldest first; hide them from other relays until then."""
        values = {"due_at": now, "held_until": hold_until, "at_most": limit}
        if job_id is None:
            return self._taken(_TAKE, values)
        return self._taken(_TAKE_OF_JOB, {**values, "of_job": job_id})

    def take_facts(self, *, now: datetime, hold_until: datetime, limit: int) -> list[Envelope]:
        """As `take_messages`, for facts."""
        return self._taken(_TAKE_FACTS, {"due_at": now, "held_until": hold_until, "at_most": limit})

    def mark_sent(self, ids: Sequence[int], *, now: datetime) -> None:
        """Never hand these messages out again."""
        with connected(self.engine, tenant=None) as connection:
            connection.execute(_MARK_SENT, {"ids": list(ids), "at": now})
            connection.commit()

    def postpone(self, ids: Sequence[int], *, until: datetime) -> None:
        """Hand these messages out again from *until* on."""
        with connected(self.engine, tenant=None) as connection:
            connection.execute(_POSTPONE, {"ids": list(ids), "at": until})
            connection.commit()

    def active_jobs(self) -> list[tuple[OrganizationId, JobId]]:
        """Return the jobs that have not ended, oldest first."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            rows = connection.execute(_ACTIVE)
            return [(OrganizationId(row.organization_id), JobId(row.id)) for row in rows]

    def owner_of(self, job_id: JobId) -> OrganizationId | None:
        """Return which organization has a job of this id; asked only when a message was about nobody's."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            owner = connection.execute(_OWNER, {"of_job": job_id}).scalar()
        return None if owner is None else OrganizationId(owner)

    def take_turn(self, turn: Turn) -> bool:
        """See to a duty, if it is nobody else's; return whether it is."""
        with connected(self.engine, tenant=None) as connection:
            taken = connection.execute(TAKE_TURN, turn_values(turn)).first() is not None
            connection.commit()
        return taken

    def _taken(self, statement: ReturningUpdate[Any], values: Mapping[str, object]) -> list[Envelope]:
        with connected(self.engine, tenant=None) as connection:
            taken = [envelope_from(row) for row in connection.execute(statement, values)]
            connection.commit()
        return sorted(taken, key=lambda envelope: envelope.id)
