"""
Messages, stored with the change they belong to.

Commands wait until the relay has sent them, facts until the announcer has told everybody who waits for them; both stay
as the job's history.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast, get_args

import attrs
from attrs import frozen
from sqlalchemy import bindparam, func, insert, select

from adapters.database import tables
from adapters.database.rows import AnyRow, Values
from adapters.database.scope import Scope, of_job
from domain.jobs.events import MESSAGES, Command, Envelope, Message
from domain.jobs.item import Document
from domain.jobs.job import JobId, JobStatus
from domain.tenancy import OrganizationId

COMMAND_KINDS = tuple(message.kind for message in get_args(Command))
_outbox = tables.outbox
ENVELOPE_COLUMNS = (
    _outbox.c.id,
    _outbox.c.organization_id,
    _outbox.c.kind,
    _outbox.c.body,
    _outbox.c.created_at,
    _outbox.c.attempts,
)

_ADD = insert(_outbox)
# SQLite numbers no part of a composite key by itself; one writer at a time makes this safe there.
_newest = _outbox.alias("newest")
_ADD_NEXT = insert(_outbox).values(id=select(func.coalesce(func.max(_newest.c.id), 0) + 1).scalar_subquery())
_HISTORY = (
    select(*ENVELOPE_COLUMNS)
    .where(of_job(_outbox), _outbox.c.id > bindparam("behind"))
    .order_by(_outbox.c.id)
    .limit(bindparam("at_most"))
)


@frozen(kw_only=True)
class SqlOutbox:
    """`Outbox` in one transaction."""

    scope: Scope

    def add(self, message: Message, *, now: datetime) -> None:
        """Store a message with the change it belongs to."""
        row: Values = {
            "job_id": message.job_id,
            "kind": message.kind,
            "body": attrs.asdict(message),
            "created_at": now,
            "attempts": 0,
        }
        self.scope.insert(_ADD if self.scope.locks_rows else _ADD_NEXT, row)

    def history(self, job_id: JobId, *, after: int = 0, limit: int = 100) -> list[Envelope]:
        """Return the messages of a job, oldest first, from just behind event id *after*."""
        rows = self.scope.execute(_HISTORY, of_job=job_id, behind=after, at_most=limit)
        return [envelope_from(row) for row in rows]


def envelope_from(row: AnyRow) -> Envelope:
    """Return the envelope of a row of `ENVELOPE_COLUMNS`."""
    event_id, organization_id, kind, body, created_at, attempts = row
    return Envelope(
        id=event_id,
        organization_id=OrganizationId(organization_id),
        message=_message_from(kind, body),
        created_at=created_at,
        attempts=attempts,
    )


def _message_from(kind: str, body: Document) -> Message:
    # Keys of a newer version are ignored, so that its messages can be read by an older process.
    message = MESSAGES[kind]
    known = {field.name for field in attrs.fields(message)}
    values = cast(dict[str, Any], {name: value for name, value in body.items() if name in known})
    if "items" in values and isinstance(values["items"], list):
        values["items"] = tuple(values["items"])
    if "status" in values:
        values["status"] = JobStatus(values["status"])
    return message(**values)
