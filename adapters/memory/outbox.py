"""Messages in memory: what one organization writes and reads, and what relays take from all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs
from attrs import frozen

from adapters.memory.journal import Journal
from adapters.memory.rows import MessageRows, OrganizationRows, Post
from domain.jobs.errors import NotFound
from domain.jobs.events import Command, Envelope, Message
from domain.jobs.job import JobId
from domain.tenancy import OrganizationId


@frozen(kw_only=True)
class MemoryOutbox:
    """`Outbox` of one organization."""

    organization_id: OrganizationId
    rows: OrganizationRows
    messages: MessageRows
    journal: Journal

    def add(self, message: Message, *, now: datetime) -> None:
        """Store a message with the change it belongs to."""
        if message.job_id is not None and message.job_id not in self.rows.jobs:
            raise NotFound(f"there is no job {message.job_id} in this organization: store the job before its messages")
        self.messages.newest += 1  # not undone: ids may have gaps, as those of a database sequence do
        event_id = self.messages.newest
        envelope = Envelope(id=event_id, organization_id=self.organization_id, message=message, created_at=now)
        self.journal.put(self.messages.posts, event_id, Post(envelope=envelope))
        if message.job_id is not None:
            self.journal.put(self.rows.history.setdefault(message.job_id, {}), event_id, None)
        self.journal.put(self.messages.unsent, event_id, None)

    def history(self, job_id: JobId, *, after: int = 0, limit: int = 100) -> list[Envelope]:
        """Return the messages of a job, oldest first, from just behind event id *after*."""
        ids = sorted(event_id for event_id in self.rows.history.get(job_id, {}) if event_id > after)
        return [self.messages.posts[event_id].envelope for event_id in ids[:limit]]


def is_command(envelope: Envelope) -> bool:
    """Whether the relay sends it; facts are announced."""
    return isinstance(envelope.message, Command)


def taken(
    messages: MessageRows, wanted_ones: Callable[[Envelope], bool], *, now: datetime, hold_until: datetime, limit: int
) -> list[Envelope]:
    """Hide up to *limit* of the wanted unsent messages until *hold_until*, and return them, this hand-out counted."""
    posts = (messages.posts[event_id] for event_id in sorted(messages.unsent))
    due = [post.envelope for post in posts if post.held_until is None or post.held_until <= now]
    wanted = [envelope for envelope in due if wanted_ones(envelope)][:limit]
    envelopes = [attrs.evolve(envelope, attempts=envelope.attempts + 1) for envelope in wanted]
    for envelope in envelopes:
        messages.posts[envelope.id] = Post(envelope=envelope, held_until=hold_until)
    return envelopes


def held(messages: MessageRows, ids: Sequence[int], *, until: datetime) -> None:
    """Hide these messages, where they are still unsent, until then."""
    for event_id in messages.unsent.keys() & ids:
        messages.posts[event_id] = attrs.evolve(messages.posts[event_id], held_until=until)
