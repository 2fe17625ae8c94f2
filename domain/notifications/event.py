"""
What happened, as receivers are told of it: a name, an id that repetitions share, a time, and a few facts.

Which facts are told, and under which names, is data: a family adds a tuple like `JOB_EVENTS`. No test's text, prompt or
answer is ever part of an event: a receiver that may see those asks the API for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import attrs
from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.jobs.events import Envelope, JobAccepted, JobEnded, JobRevised
from domain.jobs.item import Document
from domain.tenancy import OrganizationId


@frozen(kw_only=True)
class EventType:
    """One thing that can be subscribed to: its *name*, and the *kind* of fact that it is made of."""

    name: str
    kind: str
    meaning: str


JOB_EVENTS = (
    EventType(name="job.accepted", kind=JobAccepted.kind, meaning="a job was stored and will be worked on"),
    EventType(name="job.revised", kind=JobRevised.kind, meaning="an ended job was opened again (resume, retry-failed)"),
    EventType(name="job.ended", kind=JobEnded.kind, meaning="a job reached its end; once for each revision"),
)
TEST_EVENT = "webhook.test"
"""Sent by the test button, to one webhook, whatever it subscribes to."""

_PATTERN = re.compile(r"\*|[a-z_]+\.\*|[a-z_]+\.[a-z_]+")


@frozen(kw_only=True)
class Event:
    """Something that happened in one organization; *id* stays the same however often it is delivered."""

    id: str
    name: str
    organization_id: OrganizationId
    occurred_at: datetime
    data: Document

    def document(self) -> Document:
        """Return what is delivered: `id`, `type`, `timestamp` (RFC 3339, UTC), `organization_id` and `data`."""
        return {
            "id": self.id,
            "type": self.name,
            "timestamp": self.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "organization_id": self.organization_id,
            "data": self.data,
        }


def event_of(envelope: Envelope, event_type: EventType, *, about: Document) -> Event:
    """Return the event that a fact of the outbox is told as; *about* is added to what the fact itself says."""
    return Event(
        id=f"evt_{envelope.id}",
        name=event_type.name,
        organization_id=envelope.organization_id,
        occurred_at=envelope.created_at,
        data={**about, **attrs.asdict(envelope.message)},
    )


def body_of(document: Document) -> bytes:
    """Return the bytes that are signed and sent: the same for the same document, so that a repetition is one."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def wants(patterns: Iterable[str], name: str) -> bool:
    """Return whether an event is among those that *patterns* ask for: names, `family.*`, or `*`."""
    family = name.partition(".")[0]
    return bool({"*", f"{family}.*", name} & set(patterns))


def checked_patterns(patterns: Sequence[str], *, known: Sequence[EventType]) -> tuple[str, ...]:
    """
    Return the patterns, each once.

    Raises:
        InvalidInput: there are none, or one asks for an event that there is not.
    """
    names = ", ".join(one.name for one in known)
    if not patterns:
        raise InvalidInput(f"events: none is named; expected any of {names}, a family such as job.*, or *")
    for pattern in patterns:
        if not _PATTERN.fullmatch(pattern) or not any(wants([pattern], one.name) for one in known):
            raise InvalidInput(
                f"events: {pattern!r} is no event; expected any of {names}, a family such as job.*, or *"
            )
    return tuple(dict.fromkeys(patterns))
